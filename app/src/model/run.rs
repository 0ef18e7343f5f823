//! The life of one execution as a pure function: what a kernel's message does to a cell and its runtime.
//! It knows no wire format: `kernel/session.rs` turns Jupyter messages into these events.
//! Refuses to keep without limit: too many outputs are counted instead of kept, and long texts lose their beginning.

use super::cell::Cell;
use super::facet::CellFacet;
use super::ids::RunId;
use super::output::{JsonMap, MimeBundle, Output, StreamName};
use super::runtime::{CellRuntime, CellStatus, Prompt};
use super::stream::{self, StreamTail};
use serde_json::Value;

/// How many outputs of one cell are kept.
pub const MAX_OUTPUTS: usize = 500;

/// How many bytes of one textual representation are kept.
const MAX_PLAIN_TEXT_BYTES: usize = 1_000_000;

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Without an error.
    Ok,
    /// With an exception.
    Error {
        /// Its type.
        ename: String,
        /// Its message.
        evalue: String,
    },
    /// Never ran, or was lost with the kernel.
    Aborted,
}

/// What a kernel reports about one execution.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// The kernel has begun, under this number.
    Started {
        /// The execution count, where it is known already.
        execution_count: Option<u32>,
    },
    /// Something was shown. An empty-named update is never sent this way.
    Shown(Output),
    /// Outputs are to be removed, at once or when the next one arrives.
    Cleared {
        /// True to wait for the next output.
        wait: bool,
    },
    /// The code waits for an answer.
    InputAsked(Prompt),
    /// The code has text for a cell: in place of its own, if that is still the text that ran, or else for a new one below.
    NextInput {
        /// The text.
        text: String,
        /// The text that ran, if that is to be replaced.
        replaces: Option<String>,
    },
    /// The execution is over.
    Ended {
        /// How it ended.
        outcome: Outcome,
        /// Its number.
        execution_count: Option<u32>,
    },
}

/// Marks a cell as waiting for its turn under a new execution.
pub fn queue(runtime: &mut CellRuntime, run: RunId) {
    *runtime = CellRuntime {
        status: CellStatus::Queued,
        run: Some(run),
        ..CellRuntime::default()
    };
}

/// Applies an event to a cell and returns the parts of the cell it touched.
pub fn receive(cell: &mut Cell, runtime: &mut CellRuntime, event: RunEvent, now_ms: f64) -> Vec<CellFacet> {
    match event {
        RunEvent::Started { execution_count } => {
            runtime.status = CellStatus::Running;
            runtime.started_ms = Some(now_ms);
            runtime.tail = StreamTail::default();
            cell.outputs.clear();
            cell.execution_count = execution_count;
            vec![CellFacet::Run, CellFacet::Outputs]
        }
        RunEvent::Shown(output) => {
            apply_pending_clear(cell, runtime);
            push(cell, runtime, output);
            vec![CellFacet::Outputs]
        }
        RunEvent::Cleared { wait: true } => {
            runtime.clear_pending = true;
            Vec::new()
        }
        RunEvent::Cleared { wait: false } => {
            runtime.clear_pending = true;
            apply_pending_clear(cell, runtime);
            vec![CellFacet::Outputs]
        }
        RunEvent::InputAsked(prompt) => {
            runtime.prompt = Some(prompt);
            vec![CellFacet::Run]
        }
        // Which cells there are is not a cell's affair; see `update/run.rs`.
        RunEvent::NextInput { .. } => Vec::new(),
        RunEvent::Ended {
            outcome,
            execution_count,
        } => {
            end(cell, runtime, outcome, execution_count, now_ms);
            vec![CellFacet::Run, CellFacet::Outputs]
        }
    }
}

fn end(cell: &mut Cell, runtime: &mut CellRuntime, outcome: Outcome, execution_count: Option<u32>, now_ms: f64) {
    runtime.status = match outcome {
        Outcome::Ok => CellStatus::Done,
        Outcome::Error { .. } => CellStatus::Failed,
        Outcome::Aborted => CellStatus::Aborted,
    };
    runtime.prompt = None;
    runtime.took_ms = runtime.started_ms.map(|started| now_ms - started);
    if execution_count.is_some() && outcome != Outcome::Aborted {
        cell.execution_count = execution_count;
    }
}

