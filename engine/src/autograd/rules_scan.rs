//! Backward rules of running folds and of scatter.
//!
//! Refuses movement and indexing that only reads: see `rules_view` and `rules`.

use crate::error::{Error, Result};
use crate::prim::{Scan, Scatter};
use crate::tensor::Tensor;

/// Gradient of the input of a running fold, from `g`, the input and the output.
pub(super) fn scan(op: Scan, dim: usize, g: &Tensor, x: &Tensor, out: &Tensor) -> Result<Tensor> {
    let _ = (dim, g, x, out);
    Err(Error::not_implemented(format!("the gradient of {op:?}")))
}

/// Gradients of base and source. `saved` holds base, index, source and the output.
pub(super) fn scatter(op: Scatter, dim: usize, g: &Tensor, saved: [&Tensor; 4]) -> Result<[Tensor; 2]> {
    let _ = (dim, g, saved);
    Err(Error::not_implemented(format!("the gradient of {op:?}")))
}
