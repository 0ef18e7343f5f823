//! Executions: the session's steps are carried out here, and what the kernel shows reaches the state once a frame.
//! A kernel that floods the page with output is drawn less often, so that typing and the stop button keep working.

use super::Effects;
use super::spare::SpareRoom;
use super::watch::{Watch, tell_death};
use crate::kernel::client::{ClientEvent, KernelClient, KernelLauncher, LaunchOptions, PackageEvent};
use crate::kernel::file_changes::FileRefusal;
use crate::kernel::frame::FrameLauncher;
use crate::kernel::session::{Session, Step};
use crate::model::action::{Action, Report};
use crate::model::ids::{CellId, RunId};
use crate::model::output::Output;
use crate::model::run::{Outcome, RunEvent};
use crate::model::runtime::{BootProgress, KernelStatus};
use crate::model::view::Route;
use crate::state::AppState;
use crate::storage::content::StoredFile;
use crate::web::{output_frame, time, window};
use futures::channel::oneshot;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

/// Drawing output may take this share of the time: after a drawing, the page rests this many times as long.
const REST_FACTOR: f64 = 3.0;

/// The longest rest between two drawings.
const MAX_REST_MS: f64 = 1000.0;

/// How an execution ended, for those who wait for it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Its number.
    pub execution_count: Option<u32>,
    /// How long it took.
    pub took_ms: f64,
}

/// What a kernel works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// A cell.
    Cell(RunId),
    /// What listens to a widget, by the name of the message that it was told in.
    Callback(String),
}

/// What belongs to the kernel.
pub(super) struct KernelRoom {
    pub(super) launcher: FrameLauncher,
    pub(super) spare: SpareRoom,
    pub(super) watch: Watch,
    pub(super) session: RefCell<Session>,
    client: RefCell<Option<Box<dyn KernelClient>>>,
    /// Tells a kernel from those before it, whose late events mean nothing.
    generation: Cell<u64>,
    is_launching: Cell<bool>,
    reports: RefCell<Vec<Report>>,
    is_flush_planned: Cell<bool>,
    waiters: RefCell<BTreeMap<RunId, Vec<oneshot::Sender<RunResult>>>>,
    /// Those who wait for a kernel that is starting.
    settling: RefCell<Vec<oneshot::Sender<Result<(), String>>>>,
    /// Answers given in advance to questions of the code.
    answers: RefCell<VecDeque<String>>,
    timings_ms: RefCell<BTreeMap<String, f64>>,
}

impl KernelRoom {
    pub(super) fn new() -> Self {
        Self {
            launcher: FrameLauncher::default(),
            spare: SpareRoom::default(),
            watch: Watch::default(),
            session: RefCell::new(new_session()),
            client: RefCell::default(),
            generation: Cell::new(0),
            is_launching: Cell::new(false),
            reports: RefCell::default(),
            is_flush_planned: Cell::new(false),
            waiters: RefCell::default(),
            settling: RefCell::default(),
            answers: RefCell::default(),
            timings_ms: RefCell::default(),
        }
    }

    /// Tells the present kernel from others.
    pub(super) fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// What the kernel works on: an execution, or else a message of a widget.
    pub(super) fn working(&self) -> Option<Work> {
        let session = self.session.borrow();
        let callback = || session.calling().map(|message| Work::Callback(message.to_owned()));
        session.running().cloned().map(Work::Cell).or_else(callback)
    }

    /// Asks the kernel for a sign of life.
    pub(super) fn ping(&self) {
        if let Some(client) = &*self.client.borrow() {
            client.ping();
        }
    }

    /// Makes this the page's kernel.
    pub(super) fn install(&self, client: Box<dyn KernelClient>) {
        *self.client.borrow_mut() = Some(client);
        self.is_launching.set(false);
    }

    /// Gives files to the kernel, if there is one.
    pub(super) fn send_files(&self, files: Vec<StoredFile>) {
        if let Some(client) = &*self.client.borrow() {
            client.add_files(files);
        }
    }

    /// Takes files away from the kernel, if there is one.
    pub(super) fn remove_files(&self, paths: Vec<String>) {
        if let Some(client) = &*self.client.borrow() {
            client.remove_files(paths);
        }
    }

