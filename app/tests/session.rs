//! The session against the scripted kernel: cells go in, the model's notebook comes out.

use carrel_app::kernel::client::ClientEvent;
use carrel_app::kernel::fake::FakeKernel;
use carrel_app::kernel::protocol::{Channel, Message};
use carrel_app::kernel::requests::{Answer, NoAnswer, Request, RequestId, WhenBusy};
use carrel_app::kernel::session::{Session, Step};
use carrel_app::model::action::{Action, AfterRun};
use carrel_app::model::cell::{Cell, CellKind};
use carrel_app::model::effect::Effect;
use carrel_app::model::ids::{CellId, DocumentId};
use carrel_app::model::notebook::{Document, Notebook};
use carrel_app::model::output::Output;
use carrel_app::model::runtime::{CellStatus, Device, KernelStatus};
use carrel_app::model::source_place::{FilePiece, SourcePlace};
use carrel_app::model::state::State;
use carrel_app::model::update::update;
use carrel_app::model::view::{Dialog, Mode};
use carrel_app::settings::Settings;
use serde_json::json;

/// The page, a session and a scripted kernel, joined as `effects` joins them.
struct Bench {
    state: State,
    session: Session,
    kernel: FakeKernel,
    answers: Vec<Answer>,
    /// What the kernel's comms said.
    comms: Vec<Message>,
    /// Messages that a slow kernel has not been given yet, while it is slow.
    held: Option<Vec<Message>>,
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
            answers: Vec::new(),
            comms: Vec::new(),
            held: None,
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

    /// Asks something on a topic; the scripted kernel answers with the question's own content.
    fn ask(&mut self, text: &str, topic: &str, when_busy: WhenBusy) -> RequestId {
        let request = Request {
            msg_type: "complete_request".to_owned(),
            content: json!(text),
            topic: (!topic.is_empty()).then(|| topic.to_owned()),
            when_busy,
        };
        let (id, steps) = self.session.ask(&request);
        self.follow(steps);
        id
    }

