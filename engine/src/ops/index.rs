//! Reads and writes at positions given by an index tensor along one dimension.
//!
//! Refuses mixes of several index tensors: see `advanced_index`.

use crate::apply::apply;
use crate::autograd::{Rule, record_rule, rename, requires_grad, sequence_mark};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::index_values::{Wording, checked};
use crate::ops::{copy, creation, elementwise as e, movement, reduce};
use crate::prim::{Prim, Scatter};
use crate::scalar::Scalar;
use crate::shape::{normalize_dim, num_elements};
use crate::storage::Device;
use crate::tensor::Tensor;

/// Rows of dimension 0 at checked positions.
pub fn select_rows(x: &Tensor, rows: &Tensor) -> Result<Tensor> {
    apply(Prim::IndexSelect, &[x, rows], &[])
}

/// `base` with rows replaced by (or increased by) those of `source`, at checked positions.
pub fn put_rows(base: &Tensor, rows: &Tensor, source: &Tensor, accumulate: bool) -> Result<Tensor> {
    if rows.num_elements() == 0 {
        // Nothing is written; what is not written still has a gradient, of no elements.
        let copied = copy::clone(base)?;
        return if requires_grad(source) {
            e::add(&copied, &reduce::sum(source, &[], false)?)
        } else {
            Ok(copied)
        };
    }
    apply(Prim::IndexPut { accumulate }, &[base, rows, source], &[])
}

/// `torch.gather` at checked positions.
pub fn gather_unchecked(x: &Tensor, dim: usize, index: &Tensor) -> Result<Tensor> {
    apply(Prim::Gather { dim }, &[x, index], &[])
}

/// Zeros with `source` added at checked positions along `dim`.
pub fn scatter_add_zeros(dim: usize, index: &Tensor, source: &Tensor, shape: &[usize]) -> Result<Tensor> {
    apply(
        Prim::ScatterAdd {
            dim,
            shape: shape.to_vec(),
        },
        &[index, source],
        &[],
    )
}

/// `torch.index_select(x, dim, index)`
pub fn index_select(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    if index.rank() > 1 {
        return Err(Error::index("index_select(): Index is supposed to be a vector"));
    }
    let index = movement::reshape_to(index, &[index.num_elements()])?;
    if x.rank() == 0 {
        checked(&index, 1, false, Wording::Plain)?;
        return Ok(movement::alias(x));
    }
    let rows = checked(&index, x.size(dim), false, Wording::Plain)?;
    let mark = sequence_mark();
    let front = movement::transpose(x, 0, dim as i64)?;
    let selected = movement::transpose(&select_rows(&front, &rows)?, 0, dim as i64)?;
    Ok(rename(selected, mark, "IndexSelectBackward0"))
}

/// `torch.embedding(weight, indices)`
pub fn embedding(weight: &Tensor, indices: &Tensor) -> Result<Tensor> {
    if weight.rank() != 2 {
        return Err(Error::runtime("'weight' must be 2-D"));
    }
    let rows = checked(indices, weight.size(0), false, Wording::Plain)?;
    let shape = [&indices.shape()[..], &[weight.size(1)]].concat();
    let mark = sequence_mark();
    let flat = select_rows(weight, &movement::reshape_to(&rows, &[num_elements(&indices.shape())])?)?;
    Ok(rename(movement::reshape_to(&flat, &shape)?, mark, "EmbeddingBackward0"))
}

/// `torch.gather(x, dim, index)`
pub fn gather(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    if index.num_elements() == 0 {
        return Ok(record_rule(
            Rule::Zeros,
            &[x],
            creation::zeros(&index.shape(), x.dtype(), x.device())?,
        ));
    }
    check_index_shape("gather", x, dim, index)?;
    if x.rank() == 0 {
        checked(index, 1, false, Wording::Kernel(0))?;
        return Ok(movement::alias(x));
    }
    let index = checked(index, x.size(dim), false, Wording::Kernel(dim))?;
    gather_unchecked(x, dim, &index)
}

/// `x.scatter_add(dim, index, source)`
pub fn scatter_add(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    check_index_shape("scatter", x, dim, index)?;
    if x.rank() == 0 {
        return e::add(x, source);
    }
    let index = checked(index, x.size(dim), false, Wording::Kernel(dim))?;
    let source = cut_to(source, &index)?;
    let mark = sequence_mark();
    Ok(rename(
        e::add(x, &scatter_add_zeros(dim, &index, &source, &x.shape())?)?,
        mark,
        "ScatterAddBackward0",
    ))
}

