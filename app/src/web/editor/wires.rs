//! What goes between an editor and the page: its language, the commands of its keys, its questions to the kernel.
//! Plain data and callbacks; nothing here touches the browser.

use crate::model::ids::CellId;
use futures::future::LocalBoxFuture;
use leptos::prelude::*;

/// The language whose colours and habits an editor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python code.
    Python,
    /// Markdown prose.
    Markdown,
    /// Text without a grammar.
    Plain,
}

impl Language {
    /// The name that the bundle and the style sheets know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Markdown => "markdown",
            Self::Plain => "plain",
        }
    }
}

/// What a key in the editor asks of the notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditorCommand {
    /// Run this cell and go to the next (Shift-Enter).
    RunAndAdvance,
    /// Run this cell and stay (Ctrl-Enter, Cmd-Enter).
    Run,
    /// Run this cell and insert one below (Alt-Enter).
    RunAndInsert,
    /// Go back to command mode (Escape).
    LeaveEdit,
    /// Go to the cell above (up arrow on the first line).
    MoveUp,
    /// Go to the cell below (down arrow on the last line).
    MoveDown,
}

impl EditorCommand {
    /// The command of a name in `js/editor_keys.js`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "run-and-advance" => Some(Self::RunAndAdvance),
            "run" => Some(Self::Run),
            "run-and-insert" => Some(Self::RunAndInsert),
            "leave-edit" => Some(Self::LeaveEdit),
            "move-up" => Some(Self::MoveUp),
            "move-down" => Some(Self::MoveDown),
            _ => None,
        }
    }
}

/// Something that the editor asks the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditorQuestion {
    /// What it is about; the newest of a kind wins.
    pub kind: String,
    /// The content of the request, as JSON text.
    pub content: String,
}

/// The content of the kernel's reply as JSON text, if there is one in time.
pub type EditorAnswer = LocalBoxFuture<'static, Option<String>>;

/// Tells an editor which code of the notebook has changed after the change of a number: the number to ask with next time,
/// whether this is all code in the notebook's order, and pairs of names and texts.
pub type EditorTexts = Callback<u32, (u32, bool, Vec<(CellId, String)>)>;

/// How an editor asks the kernel.
pub type Ask = Callback<EditorQuestion, EditorAnswer>;

/// The page's ends of an editor's wires.
#[derive(Clone, Copy)]
pub(super) struct Wires {
    pub on_change: Callback<String>,
    pub on_focus: Callback<()>,
    pub on_blur: Callback<()>,
    pub on_command: Callback<EditorCommand>,
    pub on_notice: Callback<String>,
    pub on_go_to: Callback<CellId>,
    pub texts: EditorTexts,
    pub ask: Ask,
}
