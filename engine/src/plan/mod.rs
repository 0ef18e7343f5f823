//! Planning: from a verified program to an ordered list of kernels and a place for every value.
//!
//! Pure and deterministic: equal programs give equal plans and so equal WGSL. The passes, in order:
//! `attend` (attention as kernels of its own), `expand` (softmax written out), `classify` (each node), `cluster`, `row_merge`
//! and `alike` (which nodes share a kernel), `group` (what is written, in which order), `build`, `builder` and `node_build` (expressions), `passes` (what takes several kernels),
//! `join` (kernels that are alike as one), `memory` (buffers).
//! Refuses to know wgpu, WGSL text and value identities.
//! Read next: `planner`, then `kernel`, the language of the result, then `cluster`.

pub mod kernel;
pub mod memory;
pub mod print;

mod alike;
mod attend;
mod block;
mod body;
mod build;
mod builder;
mod caps;
mod checks;
mod classify;
mod cluster;
mod expand;
mod form;
mod group;
mod in_place;
mod join;
mod node_build;
mod passes;
mod planner;
mod routine;
mod row_build;
mod row_merge;
mod row_shape;
mod sizes;
mod source;
mod split;
mod union;

pub use caps::Caps;
pub use checks::OffsetCheck;
pub use planner::{Fusion, Plan, plan, plan_with};