/// `x.scatter(dim, index, source)`
pub fn scatter(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    if x.dtype() != source.dtype() {
        return Err(Error::runtime(
            "scatter(): Expected self.dtype to be equal to src.dtype",
        ));
    }
    let mark = sequence_mark();
    let written = brought_in(Scatter::Replace, x, dim, index, source)?;
    Ok(rename(written, mark, "ScatterBackward0"))
}

/// How `scatter_reduce` and `index_reduce` combine values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScatterReduce {
    /// Sum.
    Sum,
    /// Product.
    Prod,
    /// Mean; of integers rounded down.
    Mean,
    /// Largest.
    Max,
    /// Smallest.
    Min,
}

impl ScatterReduce {
    /// From PyTorch's name.
    pub fn from_name(name: &str) -> Result<ScatterReduce> {
        match name {
            "sum" => Ok(ScatterReduce::Sum),
            "prod" => Ok(ScatterReduce::Prod),
            "mean" => Ok(ScatterReduce::Mean),
            "amax" => Ok(ScatterReduce::Max),
            "amin" => Ok(ScatterReduce::Min),
            _ => Err(Error::runtime(
                "reduce argument must be either sum, prod, mean, amax or amin.",
            )),
        }
    }

    const fn scatter(self) -> Scatter {
        match self {
            ScatterReduce::Sum | ScatterReduce::Mean => Scatter::Add,
            ScatterReduce::Prod => Scatter::Prod,
            ScatterReduce::Max => Scatter::Max,
            ScatterReduce::Min => Scatter::Min,
        }
    }

    /// The value that changes no other.
    fn neutral(self, dtype: DType, device: Device) -> Scalar {
        match (self, dtype.is_float()) {
            (ScatterReduce::Sum | ScatterReduce::Mean, _) => Scalar::Int(0),
            (ScatterReduce::Prod, _) => Scalar::Int(1),
            (ScatterReduce::Max, true) => Scalar::Float(f64::NEG_INFINITY),
            (ScatterReduce::Min, true) => Scalar::Float(f64::INFINITY),
            (ScatterReduce::Max, false) => Scalar::Int(integer_range(dtype, device)[0]),
            (ScatterReduce::Min, false) => Scalar::Int(integer_range(dtype, device)[1]),
        }
    }
}

/// The smallest and the largest number of an integer dtype; int64 has 32 bits on the GPU.
const fn integer_range(dtype: DType, device: Device) -> [i64; 2] {
    match dtype {
        DType::I64 if matches!(device, Device::WebGpu) => [i32::MIN as i64, i32::MAX as i64],
        DType::Bool => [0, 1],
        DType::U8 => [0, u8::MAX as i64],
        DType::I8 => [i8::MIN as i64, i8::MAX as i64],
        DType::I16 => [i16::MIN as i64, i16::MAX as i64],
        DType::I32 => [i32::MIN as i64, i32::MAX as i64],
        DType::I64 | DType::F16 | DType::BF16 | DType::F32 | DType::F64 => [i64::MIN, i64::MAX],
    }
}

/// `x.scatter_reduce(dim, index, source, reduce, include_self)`
pub fn scatter_reduce(
    x: &Tensor,
    dim: i64,
    index: &Tensor,
    source: &Tensor,
    reduce: ScatterReduce,
    include_self: bool,
) -> Result<Tensor> {
    if x.dtype() != source.dtype() {
        return Err(Error::runtime(
            "scatter(): Expected self.dtype to be equal to src.dtype",
        ));
    }
    let mark = sequence_mark();
    let full = |value: Scalar, shape: &[usize]| creation::full(shape, value, x.dtype(), x.device());
    let start = if include_self {
        x.clone()
    } else {
        let neutral = full(reduce.neutral(x.dtype(), x.device()), &index.shape())?;
        brought_in(Scatter::Replace, x, dim, index, &neutral)?
    };
    let mut result = brought_in(reduce.scatter(), &start, dim, index, source)?;
    if reduce == ScatterReduce::Mean {
        let counted = full(Scalar::Int(i64::from(include_self)), &x.shape())?;
        let ones = full(Scalar::Int(1), &index.shape())?;
        let count = e::maximum_scalar(&brought_in(Scatter::Add, &counted, dim, index, &ones)?, 1)?;
        result = if x.dtype().is_float() {
            e::div(&result, &count)?
        } else {
            e::floor_divide(&result, &count)?
        };
    }
    Ok(rename(result, mark, "ScatterReduceBackward0"))
}

