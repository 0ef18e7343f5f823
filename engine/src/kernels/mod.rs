//! Hand-written routines: the files of `shaders/` and the rules that pick one.
//!
//! Refuses to know wgpu. Read next: `registry`, then `select`.

pub mod registry;
pub mod samples;
pub mod select;

pub use samples::all_wgsl_for_validation;
