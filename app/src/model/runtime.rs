//! What the kernel is doing, for the whole document and for each cell. None of it is saved.
//! Read next: `run.rs`, which changes it message by message.

use super::ids::{CellId, RunId};
use super::inspector::Inspector;
use super::stream::StreamTail;
use std::collections::BTreeMap;

/// Where a cell stands between "run" and its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellStatus {
    /// Not run in this session.
    #[default]
    Idle,
    /// Waiting for its turn.
    Queued,
    /// The kernel is executing it.
    Running,
    /// Ended without an error.
    Done,
    /// Ended with an error.
    Failed,
    /// Taken from the queue before it ran, or lost with the kernel.
    Aborted,
}

impl CellStatus {
    /// The word shown and spoken for the status.
    pub fn label(self) -> &'static str {
        match self {
            Self::Idle => "not run",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Aborted => "not run: stopped",
        }
    }

    /// True while the cell waits or runs.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// A question that the running code asks with `input()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The text before the answer.
    pub text: String,
    /// True when the answer must not be shown.
    pub password: bool,
}

/// What is known about a cell's execution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellRuntime {
    /// Where the cell stands.
    pub status: CellStatus,
    /// The execution whose messages are taken; those of older ones are dropped.
    pub run: Option<RunId>,
    /// When it started, in milliseconds of the page's clock.
    pub started_ms: Option<f64>,
    /// How long it took.
    pub took_ms: Option<f64>,
    /// True after `clear_output(wait=True)`, until the next output arrives.
    pub clear_pending: bool,
    /// How the last stream output goes on.
    pub tail: StreamTail,
    /// How many outputs were not kept because there were too many.
    pub num_dropped_outputs: usize,
    /// The question that waits for an answer.
    pub prompt: Option<Prompt>,
}

/// What the kernel found to compute on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// True when Python sees a GPU.
    pub webgpu: bool,
    /// The adapter's name, or why there is none.
    pub name: String,
}

/// How far the start of the kernel has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BootProgress {
    /// What is going on, for people.
    pub stage: String,
    /// Bytes received, where the stage is a download.
    pub bytes_done: u64,
    /// Bytes expected, or 0 where nothing is downloaded.
    pub bytes_total: u64,
}

/// The state of the kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KernelStatus {
    /// Not started.
    #[default]
    None,
    /// On its way.
    Starting(BootProgress),
    /// Ready for the next cell.
    Idle,
    /// Executing.
    Busy,
    /// Gone, with the reason; the document stays usable and a restart is offered.
    Dead(String),
}

impl KernelStatus {
    /// The word of the page API for the status.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starting(_) => "starting",
            Self::Idle => "idle",
            Self::Busy => "busy",
            Self::Dead(_) => "dead",
        }
    }
}

/// Whether the document is safe in the browser's storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SaveStatus {
    /// Everything is stored.
    #[default]
    Saved,
    /// Changes wait for the next write, or are being written.
    Saving,
    /// The last write failed, with the reason; the changes are still in the page.
    Failed(String),
    /// Another tab has stored a newer version; saving waits for the user's decision.
    Conflict,
}

/// Everything about the kernel and storage that is not part of the document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runtime {
    /// The kernel.
    pub kernel: KernelStatus,
    /// What the kernel computes on.
    pub device: Device,
    /// Storage.
    pub save: SaveStatus,
    /// True while another tab shows the same document.
    pub open_elsewhere: bool,
    /// What the inspector knows.
    pub inspector: Inspector,
    /// Executions, by cell.
    pub cells: BTreeMap<CellId, CellRuntime>,
}

impl Runtime {
    /// The status of a cell.
    pub fn cell_status(&self, cell: &CellId) -> CellStatus {
        self.cells.get(cell).map_or(CellStatus::Idle, |runtime| runtime.status)
    }
}
