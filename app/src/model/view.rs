//! How the document is being looked at: selection, mode, open sources of Markdown cells, dialogs and notices.
//! None of it is saved with the document.

use super::ids::{CellId, DocumentId};
use super::source_place::FilePiece;
use std::collections::BTreeSet;

/// Whether keys are commands or text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Keys are commands on the selected cell.
    #[default]
    Command,
    /// Keys are text in the selected cell.
    Edit,
}

/// The dialogs that can be open; one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The table of keyboard shortcuts.
    Shortcuts,
    /// The working files of the document.
    Files,
    /// Whether to restart the kernel with or without the network.
    Network,
    /// The packages that this browser has stored.
    Packages,
    /// A piece of a file.
    File,
}

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// The list of notebooks.
    #[default]
    Start,
    /// A document on its way from storage.
    Loading(DocumentId),
    /// The open document.
    Notebook,
    /// A document that could not be opened, with the reason.
    Missing(String),
}

/// Something a notice offers to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeAction {
    /// Bring a deleted working file back.
    RestoreFile(String),
    /// Bring a deleted document back.
    RestoreDocument(DocumentId),
    /// Undo the last cell operation.
    UndoCells,
    /// Restart the kernel.
    Restart,
}

/// A short message at the edge of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// A number that tells notices apart.
    pub id: u64,
    /// The text.
    pub text: String,
    /// True for something that went wrong.
    pub is_error: bool,
    /// What can be done about it.
    pub action: Option<NoticeAction>,
}

/// A document in the list of the start page.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentItem {
    /// The document.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// When it was last changed, in milliseconds since 1970.
    pub modified_ms: f64,
}

/// The list of the start page.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Recent {
    /// Not read yet.
    #[default]
    Loading,
    /// Newest first.
    Ready(Vec<RecentItem>),
    /// Storage did not answer, with the reason.
    Failed(String),
}

/// How the open document is being looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Whether keys are commands or text.
    pub mode: Mode,
    /// The selected cell.
    pub selected: Option<CellId>,
    /// Markdown cells that show their source instead of the rendered text.
    pub open_sources: BTreeSet<CellId>,
    /// The open dialog.
    pub dialog: Option<Dialog>,
    /// The piece of a file that was shown last.
    pub file: Option<FilePiece>,
}