    /// Lets a slow kernel answer what it was sent, oldest first.
    fn catch_up(&mut self) {
        for message in self.held.take().unwrap_or_default() {
            let messages = self.kernel.take(&message);
            self.deliver(messages);
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
                Step::Send(message) if self.held.is_some() => {
                    self.held.iter_mut().for_each(|held| held.push(*message.clone()));
                }
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
                Step::Answered(_, answer) => self.answers.push(answer),
                Step::Comm(message) => self.comms.push(*message),
                Step::CommDone(_) => {}
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

#[test]
fn a_request_is_answered_beside_the_cells_and_shows_nothing() {
    let mut bench = Bench::new(&["print one"]);
    bench.ask("early", "", WhenBusy::Wait);
    bench.ready();
    bench.ask("x.", "", WhenBusy::Refuse);
    assert_eq!(bench.answers, [Err(NoAnswer::NoKernel), Ok(json!("x."))]);
    bench.act(Action::RunAll);
    assert_eq!(bench.show(), ["[1] done: one/"]);
}

#[test]
fn while_a_cell_runs_a_request_waits_or_is_refused() {
    let mut bench = Bench::new(&["hang"]);
    bench.ready();
    bench.act(Action::RunAll);
    bench.ask("help", "assist", WhenBusy::Refuse);
    assert_eq!(bench.answers, [Err(NoAnswer::Busy)]);
    bench.ask("variables", "inspector", WhenBusy::Wait);
    assert_eq!(bench.answers[1..], [Ok(json!("variables"))]);
    assert_eq!(bench.show(), ["[1] running: "]);
}

#[test]
fn the_newest_request_on_a_topic_wins_and_only_one_is_in_the_kernel() {
    let mut bench = Bench::new(&[]);
    bench.ready();
    bench.held = Some(Vec::new());
    for text in ["t", "to", "tor"] {
        bench.ask(text, "assist", WhenBusy::Refuse);
    }
    bench.ask("other", "inspector", WhenBusy::Wait);
    assert_eq!(bench.answers, [Err(NoAnswer::Overtaken), Err(NoAnswer::Overtaken)]);
    assert_eq!(bench.held.as_ref().map(Vec::len), Some(2));
    bench.catch_up();
    assert_eq!(bench.answers[2..], [Ok(json!("tor")), Ok(json!("other"))]);
}

#[test]
fn a_request_that_waits_behind_another_is_refused_when_a_cell_has_come_between() {
    let mut bench = Bench::new(&["hang"]);
    bench.ready();
    bench.held = Some(Vec::new());
    bench.ask("first", "assist", WhenBusy::Refuse);
    bench.ask("second", "assist", WhenBusy::Refuse);
    bench.act(Action::RunAll);
    bench.catch_up();
    assert_eq!(bench.answers, [Err(NoAnswer::Overtaken), Err(NoAnswer::Busy)]);
    assert_eq!(bench.show(), ["[1] running: "]);
}

#[test]
fn late_answers_and_those_of_a_kernel_that_is_gone_are_dropped() {
    let mut bench = Bench::new(&[]);
    bench.ready();
    bench.held = Some(Vec::new());
    bench.ask("lost", "assist", WhenBusy::Refuse);
    let waiting = bench.ask("late", "assist", WhenBusy::Refuse);
    let steps = bench.session.give_up(&waiting);
    bench.follow(steps);
    assert_eq!(bench.answers, [Err(NoAnswer::Overtaken), Err(NoAnswer::Late)]);
    // What was lost does not hold up the topic.
    bench.ask("fresh", "assist", WhenBusy::Refuse);
    assert_eq!(bench.held.as_ref().map(Vec::len), Some(2));
    let steps = bench.session.end();
    bench.follow(steps);
    assert_eq!(bench.answers[2..], [Err(NoAnswer::Gone)]);
    bench.catch_up();
    assert_eq!(bench.answers.len(), 3);
}

#[test]
fn a_forged_reply_reaches_nobody() {
    let mut bench = Bench::new(&[]);
    bench.ready();
    bench.held = Some(Vec::new());
    bench.ask("x", "assist", WhenBusy::Refuse);
    let mut forged = bench.held.as_ref().map(|held| held[0].clone()).expect("one was sent");
    forged.parent_header = Some(Default::default());
    bench.held = None;
    bench.deliver(vec![forged]);
    assert!(bench.answers.is_empty());
}

#[test]
fn what_a_comm_says_reaches_the_page_also_while_a_cell_runs_and_changes_no_cell() {
    let mut bench = Bench::new(&["hang"]);
    bench.ready();
    bench.act(Action::RunAll);
    let mut message = Message {
        channel: Channel::Iopub,
        content: json!({"comm_id": "slider", "data": {"method": "update", "state": {"value": 3}}}),
        ..Message::default()
    };
    message.header.msg_type = "comm_msg".to_owned();
    bench.deliver(vec![message.clone()]);
    assert_eq!(bench.comms, [message]);
    assert_eq!(bench.show(), ["[1] running: "]);
}

#[test]
fn code_puts_text_into_its_own_cell_or_a_new_one() {
    let sources = |bench: &Bench| -> Vec<String> {
        let cells = bench.state.document.notebook.cells.iter();
        cells.map(|cell| cell.source.clone()).collect()
    };
    let mut bench = Bench::new(&["load loaded", "print two"]);
    bench.ready();
    bench.act(Action::RunAll);
    assert_eq!(sources(&bench), ["loaded", "print two"]);
    assert_eq!(bench.show()[0], "[1] done: ");

    // What was written meanwhile is not lost.
    let mut bench = Bench::new(&["load loaded", "print two"]);
    bench.act(Action::RunAll);
    bench.act(Action::SetSource {
        cell: CellId::from("c0"),
        source: "mine".to_owned(),
    });
    bench.ready();
    assert_eq!(sources(&bench), ["mine", "loaded", "print two"]);
    bench.act(Action::UndoCells);
    assert_eq!(sources(&bench), ["mine", "print two"]);

    let mut bench = Bench::new(&["next new", "print two"]);
    bench.ready();
    bench.act(Action::RunAll);
    assert_eq!(sources(&bench), ["next new", "new", "print two"]);
    assert_eq!(bench.state.view.selected, Some(CellId::from("c0")));
}

#[test]
fn a_frame_of_a_traceback_leads_to_the_cell_that_ran() {
    let mut bench = Bench::new(&["print one", "print two", "print three"]);
    bench.ready();
    bench.act(Action::RunAll);
    let mut go = |number, line| {
        let place = SourcePlace::Cell { number, line };
        let from = CellId::from("c2");
        let effects = update(&mut bench.state, Action::GoToPlace { from, place }).effects;
        (
            effects,
            bench.state.view.selected.clone(),
            bench.state.view.mode,
            bench.state.notices.len(),
        )
    };
    let cell = CellId::from("c1");
    let goes = vec![Effect::GoToLine {
        cell: cell.clone(),
        line: 5,
    }];
    assert_eq!(go(2, 5), (goes, Some(cell.clone()), Mode::Edit, 0));
    let (effects, selected, _, num_notices) = go(9, 1);
    assert_eq!((effects, selected, num_notices), (vec![], Some(cell), 1));
    let place = SourcePlace::File {
        path: "a.py".to_owned(),
        line: 3,
    };
    let from = CellId::from("c0");
    let effects = update(&mut bench.state, Action::GoToPlace { from, place }).effects;
    let path = "a.py".to_owned();
    assert_eq!(effects, [Effect::ReadFile { path, line: 3 }]);
    let reply = json!({"status": "ok", "path": "a.py", "first_line": 2, "text": "two\nthree\n"});
    let piece = FilePiece::from_reply(&reply, 3).unwrap();
    assert_eq!((piece.first_line, piece.lines.len()), (2, 2));
    update(&mut bench.state, Action::ShowFile(piece.clone()));
    assert_eq!(
        (bench.state.view.dialog, bench.state.view.file.clone()),
        (Some(Dialog::File), Some(piece))
    );
    let refused = FilePiece::from_reply(&json!({"status": "error", "evalue": "no such text file"}), 3);
    assert_eq!(refused, Err("no such text file".to_owned()));
}
