//! A cell as it is saved: its text, its kind, its metadata and what it has shown.
//! What the kernel is doing with it is in `runtime.rs`; how it is looked at is in `view.rs`.

use super::ids::CellId;
use super::output::{JsonMap, Output};
use serde_json::Value;

/// What a cell's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// Python to run.
    Code,
    /// Markdown to read.
    Markdown,
    /// Text that is passed on untouched.
    Raw,
}

impl CellKind {
    /// The kind's name in a notebook file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Markdown => "markdown",
            Self::Raw => "raw",
        }
    }

    /// The kind's name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Code => "Code",
            Self::Markdown => "Markdown",
            Self::Raw => "Raw",
        }
    }
}

/// One cell of a notebook.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The cell's name, unique in its notebook.
    pub id: CellId,
    /// What the text is.
    pub kind: CellKind,
    /// The text.
    pub source: String,
    /// Everything other programs keep with the cell, untouched.
    pub metadata: JsonMap,
    /// Files that Markdown and raw cells carry, untouched.
    pub attachments: Option<Value>,
    /// What a code cell has shown.
    pub outputs: Vec<Output>,
    /// The number of the last execution of a code cell.
    pub execution_count: Option<u32>,
    /// Fields of the cell that this version does not know, kept as they are.
    pub extra: JsonMap,
}

impl Cell {
    /// An empty cell of a kind.
    pub fn new(id: CellId, kind: CellKind) -> Self {
        Self {
            id,
            kind,
            source: String::new(),
            metadata: JsonMap::new(),
            attachments: None,
            outputs: Vec::new(),
            execution_count: None,
            extra: JsonMap::new(),
        }
    }

    /// The same cell with a text.
    pub fn with_source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }
}
