//! The same elements under other dimensions: reshaped, merged, reordered, with dimensions of size 1 more or fewer.
//!
//! Refuses to repeat elements: see `expand`.

use super::Movement;
use super::kinds::{moved, moved_always};
use crate::autograd::{rename, sequence_mark};
use crate::error::{Error, Result};
use crate::ops::copy;
use crate::shape::{self, infer_shape, normalize_dim};
use crate::tensor::Tensor;

/// `x.view(shape)`
pub fn view(x: &Tensor, shape: &[i64]) -> Result<Tensor> {
    let shape = infer_shape(shape, x.num_elements())?;
    moved(x, Movement::Reshape(shape)).ok_or_else(|| {
        Error::runtime(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous \
             subspaces). Use .reshape(...) instead.",
        )
    })
}

/// `x.reshape(shape)`: a view if possible, otherwise a copy.
pub fn reshape(x: &Tensor, shape: &[i64]) -> Result<Tensor> {
    let shape = infer_shape(shape, x.num_elements())?;
    reshape_to(x, &shape)
}

/// `reshape` to a concrete shape of as many elements.
pub fn reshape_to(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    if x.num_elements() != shape::checked_num_elements(shape)? {
        return Err(Error::InvalidShape {
            shape: shape.iter().map(|&size| size as i64).collect(),
            numel: x.num_elements(),
        });
    }
    if let Some(result) = moved(x, Movement::Reshape(shape.to_vec())) {
        return Ok(result);
    }
    let mark = sequence_mark();
    let copied = copy::row_major(x)?;
    Ok(rename(
        moved_always(&copied, Movement::Reshape(shape.to_vec()))?,
        mark,
        "UnsafeViewBackward0",
    ))
}

/// `x.flatten(start, end)`
pub fn flatten(x: &Tensor, start: i64, end: i64) -> Result<Tensor> {
    let (start, end) = (normalize_dim(start, x.rank())?, normalize_dim(end, x.rank())?);
    if start > end {
        return Err(Error::runtime(
            "flatten() has invalid args: start_dim cannot come after end_dim",
        ));
    }
    if x.rank() == 0 {
        return reshape_to(x, &[1]);
    }
    if start == end {
        return Ok(x.clone());
    }
    let shape = x.shape();
    let merged = shape[start..=end].iter().product();
    let flat = [&shape[..start], &[merged], &shape[end + 1..]].concat();
    reshape_to(x, &flat)
}

/// `x.unsqueeze(dim)`
pub fn unsqueeze(x: &Tensor, dim: i64) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank() + 1)?;
    let mut shape = x.shape();
    shape.insert(dim, 1);
    let mark = sequence_mark();
    Ok(rename(
        moved_always(x, Movement::Reshape(shape))?,
        mark,
        "UnsqueezeBackward0",
    ))
}

/// `x.squeeze(dims)`; `None` drops every dimension of size 1.
pub fn squeeze(x: &Tensor, dims: Option<&[i64]>) -> Result<Tensor> {
    let named = match dims {
        None => (0..x.rank()).collect(),
        Some(dims) => dims
            .iter()
            .map(|&dim| normalize_dim(dim, x.rank()))
            .collect::<Result<Vec<_>>>()?,
    };
    let shape = x
        .shape()
        .iter()
        .enumerate()
        .filter(|&(dim, &size)| size != 1 || !named.contains(&dim))
        .map(|(_, &size)| size)
        .collect();
    let mark = sequence_mark();
    let name = if dims.is_none() {
        "SqueezeBackward0"
    } else {
        "SqueezeBackward1"
    };
    Ok(rename(moved_always(x, Movement::Reshape(shape))?, mark, name))
}

/// `x.permute(dims)`
pub fn permute(x: &Tensor, dims: &[i64]) -> Result<Tensor> {
    if dims.len() != x.rank() {
        return Err(Error::runtime(format!(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = {} is not equal to len(dims) = {}",
            x.rank(),
            dims.len()
        )));
    }
    let mut order = Vec::with_capacity(dims.len());
    for &dim in dims {
        let dim = normalize_dim(dim, x.rank())?;
        if order.contains(&dim) {
            return Err(Error::runtime("permute(): duplicate dims are not allowed."));
        }
        order.push(dim);
    }
    moved_always(x, Movement::Permute(order))
}

/// `x.transpose(a, b)`
pub fn transpose(x: &Tensor, a: i64, b: i64) -> Result<Tensor> {
    let (a, b) = (normalize_dim(a, x.rank())?, normalize_dim(b, x.rank())?);
    let mut order: Vec<usize> = (0..x.rank()).collect();
    if !order.is_empty() {
        order.swap(a, b);
    }
    let mark = sequence_mark();
    Ok(rename(
        moved_always(x, Movement::Permute(order))?,
        mark,
        "TransposeBackward0",
    ))
}

/// `x.t()`
pub fn t(x: &Tensor) -> Result<Tensor> {
    if x.rank() > 2 {
        return Err(Error::runtime(format!(
            "t() expects a tensor with <= 2 dimensions, but self is {}D",
            x.rank()
        )));
    }
    let mark = sequence_mark();
    let order = (0..x.rank()).rev().collect();
    Ok(rename(moved_always(x, Movement::Permute(order))?, mark, "TBackward0"))
}
