//! Reductions: sums, extremes, truth.
//!
//! Refuses to order elements: see `sort`. Read next: `statistics`.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::cpu::{self, Operand};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::promote::in_float32;
use crate::ops::{copy, creation, elementwise as e, index, movement};
use crate::prim::{ArgReduce, Prim, Reduce};
use crate::scalar::Scalar;
use crate::shape::{normalize_dim, normalize_dims, num_elements};
use crate::storage::Device;
use crate::tensor::Tensor;

/// Applies a fold over `dims` (empty: all).
pub(super) fn fold(op: Reduce, x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let dims = normalize_dims(dims, x.rank())?;
    if x.rank() == 0 {
        // A fold over nothing; reshaped so that the primitive still fixes the dtype.
        let line = movement::reshape_to(x, &[1])?;
        return movement::reshape_to(&apply(Prim::Reduce { op, dims: vec![0] }, &[&line], &[])?, &[]);
    }
    let reduced = apply(Prim::Reduce { op, dims: dims.clone() }, &[x], &[])?;
    if keepdim {
        Ok(reduced)
    } else {
        drop_dims(&reduced, &dims)
    }
}

fn drop_dims(x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let shape: Vec<usize> = x
        .shape()
        .into_iter()
        .enumerate()
        .filter(|(dim, _)| !dims.contains(dim))
        .map(|(_, size)| size)
        .collect();
    movement::reshape_to(x, &shape)
}

fn named(is_full: bool, full: &'static str, partial: &'static str) -> &'static str {
    if is_full { full } else { partial }
}

/// `x.sum(dims, keepdim)`; empty `dims` means all.
pub fn sum(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let mark = sequence_mark();
    Ok(rename(
        fold(Reduce::Sum, x, dims, keepdim)?,
        mark,
        named(dims.is_empty(), "SumBackward0", "SumBackward1"),
    ))
}

/// `x.mean(dims, keepdim)`
pub fn mean(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    if !x.dtype().is_float() {
        return Err(Error::not_implemented(format!(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {}",
            x.dtype().scalar_type_name()
        )));
    }
    let mark = sequence_mark();
    let count = count_of(x, dims)?;
    let result = in_float32(&[x], |wide| {
        e::div_scalar(&fold(Reduce::Sum, &wide[0], dims, keepdim)?, count as f64)
    })?;
    Ok(rename(
        result,
        mark,
        named(dims.is_empty(), "MeanBackward0", "MeanBackward1"),
    ))
}

/// Elements that are folded into one.
pub(super) fn count_of(x: &Tensor, dims: &[i64]) -> Result<usize> {
    if x.rank() == 0 {
        return Ok(1);
    }
    Ok(normalize_dims(dims, x.rank())?.iter().map(|&dim| x.size(dim)).product())
}

/// `x.prod(dims, keepdim)`
pub fn prod(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let mark = sequence_mark();
    Ok(rename(
        fold(Reduce::Prod, x, dims, keepdim)?,
        mark,
        named(dims.is_empty(), "ProdBackward0", "ProdBackward1"),
    ))
}

/// Gradient of `prod`: the product of the other elements, exact where elements are zero.
pub fn prod_gradient(g: &Tensor, x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let signed: Vec<i64> = dims.iter().map(|&dim| dim as i64).collect();
    let is_zero = e::eq_scalar(x, 0.0)?;
    let zeros = sum(&copy::to_dtype(&is_zero, x.dtype())?, &signed, true)?;
    let filled = e::masked_fill(x, &is_zero, Scalar::Int(1))?;
    let rest = fold(Reduce::Prod, &filled, &signed, true)?;
    let without_zeros = e::where_mask(&e::eq_scalar(&zeros, 0.0)?, &e::div(&rest, &filled)?)?;
    let is_only_zero = e::mul(&e::eq_scalar(&zeros, 1.0)?, &is_zero)?;
    let others = e::where_(&is_only_zero, &rest, &without_zeros)?;
    e::mul(g, &others)
}