/// The primitive, after PyTorch's checks. A number counts as a vector of one.
fn brought_in(op: Scatter, x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    check_index_shape("scatter", x, dim, index)?;
    if index.num_elements() == 0 {
        return copy::clone(x);
    }
    let line = |tensor: &Tensor| -> Result<Tensor> {
        if tensor.rank() == 0 {
            movement::reshape_to(tensor, &[1])
        } else {
            Ok(tensor.clone())
        }
    };
    let (base, index, source) = (line(x)?, line(index)?, line(source)?);
    let index = checked(&index, base.size(dim), false, Wording::Kernel(dim))?;
    let source = cut_to(&source, &index)?;
    let written = apply(Prim::Scatter { op, dim }, &[&base, &index, &source], &[])?;
    movement::reshape_to(&written, &x.shape())
}

/// `x.index_add(dim, index, source)`
pub fn index_add(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    put_along(x, dim, index, source, true, "IndexAddBackward0")
}

/// `x.index_copy(dim, index, source)`
pub fn index_copy(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    put_along(x, dim, index, source, false, "IndexCopyBackward0")
}

fn put_along(
    x: &Tensor,
    dim: i64,
    index: &Tensor,
    source: &Tensor,
    accumulate: bool,
    name: &'static str,
) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 || source.rank() != x.rank() || index.rank() > 1 {
        return Err(Error::index("index and source do not fit the dimension written"));
    }
    let rows = checked(
        &movement::reshape_to(index, &[index.num_elements()])?,
        x.size(dim),
        false,
        Wording::Plain,
    )?;
    let mark = sequence_mark();
    let front = |tensor: &Tensor| movement::transpose(tensor, 0, dim as i64);
    let written = put_rows(&front(x)?, &rows, &front(source)?, accumulate)?;
    Ok(rename(front(&written)?, mark, name))
}

fn check_index_shape(name: &str, x: &Tensor, dim: usize, index: &Tensor) -> Result<()> {
    if index.dtype() != DType::I64 {
        return Err(Error::runtime(format!("{name}(): Expected dtype int64 for index")));
    }
    if index.rank().max(1) != x.rank().max(1) {
        return Err(Error::runtime(format!(
            "Index tensor must have the same number of dimensions as {} tensor",
            if name == "gather" { "input" } else { "self" }
        )));
    }
    let too_large = (0..index.rank())
        .find(|&position| position != dim && index.size(position) > x.view().shape.get(position).copied().unwrap_or(1));
    match too_large {
        Some(position) => Err(Error::runtime(format!(
            "Size does not match at dimension {position} expected index {} to be no larger than self {} apart from dimension {dim}",
            crate::error::list_text(&index.shape()),
            crate::error::list_text(&x.shape())
        ))),
        None => Ok(()),
    }
}

/// The corner of `source` that has the index's shape.
fn cut_to(source: &Tensor, index: &Tensor) -> Result<Tensor> {
    let mut result = source.clone();
    if source.rank() != index.rank() {
        return Err(Error::runtime(
            "Index tensor must have the same number of dimensions as src tensor",
        ));
    }
    for dim in 0..index.rank() {
        if index.size(dim) > source.size(dim) {
            return Err(Error::runtime("Expected index to be no larger than src"));
        }
        if index.size(dim) != source.size(dim) {
            result = movement::slice(&result, dim as i64, None, Some(index.size(dim) as i64), 1)?;
        }
    }
    Ok(result)
}

/// `0..count` as int64.
pub fn steps(count: usize, device: Device) -> Result<Tensor> {
    creation::arange(
        Scalar::Int(0),
        Scalar::Int(count as i64),
        Scalar::Int(1),
        DType::I64,
        device,
    )
}

/// `x.flip(dims)`: a copy.
pub fn flip(x: &Tensor, dims: &[i64]) -> Result<Tensor> {
    let mut result = x.clone();
    let mark = sequence_mark();
    for dim in crate::shape::normalize_dims(dims, x.rank())? {
        if x.rank() == 0 || dims.is_empty() {
            break;
        }
        let last = x.size(dim) as i64 - 1;
        let rows = e::rsub_scalar(&steps(x.size(dim), x.device())?, last)?;
        let front = movement::transpose(&result, 0, dim as i64)?;
        result = movement::transpose(&select_rows(&front, &rows)?, 0, dim as i64)?;
    }
    Ok(rename(
        if result.is_same(x) { copy::clone(x)? } else { result },
        mark,
        "FlipBackward0",
    ))
}
