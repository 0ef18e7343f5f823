//! Requests that execute nothing (completion, help, what an inspector asks): which are under way, and whose answer counts. Pure.
//! On one topic at most one is in the kernel at a time, and of those that wait only the newest is sent, so that fast typing
//! never stands in the way of a cell. Read next: `session.rs`, which owns this, and `effects/requests.rs`, which awaits.

use super::protocol::{Channel, Message};
use super::session::Step;
use serde_json::Value;

/// What to do with a request while a cell runs, when the kernel would answer it only after the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenBusy {
    /// Answer at once that the kernel is busy.
    Refuse,
    /// Send it; it is answered after what runs.
    Wait,
}

/// A request that executes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The message's type, for example `complete_request`.
    pub msg_type: String,
    /// What it says.
    pub content: Value,
    /// Requests on the same topic replace each other, the newest wins; those without one stand alone.
    pub topic: Option<String>,
    /// What to do while a cell runs.
    pub when_busy: WhenBusy,
}

/// A request's name: the id of its message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub(super) String);

/// Why there is no answer. None of these is an error to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// No kernel takes requests.
    #[error("no kernel is there to answer")]
    NoKernel,
    /// A cell runs.
    #[error("the kernel is running a cell")]
    Busy,
    /// A newer request on the topic has taken its place.
    #[error("a newer request has taken its place")]
    Overtaken,
    /// The kernel took too long.
    #[error("the kernel took too long to answer")]
    Late,
    /// The kernel was restarted, or died.
    #[error("the kernel is gone")]
    Gone,
}

/// What the kernel answered: the content of its reply.
pub type Answer = Result<Value, NoAnswer>;

#[derive(Clone, Debug)]
struct Pending {
    topic: Option<String>,
    when_busy: WhenBusy,
    message: Box<Message>,
    is_sent: bool,
    /// False once a newer one has taken its place; it then only keeps the topic until its reply has come.
    is_wanted: bool,
}

impl Pending {
    fn id(&self) -> RequestId {
        RequestId(self.message.header.msg_id.clone())
    }
}

/// The requests of a session that have no answer yet.
#[derive(Debug, Default)]
pub struct Requests {
    pending: Vec<Pending>,
}

impl Requests {
    /// Takes a request whose message has been made; what it replaces is answered.
    pub fn add(&mut self, request: &Request, message: Message, is_busy: bool) -> Vec<Step> {
        let mut steps = Vec::new();
        let topic = &request.topic;
        let is_topical = |pending: &Pending| topic.is_some() && pending.topic == *topic;
        for pending in self.pending.iter_mut().filter(|pending| is_topical(pending)) {
            if pending.is_wanted {
                steps.push(Step::Answered(pending.id(), Err(NoAnswer::Overtaken)));
            }
            pending.is_wanted = false;
        }
        self.pending.retain(|pending| pending.is_sent || !is_topical(pending));
        self.pending.push(Pending {
            topic: request.topic.clone(),
            when_busy: request.when_busy,
            message: Box::new(message),
            is_sent: false,
            is_wanted: true,
        });
        steps.extend(self.send_next(is_busy));
        steps
    }

    /// Takes a reply; none when it answers no request of ours.
    pub fn take(&mut self, message: &Message, is_busy: bool) -> Option<Vec<Step>> {
        if message.channel != Channel::Shell {
            return None;
        }
        let parent = message.parent_id()?;
        let index = self
            .pending
            .iter()
            .position(|pending| pending.is_sent && pending.message.header.msg_id == parent)?;
        let pending = self.pending.remove(index);
        let mut steps = Vec::new();
        if pending.is_wanted {
            steps.push(Step::Answered(pending.id(), Ok(message.content.clone())));
        }
        steps.extend(self.send_next(is_busy));
        Some(steps)
    }

    /// Waits for a request no longer.
    pub fn give_up(&mut self, id: &RequestId, is_busy: bool) -> Vec<Step> {
        let Some(index) = self.pending.iter().position(|pending| pending.id() == *id) else {
            return Vec::new();
        };
        let late = self.pending.remove(index);
        if late.topic.is_some() {
            // What held it up has had as long: its reply is lost.
            self.pending
                .retain(|pending| pending.topic != late.topic || pending.is_wanted);
        }
        let mut steps = vec![Step::Answered(id.clone(), Err(NoAnswer::Late))];
        steps.extend(self.send_next(is_busy));
        steps
    }

    /// Drops everything, because the kernel is gone.
    pub fn clear(&mut self) -> Vec<Step> {
        self.pending
            .drain(..)
            .filter(|pending| pending.is_wanted)
            .map(|pending| Step::Answered(pending.id(), Err(NoAnswer::Gone)))
            .collect()
    }

    /// Sends what no earlier request on its topic holds up.
    fn send_next(&mut self, is_busy: bool) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut index = 0;
        while let Some(pending) = self.pending.get(index) {
            let is_held = pending.topic.is_some()
                && self.pending[..index]
                    .iter()
                    .any(|earlier| earlier.is_sent && earlier.topic == pending.topic);
            if pending.is_sent || is_held {
                index += 1;
            } else if is_busy && pending.when_busy == WhenBusy::Refuse {
                steps.push(Step::Answered(pending.id(), Err(NoAnswer::Busy)));
                self.pending.remove(index);
            } else {
                steps.push(Step::Send(pending.message.clone()));
                self.pending[index].is_sent = true;
                index += 1;
            }
        }
        steps
    }
}