/// `x.amax(dims, keepdim)` and `x.amin`: values only; equal extremes share the gradient.
pub fn extreme(op: Reduce, x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let name = if op == Reduce::Max { "amax" } else { "amin" };
    let normalized = normalize_dims(dims, x.rank())?;
    if dims.is_empty() && x.num_elements() == 0 {
        return Err(Error::runtime(format!(
            "{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        )));
    }
    if let Some(dim) = normalized.iter().find(|&&dim| dim < x.rank() && x.size(dim) == 0) {
        return Err(Error::index(format!(
            "{name}(): Expected reduction dim {dim} to have non-zero size."
        )));
    }
    let mark = sequence_mark();
    let node = if op == Reduce::Max {
        "AmaxBackward0"
    } else {
        "AminBackward0"
    };
    Ok(rename(fold(op, x, dims, keepdim)?, mark, node))
}

/// `x.max()` and `x.min()` over all elements.
pub fn extreme_of_all(op: Reduce, x: &Tensor) -> Result<Tensor> {
    let name = if op == Reduce::Max { "max" } else { "min" };
    if x.num_elements() == 0 {
        return Err(Error::runtime(format!(
            "{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        )));
    }
    let mark = sequence_mark();
    let node = if op == Reduce::Max {
        "MaxBackward1"
    } else {
        "MinBackward1"
    };
    Ok(rename(fold(op, x, &[], false)?, mark, node))
}

/// `x.max(dim)` and `x.min(dim)`: values and their indices.
pub fn extreme_with_index(op: ArgReduce, x: &Tensor, dim: i64, keepdim: bool) -> Result<[Tensor; 2]> {
    let name = if op == ArgReduce::Max { "max" } else { "min" };
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return Ok([movement::alias(x), creation::zeros(&[], DType::I64, x.device())?]);
    }
    if x.size(position) == 0 {
        return Err(Error::index(format!(
            "{name}(): Expected reduction dim {position} to have non-zero size."
        )));
    }
    let indices = apply(Prim::ArgReduce { op, dim: position }, &[x], &[])?;
    let mark = sequence_mark();
    let values = index::gather_unchecked(x, position, &indices)?;
    let (values, indices) = if keepdim {
        (values, indices)
    } else {
        (drop_dims(&values, &[position])?, drop_dims(&indices, &[position])?)
    };
    let node = if op == ArgReduce::Max {
        "MaxBackward0"
    } else {
        "MinBackward0"
    };
    Ok([rename(values, mark, node), indices])
}

/// `x.argmax(dim, keepdim)` and `x.argmin`; without a dimension, of the flattened tensor.
pub fn arg_extreme(op: ArgReduce, x: &Tensor, dim: Option<i64>, keepdim: bool) -> Result<Tensor> {
    let name = if op == ArgReduce::Max { "argmax" } else { "argmin" };
    let Some(dim) = dim else {
        if x.num_elements() == 0 {
            return Err(Error::index(format!(
                "{name}(): Expected reduction dim to be specified for input.numel() == 0."
            )));
        }
        let flat = movement::reshape_to(x, &[x.num_elements()])?;
        let result = apply(Prim::ArgReduce { op, dim: 0 }, &[&flat], &[])?;
        return movement::reshape_to(&result, &if keepdim { vec![1; x.rank()] } else { Vec::new() });
    };
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return creation::zeros(&[], DType::I64, x.device());
    }
    if x.size(position) == 0 {
        return Err(Error::index(format!(
            "{name}(): Expected reduction dim {position} to have non-zero size."
        )));
    }
    let result = apply(Prim::ArgReduce { op, dim: position }, &[x], &[])?;
    if keepdim {
        Ok(result)
    } else {
        drop_dims(&result, &[position])
    }
}

/// `x.any(dims, keepdim)`
pub fn any(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    as_truth_of(x, fold(Reduce::Any, x, dims, keepdim)?)
}

/// `x.all(dims, keepdim)`
pub fn all(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    as_truth_of(x, fold(Reduce::All, x, dims, keepdim)?)
}

/// The truth about a tensor in PyTorch's dtype for it: uint8 of uint8, which was there before bool, else bool.
fn as_truth_of(x: &Tensor, truth: Tensor) -> Result<Tensor> {
    if x.dtype() == DType::U8 {
        copy::to_dtype(&truth, DType::U8)
    } else {
        Ok(truth)
    }
}

/// `torch.hash_tensor(x, dims, keepdim)`; empty `dims` means all. Refuses the GPU, which has no uint64.
pub fn hash(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    if x.device() != Device::Cpu {
        return Err(Error::runtime(
            "hash_tensor gives uint64, which device 'webgpu' does not hold",
        ));
    }
    let dims = normalize_dims(dims, x.rank())?;
    let dims: Vec<usize> = dims.into_iter().filter(|&dim| dim < x.rank()).collect();
    let hashes = x.with_buffer(|buffer, view| cpu::hash(&dims, Operand { buffer, view }))??;
    let mut shape = x.shape();
    dims.iter().for_each(|&dim| shape[dim] = 1);
    let hashes = Tensor::from_buffer(hashes, &shape);
    if keepdim { Ok(hashes) } else { drop_dims(&hashes, &dims) }
}

/// The sum that undoes broadcasting from `shape`.
pub fn sum_to(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let from = x.shape();
    if from == shape {
        return Ok(x.clone());
    }
    let missing = from.len().saturating_sub(shape.len());
    let is_spread = |dim: usize| dim < missing || (shape[dim - missing] == 1 && from[dim] != 1);
    let dims: Vec<i64> = (0..from.len())
        .filter(|&dim| is_spread(dim))
        .map(|dim| dim as i64)
        .collect();
    let summed = if dims.is_empty() {
        x.clone()
    } else {
        sum(x, &dims, true)?
    };
    if num_elements(shape) != summed.num_elements() {
        return Err(Error::runtime(format!(
            "a gradient of shape {from:?} does not reduce to {shape:?}"
        )));
    }
    movement::reshape_to(&summed, shape)
}
