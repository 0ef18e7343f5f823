//! Arithmetic, comparison and logic, element by element.
//!
//! Differs from PyTorch in nothing intended. Refuses in-place: see `autograd::assign`.
//! Read next: `rows`, then `prim::elementwise`, whose rows these functions apply.

mod choice;
mod named;
mod rows;

pub use choice::*;
pub use named::*;
pub use rows::*;
