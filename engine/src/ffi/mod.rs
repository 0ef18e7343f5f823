//! The door to Python: operators by number, arguments as numbers, tensors as handles.
//!
//! One table of rows describes every operator; wasm-bindgen (`wasm`) and a C interface (`native`) offer
//! the same functions. Nothing that comes in can panic: handles, counts and numbers are all checked.
//! Read next: `table`, `args`, `recorder`.

mod args;
mod handles;
mod recorder;
mod rows;
mod table;

pub use recorder::{Called, Recorder};

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod wasm;
