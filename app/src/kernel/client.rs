//! What a kernel is to the page: something that is launched, takes messages and files, and reports events.
//! A Jupyter server or a kernel of another language would be one more implementation of these two traits.

use super::protocol::Message;
use crate::model::action::NewFile;
use crate::model::runtime::{BootProgress, Device};
use crate::settings::Accelerator;

/// With what a kernel is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaunchOptions {
    /// Whether Python may see the GPU.
    pub accelerator: Accelerator,
    /// Whether the code may use the network.
    pub network: bool,
    /// What lies in the working directory from the start.
    pub files: Vec<NewFile>,
}

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
    /// A message of the Jupyter protocol.
    Message(Box<Message>),
    /// The kernel cannot go on, or could not start, with the reason.
    Fatal(String),
}

/// A kernel that has been launched. Dropping it ends the kernel.
pub trait KernelClient {
    /// Sends a message.
    fn send(&self, message: &Message);
    /// Asks the running code to stop.
    fn interrupt(&self);
    /// Puts files into the working directory.
    fn add_files(&self, files: Vec<NewFile>);
}

/// Where events of a kernel go.
pub type EventSink = Box<dyn Fn(ClientEvent)>;

/// Something that can launch kernels.
pub trait KernelLauncher {
    /// Launches a kernel. Everything that happens, failure included, arrives as an event.
    fn launch(&self, options: LaunchOptions, events: EventSink) -> Box<dyn KernelClient>;
}
