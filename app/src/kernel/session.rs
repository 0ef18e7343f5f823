//! One kernel's session: the queue of executions, sent one at a time, and what each message means for them. Pure.
//! It performs nothing: every call returns steps, which `effects` carries out in order.
//! As in Jupyter, a failed execution takes everything that waits behind it from the queue.

use super::client::{ClientEvent, MAX_MESSAGE_CHARS};
use super::incoming::{Incoming, understand};
use super::protocol::{self, Channel, Header, Message};
use super::requests::{Answer, NoAnswer, Request, RequestId, Requests};
use crate::model::action::Report;
use crate::model::ids::{CellId, RunId};
use crate::model::output::{Output, StreamName};
use crate::model::run::{Outcome, RunEvent};
use crate::model::runtime::{Device, KernelStatus};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// How many ended executions are remembered, so that what they print afterwards still finds their cell.
const MAX_ENDED: usize = 1000;

/// Something to be done for the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send a message to the kernel.
    Send(Box<Message>),
    /// Ask the running code to stop.
    Interrupt,
    /// Tell the model what the kernel reports.
    Report(Report),
    /// Tell the model the kernel's state.
    Kernel(KernelStatus),
    /// Tell the model what the kernel computes on, and note how long the start took.
    Ready(Device, Vec<(String, f64)>),
    /// Take a message of the kernel's comms.
    Comm(Box<Message>),
    /// The kernel has dealt with the posted message of this name.
    CommDone(String),
    /// Hand the answer to a request to who waits for it.
    Answered(RequestId, Answer),
}

#[derive(Clone, Debug, PartialEq)]
struct Execution {
    cell: CellId,
    run: RunId,
    code: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Current {
    execution: Execution,
    /// The header of the question that waits for an answer.
    question: Option<Header>,
    reply: Option<(Outcome, Option<u32>)>,
    is_idle: bool,
}

/// The state of a session.
pub struct Session {
    name: String,
    clock: fn() -> String,
    is_ready: bool,
    queue: VecDeque<Execution>,
    current: Option<Current>,
    ended: BTreeMap<RunId, CellId>,
    requests: Requests,
    /// In which execution each comm was opened: what its callbacks print shows there.
    comm_runs: BTreeMap<String, RunId>,
    /// Posted messages that the kernel has not dealt with, oldest first, with the execution that their outputs belong to.
    posted: Vec<(String, Option<RunId>)>,
    num_messages: u64,
}

impl Session {
    /// A session of that name; `clock` gives the date for headers.
    pub fn new(name: String, clock: fn() -> String) -> Self {
        Self {
            name,
            clock,
            is_ready: false,
            queue: VecDeque::new(),
            current: None,
            ended: BTreeMap::new(),
            requests: Requests::default(),
            comm_runs: BTreeMap::new(),
            posted: Vec::new(),
            num_messages: 0,
        }
    }

    /// True while something runs or waits.
    pub fn is_pending(&self) -> bool {
        self.current.is_some() || !self.queue.is_empty()
    }

    /// The run that the kernel executes.
    pub fn running(&self) -> Option<&RunId> {
        self.current.as_ref().map(|current| &current.execution.run)
    }

    /// The oldest posted message that the kernel has not dealt with: what it calls now, unless a cell runs.
    pub fn calling(&self) -> Option<&str> {
        self.posted.first().map(|(message, _)| message.as_str())
    }

    /// Whether the kernel has not dealt with a posted message yet.
    pub fn is_posted(&self, message: &str) -> bool {
        self.posted_by(message).is_some()
    }

    fn posted_by(&self, message: &str) -> Option<&Option<RunId>> {
        let found = self.posted.iter().find(|(posted, _)| posted == message);
        found.map(|(_, run)| run)
    }

    /// The run whose question waits for an answer.
    pub fn asking(&self) -> Option<&RunId> {
        self.current
            .as_ref()
            .filter(|current| current.question.is_some())
            .map(|current| &current.execution.run)
    }

    /// Puts an execution at the end of the queue.
    pub fn enqueue(&mut self, cell: CellId, run: RunId, code: String) -> Vec<Step> {
        self.queue.push_back(Execution { cell, run, code });
        self.send_next()
    }

    /// Sends a request that executes nothing; its answer comes as a step, at once where there can be none.
    pub fn ask(&mut self, request: &Request) -> (RequestId, Vec<Step>) {
        let message = self.message(Channel::Shell, &request.msg_type, request.content.clone());
        let id = RequestId(message.header.msg_id.clone());
        let steps = if self.is_ready {
            self.requests.add(request, message, self.current.is_some())
        } else {
            vec![Step::Answered(id.clone(), Err(NoAnswer::NoKernel))]
        };
        (id, steps)
    }

    /// Waits for the answer to a request no longer.
    pub fn give_up(&mut self, id: &RequestId) -> Vec<Step> {
        self.requests.give_up(id, self.current.is_some())
    }

