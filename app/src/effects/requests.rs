//! Asking the kernel something that executes nothing, and awaiting its answer for a limited time.
//! What may be asked when, and whose answer counts, is the session's. Read next: `kernel/requests.rs`.

use super::Effects;
use crate::kernel::requests::{Answer, NoAnswer, Request, RequestId, WhenBusy};
use crate::model::action::Action;
use crate::model::source_place::FilePiece;
use crate::state::AppState;
use crate::web::time;
use futures::channel::oneshot;
use futures::future::{Either, select};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Help that comes later than this is no help; what the kernel still computes is dropped.
const ASSIST_LIMIT_MS: f64 = 4000.0;

/// How long a piece of a file is awaited.
const FILE_LIMIT_MS: f64 = 10_000.0;

/// Those who wait for answers.
#[derive(Default)]
pub(super) struct Asking {
    waiters: RefCell<BTreeMap<RequestId, oneshot::Sender<Answer>>>,
}

impl Asking {
    /// Hands an answer to who waits for it.
    pub(super) fn settle(&self, id: &RequestId, answer: Answer) {
        if let Some(waiter) = self.waiters.borrow_mut().remove(id) {
            waiter.send(answer).ok();
        }
    }
}

impl Effects {
    /// Sends a request and waits for the content of its reply. Starts no kernel.
    pub async fn ask(&self, app: AppState, request: Request, limit_ms: f64) -> Answer {
        let (id, steps) = self.rooms.kernel.session.borrow_mut().ask(&request);
        let (sender, receiver) = oneshot::channel();
        self.rooms.asking.waiters.borrow_mut().insert(id.clone(), sender);
        self.follow(app, steps);
        match select(receiver, Box::pin(time::sleep(limit_ms))).await {
            Either::Left((answer, _)) => answer.unwrap_or(Err(NoAnswer::Gone)),
            Either::Right(((), _)) => {
                let steps = self.rooms.kernel.session.borrow_mut().give_up(&id);
                self.follow(app, steps);
                Err(NoAnswer::Late)
            }
        }
    }

    /// Shows a piece of a file in the kernel, around a line, or says why there is none.
    pub(super) fn read_file(&self, app: AppState, path: String, line: u32) {
        let effects = self.clone();
        time::spawn(async move {
            let request = Request {
                msg_type: "carrel_file_request".to_owned(),
                content: json!({"path": path, "line": line}),
                topic: Some("file".to_owned()),
                when_busy: WhenBusy::Refuse,
            };
            let answer = effects.ask(app, request, FILE_LIMIT_MS).await;
            let piece = match answer {
                Ok(content) => FilePiece::from_reply(&content, line),
                Err(NoAnswer::Overtaken) => return,
                Err(reason) => Err(reason.to_string()),
            };
            app.dispatch(match piece {
                Ok(piece) => Action::ShowFile(piece),
                Err(reason) => Action::Notify {
                    text: format!("{path} cannot be shown: {reason}"),
                    is_error: false,
                    action: None,
                },
            });
        });
    }

    /// Asks for completion or help; `None` where the kernel has nothing to say in time, or runs a cell.
    /// Questions of one kind replace each other.
    pub async fn assist(&self, app: AppState, kind: &str, content: &str) -> Option<String> {
        let msg_type = if kind == "complete" {
            "complete_request"
        } else {
            "inspect_request"
        };
        let request = Request {
            msg_type: msg_type.to_owned(),
            content: serde_json::from_str(content).ok()?,
            topic: Some(format!("assist {kind}")),
            when_busy: WhenBusy::Refuse,
        };
        let answer = self.ask(app, request, ASSIST_LIMIT_MS).await;
        answer.ok().map(|content| content.to_string())
    }
}