    /// Asks the kernel for a file, if there is one.
    pub(super) fn read_file(&self, id: u32, path: &str) {
        if let Some(client) = &*self.client.borrow() {
            client.read_file(id, path);
        }
    }

    /// Tells a kernel, if it is still that one, that its files are stored, but for some.
    pub(super) fn answer_files(&self, generation: u64, id: u32, refusals: Vec<FileRefusal>) {
        if self.generation.get() == generation
            && let Some(client) = &*self.client.borrow()
        {
            client.answer_files(id, refusals);
        }
    }
}

fn new_session() -> Session {
    Session::new(format!("{:016x}", window::random_seed()), time::iso_date)
}

impl Effects {
    pub(super) fn execute(&self, app: AppState, cell: CellId, run: RunId, code: String) {
        let steps = self.rooms.kernel.session.borrow_mut().enqueue(cell, run, code);
        self.follow(app, steps);
        self.start_kernel(app);
    }

    pub(super) fn interrupt(&self, app: AppState) {
        self.rooms.kernel.answers.borrow_mut().clear();
        let steps = self.rooms.kernel.session.borrow_mut().interrupt();
        self.follow(app, steps);
        self.watch_stop(app);
    }

    pub(super) fn answer(&self, app: AppState, text: &str) {
        let steps = self.rooms.kernel.session.borrow_mut().answer(text);
        self.follow(app, steps);
    }

    pub(super) fn restart(&self, app: AppState) {
        // A kernel that does not answer may be held up by the script of an output.
        let is_silent = self.rooms.kernel.watch.is_silent();
        if is_silent || app.with(|state| state.runtime.kernel != KernelStatus::Idle) {
            output_frame::end_all();
        }
        self.keep_widgets();
        self.stop_kernel(app);
        self.start_kernel(app);
    }

    /// Ends the kernel; the document and its outputs stay.
    pub(super) fn stop_kernel(&self, app: AppState) {
        let room = &self.rooms.kernel;
        room.generation.set(room.generation.get() + 1);
        let was_launching = room.is_launching.replace(false);
        room.watch.forgive();
        room.answers.borrow_mut().clear();
        let had_client = room.client.borrow_mut().take().is_some();
        let steps = room.session.borrow_mut().end();
        self.follow(app, steps);
        self.flush(app);
        self.forget_widgets();
        *room.session.borrow_mut() = new_session();
        if had_client || was_launching {
            app.dispatch(Action::SetKernel(KernelStatus::None));
        }
    }

    /// Starts a kernel for the open document, unless there is one. One that died is replaced.
    pub(super) fn start_kernel(&self, app: AppState) {
        let room = &self.rooms.kernel;
        let (is_open, is_dead) = app.with(|state| {
            (
                state.route == Route::Notebook,
                matches!(state.runtime.kernel, KernelStatus::Dead(_)),
            )
        });
        if !is_open || room.is_launching.get() || (room.client.borrow().is_some() && !is_dead) {
            return;
        }
        room.client.borrow_mut().take();
        room.is_launching.set(true);
        let generation = room.generation.get() + 1;
        room.generation.set(generation);
        let progress = BootProgress {
            stage: "Starting the kernel".to_owned(),
            ..BootProgress::default()
        };
        app.dispatch(Action::SetKernel(KernelStatus::Starting(progress)));
        let effects = self.clone();
        time::spawn(async move { effects.launch(app, generation).await });
    }

    async fn launch(&self, app: AppState, generation: u64) {
        let (id, accelerator, network) = app.with(|state| {
            let network = state.document.notebook.allows_network();
            (state.document.id.clone(), state.settings.accelerator, network)
        });
        // What the kernel before this one has written comes first.
        self.files_settled().await;
        self.forget_outputs(app).await;
        let files = self.storage().await.files(id).await;
        let room = &self.rooms.kernel;
        if room.generation.get() != generation {
            return;
        }
        let files = files.unwrap_or_else(|error| {
            let text = format!("The kernel starts without the notebook's files: {error}");
            app.dispatch(Action::Notify {
                text,
                is_error: true,
                action: None,
            });
            Vec::new()
        });
        let mut options = LaunchOptions {
            accelerator,
            network,
            files,
        };
        if !self.adopt_spare(app, generation, &mut options) {
            let effects = self.clone();
            let events = move |event| effects.take_event(app, generation, event);
            room.install(room.launcher.launch(options, Box::new(events)));
        }
        self.watch_life(app, generation);
    }

