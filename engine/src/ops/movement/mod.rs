//! Movements: results that are views of their input and share its memory.
//!
//! Refuses to copy, except `reshape` where strides cannot express the result, and `repeat`.
//! Read next: `kinds`, then `view` and `autograd::rules_view`.

mod dimensions;
mod dtype;
mod expand;
mod kinds;
mod parts;
mod strided;

pub use dimensions::{flatten, permute, reshape, reshape_to, squeeze, t, transpose, unsqueeze, view};
pub use dtype::view_dtype;
pub use expand::{expand, expand_signed, repeat};
pub use kinds::Movement;
pub use parts::{diagonal, narrow, select, slice};
pub use strided::{alias, as_region, as_strided};
