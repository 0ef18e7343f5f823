//! What is believed of a view of a widget: a message for a model that it got, of known shape and bounded size. Pure.
//! Frames that show widgets run code that anybody may have written; whatever is not as it should be is dropped.
//! Read next: `comms.rs` (the models), `web/output_frame.rs` (from which frame a message came).

use super::comms::{Comms, Told, ViewId, find_references};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The longest message that is taken from a view.
pub const MAX_VIEW_MESSAGE_BYTES: usize = 32 * 1024 * 1024;

/// What says which code draws a model. Only the kernel may set it, because other views run that code too.
const KERNEL_ONLY: [&str; 9] = [
    "_model_module",
    "_model_module_version",
    "_model_name",
    "_view_module",
    "_view_module_version",
    "_view_name",
    "_esm",
    "_css",
    "_anywidget_id",
];

/// What a view wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// It can take messages.
    Ready,
    /// A message for the kernel.
    Send {
        /// The content of a `comm_msg`.
        content: Value,
        /// The view's name for it, told back when the kernel has dealt with it.
        token: u64,
        /// What the other views are told.
        told: Vec<Told>,
    },
}

/// Understands what a frame has said; `view` is nothing as long as the frame shows nothing.
pub fn understand_view(comms: &mut Comms, view: Option<ViewId>, text: &str) -> Option<Wish> {
    if text.len() > MAX_VIEW_MESSAGE_BYTES {
        return None;
    }
    let said: Value = serde_json::from_str(text).ok()?;
    match said.get("kind")?.as_str()? {
        "ready" => Some(Wish::Ready),
        "msg" => {
            let id = said.get("comm_id")?.as_str()?;
            let token = said.get("token")?.as_u64()?;
            let data = said.get("data")?.as_object()?;
            let no_buffers = Vec::new();
            let buffers = said.get("buffers").and_then(Value::as_array).unwrap_or(&no_buffers);
            let view = view.filter(|view| comms.knows(*view, id))?;
            let is_allowed = match data.get("method")?.as_str()? {
                "update" => {
                    let state = data.get("state")?.as_object()?;
                    !state.keys().any(|name| KERNEL_ONLY.contains(&name.as_str()))
                }
                "custom" | "request_state" => true,
                _ => false,
            };
            let mut named = BTreeSet::new();
            data.values().for_each(|value| find_references(value, 0, &mut named));
            if !is_allowed || !buffers.iter().all(Value::is_string) || !named.iter().all(|id| comms.knows(view, id)) {
                return None;
            }
            let told = comms.change(view, id, data, buffers);
            let content = json!({"comm_id": id, "data": data, "buffers": buffers});
            Some(Wish::Send { content, token, told })
        }
        _ => None,
    }
}
