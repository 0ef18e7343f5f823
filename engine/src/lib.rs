//! The tensor engine: PyTorch's tensor semantics on two devices from one small set of primitives.
//!
//! Two halves meet only in the wire format: the *recorder* (feature `recorder`) knows dtypes, shapes,
//! views, autograd and the CPU kernels, and appends GPU work to a graph; the *executor* (feature
//! `executor`) fuses, plans, compiles and runs such graphs with wgpu.
//! The crate refuses to know notebooks, Python, the DOM or files.
//! Read next: `prim` (the catalogue of operators), then `graph`, `wire`, and ARCHITECTURE.md.

pub mod dtype;
pub mod error;
pub mod layout;
pub mod prim;
pub mod scalar;
pub mod shape;
pub mod view;
pub mod wire;

#[cfg(feature = "recorder")]
pub mod apply;
#[cfg(feature = "recorder")]
pub mod autograd;
#[cfg(feature = "recorder")]
pub mod context;
#[cfg(feature = "recorder")]
pub mod cpu;
#[cfg(feature = "recorder")]
pub mod ffi;
#[cfg(feature = "recorder")]
pub mod graph;
#[cfg(feature = "recorder")]
pub mod ops;
#[cfg(feature = "recorder")]
pub mod random;
#[cfg(feature = "recorder")]
pub mod reinterpret;
#[cfg(feature = "recorder")]
pub mod stop;
#[cfg(feature = "recorder")]
pub mod storage;
#[cfg(feature = "recorder")]
pub mod tensor;

#[cfg(feature = "executor")]
pub mod backend;
#[cfg(feature = "executor")]
pub mod codegen;
#[cfg(feature = "executor")]
pub mod executor;
#[cfg(feature = "executor")]
pub mod kernels;
#[cfg(feature = "executor")]
pub mod plan;