    /// Sends a message that has no answer, for example of a comm; nothing where no kernel takes it.
    pub fn post(&mut self, msg_type: &str, content: Value) -> Vec<Step> {
        if !self.is_ready {
            return Vec::new();
        }
        let run = content
            .get("comm_id")
            .and_then(Value::as_str)
            .and_then(|comm| self.comm_runs.get(comm))
            .cloned();
        let message = self.message(Channel::Shell, msg_type, content);
        self.posted.push((message.header.msg_id.clone(), run));
        vec![Step::Send(Box::new(message))]
    }

    /// Takes everything that waits from the queue and asks what runs to stop.
    pub fn interrupt(&mut self) -> Vec<Step> {
        let mut steps = self.abort_queue();
        if self.current.is_some() || !self.posted.is_empty() {
            steps.push(Step::Interrupt);
        }
        steps
    }

    /// Answers the question of the running code.
    pub fn answer(&mut self, text: &str) -> Vec<Step> {
        let Some(question) = self.current.as_mut().and_then(|current| current.question.take()) else {
            return Vec::new();
        };
        let mut message = self.message(Channel::Stdin, "input_reply", protocol::input_reply(text));
        message.parent_header = Some(question);
        vec![Step::Send(Box::new(message))]
    }

    /// Ends the session, for a restart or because its document is closed.
    pub fn end(&mut self) -> Vec<Step> {
        self.is_ready = false;
        let mut steps = Vec::new();
        if let Some(current) = self.current.take() {
            steps.push(ended(current.execution, Outcome::Aborted, None));
        }
        steps.extend(self.abort_queue());
        steps.extend(self.requests.clear());
        self.ended.clear();
        self.comm_runs.clear();
        self.posted.clear();
        steps
    }

    /// Takes what the kernel tells.
    pub fn take(&mut self, event: ClientEvent) -> Vec<Step> {
        match event {
            ClientEvent::Progress(progress) if !self.is_ready => vec![Step::Kernel(KernelStatus::Starting(progress))],
            ClientEvent::Progress(_) => Vec::new(),
            ClientEvent::Ready { device, timings_ms } => {
                self.is_ready = true;
                let mut steps = vec![Step::Ready(device, timings_ms), Step::Kernel(KernelStatus::Idle)];
                steps.extend(self.send_next());
                steps
            }
            ClientEvent::Message(message) => self.take_message(&message),
            // Packages have nothing to do with executions.
            ClientEvent::PackageRequest(..) | ClientEvent::PackageCancelled(_) => Vec::new(),
            ClientEvent::Alive => Vec::new(),
            ClientEvent::Files(_) | ClientEvent::FileContent(..) => Vec::new(),
            ClientEvent::TooLong(num_chars) => self.tell_too_long(num_chars),
            ClientEvent::Fatal(reason) => self.die(reason),
        }
    }

    /// Says in the cell that runs that something it sent is missing.
    fn tell_too_long(&self, num_chars: u32) -> Vec<Step> {
        let Some(Current { execution, .. }) = &self.current else {
            return Vec::new();
        };
        let text =
            format!("A message of {num_chars} characters was dropped: the page takes up to {MAX_MESSAGE_CHARS}.\n");
        vec![Step::Report(Report::Run {
            cell: execution.cell.clone(),
            run: execution.run.clone(),
            event: RunEvent::Shown(Output::Stream {
                name: StreamName::Stderr,
                text,
            }),
        })]
    }

    fn die(&mut self, reason: String) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(current) = self.current.take() {
            let (ename, evalue) = ("DeadKernelError".to_owned(), reason.clone());
            let traceback = vec![format!("{ename}: the kernel stopped while this cell ran: {reason}")];
            let error = Output::Error {
                ename: ename.clone(),
                evalue: evalue.clone(),
                traceback,
            };
            let Execution { cell, run, .. } = current.execution.clone();
            steps.push(Step::Report(Report::Run {
                cell,
                run,
                event: RunEvent::Shown(error),
            }));
            steps.push(ended(current.execution, Outcome::Error { ename, evalue }, None));
        }
        steps.extend(self.end());
        steps.push(Step::Kernel(KernelStatus::Dead(reason)));
        steps
    }

    fn take_message(&mut self, message: &Message) -> Vec<Step> {
        if let Some(steps) = self.requests.take(message, self.current.is_some()) {
            return steps;
        }
        if message.header.msg_type.starts_with("comm_") {
            return self.take_comm(message);
        }
        let incoming = understand(message);
        if let Incoming::DisplayUpdated { display_id, bundle } = incoming {
            return vec![Step::Report(Report::DisplayUpdated { display_id, bundle })];
        }
        let Some(parent) = message.parent_id() else {
            return Vec::new();
        };
        if self
            .current
            .as_ref()
            .is_none_or(|current| current.execution.run.as_str() != parent)
        {
            return self.take_late(parent, incoming);
        }
        let Some(current) = self.current.as_mut() else {
            return Vec::new();
        };
        let Execution { cell, run, .. } = current.execution.clone();
        match incoming {
            Incoming::Event(event) => {
                if matches!(event, RunEvent::InputAsked(_)) {
                    current.question = Some(message.header.clone());
                }
                return vec![Step::Report(Report::Run { cell, run, event })];
            }
            Incoming::Replied {
                outcome,
                execution_count,
                next_input,
            } => {
                let code = &current.execution.code;
                let event = next_input.map(|(text, replaces)| RunEvent::NextInput {
                    text,
                    replaces: replaces.then(|| code.clone()),
                });
                current.reply = Some((outcome, execution_count));
                let report = event.map(|event| Step::Report(Report::Run { cell, run, event }));
                return report.into_iter().chain(self.end_current()).collect();
            }
            Incoming::Idle => current.is_idle = true,
            Incoming::DisplayUpdated { .. } | Incoming::Nothing => {}
        }
        self.end_current()
    }

