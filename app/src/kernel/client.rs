//! What a kernel is to the page: something that is launched, takes messages and files, and reports events.
//! A Jupyter server or a kernel of another language would be one more implementation of these two traits.

use super::file_changes::{FileChanges, FileRefusal};
use super::protocol::Message;
use crate::model::runtime::{BootProgress, Device};
use crate::settings::Accelerator;
use crate::storage::content::{Content, StoredFile};

/// With what a kernel is started.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaunchOptions {
    /// Whether Python may see the GPU.
    pub accelerator: Accelerator,
    /// Whether the code may use the network.
    pub network: bool,
    /// What lies in the working directory from the start.
    pub files: Vec<StoredFile>,
}

/// The longest message that is read, in UTF-16 units. Streams come in pieces far below; this is for what code displays.
pub const MAX_MESSAGE_CHARS: u32 = 32_000_000;

/// What a kernel tells the page.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientEvent {
    /// The start has come so far.
    Progress(BootProgress),
    /// The kernel takes requests.
    Ready {
        /// What it computes on.
        device: Device,
        /// How long the parts of the start took, in milliseconds.
        timings_ms: Vec<(String, f64)>,
    },
    /// The answer to a ping.
    Alive,
    /// A message of the Jupyter protocol.
    Message(Box<Message>),
    /// The kernel asks something about packages (`packages/request.rs`); the number names the question.
    PackageRequest(u32, String),
    /// Nobody waits for the answer to such a question any more.
    PackageCancelled(u32),
    /// Code has written or removed files of the working directory.
    Files(FileChanges),
    /// The content of a file that was asked for, or why there is none.
    FileContent(u32, Result<Content, String>),
    /// A message of so many characters was too long, and has been dropped unread.
    TooLong(u32),
    /// The kernel cannot go on, or could not start, with the reason.
    Fatal(String),
}

/// What the page says to a question about packages: progress, as often as it likes, and then one end.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Debug)]
pub enum PackageEvent {
    /// So many bytes have come, of so many in all (0 if unknown).
    Progress {
        /// So far.
        done: u32,
        /// In all.
        total: u32,
    },
    /// What was asked for.
    Done {
        /// A text.
        text: String,
        /// Or bytes.
        data: Option<js_sys::Uint8Array>,
        /// Where the bytes came from.
        origin: &'static str,
        /// Their hash, where the browser can make one.
        sha256: String,
    },
    /// Why there is none.
    Failed {
        /// The kind of failure.
        kind: String,
        /// The reason.
        reason: String,
    },
}

/// A kernel that has been launched. Dropping it ends the kernel.
pub trait KernelClient {
    /// Sends a message.
    fn send(&self, message: &Message);
    /// Asks the running code to stop.
    fn interrupt(&self);
    /// Asks for a sign of life, which a kernel gives unless it is busy.
    fn ping(&self);
    /// Puts files into the working directory.
    fn add_files(&self, files: Vec<StoredFile>);
    /// Takes files out of the working directory.
    fn remove_files(&self, paths: Vec<String>);
    /// Asks for the content of a file, whatever it is; the number names the question.
    fn read_file(&self, id: u32, path: &str);
    /// Answers a message about files: it is stored, but for these changes.
    fn answer_files(&self, id: u32, refusals: Vec<FileRefusal>);
    /// Answers a question about packages.
    #[cfg(target_arch = "wasm32")]
    fn answer_package(&self, id: u32, event: PackageEvent);
}

/// Where events of a kernel go.
pub type EventSink = Box<dyn Fn(ClientEvent)>;

/// Something that can launch kernels.
pub trait KernelLauncher {
    /// Launches a kernel. Everything that happens, failure included, arrives as an event.
    fn launch(&self, options: LaunchOptions, events: EventSink) -> Box<dyn KernelClient>;
}
