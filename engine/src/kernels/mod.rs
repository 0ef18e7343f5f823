//! Hand-written routines: the files of `shaders/` and the rules that pick one.
//!
//! Refuses to know wgpu. Read next: `registry`, then `select`.

mod attention;
mod convolve;
mod convolve_lines;
mod lines;
mod pool;
mod recurrent;
mod scatter;

pub mod registry;
pub mod samples;
mod samples_of_attention;
mod samples_of_routines;
pub mod select;

pub use samples::{all_wgsl_for_validation, wgsl_with_halves_for_validation, wgsl_with_subgroups_for_validation};
