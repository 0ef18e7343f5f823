//! What can be wrong with a file: errors stop the reading, warnings tell what was repaired.

use std::fmt;

/// Why a text is not a notebook that can be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text is not JSON.
    #[error("This is not a notebook: it is not valid JSON (line {line}, column {column})")]
    NotJson {
        /// The line of the first fault.
        line: usize,
        /// The column of the first fault.
        column: usize,
    },
    /// The JSON has not the form of a notebook.
    #[error("This is not a notebook: {0}")]
    NotNotebook(&'static str),
    /// The notebook is of a version before 4.
    #[error("This notebook is in the old format {0}; open and save it with Jupyter once to bring it to version 4")]
    TooOld(u64),
    /// The notebook is of a version after 4.
    #[error("This notebook is in format {0}, which is newer than this page knows (4)")]
    TooNew(u64),
}

/// Something that was repaired while reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A cell had an id that another cell has, or one that the format does not allow.
    IdReplaced {
        /// The cell's number, from 1.
        cell: usize,
    },
    /// A cell of an unknown type is shown as raw text.
    UnknownCellType {
        /// The cell's number, from 1.
        cell: usize,
        /// The type.
        cell_type: String,
    },
    /// An entry of the cell list was no cell.
    NotACell {
        /// The entry's number, from 1.
        cell: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdReplaced { cell } => write!(f, "Cell {cell} had a repeated or invalid id and got a new one"),
            Self::UnknownCellType { cell, cell_type } => {
                write!(
                    f,
                    "Cell {cell} has the unknown type “{cell_type}” and is shown as raw text"
                )
            }
            Self::NotACell { cell } => write!(f, "Entry {cell} of the notebook is not a cell and was left out"),
        }
    }
}
