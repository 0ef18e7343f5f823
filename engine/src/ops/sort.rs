//! Sorting, and picking by rank: `sort`, `argsort`, `topk`, `kthvalue`, `median`.
//!
//! Positions are found without gradients and values gathered, so gradients flow. On the CPU what needs
//! only part of the order is found by selection (`cpu::selection`), whose positions of equal elements are
//! PyTorch's; on the GPU it is cut from the whole, stable order. Refuses values in between: see quantiles.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::context;
use crate::cpu::{self, Operand, Selection};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{accepted, copy, creation, elementwise as e, index, movement, reduce};
use crate::prim::Prim;
use crate::scalar::Scalar;
use crate::shape::{normalize_dim, num_elements};
use crate::storage::Device;
use crate::tensor::Tensor;

/// `x.sort(dim, descending)`: values and positions; stable.
pub fn sort(x: &Tensor, dim: i64, descending: bool) -> Result<[Tensor; 2]> {
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return first_and_only(x);
    }
    let indices = apply(
        Prim::ArgSort {
            dim: position,
            descending,
        },
        &[x],
        &[],
    )?;
    picked(x, position, indices, "SortBackward0")
}

/// `x.topk(k, dim, largest, sorted)`: values and positions, best first.
pub fn topk(x: &Tensor, k: usize, dim: i64, largest: bool, sorted: bool) -> Result<[Tensor; 2]> {
    if x.dtype() == DType::Bool {
        return Err(Error::not_implemented("topk does not support bool dtypes on CPU"));
    }
    let position = normalize_dim(dim, x.rank())?;
    let size = if x.rank() == 0 { 1 } else { x.size(position) };
    if k > size {
        return Err(Error::runtime("selected index k out of range"));
    }
    if x.rank() == 0 {
        return first_and_only(x);
    }
    let indices = match x.device() {
        Device::Cpu => select(x, position, Selection::Best { k, largest, sorted })?,
        Device::WebGpu => from_order(x, position, largest, 0, k)?,
    };
    picked(x, position, indices, "TopkBackward0")
}

/// `x.kthvalue(k, dim)`: value and position, with `dim` kept as size 1.
pub fn kthvalue(x: &Tensor, k: i64, dim: i64) -> Result<[Tensor; 2]> {
    accepted::check("kthvalue", x)?;
    let position = normalize_dim(dim, x.rank())?;
    let size = if x.rank() == 0 { 1 } else { x.size(position) };
    if size == 0 {
        return Err(Error::index(format!(
            "kthvalue(): Expected reduction dim {position} to have non-zero size."
        )));
    }
    if k < 1 || k > size as i64 {
        return Err(Error::runtime(format!(
            "kthvalue(): selected number k out of range for dimension {position}"
        )));
    }
    if x.rank() == 0 {
        return first_and_only(x);
    }
    let nth = (k - 1) as usize;
    let indices = match x.device() {
        Device::Cpu => select(x, position, Selection::Nth(nth))?,
        Device::WebGpu => from_order(x, position, false, nth, 1)?,
    };
    picked(x, position, indices, "KthvalueBackward0")
}

/// `x.median(dim)` and, ignoring NaN, `x.nanmedian(dim)`: value and position, with `dim` kept as size 1.
pub fn median(x: &Tensor, dim: i64, ignore_nan: bool) -> Result<[Tensor; 2]> {
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return first_and_only(x);
    }
    if x.size(position) == 0 {
        return Err(Error::index(format!(
            "median(): Expected reduction dim {position} to have non-zero size."
        )));
    }
    let indices = match x.device() {
        Device::Cpu => select(x, position, Selection::Median { ignore_nan })?,
        Device::WebGpu => context::with_grad_mode(false, || median_on_gpu(x, position, ignore_nan))?,
    };
    let name = if ignore_nan {
        "NanmedianBackward1"
    } else {
        "MedianBackward1"
    };
    picked(x, position, indices, name)
}

/// The middle of the sorted line; NaNs sort last, so they move it only where they count.
fn median_on_gpu(x: &Tensor, dim: usize, ignore_nan: bool) -> Result<Tensor> {
    let order = apply(Prim::ArgSort { dim, descending: false }, &[x], &[])?;
    let size = x.size(dim) as i64;
    let signed = dim as i64;
    if !x.dtype().is_float() {
        return copy::contiguous(&movement::narrow(&order, signed, (size - 1) / 2, 1)?);
    }
    let nan_count = reduce::sum(&e::isnan(x)?, &[signed], true)?;
    let number_count = e::rsub_scalar(&nan_count, size)?;
    let middle = e::floor_divide_scalar(&e::maximum_scalar(&e::sub_scalar(&number_count, 1)?, 0)?, 2)?;
    let middle = if ignore_nan {
        middle
    } else {
        // The first NaN comes right after the numbers.
        let last = e::minimum_scalar(&number_count, size - 1)?;
        e::where_(&e::gt_scalar(&nan_count, 0)?, &last, &middle)?
    };
    index::gather_unchecked(&order, dim, &middle)
}

/// Positions `start..start + count` of the whole order.
fn from_order(x: &Tensor, dim: usize, descending: bool, start: usize, count: usize) -> Result<Tensor> {
    let order = apply(Prim::ArgSort { dim, descending }, &[x], &[])?;
    copy::contiguous(&movement::narrow(&order, dim as i64, start as i64, count as i64)?)
}

fn select(x: &Tensor, dim: usize, selection: Selection) -> Result<Tensor> {
    let positions = x.with_buffer(|buffer, view| cpu::select_positions(selection, dim, Operand { buffer, view }))??;
    let mut shape = x.shape();
    shape[dim] = 1;
    let lines = num_elements(&shape);
    if let Selection::Best { k, .. } = selection {
        shape[dim] = k;
    }
    debug_assert!(lines == 0 || positions.len() == num_elements(&shape), "a pick a line");
    Ok(Tensor::from_buffer(positions, &shape))
}

fn picked(x: &Tensor, dim: usize, indices: Tensor, name: &'static str) -> Result<[Tensor; 2]> {
    let mark = sequence_mark();
    let values = index::gather_unchecked(x, dim, &indices)?;
    Ok([rename(values, mark, name), indices])
}

/// A number is its own order.
fn first_and_only(x: &Tensor) -> Result<[Tensor; 2]> {
    let zero = creation::full(&[], Scalar::Int(0), DType::I64, x.device())?;
    Ok([movement::alias(x), zero])
}
