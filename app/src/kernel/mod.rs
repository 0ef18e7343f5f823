//! The client of the kernel: messages, the queue of executions, and what a kernel is to the page.
//! It runs no Python and touches no frame: an implementation of `KernelClient` does. Read next: `session.rs`.

pub mod client;
pub mod comm_view;
pub mod comms;
pub mod fake;
pub mod file_changes;
pub mod incoming;
pub mod manifest;
pub mod protocol;
pub mod requests;
pub mod saved_widgets;
pub mod session;

#[cfg(target_arch = "wasm32")]
pub(crate) mod frame;
#[cfg(target_arch = "wasm32")]
mod library;