    /// A message of a comm; what the kernel opens belongs to the execution that opened it.
    fn take_comm(&mut self, message: &Message) -> Vec<Step> {
        let comm = message.content.get("comm_id").and_then(Value::as_str);
        if let (Some(comm), Some(parent)) = (comm, message.parent_id()) {
            match message.header.msg_type.as_str() {
                "comm_open" => {
                    let run = self.posted_by(parent).cloned().flatten();
                    let run = run.unwrap_or_else(|| RunId::from(parent));
                    self.comm_runs.insert(comm.to_owned(), run);
                }
                "comm_close" => {
                    self.comm_runs.remove(comm);
                }
                _ => {}
            }
        }
        vec![Step::Comm(Box::new(message.clone()))]
    }

    /// What an execution shows after it has ended, for example from a background task.
    fn take_late(&mut self, parent: &str, incoming: Incoming) -> Vec<Step> {
        let posted = self.posted_by(parent);
        if posted.is_some() && incoming == Incoming::Idle {
            self.posted.retain(|(message, _)| message != parent);
            let done = Step::CommDone(parent.to_owned());
            let idle = (self.posted.is_empty() && !self.is_pending()).then_some(Step::Kernel(KernelStatus::Idle));
            return [done].into_iter().chain(idle).collect();
        }
        let run = posted.cloned().flatten().unwrap_or_else(|| RunId::from(parent));
        match (self.ended.get(&run), incoming) {
            (Some(cell), Incoming::Event(event @ (RunEvent::Shown(_) | RunEvent::Cleared { .. }))) => {
                vec![Step::Report(Report::Run {
                    cell: cell.clone(),
                    run,
                    event,
                })]
            }
            _ => Vec::new(),
        }
    }

    /// An execution is over when it has been answered and everything it has shown has arrived.
    fn end_current(&mut self) -> Vec<Step> {
        let Some(current) = self
            .current
            .take_if(|current| current.reply.is_some() && current.is_idle)
        else {
            return Vec::new();
        };
        let Current { execution, reply, .. } = current;
        let (outcome, execution_count) = reply.unwrap_or((Outcome::Aborted, None));
        let has_failed = outcome != Outcome::Ok;
        if self.ended.len() >= MAX_ENDED {
            self.ended.clear();
        }
        self.ended.insert(execution.run.clone(), execution.cell.clone());
        let mut steps = vec![ended(execution, outcome, execution_count)];
        if has_failed {
            steps.extend(self.abort_queue());
        }
        let next = self.send_next();
        if next.is_empty() && self.posted.is_empty() {
            steps.push(Step::Kernel(KernelStatus::Idle));
        }
        steps.extend(next);
        steps
    }

    fn abort_queue(&mut self) -> Vec<Step> {
        self.queue
            .drain(..)
            .map(|execution| ended(execution, Outcome::Aborted, None))
            .collect()
    }

    fn send_next(&mut self) -> Vec<Step> {
        if !self.is_ready || self.current.is_some() {
            return Vec::new();
        }
        let Some(execution) = self.queue.pop_front() else {
            return Vec::new();
        };
        let mut message = self.message(
            Channel::Shell,
            "execute_request",
            protocol::execute_request(&execution.code),
        );
        message.header.msg_id = execution.run.to_string();
        message
            .metadata
            .insert("cellId".to_owned(), json!(execution.cell.as_str()));
        self.current = Some(Current {
            execution,
            question: None,
            reply: None,
            is_idle: false,
        });
        vec![Step::Kernel(KernelStatus::Busy), Step::Send(Box::new(message))]
    }

    fn message(&mut self, channel: Channel, msg_type: &str, content: Value) -> Message {
        self.num_messages += 1;
        let header = Header {
            msg_id: format!("{}-{}", self.name, self.num_messages),
            msg_type: msg_type.to_owned(),
            session: self.name.clone(),
            username: "carrel".to_owned(),
            date: (self.clock)(),
            version: protocol::VERSION.to_owned(),
        };
        Message {
            channel,
            header,
            content,
            ..Message::default()
        }
    }
}

fn ended(execution: Execution, outcome: Outcome, execution_count: Option<u32>) -> Step {
    let event = RunEvent::Ended {
        outcome,
        execution_count,
    };
    Step::Report(Report::Run {
        cell: execution.cell,
        run: execution.run,
        event,
    })
}
