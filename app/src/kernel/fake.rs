//! A scripted kernel for tests: it answers requests with the messages a Jupyter kernel would send, and computes nothing.
//! A cell's text is its script, one instruction a line: `print TEXT`, `show TEXT`, `raise NAME`, `ask PROMPT`, `hang`,
//! and at the end `load TEXT` or `next TEXT`, which have text for this cell or a new one.

use super::protocol::{Channel, Header, Message};
use serde_json::{Value, json};

/// The scripted kernel.
#[derive(Debug, Default)]
pub struct FakeKernel {
    execution_count: u32,
    /// The request that waits for an answer or an interrupt, with what is left of its script.
    waiting: Option<(Header, Vec<String>)>,
}

impl FakeKernel {
    /// Takes a message and returns what the kernel sends back at once.
    pub fn take(&mut self, message: &Message) -> Vec<Message> {
        match message.header.msg_type.as_str() {
            "execute_request" => {
                self.execution_count += 1;
                let code = message.content.get("code").and_then(Value::as_str).unwrap_or_default();
                let parent = message.header.clone();
                let mut sent = vec![
                    reply(&parent, Channel::Iopub, "status", json!({"execution_state": "busy"})),
                    reply(
                        &parent,
                        Channel::Iopub,
                        "execute_input",
                        json!({"code": code, "execution_count": self.execution_count}),
                    ),
                ];
                sent.extend(self.play(parent, code.lines().map(str::to_owned).collect()));
                sent
            }
            "input_reply" => match self.waiting.take() {
                Some((parent, rest)) => {
                    let answer = message.content.get("value").and_then(Value::as_str).unwrap_or_default();
                    let mut sent = vec![stream(&parent, answer)];
                    sent.extend(self.play(parent, rest));
                    sent
                }
                None => Vec::new(),
            },
            // What asks for nothing to be run gets its own words back.
            asked if asked.ends_with("_request") => {
                let msg_type = asked.replace("_request", "_reply");
                vec![reply(
                    &message.header,
                    Channel::Shell,
                    &msg_type,
                    message.content.clone(),
                )]
            }
            _ => Vec::new(),
        }
    }

    /// Ends what waits with a KeyboardInterrupt.
    pub fn interrupt(&mut self) -> Vec<Message> {
        self.waiting
            .take()
            .map(|(parent, _)| self.raise(&parent, "KeyboardInterrupt"))
            .unwrap_or_default()
    }

    fn play(&mut self, parent: Header, script: Vec<String>) -> Vec<Message> {
        let mut sent = Vec::new();
        for (index, line) in script.iter().enumerate() {
            let (verb, text) = line.split_once(' ').unwrap_or((line, ""));
            match verb {
                "print" => sent.push(stream(&parent, &format!("{text}\n"))),
                "show" => {
                    let content =
                        json!({"data": {"text/plain": text}, "metadata": {}, "execution_count": self.execution_count});
                    sent.push(reply(&parent, Channel::Iopub, "execute_result", content));
                }
                "raise" => {
                    sent.extend(self.raise(&parent, text));
                    return sent;
                }
                "ask" => {
                    let content = json!({"prompt": text, "password": false});
                    sent.push(reply(&parent, Channel::Stdin, "input_request", content));
                    self.waiting = Some((parent, script[index + 1..].to_vec()));
                    return sent;
                }
                "hang" => {
                    self.waiting = Some((parent, Vec::new()));
                    return sent;
                }
                "load" | "next" => {
                    let payload = json!({"source": "set_next_input", "text": text, "replace": verb == "load"});
                    let content = json!({"status": "ok", "payload": [payload]});
                    sent.extend(self.finish(&parent, content));
                    return sent;
                }
                _ => {}
            }
        }
        sent.extend(self.finish(&parent, json!({"status": "ok"})));
        sent
    }

    fn raise(&self, parent: &Header, ename: &str) -> Vec<Message> {
        let error = json!({"ename": ename, "evalue": "", "traceback": [ename]});
        let mut sent = vec![reply(parent, Channel::Iopub, "error", error)];
        sent.extend(self.finish(parent, json!({"status": "error", "ename": ename, "evalue": ""})));
        sent
    }

    fn finish(&self, parent: &Header, mut content: Value) -> Vec<Message> {
        content["execution_count"] = json!(self.execution_count);
        vec![
            reply(parent, Channel::Shell, "execute_reply", content),
            reply(parent, Channel::Iopub, "status", json!({"execution_state": "idle"})),
        ]
    }
}

fn stream(parent: &Header, text: &str) -> Message {
    reply(
        parent,
        Channel::Iopub,
        "stream",
        json!({"name": "stdout", "text": text}),
    )
}

fn reply(parent: &Header, channel: Channel, msg_type: &str, content: Value) -> Message {
    let header = Header {
        msg_id: format!("k-{msg_type}"),
        msg_type: msg_type.to_owned(),
        ..parent.clone()
    };
    Message {
        channel,
        header,
        parent_header: Some(parent.clone()),
        content,
        ..Message::default()
    }
}
