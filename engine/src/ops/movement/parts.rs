//! Parts of a tensor: slices, single indices, diagonals.
//!
//! Refuses indices that are tensors: see `ops::index`.

use super::Movement;
use super::kinds::moved_always;
use crate::error::{Error, Result, list_text};
use crate::shape::normalize_dim;
use crate::tensor::Tensor;

/// `x[start:end:step]` along a dimension; bounds wrap and clamp as in Python.
pub fn slice(x: &Tensor, dim: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Result<Tensor> {
    if x.rank() == 0 {
        return Err(Error::runtime("slice() cannot be applied to a 0-dim tensor."));
    }
    if step <= 0 {
        return Err(Error::value("slice step must be positive"));
    }
    let dim = normalize_dim(dim, x.rank())?;
    let size = x.size(dim) as i64;
    let bound = |value: i64| {
        if value < 0 {
            value.saturating_add(size).max(0)
        } else {
            value.min(size)
        }
    };
    let (start, end) = (start.map_or(0, bound), end.map_or(size, bound));
    let length = if end > start { (end - start - 1) / step + 1 } else { 0 };
    let start = if length == 0 { start.min(size) } else { start };
    moved_always(
        x,
        Movement::Slice {
            dim,
            start: start as usize,
            step: step as usize,
            length: length as usize,
        },
    )
}

/// `x.select(dim, index)`
pub fn select(x: &Tensor, dim: i64, index: i64) -> Result<Tensor> {
    if x.rank() == 0 {
        return Err(Error::index("select() cannot be applied to a 0-dim tensor."));
    }
    let dim = normalize_dim(dim, x.rank())?;
    let size = x.size(dim) as i64;
    if index < -size || index >= size {
        return Err(Error::index(format!(
            "select(): index {index} out of range for tensor of size {} at dimension {dim}",
            list_text(&x.shape())
        )));
    }
    let index = if index < 0 { index + size } else { index } as usize;
    moved_always(x, Movement::Select { dim, index })
}

/// `x.narrow(dim, start, length)`
pub fn narrow(x: &Tensor, dim: i64, start: i64, length: i64) -> Result<Tensor> {
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return Err(Error::runtime("narrow() cannot be applied to a 0-dim tensor."));
    }
    let size = x.size(position) as i64;
    let start = if start < 0 { start.saturating_add(size) } else { start };
    if length < 0 || start < 0 || start.saturating_add(length) > size {
        return Err(Error::runtime(format!(
            "start ({start}) + length ({length}) exceeds dimension size ({size})."
        )));
    }
    slice(x, dim, Some(start), Some(start + length), 1)
}

/// `x.diagonal(offset, dim1, dim2)`
pub fn diagonal(x: &Tensor, offset: i64, dim1: i64, dim2: i64) -> Result<Tensor> {
    let (first, second) = (normalize_dim(dim1, x.rank())?, normalize_dim(dim2, x.rank())?);
    if first == second || x.rank() < 2 {
        return Err(Error::runtime(format!(
            "diagonal dimensions cannot be identical {dim1}, {dim2}"
        )));
    }
    moved_always(x, Movement::Diagonal { offset, first, second })
}
