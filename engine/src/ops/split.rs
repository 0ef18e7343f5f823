//! Joining tensors and taking them apart.
//!
//! Splits are views; joins write each part into its place of the whole.

use crate::apply::common_device;
use crate::autograd::{self, Rule, mark_several, record_rule, rename, sequence_mark};
use crate::context::with_grad_mode;
use crate::dtype::DType;
use crate::error::{Error, Result, list_text};
use crate::layout::suggests_channels_last;
use crate::ops::{copy, creation, movement};
use crate::shape::{checked_num_elements, normalize_dim, num_elements};
use crate::storage::Device;
use crate::tensor::Tensor;
use crate::view::View;

/// `torch.cat(tensors, dim)`
pub fn cat(tensors: &[Tensor], dim: i64) -> Result<Tensor> {
    let first = tensors
        .first()
        .ok_or_else(|| Error::value("expected a non-empty list of Tensors"))?;
    if let Some(position) = tensors.iter().position(|tensor| tensor.rank() == 0) {
        return Err(Error::runtime(format!(
            "zero-dimensional tensor (at position {position}) cannot be concatenated"
        )));
    }
    let references: Vec<&Tensor> = tensors.iter().collect();
    common_device(&references)?;
    let dtype = tensors
        .iter()
        .map(|tensor| Ok(tensor.dtype()))
        .reduce(|a, b| a?.promote(b?))
        .unwrap_or_else(|| Ok(first.dtype()))?;
    // Empty vectors count for nothing, whatever the rank of the others: PyTorch's legacy rule.
    let parts: Vec<&Tensor> = tensors.iter().filter(|tensor| tensor.shape() != [0]).collect();
    let Some(model) = parts.first().copied().or(tensors.first()) else {
        return copy::to_dtype(first, dtype);
    };
    let dim = normalize_dim(dim, model.rank())?;
    let mut shape = model.shape();
    shape[dim] = 0;
    for (position, part) in parts.iter().enumerate() {
        check_fits(model, part, dim, position)?;
        shape[dim] += part.size(dim);
    }
    checked_num_elements(&shape)?;
    let result = with_grad_mode(false, || {
        let result = joined(&parts, dim, &shape, dtype)?;
        // Channels that lie last in all parts lie last in the whole.
        match tensors.iter().all(|part| suggests_channels_last(&part.view())) {
            true => copy::hand_on_format(result, &[model]),
            false => Ok(result),
        }
    })?;
    Ok(record_rule(Rule::Join { dim }, &references, result))
}

/// The parts in one new tensor, unknown to autograd.
fn joined(parts: &[&Tensor], dim: usize, shape: &[usize], dtype: DType) -> Result<Tensor> {
    let device = parts.first().map_or(Device::Cpu, |part| part.device());
    let whole = View::contiguous(shape);
    let mut flat = creation::zeros(&[num_elements(shape)], dtype, device)?;
    // On the CPU the parts are written in place; their writes are nobody's business, so the version stays 0.
    let written = autograd::data(&flat);
    let mut start = 0;
    for part in parts {
        let part = copy::to_dtype(part, dtype)?;
        let length = part.size(dim);
        let region = whole.slice(dim, start, 1, length);
        start += length;
        if part.num_elements() == 0 {
            continue;
        }
        match device {
            Device::Cpu => copy::write(&written.alias(region), &part)?,
            Device::WebGpu => flat = copy::write_region(&flat, &region, &part)?,
        }
    }
    movement::reshape_to(&flat, shape)
}

fn check_fits(model: &Tensor, part: &Tensor, dim: usize, position: usize) -> Result<()> {
    if part.rank() != model.rank() {
        return Err(Error::runtime(format!(
            "Tensors must have same number of dimensions: got {} and {}",
            model.rank(),
            part.rank()
        )));
    }
    let differs = (0..model.rank()).find(|&other| other != dim && part.size(other) != model.size(other));
    match differs {
        Some(other) => Err(Error::runtime(format!(
            "Sizes of tensors must match except in dimension {dim}. Expected size {} but got size {} for tensor number {position} in the list.",
            model.size(other),
            part.size(other)
        ))),
        None => Ok(()),
    }
}