    pub(super) fn take_event(&self, app: AppState, generation: u64, event: ClientEvent) {
        let room = &self.rooms.kernel;
        if room.generation.get() != generation {
            return;
        }
        let event = match event {
            ClientEvent::Files(changes) => return self.take_file_changes(app, generation, changes),
            ClientEvent::FileContent(id, content) => return self.take_file_content(id, content),
            event => event,
        };
        match &event {
            ClientEvent::PackageRequest(id, request) => {
                return self.take_package_request(app, generation, *id, request);
            }
            ClientEvent::PackageCancelled(id) => return self.cancel_package_request(generation, *id),
            _ => {}
        }
        let is_fatal = matches!(event, ClientEvent::Fatal(_));
        room.watch.note_answer();
        let revives = is_fatal && app.with(|state| room.watch.revives(&state.runtime.kernel));
        if let ClientEvent::Fatal(reason) = &event {
            tell_death(app, reason, revives);
        }
        let steps = room.session.borrow_mut().take(event);
        if is_fatal {
            // The frame is taken down a moment later, because this call may come from inside it.
            room.generation.set(generation + 1);
            room.is_launching.set(false);
            let effects = self.clone();
            time::spawn(async move {
                if effects.rooms.kernel.generation.get() == generation + 1 {
                    effects.rooms.kernel.client.borrow_mut().take();
                    if revives {
                        effects.start_kernel(app);
                    }
                }
            });
        }
        self.follow(app, steps);
    }

    /// Answers a kernel's question about packages, if it is still that kernel.
    pub(super) fn answer_package(&self, generation: u64, id: u32, event: PackageEvent) {
        let room = &self.rooms.kernel;
        if room.generation.get() == generation
            && let Some(client) = &*room.client.borrow()
        {
            client.answer_package(id, event);
        }
    }

    pub(super) fn follow(&self, app: AppState, steps: Vec<Step>) {
        let room = &self.rooms.kernel;
        for step in steps {
            match step {
                Step::Send(message) => {
                    if let Some(client) = &*room.client.borrow() {
                        client.send(&message);
                    }
                }
                Step::Interrupt => {
                    if let Some(client) = &*room.client.borrow() {
                        client.interrupt();
                    }
                }
                Step::Report(report) => self.take_report(app, report),
                Step::Kernel(kernel) => {
                    self.flush(app);
                    if let KernelStatus::Dead(reason) = &kernel {
                        self.settle(&Err(reason.clone()));
                        self.keep_widgets();
                        self.forget_widgets();
                    }
                    self.plan_spare(app, &kernel);
                    app.dispatch(Action::SetKernel(kernel));
                }
                Step::Ready(device, timings_ms) => {
                    room.timings_ms.borrow_mut().extend(timings_ms);
                    room.watch.note_ready();
                    app.dispatch(Action::SetDevice(device));
                    self.settle(&Ok(()));
                }
                Step::Comm(message) => self.take_comm(&message),
                Step::CommDone(message) => self.end_comm(&message),
                Step::Answered(id, answer) => self.rooms.asking.settle(&id, answer),
            }
        }
    }

    fn take_report(&self, app: AppState, report: Report) {
        let is_urgent = matches!(
            &report,
            Report::Run {
                event: RunEvent::Ended { .. } | RunEvent::InputAsked(_) | RunEvent::Started { .. },
                ..
            }
        );
        push_joined(&mut self.rooms.kernel.reports.borrow_mut(), report);
        if is_urgent {
            self.flush(app);
        } else if !self.rooms.kernel.is_flush_planned.replace(true) {
            let effects = self.clone();
            time::spawn(async move {
                time::next_frame().await;
                let began_ms = time::page_ms();
                effects.flush(app);
                // What drawing costs shows when the next task gets its turn.
                time::sleep(0.0).await;
                let rest_ms = (time::page_ms() - began_ms) * REST_FACTOR;
                time::sleep(rest_ms.min(MAX_REST_MS)).await;
                effects.rooms.kernel.is_flush_planned.set(false);
                effects.flush(app);
            });
        }
    }

