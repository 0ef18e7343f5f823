//! The session against the scripted kernel: cells go in, the model's notebook comes out.

use carrel_app::kernel::client::ClientEvent;
use carrel_app::kernel::fake::FakeKernel;
use carrel_app::kernel::protocol::Message;
use carrel_app::kernel::session::{Session, Step};
use carrel_app::model::action::{Action, AfterRun};
use carrel_app::model::cell::{Cell, CellKind};
use carrel_app::model::effect::Effect;
use carrel_app::model::ids::{CellId, DocumentId};
use carrel_app::model::notebook::{Document, Notebook};
use carrel_app::model::output::Output;
use carrel_app::model::runtime::{CellStatus, Device, KernelStatus};
use carrel_app::model::state::State;
use carrel_app::model::update::update;
use carrel_app::settings::Settings;

/// The page, a session and a scripted kernel, joined as `effects` joins them.
struct Bench {
    state: State,
    session: Session,
    kernel: FakeKernel,
}

impl Bench {
    fn new(scripts: &[&str]) -> Self {
        let mut state = State::new(1, Settings::default());
        let cells = scripts
            .iter()
            .enumerate()
            .map(|(index, script)| Cell::new(CellId::from(format!("c{index}")), CellKind::Code).with_source(*script));
        let notebook = Notebook {
            cells: cells.collect(),
            ..Notebook::default()
        };
        let document = Document {
            id: DocumentId::from("d"),
            title: "T".to_owned(),
            notebook,
            files: Vec::new(),
        };
        update(
            &mut state,
            Action::OpenDocument {
                document: Box::new(document),
                warnings: Vec::new(),
            },
        );
        Self {
            state,
            session: Session::new("s".to_owned(), || "now".to_owned()),
            kernel: FakeKernel::default(),
        }
    }

    fn ready(&mut self) {
        let steps = self.session.take(ClientEvent::Ready {
            device: Device::default(),
            timings_ms: Vec::new(),
        });
        self.follow(steps);
    }

    fn act(&mut self, action: Action) {
        for effect in update(&mut self.state, action).effects {
            let steps = match effect {
                Effect::Execute { cell, run, code } => self.session.enqueue(cell, run, code),
                Effect::Interrupt => self.session.interrupt(),
                Effect::Answer(text) => self.session.answer(&text),
                Effect::Restart => self.session.end(),
                _ => Vec::new(),
            };
            self.follow(steps);
        }
    }

    fn deliver(&mut self, messages: Vec<Message>) {
        for message in messages {
            let steps = self.session.take(ClientEvent::Message(Box::new(message)));
            self.follow(steps);
        }
    }

    fn follow(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Send(message) => {
                    let messages = self.kernel.take(&message);
                    self.deliver(messages);
                }
                Step::Interrupt => {
                    let messages = self.kernel.interrupt();
                    self.deliver(messages);
                }
                Step::Report(report) => {
                    update(
                        &mut self.state,
                        Action::TakeReports {
                            reports: vec![report],
                            now_ms: 0.0,
                        },
                    );
                }
                Step::Kernel(kernel) => {
                    update(&mut self.state, Action::SetKernel(kernel));
                }
                Step::Ready(device, _) => {
                    update(&mut self.state, Action::SetDevice(device));
                }
            }
        }
    }

    /// Each cell as `[count] status: outputs`.
    fn show(&self) -> Vec<String> {
        let cells = self.state.document.notebook.cells.iter().map(|cell| {
            let outputs = cell.outputs.iter().map(|output| match output {
                Output::Stream { text, .. } => text.replace('\n', "/"),
                Output::Error { ename, .. } => format!("!{ename}"),
                Output::ExecuteResult { bundle, .. } | Output::DisplayData { bundle, .. } => {
                    format!("={}", bundle.data["text/plain"].as_str().unwrap_or_default())
                }
                Output::Unknown(_) => "?".to_owned(),
            });
            let count = cell.execution_count.map_or(" ".to_owned(), |count| count.to_string());
            let status = self.state.runtime.cell_status(&cell.id).label();
            format!("[{count}] {status}: {}", outputs.collect::<Vec<_>>().join(" "))
        });
        cells.collect()
    }
}

#[test]
fn cells_wait_for_the_kernel_and_run_in_order() {
    let mut bench = Bench::new(&["print one\nshow 1", "print two"]);
    bench.act(Action::RunAll);
    assert_eq!(bench.show(), ["[ ] queued: ", "[ ] queued: "]);
    bench.ready();
    assert_eq!(bench.show(), ["[1] done: one/ =1", "[2] done: two/"]);
    assert_eq!(bench.state.runtime.kernel, KernelStatus::Idle);
}

#[test]
fn an_error_takes_the_rest_from_the_queue_and_the_kernel_goes_on() {
    let mut bench = Bench::new(&["raise ValueError", "print no", "print later"]);
    bench.act(Action::RunAll);
    bench.ready();
    assert_eq!(
        bench.show(),
        [
            "[1] failed: !ValueError",
            "[ ] not run: stopped: ",
            "[ ] not run: stopped: "
        ]
    );
    bench.act(Action::RunCell {
        cell: CellId::from("c2"),
        then: AfterRun::Stay,
    });
    assert_eq!(bench.show()[2], "[2] done: later/");
}

#[test]
fn a_question_is_asked_in_the_cell_and_its_answer_reaches_the_kernel() {
    let mut bench = Bench::new(&["ask Name? \nprint !"]);
    bench.ready();
    bench.act(Action::RunAll);
    assert!(bench.session.asking().is_some());
    bench.act(Action::AnswerInput {
        cell: CellId::from("c0"),
        text: "Ada".to_owned(),
    });
    assert_eq!(bench.show(), ["[1] done: Name? Ada/Ada!/"]);
    assert!(bench.session.asking().is_none());
}

#[test]
fn an_interrupt_ends_what_runs_and_what_waits() {
    let mut bench = Bench::new(&["hang", "print no"]);
    bench.ready();
    bench.act(Action::RunAll);
    assert_eq!(bench.show(), ["[1] running: ", "[ ] queued: "]);
    bench.act(Action::Interrupt);
    assert_eq!(
        bench.show(),
        ["[1] failed: !KeyboardInterrupt", "[ ] not run: stopped: "]
    );
    bench.act(Action::RunCell {
        cell: CellId::from("c1"),
        then: AfterRun::Stay,
    });
    assert_eq!(bench.show()[1], "[2] done: no/");
}

#[test]
fn a_restart_keeps_outputs_and_a_death_fails_what_ran() {
    let mut bench = Bench::new(&["print kept\nhang", "print no"]);
    bench.ready();
    bench.act(Action::RunAll);
    let steps = bench.session.take(ClientEvent::Fatal("out of memory".to_owned()));
    bench.follow(steps);
    assert_eq!(
        bench.show(),
        ["[1] failed: kept/ !DeadKernelError", "[ ] not run: stopped: "]
    );
    assert_eq!(
        bench.state.runtime.kernel,
        KernelStatus::Dead("out of memory".to_owned())
    );
    bench.kernel = FakeKernel::default();
    bench.act(Action::RunCell {
        cell: CellId::from("c1"),
        then: AfterRun::Stay,
    });
    assert_eq!(bench.state.runtime.cell_status(&CellId::from("c1")), CellStatus::Queued);
    bench.ready();
    assert_eq!(bench.show(), ["[1] failed: kept/ !DeadKernelError", "[1] done: no/"]);
}