/// `torch.stack(tensors, dim)`
pub fn stack(tensors: &[Tensor], dim: i64) -> Result<Tensor> {
    let first = tensors
        .first()
        .ok_or_else(|| Error::runtime("stack expects a non-empty TensorList"))?;
    let dim = normalize_dim(dim, first.rank() + 1)? as i64;
    for (position, tensor) in tensors.iter().enumerate() {
        if tensor.shape() != first.shape() {
            return Err(Error::runtime(format!(
                "stack expects each tensor to be equal size, but got {} at entry 0 and {} at entry {position}",
                list_text(&first.shape()),
                list_text(&tensor.shape())
            )));
        }
    }
    let mark = sequence_mark();
    let parts = tensors
        .iter()
        .map(|tensor| movement::unsqueeze(tensor, dim))
        .collect::<Result<Vec<_>>>()?;
    Ok(rename(cat(&parts, dim)?, mark, "StackBackward0"))
}

/// Parts of `x` along `dim` with one node for them all: for operators that hand none of them out.
pub(super) fn inner_parts(x: &Tensor, sizes: &[usize], dim: usize) -> Result<Vec<Tensor>> {
    let mut start = 0;
    let parts = with_grad_mode(false, || {
        let detached = autograd::detach(x);
        sizes
            .iter()
            .map(|&size| {
                let part = movement::narrow(&detached, dim as i64, start, size as i64)?;
                start += size as i64;
                Ok(part)
            })
            .collect::<Result<Vec<_>>>()
    })?;
    autograd::record_parts(x, &parts, dim);
    Ok(parts)
}

/// `x.split(sizes, dim)`
pub fn split_with_sizes(x: &Tensor, sizes: &[usize], dim: i64) -> Result<Vec<Tensor>> {
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return Err(Error::runtime("split expects at least a 1-dimensional tensor"));
    }
    let total = sizes.iter().fold(0usize, |sum, &size| sum.saturating_add(size));
    if total != x.size(position) {
        return Err(Error::runtime(format!(
            "split_with_sizes expects split_sizes to sum exactly to {} (input tensor's size at dimension {position}), but got split_sizes={}",
            x.size(position),
            list_text(sizes)
        )));
    }
    let mut start = 0;
    let mut parts = Vec::with_capacity(sizes.len());
    for &size in sizes {
        let mark = sequence_mark();
        let part = movement::slice(x, dim, Some(start), Some(start + size as i64), 1)?;
        parts.push(rename(part, mark, "SplitBackward0"));
        start += size as i64;
    }
    Ok(mark_several(parts))
}

/// `x.split(size, dim)`
pub fn split(x: &Tensor, size: usize, dim: i64) -> Result<Vec<Tensor>> {
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return Err(Error::runtime("split expects at least a 1-dimensional tensor"));
    }
    let total = x.size(position);
    if size == 0 && total != 0 {
        return Err(Error::runtime(format!(
            "split_size can only be 0 if dimension size is 0, but got dimension size of {total}"
        )));
    }
    let count = if total == 0 { 1 } else { total.div_ceil(size) };
    check_parts(count)?;
    let sizes: Vec<usize> = (0..count).map(|part| size.min(total - part * size)).collect();
    split_with_sizes(x, &sizes, dim)
}

/// `x.chunk(chunks, dim)`
pub fn chunk(x: &Tensor, chunks: usize, dim: i64) -> Result<Vec<Tensor>> {
    if chunks == 0 {
        return Err(Error::runtime("chunk expects `chunks` to be greater than 0, got: 0"));
    }
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return Err(Error::runtime("chunk expects at least a 1-dimensional tensor"));
    }
    let size = x.size(position).div_ceil(chunks);
    if size == 0 {
        return split_with_sizes(x, &vec![0; chunks.min(4096)], dim);
    }
    split(x, size, dim)
}

/// `x.unbind(dim)`
pub fn unbind(x: &Tensor, dim: i64) -> Result<Vec<Tensor>> {
    let position = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        return Err(Error::index("Dimension specified as 0 but tensor has no dimensions"));
    }
    check_parts(x.size(position))?;
    let parts = (0..x.size(position)).map(|index| {
        let mark = sequence_mark();
        Ok(rename(movement::select(x, dim, index as i64)?, mark, "UnbindBackward0"))
    });
    Ok(mark_several(parts.collect::<Result<_>>()?))
}

/// Parts are tensors of their own, each with its place in memory, even where they have no elements.
fn check_parts(count: usize) -> Result<()> {
    const MAX_PARTS: usize = 1 << 20;
    if count > MAX_PARTS {
        return Err(Error::runtime(format!(
            "a tensor cannot be split into {count} parts; the most is {MAX_PARTS}"
        )));
    }
    Ok(())
}
