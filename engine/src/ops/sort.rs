//! Sorting and largest elements, on the CPU.
//!
//! Positions are found on the elements as doubles (exact for every dtype but int64 beyond 2^53, which is
//! compared as integers); values are gathered, so gradients flow. Refuses the GPU.

use std::cmp::Ordering;

use crate::autograd::{rename, sequence_mark};
use crate::context;
use crate::cpu::Buffer;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, index, movement};
use crate::shape::normalize_dim;
use crate::storage::Device;
use crate::tensor::Tensor;

/// `x.sort(dim, descending)`: values and positions; stable.
pub fn sort(x: &Tensor, dim: i64, descending: bool) -> Result<[Tensor; 2]> {
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return Ok([movement::alias(x), Tensor::from_buffer(Buffer::I64(vec![0]), &[])]);
    }
    let indices = order(x, position, descending)?;
    let mark = sequence_mark();
    let values = index::gather_unchecked(x, position, &indices)?;
    Ok([rename(values, mark, "SortBackward0"), indices])
}

/// `x.topk(k, dim, largest)`: values and positions, best first.
pub fn topk(x: &Tensor, k: usize, dim: i64, largest: bool) -> Result<[Tensor; 2]> {
    let position = normalize_dim(dim, x.rank())?;
    let size = if x.rank() == 0 { 1 } else { x.size(position) };
    if k > size {
        return Err(Error::runtime("selected index k out of range"));
    }
    if x.rank() == 0 {
        return Ok([movement::alias(x), Tensor::from_buffer(Buffer::I64(vec![0]), &[])]);
    }
    let indices = copy::contiguous(&movement::narrow(
        &order(x, position, largest)?,
        position as i64,
        0,
        k as i64,
    )?)?;
    let mark = sequence_mark();
    let values = index::gather_unchecked(x, position, &indices)?;
    Ok([rename(values, mark, "TopkBackward0"), indices])
}

/// The positions that sort each line along `dim`, in the tensor's shape.
fn order(x: &Tensor, dim: usize, descending: bool) -> Result<Tensor> {
    if x.device() == Device::WebGpu {
        return Err(Error::not_implemented(
            "sorting on the GPU; copy the tensor with .cpu() first",
        ));
    }
    context::with_grad_mode(false, || {
        let last = x.rank() as i64 - 1;
        let wide = if x.dtype().is_float() { DType::F64 } else { DType::I64 };
        let lines = copy::clone(&movement::transpose(&copy::to_dtype(x, wide)?, dim as i64, last)?)?;
        let length = x.size(dim);
        let positions = lines.with_buffer(|buffer, _| match buffer {
            Buffer::F64(values) => sorted_lines(values, length, descending, compare_floats),
            Buffer::I64(values) => sorted_lines(values, length, descending, |a, b| a.cmp(b)),
            _ => Vec::new(),
        })?;
        let sorted = Tensor::from_buffer(Buffer::I64(positions), &lines.shape());
        copy::contiguous(&movement::transpose(&sorted, dim as i64, last)?)
    })
}

/// NaN counts as larger than every number, as in PyTorch.
fn compare_floats(a: &f64, b: &f64) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn sorted_lines<T>(values: &[T], length: usize, descending: bool, compare: impl Fn(&T, &T) -> Ordering) -> Vec<i64> {
    let mut result = Vec::with_capacity(values.len());
    for line in values.chunks(length.max(1)) {
        let mut order: Vec<usize> = (0..line.len()).collect();
        order.sort_by(|&a, &b| {
            let ordering = compare(&line[a], &line[b]);
            if descending { ordering.reverse() } else { ordering }
        });
        result.extend(order.into_iter().map(|position| position as i64));
    }
    result
}
