//! Code generation: from kernels to WGSL text.
//!
//! WGSL enters the engine through two doors: the `wgsl` column of the operator tables, expanded here,
//! and the files of `shaders/`, named by `kernels::registry`. Refuses to know wgpu and programs.
//! Read next: `kernel`, then `block`.

pub mod block;
pub mod expression;
pub mod hooks;
pub mod index;
pub mod joined;
pub mod kernel;
pub mod library;
pub mod quads;
pub mod rows;
pub mod subgroups;

pub use kernel::{Module, generate};