/// Replaces what is shown under a display id, in any cell. Returns true when something was replaced.
pub fn update_display(cell: &mut Cell, display_id: &str, new_bundle: &MimeBundle) -> bool {
    let mut found = false;
    for output in &mut cell.outputs {
        if let Output::DisplayData {
            bundle,
            display_id: Some(id),
        } = output
            && id == display_id
        {
            *bundle = limited(new_bundle.clone());
            found = true;
        }
    }
    found
}

/// Takes the answer to a question: it is shown as the terminal would show it, a password as dots.
pub fn answer(cell: &mut Cell, runtime: &mut CellRuntime, text: &str) -> bool {
    let Some(prompt) = runtime.prompt.take() else {
        return false;
    };
    let shown = if prompt.password {
        "\u{b7}".repeat(8)
    } else {
        text.to_owned()
    };
    let text = format!("{}{shown}\n", prompt.text);
    apply_pending_clear(cell, runtime);
    push(
        cell,
        runtime,
        Output::Stream {
            name: StreamName::Stdout,
            text,
        },
    );
    true
}

fn apply_pending_clear(cell: &mut Cell, runtime: &mut CellRuntime) {
    if std::mem::take(&mut runtime.clear_pending) {
        cell.outputs.clear();
        runtime.tail = StreamTail::default();
        runtime.num_dropped_outputs = 0;
    }
}

fn push(cell: &mut Cell, runtime: &mut CellRuntime, output: Output) {
    let always_kept = matches!(output, Output::Error { .. } | Output::ExecuteResult { .. });
    match output {
        Output::Stream { name, text } => push_stream(cell, runtime, name, &text),
        _ if !always_kept && cell.outputs.len() >= MAX_OUTPUTS => drop_output(cell, runtime),
        Output::DisplayData { bundle, display_id } => {
            cell.outputs.push(Output::DisplayData {
                bundle: limited(bundle),
                display_id,
            });
        }
        Output::ExecuteResult {
            bundle,
            execution_count,
        } => {
            cell.outputs.push(Output::ExecuteResult {
                bundle: limited(bundle),
                execution_count,
            });
        }
        other @ (Output::Error { .. } | Output::Unknown(_)) => cell.outputs.push(other),
    }
}

fn push_stream(cell: &mut Cell, runtime: &mut CellRuntime, name: StreamName, printed: &str) {
    if let Some(Output::Stream { name: last_name, text }) = cell.outputs.last_mut()
        && *last_name == name
        && runtime.num_dropped_outputs == 0
    {
        stream::append(text, &mut runtime.tail, printed);
        return;
    }
    if cell.outputs.len() >= MAX_OUTPUTS {
        drop_output(cell, runtime);
        return;
    }
    let mut text = String::new();
    runtime.tail = StreamTail::default();
    stream::append(&mut text, &mut runtime.tail, printed);
    cell.outputs.push(Output::Stream { name, text });
}

/// Counts an output that is not kept, in a visible note that stands last.
fn drop_output(cell: &mut Cell, runtime: &mut CellRuntime) {
    let had_note = runtime.num_dropped_outputs > 0;
    runtime.num_dropped_outputs += 1;
    let text = format!(
        "[output truncated: {} more outputs were not kept]\n",
        runtime.num_dropped_outputs
    );
    let note = Output::Stream {
        name: StreamName::Stderr,
        text,
    };
    match cell.outputs.last_mut() {
        Some(last) if had_note && matches!(last, Output::Stream { .. }) => *last = note,
        _ => cell.outputs.push(note),
    }
}

/// Cuts an absurdly long plain text, such as the repr of a huge list, which the page could neither draw nor save.
fn limited(mut bundle: MimeBundle) -> MimeBundle {
    limit_text(&mut bundle.data, "text/plain");
    bundle
}

fn limit_text(data: &mut JsonMap, mime: &str) {
    if let Some(Value::String(text)) = data.get_mut(mime)
        && text.len() > MAX_PLAIN_TEXT_BYTES
    {
        let length = text.len();
        let mut cut = MAX_PLAIN_TEXT_BYTES;
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        text.truncate(cut);
        text.push_str(&format!(
            "\n[output truncated: the last {} characters were not kept]",
            length - cut
        ));
    }
}
