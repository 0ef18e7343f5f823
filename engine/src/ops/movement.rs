//! Movements: results that are views of their input and share its memory.
//!
//! Refuses to copy, except `reshape` where strides cannot express the result.
//! Read next: `view`, `autograd::rules_view`.

use std::rc::Rc;

use crate::apply::apply;
use crate::autograd::{Rule, record_rule, record_view, rename, sequence_mark};
use crate::dtype::DType;
use crate::error::{Error, Result, list_text};
use crate::ops::copy;
use crate::prim::Prim;
use crate::shape::{self, Shape, infer_shape, normalize_dim};
use crate::storage::Device;
use crate::tensor::Tensor;
use crate::view::View;

/// One movement, as autograd remembers it.
#[derive(Clone, Debug, PartialEq)]
pub enum Movement {
    /// Another shape over the same elements.
    Reshape(Shape),
    /// Dimensions reordered.
    Permute(Vec<usize>),
    /// Size-1 dimensions repeated.
    Expand(Shape),
    /// Part of one dimension.
    Slice {
        /// The dimension.
        dim: usize,
        /// First index.
        start: usize,
        /// Distance between indices.
        step: usize,
        /// Number of indices.
        length: usize,
    },
    /// One index of one dimension, which goes.
    Select {
        /// The dimension.
        dim: usize,
        /// The index.
        index: usize,
    },
    /// A diagonal of two dimensions, which becomes the last dimension.
    Diagonal {
        /// Distance from the main diagonal.
        offset: i64,
        /// First dimension.
        first: usize,
        /// Second dimension.
        second: usize,
    },
}

impl Movement {
    /// The name in the node's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Movement::Reshape(_) => "View",
            Movement::Permute(_) => "Permute",
            Movement::Expand(_) => "Expand",
            Movement::Slice { .. } => "Slice",
            Movement::Select { .. } => "Select",
            Movement::Diagonal { .. } => "Diagonal",
        }
    }

    /// The view that the movement makes of `view`, or `None` if strides cannot express it.
    pub fn apply(&self, view: &View) -> Option<View> {
        match self {
            Movement::Reshape(shape) => view.reshape(shape),
            Movement::Permute(dims) => Some(view.permute(dims)),
            Movement::Expand(shape) => view.expand(shape).ok(),
            Movement::Slice {
                dim,
                start,
                step,
                length,
            } => Some(view.slice(*dim, *start, *step, *length)),
            Movement::Select { dim, index } => {
                let mut view = view.slice(*dim, *index, 1, 1);
                view.shape.remove(*dim);
                view.strides.remove(*dim);
                Some(view)
            }
            Movement::Diagonal { offset, first, second } => Some(diagonal_view(view, *offset, *first, *second)),
        }
    }
}

fn diagonal_view(view: &View, offset: i64, first: usize, second: usize) -> View {
    let (rows, columns) = (view.shape[first] as i64, view.shape[second] as i64);
    let length = if offset >= 0 {
        rows.min(columns - offset)
    } else {
        (rows + offset).min(columns)
    }
    .max(0) as usize;
    let mut result = view.clone();
    if length > 0 {
        result.offset += if offset >= 0 {
            offset as usize * view.strides[second]
        } else {
            offset.unsigned_abs() as usize * view.strides[first]
        };
    }
    let stride = view.strides[first] + view.strides[second];
    for dim in [first.max(second), first.min(second)] {
        result.shape.remove(dim);
        result.strides.remove(dim);
    }
    result.shape.push(length);
    result.strides.push(stride);
    result
}

fn moved(x: &Tensor, movement: Movement) -> Option<Tensor> {
    let view = movement.apply(&x.view())?;
    let result = record_rule(Rule::Movement(movement), &[x], x.alias(view));
    Some(record_view(result, x))
}

fn moved_always(x: &Tensor, movement: Movement) -> Result<Tensor> {
    let text = movement.name();
    moved(x, movement).ok_or_else(|| Error::runtime(format!("{text} does not apply to this tensor")))
}

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

/// `x.expand(shape)` with concrete sizes; the tensor itself if nothing changes.
pub fn expand(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    if x.shape() == shape {
        return Ok(x.clone());
    }
    check_expand(x, shape)?;
    moved_always(x, Movement::Expand(shape.to_vec()))
}

fn check_expand(x: &Tensor, shape: &[usize]) -> Result<()> {
    if shape.len() < x.rank() {
        let device = if x.device() == Device::Cpu { "" } else { "webgpu." };
        return Err(Error::runtime(format!(
            "expand(torch.{device}{}Tensor{{{}}}, size={}): the number of sizes provided ({}) must be greater or equal to the number of \
             dimensions in the tensor ({})",
            x.dtype().scalar_type_name(),
            list_text(&x.shape()),
            list_text(shape),
            shape.len(),
            x.rank()
        )));
    }
    x.view().expand(shape).map(|_| ())
}

/// `x.expand(shape)` where -1 keeps a size.
pub fn expand_signed(x: &Tensor, shape: &[i64]) -> Result<Tensor> {
    let missing = shape.len().saturating_sub(x.rank());
    let sizes = shape.iter().enumerate().map(|(dim, &size)| match size {
        -1 if dim >= missing => Ok(x.size(dim - missing)),
        -1 => Err(Error::runtime(format!(
            "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {dim}"
        ))),
        size if size < 0 => Err(Error::runtime(format!(
            "The expanded size of the tensor ({size}) must not be negative at dimension {dim}"
        ))),
        size => Ok(size as usize),
    });
    let sizes = sizes.collect::<Result<Vec<_>>>()?;
    check_expand(x, &sizes)?;
    moved_always(x, Movement::Expand(sizes))
}

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

