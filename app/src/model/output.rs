//! What a code cell can show: streams, rich results, errors, and anything a newer notebook format may bring.
//! Plain data in the shape of nbformat 4 with multi-line strings joined; it renders nothing and trusts nothing.
//! Read next: `stream.rs` for how printed text grows, `run.rs` for how messages become outputs.

use serde_json::Value;

/// A JSON object that keeps the order of its keys, so that files are written back as they were read.
pub type JsonMap = serde_json::Map<String, Value>;

/// Which of the two standard streams a text was printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamName {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl StreamName {
    /// The name used in notebooks and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }

    /// The stream of that name; an unknown name counts as standard output.
    pub fn from_name(name: &str) -> Self {
        if name == "stderr" { Self::Stderr } else { Self::Stdout }
    }
}

/// One value in several formats, keyed by MIME type, with metadata for each format.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MimeBundle {
    /// MIME type to content; text is one joined string, JSON types are plain JSON.
    pub data: JsonMap,
    /// Hints for display, keyed by MIME type as well.
    pub metadata: JsonMap,
}

/// One output of a code cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Text printed while the cell ran; neighbours on the same stream are joined.
    Stream {
        /// The stream it was printed on.
        name: StreamName,
        /// The text, with overwritten characters already removed.
        text: String,
    },
    /// Something shown with `display(…)`.
    DisplayData {
        /// The value in its formats.
        bundle: MimeBundle,
        /// The name by which later messages may replace it; not saved.
        display_id: Option<String>,
    },
    /// The value of the cell's last expression.
    ExecuteResult {
        /// The value in its formats.
        bundle: MimeBundle,
        /// The number of the execution that made it.
        execution_count: Option<u32>,
    },
    /// An exception that ended the cell.
    Error {
        /// The exception's type.
        ename: String,
        /// Its message.
        evalue: String,
        /// The traceback's lines, coloured with ANSI codes.
        traceback: Vec<String>,
    },
    /// An output of a kind this version does not know, kept as it is.
    Unknown(Value),
}
