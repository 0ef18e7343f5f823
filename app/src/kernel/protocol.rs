//! The Jupyter messaging protocol as far as this page speaks it. Plain serde types, no behaviour.
//! Everything a message may leave out has a default, so that an unusual kernel is not refused for a missing field.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

/// The version of the protocol that is written into every header.
pub const VERSION: &str = "5.4";

/// The channel a message travels on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Requests and their replies.
    #[default]
    Shell,
    /// What everybody may see: outputs and states.
    Iopub,
    /// Questions to the user and their answers.
    Stdin,
    /// Requests that overtake others.
    Control,
}

/// Who sent what when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// The message's name.
    pub msg_id: String,
    /// What it is.
    pub msg_type: String,
    /// The session it belongs to.
    pub session: String,
    /// Always the same here.
    pub username: String,
    /// When it was sent, in ISO 8601.
    pub date: String,
    /// The version of the protocol.
    pub version: String,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its channel.
    #[serde(default)]
    pub channel: Channel,
    /// Its own header.
    pub header: Header,
    /// The header of the message that caused it; empty where there is none.
    #[serde(default, serialize_with = "write_parent", deserialize_with = "read_parent")]
    pub parent_header: Option<Header>,
    /// Free fields.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// What it says.
    #[serde(default)]
    pub content: Value,
}

fn write_parent<S: Serializer>(parent: &Option<Header>, serializer: S) -> Result<S::Ok, S::Error> {
    match parent {
        Some(header) => header.serialize(serializer),
        None => Map::new().serialize(serializer),
    }
}

fn read_parent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Header>, D::Error> {
    let header = Option::<Header>::deserialize(deserializer)?;
    Ok(header.filter(|header| !header.msg_id.is_empty()))
}

impl Message {
    /// Reads a message from its JSON text.
    pub fn from_text(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The message as JSON text.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The name of the message that caused this one.
    pub fn parent_id(&self) -> Option<&str> {
        self.parent_header.as_ref().map(|header| header.msg_id.as_str())
    }
}

/// The content of a request to execute a cell, which stops what waits behind it when it fails.
pub fn execute_request(code: &str) -> Value {
    json!({
        "code": code,
        "silent": false,
        "store_history": true,
        "user_expressions": {},
        "allow_stdin": true,
        "stop_on_error": true,
    })
}

/// The content of an answer to a question.
pub fn input_reply(answer: &str) -> Value {
    json!({"status": "ok", "value": answer})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_their_text_and_an_empty_parent_is_none() {
        let text = r#"{"channel":"iopub","header":{"msg_id":"1","msg_type":"status"},"parent_header":{},"content":{"execution_state":"idle"}}"#;
        let message = Message::from_text(text).expect("it is a message");
        assert_eq!(message.channel, Channel::Iopub);
        assert_eq!(message.parent_id(), None);
        assert!(message.to_text().contains(r#""parent_header":{}"#));
        assert_eq!(
            Message::from_text(&message.to_text()).expect("it is a message"),
            message
        );
    }
}
