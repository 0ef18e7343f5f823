//! Every intent that can change the page, whoever has it: the user, the kernel or storage.
//! An action asks; `update` decides what it does. Names are verbs; what has happened is told in `change.rs`.

use super::cell::CellKind;
use super::ids::{CellId, DocumentId, RunId};
use super::inspector::InspectorAction;
use super::notebook::{Document, FileEntry};
use super::output::MimeBundle;
use super::packages::PackageAction;
use super::run::RunEvent;
use super::runtime::{Device, KernelStatus, SaveStatus};
use super::source_place::{FilePiece, SourcePlace};
use super::view::{Dialog, NoticeAction, Recent};
use crate::settings::{Accelerator, Theme};

/// Where a new cell goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Above a cell.
    Above(CellId),
    /// Below a cell.
    Below(CellId),
    /// Before the first cell.
    Top,
    /// After the last cell.
    End,
}

/// A direction through the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Towards the top.
    Up,
    /// Towards the end.
    Down,
}

/// Something that an editor does at its caret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditorTask {
    /// Offer completions.
    Complete,
    /// Show signature and documentation.
    ShowHelp,
    /// Go to where the name is defined.
    GoToDefinition,
}

impl EditorTask {
    /// The name that the editor knows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::ShowHelp => "show-help",
            Self::GoToDefinition => "go-to-definition",
        }
    }
}

/// What to do after a cell has been started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRun {
    /// Stay on the cell.
    Stay,
    /// Go to the next cell; make one at the end.
    Advance,
    /// Make a new cell below and edit it.
    InsertBelow,
}

/// Something a kernel reports.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// About one execution of one cell.
    Run {
        /// The cell.
        cell: CellId,
        /// The execution.
        run: RunId,
        /// What happened.
        event: RunEvent,
    },
    /// What is shown under a display id changes wherever it is shown.
    DisplayUpdated {
        /// The id.
        display_id: String,
        /// What is shown from now on.
        bundle: MimeBundle,
    },
}

/// An intent that may change the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Show the list of notebooks.
    ShowStart,
    /// Show that a document is on its way from storage.
    ShowLoading(DocumentId),
    /// Say that a document could not be opened.
    ShowMissing(String),
    /// Show a document, with what was noticed while reading it.
    OpenDocument {
        /// The document.
        document: Box<Document>,
        /// Remarks of the reader, for people.
        warnings: Vec<String>,
    },
    /// Make an empty document and show it.
    CreateDocument,
    /// Take the list of the start page.
    SetRecent(Recent),
    /// Take a document out of the list; it can be brought back.
    DeleteDocument(DocumentId),
    /// Bring a deleted document back.
    RestoreDocument(DocumentId),

    /// Show a notice.
    Notify {
        /// Its text.
        text: String,
        /// True for something that went wrong.
        is_error: bool,
        /// What can be done about it.
        action: Option<NoticeAction>,
    },
    /// Offer to restart the kernel, in these words, unless that is offered already.
    OfferRestart(String),
    /// Take that offer back.
    WithdrawRestart,
    /// Remove a notice.
    DismissNotice(u64),
    /// Do what a notice offers, and remove it.
    TakeNoticeAction(u64),
    /// Open a dialog.
    OpenDialog(Dialog),
    /// Close the open dialog.
    CloseDialog,
    /// Choose the colours.
    SetTheme(Theme),
    /// Choose the device; a running kernel is restarted.
    SetAccelerator(Accelerator),

    /// Let the document's code use the network, or forbid it; a kernel that is there is restarted.
    SetNetwork(bool),
    /// Name the document.
    SetTitle(String),
    /// Replace a cell's text.
    SetSource {
        /// The cell.
        cell: CellId,
        /// Its text from now on.
        source: String,
    },
    /// Put in an empty cell and edit it.
    InsertCell {
        /// Where.
        place: Place,
        /// What kind.
        kind: CellKind,
    },
    /// Take a cell out.
    DeleteCell(CellId),
    /// Move a cell by one.
    MoveCell {
        /// The cell.
        cell: CellId,
        /// Where to.
        step: Step,
    },
    /// Make a cell another kind.
    SetKind {
        /// The cell.
        cell: CellId,
        /// Its kind from now on.
        kind: CellKind,
    },
    /// Copy a cell for pasting.
    CopyCell(CellId),
    /// Take a cell out for pasting.
    CutCell(CellId),
    /// Put in what was copied or cut, below a cell.
    PasteBelow(CellId),
    /// Take back the last cell operation.
    UndoCells,
    /// Repeat the cell operation that was taken back last.
    RedoCells,
    /// Remove what a cell has shown.
    ClearOutputs(CellId),
    /// Remove what all cells have shown.
    ClearAllOutputs,

    /// Select a cell in command mode.
    SelectCell(CellId),
    /// Select the neighbour of the selected cell.
    SelectNeighbour(Step),
    /// Go to the neighbour of a cell and keep editing there.
    EditNeighbour(CellId, Step),
    /// Edit a cell.
    EditCell(CellId),
    /// Have the editor of a cell do something at its caret.
    UseEditor {
        /// The cell.
        cell: CellId,
        /// What.
        task: EditorTask,
    },
    /// Go to a place that a traceback names.
    GoToPlace {
        /// The cell that shows the traceback.
        from: CellId,
        /// The place.
        place: SourcePlace,
    },
    /// Show a piece of a file.
    ShowFile(FilePiece),
    /// Leave the text of the selected cell.
    LeaveEdit,
    /// The text of a cell has lost the caret to something outside of the cells.
    LoseCaret(CellId),

    /// Do something in the inspector.
    Inspect(InspectorAction),

    /// Run a cell.
    RunCell {
        /// The cell.
        cell: CellId,
        /// What to do then.
        then: AfterRun,
    },
    /// Run all cells from top to bottom.
    RunAll,
    /// Stop what runs and what waits.
    Interrupt,
    /// Start a fresh kernel.
    Restart,
    /// Start the kernel unless it is there.
    StartKernel,
    /// Answer the question of a cell.
    AnswerInput {
        /// The cell.
        cell: CellId,
        /// The answer.
        text: String,
    },
    /// Take what the kernel reports, in order.
    TakeReports {
        /// The reports.
        reports: Vec<Report>,
        /// The time, in milliseconds of the page's clock.
        now_ms: f64,
    },
    /// Take the kernel's new state.
    SetKernel(KernelStatus),
    /// Take what the kernel computes on.
    SetDevice(Device),
    /// Give up executions that a vanished kernel can no longer end.
    AbandonRuns,

    /// Take the state of storage.
    SetSave(SaveStatus),
    /// Take whether another tab shows the document.
    SetOpenElsewhere(bool),
    /// Store the document now.
    SaveNow,
    /// Store the document although another tab has stored a newer version.
    OverwriteStored,
    /// Give up this tab's version for the stored one.
    ReloadStored,
    /// Take a file out of the working directory.
    DeleteFile(String),
    /// Hand a file of the working directory to the user, or, where the path begins with a slash, one of the kernel's own.
    DownloadFile(String),
    /// Take the list of working files.
    SetFiles(Vec<FileEntry>),
    /// Take what code has done to the working files.
    ChangeFiles {
        /// What it has written.
        put: Vec<FileEntry>,
        /// The paths of what it has removed.
        deleted: Vec<String>,
    },
    /// Do something about packages.
    Packages(PackageAction),
    /// Download the document.
    Download,
}
