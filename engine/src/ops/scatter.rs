//! Writes at positions given by an index tensor along one dimension: `scatter` and its folds.
//!
//! Refuses reading: see `index`. Read next: `prim::Scatter`.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::dtype::DType;
use crate::error::{Error, Result, list_text};
use crate::ops::index::{check_index_shape, scatter_add_zeros};
use crate::ops::index_values::{Wording, checked};
use crate::ops::{copy, creation, elementwise as e, movement};
use crate::prim::{Prim, Scatter};
use crate::scalar::Scalar;
use crate::shape::normalize_dim;
use crate::storage::Device;
use crate::tensor::Tensor;

/// `x.scatter_add(dim, index, source)`
pub fn scatter_add(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    check_index_shape("scatter", x, dim, index)?;
    if x.rank() == 0 {
        return e::add(x, source);
    }
    let index = checked(index, x.size(dim), false, Wording::Kernel(dim))?;
    let source = cut_to(x, dim, source, &index)?;
    let mark = sequence_mark();
    Ok(rename(
        e::add(
            &copy::contiguous(x)?,
            &scatter_add_zeros(dim, &index, &source, &x.shape())?,
        )?,
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
            _ => Err(Error::runtime(format!(
                "reduce argument must be either sum, prod, mean, amax or amin, got {name}"
            ))),
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
        DType::U16 => [0, u16::MAX as i64],
        DType::U32 => [0, u32::MAX as i64],
        // The bits of 64: a number of them stands for the one that has them.
        DType::U64 => [0, -1],
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
    let source = cut_to(x, dim, &source, &index)?;
    let written = apply(Prim::Scatter { op, dim }, &[&base, &index, &source], &[])?;
    movement::reshape_to(&written, &x.shape())
}

/// The corner of `source` that has the index's shape.
fn cut_to(x: &Tensor, along: usize, source: &Tensor, index: &Tensor) -> Result<Tensor> {
    let mut result = source.clone();
    if source.rank() != index.rank() {
        return Err(Error::runtime(
            "Index tensor must have the same number of dimensions as src tensor",
        ));
    }
    for dim in 0..index.rank() {
        if index.size(dim) > source.size(dim) {
            return Err(Error::runtime(format!(
                "Expected index {} to be no larger than self {} apart from dimension {along} and to be no larger size than src {}",
                list_text(&index.shape()),
                list_text(&x.shape()),
                list_text(&source.shape())
            )));
        }
        if index.size(dim) != source.size(dim) {
            result = movement::slice(&result, dim as i64, None, Some(index.size(dim) as i64), 1)?;
        }
    }
    Ok(result)
}
