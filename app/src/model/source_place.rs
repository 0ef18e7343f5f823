//! Places in code that a traceback names, and a piece of a file as it is shown for one.
//! Read next: `render/frames.rs` (where they stand in a traceback), `update/view.rs` (going there).

use serde_json::Value;

/// A line of code, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SourcePlace {
    /// Of the cell that ran under a number.
    Cell {
        /// The execution's number.
        number: u32,
        /// The line.
        line: u32,
    },
    /// Of a file in the kernel.
    File {
        /// Its path as the traceback writes it.
        path: String,
        /// The line.
        line: u32,
    },
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePiece {
    /// The file's path.
    pub path: String,
    /// The line that was asked for.
    pub line: u32,
    /// The number of the piece's first line.
    pub first_line: u32,
    /// The piece's lines.
    pub lines: Vec<String>,
}

impl FilePiece {
    /// The piece in a kernel's answer, or why there is none.
    pub fn from_reply(content: &Value, line: u32) -> Result<Self, String> {
        let text = |key: &str| content.get(key).and_then(Value::as_str);
        let number = |key: &str| content.get(key).and_then(Value::as_u64);
        match (text("path"), text("text"), number("first_line")) {
            (Some(path), Some(piece), Some(first_line)) => Ok(Self {
                path: path.to_owned(),
                line,
                first_line: u32::try_from(first_line).unwrap_or(1),
                lines: piece.lines().map(str::to_owned).collect(),
            }),
            _ => Err(text("evalue").unwrap_or("the kernel did not answer").to_owned()),
        }
    }
}