    /// Hands what has been collected to the state, then tells those who wait for an execution to end.
    pub(super) fn flush(&self, app: AppState) {
        let reports = self.rooms.kernel.reports.take();
        if reports.is_empty() {
            return;
        }
        let mut endings = Vec::new();
        let mut asking = None;
        for report in &reports {
            let Report::Run { cell, run, event } = report else {
                continue;
            };
            match event {
                RunEvent::Ended {
                    outcome,
                    execution_count,
                } => {
                    endings.push((cell.clone(), run.clone(), outcome.clone(), *execution_count));
                }
                RunEvent::InputAsked(_) => asking = Some(cell.clone()),
                RunEvent::Started { .. }
                | RunEvent::Shown(_)
                | RunEvent::Cleared { .. }
                | RunEvent::NextInput { .. } => {}
            }
        }
        app.dispatch(Action::TakeReports {
            reports,
            now_ms: time::page_ms(),
        });
        for (cell, run, outcome, execution_count) in endings {
            let took_ms = app.with(|state| state.runtime.cells.get(&cell).and_then(|runtime| runtime.took_ms));
            let result = RunResult {
                outcome,
                execution_count,
                took_ms: took_ms.unwrap_or_default(),
            };
            for waiter in self.rooms.kernel.waiters.borrow_mut().remove(&run).unwrap_or_default() {
                waiter.send(result.clone()).ok();
            }
        }
        let answer = asking.and_then(|cell| Some((cell, self.rooms.kernel.answers.borrow_mut().pop_front()?)));
        if let Some((cell, text)) = answer {
            app.dispatch(Action::AnswerInput { cell, text });
        }
    }

    /// Resolves when an execution has ended and its outputs are in the state.
    pub fn wait_for(&self, run: RunId) -> oneshot::Receiver<RunResult> {
        let (sender, receiver) = oneshot::channel();
        self.rooms
            .kernel
            .waiters
            .borrow_mut()
            .entry(run)
            .or_default()
            .push(sender);
        receiver
    }

    fn settle(&self, result: &Result<(), String>) {
        for waiter in self.rooms.kernel.settling.take() {
            waiter.send(result.clone()).ok();
        }
    }

    /// Resolves when the next kernel to start is ready, or has failed to.
    pub fn kernel_settled(&self) -> oneshot::Receiver<Result<(), String>> {
        let (sender, receiver) = oneshot::channel();
        self.rooms.kernel.settling.borrow_mut().push(sender);
        receiver
    }

    /// Gives answers in advance, in place of those given before.
    pub fn set_answers(&self, answers: Vec<String>) {
        *self.rooms.kernel.answers.borrow_mut() = answers.into();
    }

    /// How long things took, in milliseconds by name.
    pub fn timings_ms(&self) -> BTreeMap<String, f64> {
        self.rooms.kernel.timings_ms.borrow().clone()
    }

    /// Notes how long something took.
    pub fn note_timing(&self, name: &str, ms: f64) {
        self.rooms.kernel.timings_ms.borrow_mut().insert(name.to_owned(), ms);
    }
}

/// Adds a report; text that goes on where the last one ended is joined to it, so that a flood stays small.
fn push_joined(reports: &mut Vec<Report>, report: Report) {
    if let (
        Some(Report::Run {
            run: last_run,
            event:
                RunEvent::Shown(Output::Stream {
                    name: last_name,
                    text: last_text,
                }),
            ..
        }),
        Report::Run {
            run,
            event: RunEvent::Shown(Output::Stream { name, text }),
            ..
        },
    ) = (reports.last_mut(), &report)
        && last_run == run
        && last_name == name
    {
        last_text.push_str(text);
        return;
    }
    reports.push(report);
}
