//! Index tensors made safe: negative values wrapped, ranges checked.
//!
//! On the CPU the values are looked at and errors are PyTorch's. On the GPU nobody can look without
//! waiting, so values are clamped. Refuses dtypes that are no indices.

use crate::context;
use crate::cpu::Buffer;
use crate::cpu::memory::{try_collect, try_vec};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, elementwise as e};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// How a value out of range is reported.
#[derive(Clone, Copy, Debug)]
pub enum Wording {
    /// Indexing with tensors, along this dimension.
    Dimension(usize),
    /// `gather` and `scatter`: a `RuntimeError`.
    Kernel(usize),
    /// `embedding` and `index_select`.
    Plain,
}

/// An int64 tensor whose values lie in `0..size`; negative values count from the end if `wraps`.
pub fn checked(index: &Tensor, size: usize, wraps: bool, wording: Wording) -> Result<Tensor> {
    if !index.dtype().is_integer() {
        return Err(Error::index(
            "tensors used as indices must be long, int, byte or bool tensors",
        ));
    }
    context::with_grad_mode(false, || {
        let index = copy::to_dtype(index, DType::I64)?;
        match index.device() {
            Device::Cpu => on_cpu(&index, size, wraps, wording),
            Device::WebGpu => on_gpu(&index, size, wraps),
        }
    })
}

fn on_cpu(index: &Tensor, size: usize, wraps: bool, wording: Wording) -> Result<Tensor> {
    let index = copy::contiguous(index)?;
    let count = index.num_elements();
    let size = size as i64;
    let wrapped = index.with_buffer(|buffer, view| -> Result<Option<Vec<i64>>> {
        let Buffer::I64(all) = buffer else {
            return Err(Error::runtime("indices were not converted to int64"));
        };
        let values = all.get(view.offset..view.offset + count).unwrap_or_default();
        let lowest = if wraps { -size } else { 0 };
        if let Some(&bad) = values.iter().find(|&&value| value < lowest || value >= size) {
            let text = |dim: usize| format!("index {bad} is out of bounds for dimension {dim} with size {size}");
            return Err(match wording {
                Wording::Dimension(dim) => Error::index(text(dim)),
                Wording::Kernel(dim) => Error::runtime(text(dim)),
                Wording::Plain => Error::index("index out of range in self"),
            });
        }
        let has_negative = values.iter().any(|&value| value < 0);
        let wrap = || try_collect(values.iter().map(|&value| if value < 0 { value + size } else { value }));
        has_negative.then(wrap).transpose()
    })??;
    Ok(wrapped.map_or_else(
        || index.clone(),
        |values| Tensor::from_buffer(Buffer::I64(values), &index.shape()),
    ))
}

fn on_gpu(index: &Tensor, size: usize, wraps: bool) -> Result<Tensor> {
    let size = size as i64;
    let wrapped = if wraps {
        e::where_(&e::lt_scalar(index, 0)?, &e::add_scalar(index, size)?, index)?
    } else {
        index.clone()
    };
    e::clamp(&wrapped, Some(Scalar::Int(0)), Some(Scalar::Int((size - 1).max(0))))
}

/// The positions of true (or non-zero) elements as an int64 `[count, rank]` CPU tensor.
pub fn nonzero(x: &Tensor) -> Result<Tensor> {
    if x.device() == Device::WebGpu {
        return Err(Error::not_implemented(
            "nonzero would have to wait for the GPU; copy the tensor with .cpu() first",
        ));
    }
    let mask = context::with_grad_mode(false, || copy::contiguous(&copy::to_dtype(x, DType::Bool)?))?;
    let shape = mask.shape();
    let (count, rank) = (mask.num_elements(), shape.len());
    let (found, positions) = mask.with_buffer(|buffer, view| -> Result<(usize, Vec<i64>)> {
        let Buffer::Bool(all) = buffer else {
            return Err(Error::runtime("the mask was not converted to bool"));
        };
        let marks = all.get(view.offset..view.offset + count).unwrap_or_default();
        let found = marks.iter().filter(|&&is_set| is_set).count();
        let mut positions = try_vec(found.saturating_mul(rank))?;
        for (flat, _) in marks.iter().enumerate().filter(|(_, is_set)| **is_set) {
            let mut rest = flat;
            let start = positions.len();
            positions.resize(start + rank, 0i64);
            for dim in (0..rank).rev() {
                positions[start + dim] = (rest % shape[dim]) as i64;
                rest /= shape[dim];
            }
        }
        Ok((found, positions))
    })??;
    Ok(Tensor::from_buffer(Buffer::I64(positions), &[found, rank]))
}
