//! What a Jupyter message means for an execution. Unknown messages mean nothing; malformed ones show as little as they hold.

use super::protocol::Message;
use crate::model::output::{JsonMap, MimeBundle, Output, StreamName};
use crate::model::run::{Outcome, RunEvent};
use crate::model::runtime::Prompt;
use crate::nbformat::bundle_from_json;
use serde_json::Value;

/// The longest text that code may put into a cell; what is longer is no text to edit.
const MAX_INPUT_BYTES: usize = 4_000_000;

/// A message, understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// Something happened to the execution.
    Event(RunEvent),
    /// What is shown under a display id changes.
    DisplayUpdated {
        /// The id.
        display_id: String,
        /// What is shown from now on.
        bundle: MimeBundle,
    },
    /// The request has been answered.
    Replied {
        /// How the execution ended.
        outcome: Outcome,
        /// Its number.
        execution_count: Option<u32>,
        /// Text for a cell, and whether it replaces that of the cell that ran.
        next_input: Option<(String, bool)>,
    },
    /// Everything that belongs to the request has been sent.
    Idle,
    /// Nothing for an execution.
    Nothing,
}

/// Understands a message.
pub fn understand(message: &Message) -> Incoming {
    let empty = JsonMap::new();
    let content = message.content.as_object().unwrap_or(&empty);
    match message.header.msg_type.as_str() {
        "execute_input" => Incoming::Event(RunEvent::Started {
            execution_count: count(content),
        }),
        "stream" => Incoming::Event(RunEvent::Shown(Output::Stream {
            name: StreamName::from_name(&text(content, "name")),
            text: text(content, "text"),
        })),
        "display_data" => match bundle_from_json(content) {
            Some(bundle) => Incoming::Event(RunEvent::Shown(Output::DisplayData {
                bundle,
                display_id: display_id(content),
            })),
            None => Incoming::Nothing,
        },
        "execute_result" => match bundle_from_json(content) {
            Some(bundle) => Incoming::Event(RunEvent::Shown(Output::ExecuteResult {
                bundle,
                execution_count: count(content),
            })),
            None => Incoming::Nothing,
        },
        "update_display_data" => match (display_id(content), bundle_from_json(content)) {
            (Some(display_id), Some(bundle)) => Incoming::DisplayUpdated { display_id, bundle },
            _ => Incoming::Nothing,
        },
        "clear_output" => {
            let wait = content.get("wait").and_then(Value::as_bool).unwrap_or(false);
            Incoming::Event(RunEvent::Cleared { wait })
        }
        "error" => Incoming::Event(RunEvent::Shown(error_output(content))),
        "input_request" => Incoming::Event(RunEvent::InputAsked(Prompt {
            text: text(content, "prompt"),
            password: content.get("password").and_then(Value::as_bool).unwrap_or(false),
        })),
        "execute_reply" => Incoming::Replied {
            outcome: outcome(content),
            execution_count: count(content),
            next_input: next_input(content),
        },
        "status" if text(content, "execution_state") == "idle" => Incoming::Idle,
        _ => Incoming::Nothing,
    }
}

fn text(content: &JsonMap, key: &str) -> String {
    content.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn count(content: &JsonMap) -> Option<u32> {
    content
        .get("execution_count")
        .and_then(Value::as_u64)
        .and_then(|count| u32::try_from(count).ok())
}

fn display_id(content: &JsonMap) -> Option<String> {
    content.get("transient")?.get("display_id")?.as_str().map(str::to_owned)
}

fn error_output(content: &JsonMap) -> Output {
    let traceback = content
        .get("traceback")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    Output::Error {
        ename: text(content, "ename"),
        evalue: text(content, "evalue"),
        traceback: traceback.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

/// The last text for a cell among the payloads of a reply; one that is too long is none.
fn next_input(content: &JsonMap) -> Option<(String, bool)> {
    let payloads = content.get("payload")?.as_array()?;
    let is_input = |payload: &&Value| payload.get("source").and_then(Value::as_str) == Some("set_next_input");
    let payload = payloads.iter().rev().find(is_input)?;
    let text = payload.get("text")?.as_str()?;
    let replaces = payload.get("replace").and_then(Value::as_bool).unwrap_or(false);
    (text.len() <= MAX_INPUT_BYTES).then(|| (text.to_owned(), replaces))
}

fn outcome(content: &JsonMap) -> Outcome {
    match text(content, "status").as_str() {
        "ok" => Outcome::Ok,
        "error" => Outcome::Error {
            ename: text(content, "ename"),
            evalue: text(content, "evalue"),
        },
        _ => Outcome::Aborted,
    }
}
