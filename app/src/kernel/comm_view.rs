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
    /// It shows icons and wants their font.
    Icons,
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
        "icons" => Some(Wish::Icons),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::protocol::{Header, Message};

    fn kernel_says(comms: &mut Comms, msg_type: &str, content: Value) -> Vec<Told> {
        let header = Header {
            msg_type: msg_type.to_owned(),
            ..Header::default()
        };
        comms.take(&Message {
            header,
            content,
            ..Message::default()
        })
    }

    fn model(comms: &mut Comms, id: &str, state: Value) -> Vec<Told> {
        let content =
            json!({"comm_id": id, "target_name": "jupyter.widget", "data": {"state": state, "buffer_paths": []}});
        kernel_says(comms, "comm_open", content)
    }

    fn update(id: &str, state: Value) -> String {
        json!({"kind": "msg", "comm_id": id, "token": 1, "data": {"method": "update", "state": state}}).to_string()
    }

    fn kinds(told: &[Told]) -> Vec<(ViewId, String)> {
        let said = |what: &Value| format!("{} {}", what["kind"], what["comm_id"]).replace('"', "");
        told.iter().map(|(view, what)| (*view, said(what))).collect()
    }

    #[test]
    fn a_view_gets_what_its_model_refers_to_and_may_change_only_that() {
        let mut comms = Comms::default();
        model(&mut comms, "inner", json!({"value": 1}));
        model(&mut comms, "box", json!({"children": ["IPY_MODEL_inner"]}));
        model(&mut comms, "other", json!({"value": 2}));
        let (view, told) = comms.open_view("box").expect("it is there");
        assert_eq!(kinds(&told).len(), 3);
        assert!(!told.iter().any(|(_, what)| what["comm_id"] == "other"));
        let mut say = |text: &str| understand_view(&mut comms, Some(view), text);
        assert!(matches!(
            say(&update("inner", json!({"value": 5}))),
            Some(Wish::Send { .. })
        ));
        assert_eq!(say(&update("other", json!({"value": 5}))), None);
        assert_eq!(say(&update("inner", json!({"style": "IPY_MODEL_other"}))), None);
        assert_eq!(say(&update("inner", json!({"_esm": "x"}))), None);
        assert_eq!(say("{"), None);
        assert_eq!(
            say(r#"{"kind":"msg","comm_id":"inner","token":1,"data":{"method":"reveal"}}"#),
            None
        );
        assert_eq!(understand_view(&mut comms, None, &update("inner", json!({}))), None);
    }

    #[test]
    fn views_of_one_model_hear_of_each_other_and_of_new_children() {
        let mut comms = Comms::default();
        model(&mut comms, "a", json!({"value": 1}));
        let (first, _) = comms.open_view("a").expect("it is there");
        let (second, _) = comms.open_view("a").expect("it is there");
        let told = match understand_view(&mut comms, Some(first), &update("a", json!({"value": 3}))) {
            Some(Wish::Send { told, .. }) => told,
            Some(Wish::Ready | Wish::Icons) | None => Vec::new(),
        };
        assert_eq!(kinds(&told), [(second, "msg a".to_owned())]);
        let (_, told) = comms.open_view("a").expect("it is there");
        assert_eq!(told[0].1["state"]["value"], 3);
        model(&mut comms, "b", json!({}));
        let content = json!({"comm_id": "a", "data": {"method": "update", "state": {"children": ["IPY_MODEL_b"]}}});
        let told = kernel_says(&mut comms, "comm_msg", content);
        assert_eq!(kinds(&told)[0], (first, "open b".to_owned()));
        assert_eq!(told.len(), 6);
    }

    #[test]
    fn a_link_comes_with_its_source_and_brings_its_target() {
        let mut comms = Comms::default();
        model(&mut comms, "a", json!({}));
        model(&mut comms, "b", json!({}));
        let (view, _) = comms.open_view("a").expect("it is there");
        let link =
            json!({"_model_name": "LinkModel", "source": ["IPY_MODEL_a", "value"], "target": ["IPY_MODEL_b", "value"]});
        let told = kinds(&model(&mut comms, "link", link));
        assert_eq!(told, [(view, "open b".to_owned()), (view, "open link".to_owned())]);
        comms.clear();
        assert!(!comms.has("a") && comms.open_view("a").is_none());
    }
}