/// `x.as_strided(size, stride, offset)`
pub fn as_strided(x: &Tensor, shape: &[usize], strides: &[usize], offset: usize) -> Result<Tensor> {
    if shape.len() != strides.len() {
        return Err(Error::runtime("mismatch in length of strides and shape"));
    }
    shape::checked_num_elements(shape)?;
    let span = shape.iter().zip(strides).fold(offset, |sum, (&size, &stride)| {
        sum.saturating_add(size.saturating_sub(1).saturating_mul(stride))
    });
    let capacity = x.storage().num_elements;
    if !shape.contains(&0) && span >= capacity {
        return Err(Error::runtime(format!(
            "setStorage: sizes {}, strides {}, storage offset {offset} require a storage of more elements than the {capacity} there are",
            list_text(shape),
            list_text(strides)
        )));
    }
    Ok(as_region(
        x,
        &View {
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            offset,
        },
    ))
}

/// `x.view(dtype)`: the same memory as elements of another dtype. Sizes count in the last dimension. Not differentiable.
/// Source: <https://docs.pytorch.org/docs/stable/generated/torch.Tensor.view.html>
pub fn view_dtype(x: &Tensor, dtype: DType) -> Result<Tensor> {
    if dtype == x.dtype() {
        return Ok(alias(x));
    }
    let mut body = x.body();
    body.storage = body.storage.reinterpreted(dtype)?;
    let (old, new) = (x.dtype().size_bytes(), dtype.size_bytes());
    if old != new {
        let (from, to) = (x.dtype().scalar_type_name(), dtype.scalar_type_name());
        let what = format!("to view {from} as {to} (different element sizes)");
        let (Some(&size), Some(&stride)) = (body.view.shape.last(), body.view.strides.last()) else {
            return Err(Error::runtime(format!("self.dim() cannot be 0 {what}")));
        };
        let mut view = (*body.view).clone();
        let last = view.rank() - 1;
        if old > new {
            let ratio = old / new;
            need_unit_stride(stride, &what)?;
            view.strides[..last].iter_mut().for_each(|stride| *stride *= ratio);
            view.shape[last] = size * ratio;
            view.offset *= ratio;
        } else {
            let ratio = new / old;
            need_multiple("size(-1)", size, ratio, &what)?;
            need_multiple("storage_offset()", view.offset, ratio, &what)?;
            need_unit_stride(stride, &what)?;
            for (dim, stride) in view.strides[..last].iter_mut().enumerate() {
                need_multiple(&format!("stride({dim})"), *stride, ratio, &what)?;
                *stride /= ratio;
            }
            view.shape[last] = size / ratio;
            view.offset /= ratio;
        }
        shape::checked_num_elements(&view.shape)?;
        body.view = Rc::new(view);
    }
    Ok(Tensor::from_body(body))
}

fn need_unit_stride(stride: usize, what: &str) -> Result<()> {
    if stride == 1 {
        return Ok(());
    }
    Err(Error::runtime(format!(
        "self.stride(-1) must be 1 {what}, but got {stride}"
    )))
}

fn need_multiple(name: &str, found: usize, ratio: usize, what: &str) -> Result<()> {
    if found.is_multiple_of(ratio) {
        return Ok(());
    }
    Err(Error::runtime(format!(
        "self.{name} must be divisible by {ratio} {what}, but got {found}"
    )))
}

/// A region of the tensor's storage that is known to lie inside it.
pub fn as_region(x: &Tensor, region: &View) -> Tensor {
    let rule = Rule::Strided {
        input: (*x.view()).clone(),
        output: region.clone(),
    };
    record_view(record_rule(rule, &[x], x.alias(region.clone())), x)
}

/// A differentiable alias with the same view, for `view_as` and modules that must return a new tensor.
pub fn alias(x: &Tensor) -> Tensor {
    record_view(record_rule(Rule::Identity, &[x], x.alias((*x.view()).clone())), x)
}

/// `x.repeat(repeats)`: a copy.
pub fn repeat(x: &Tensor, repeats: &[usize]) -> Result<Tensor> {
    if repeats.len() < x.rank() {
        return Err(Error::runtime(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
        ));
    }
    let mut padded = vec![1; repeats.len() - x.rank()];
    padded.extend(x.shape());
    // [r0, n0, r1, n1, …] by expansion, then merged pairwise.
    let (mut spread, mut expanded, mut merged) = (Vec::new(), Vec::new(), Vec::new());
    for (&count, &size) in repeats.iter().zip(&padded) {
        spread.extend([1, size]);
        expanded.extend([count, size]);
        merged.push(
            count
                .checked_mul(size)
                .ok_or_else(|| Error::runtime("repeat: the result has too many elements"))?,
        );
    }
    shape::checked_num_elements(&merged)?;
    let mark = sequence_mark();
    let copied = apply(Prim::Copy, &[&expand(&reshape_to(x, &spread)?, &expanded)?], &[])?;
    Ok(rename(reshape_to(&copied, &merged)?, mark, "RepeatBackward0"))
}
