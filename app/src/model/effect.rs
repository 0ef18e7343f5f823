//! What `update` asks the outside world to do. `effects.rs` performs it; nothing here does.

use super::action::EditorTask;
use super::ids::{CellId, DocumentId, RunId};
use super::inspector::InspectorEffect;
use super::notebook::Document;
use super::packages::PackageEffect;

/// Something to be done outside of the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a cell's text to the kernel.
    Execute {
        /// The cell.
        cell: CellId,
        /// The execution's name.
        run: RunId,
        /// The text.
        code: String,
    },
    /// Stop what runs and what waits.
    Interrupt,
    /// Start the kernel unless it is there.
    StartKernel,
    /// Start a fresh kernel in place of the old one.
    Restart,
    /// Stop the kernel, because its document is closed.
    StopKernel,
    /// Send the answer to the running code's question.
    Answer(String),
    /// Ask the kernel what the inspector wants to know.
    Inspect(InspectorEffect),
    /// Have the editor of a cell do something.
    UseEditor {
        /// The cell.
        cell: CellId,
        /// What.
        task: EditorTask,
    },
    /// Put the caret on a line of a cell, counted from 1.
    GoToLine {
        /// The cell.
        cell: CellId,
        /// The line.
        line: u32,
    },
    /// Read a piece of a file in the kernel and show it.
    ReadFile {
        /// The path as a traceback writes it.
        path: String,
        /// The line to show, counted from 1.
        line: u32,
    },

    /// The document has changed and is to be stored soon.
    DocumentChanged,
    /// Store the document now.
    SaveNow,
    /// Store the document whatever is stored.
    Overwrite,
    /// Store what of a document that was closed is not stored yet.
    Closed(Box<Document>),
    /// Read a document from storage and open it.
    Load(DocumentId),
    /// Put a new document into storage and open it.
    Create(Box<Document>),
    /// Move a stored document out of sight.
    Trash(DocumentId),
    /// Bring a stored document back into sight.
    Untrash(DocumentId),
    /// Read the list of the start page.
    LoadRecent,
    /// Remove a file from storage and from the kernel.
    DeleteFile(String),
    /// Bring a removed file back.
    RestoreFile(String),
    /// Hand a working file to the user.
    DownloadFile(String),
    /// Do something about packages.
    Packages(PackageEffect),
    /// Hand the document to the user as a file.
    Download,
    /// Put the address of what is shown into the location bar.
    ShowAddress,
    /// Store the settings and apply the theme.
    ApplySettings,
}
