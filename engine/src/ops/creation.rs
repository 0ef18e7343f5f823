//! New tensors from numbers and bytes.
//!
//! Refuses to draw random numbers: see `random`.

use crate::apply::{check_dtype, check_size, create};
use crate::autograd::{rename, sequence_mark};
use crate::cpu::{Buffer, memory};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout;
use crate::ops::{copy, elementwise as e, movement};
use crate::prim::Prim;
use crate::prim::infer::Meta;
use crate::scalar::Scalar;
use crate::shape::{checked_num_elements, num_elements};
use crate::storage::Device;
use crate::tensor::Tensor;

/// The number, or an error if it is one of more than 63 bits that the dtype does not hold; others wrap.
fn at_most_wrapping(value: Scalar, dtype: DType) -> Result<Scalar> {
    match value {
        Scalar::Unsigned(_) => value.fitting(dtype),
        _ => Ok(value),
    }
}

/// A tensor filled with one number.
pub fn full(shape: &[usize], value: Scalar, dtype: DType, device: Device) -> Result<Tensor> {
    let value = at_most_wrapping(value, dtype)?;
    create(
        &Prim::Full,
        &[value],
        Meta {
            shape: shape.to_vec(),
            dtype,
        },
        device,
    )
}

/// One number in the shape of another tensor, whose elements lie in the same order.
pub fn full_like(like: &Tensor, value: Scalar, dtype: DType, device: Device) -> Result<Tensor> {
    let (made, view) = (full(&like.shape(), value, dtype, device)?, like.view());
    // All elements are alike, so that another view of the same memory is enough.
    Ok(match layout::of_elementwise(std::slice::from_ref(&*view)) {
        Some(order) => made.alias(order.view(&view.shape)),
        None => made,
    })
}

/// Zeros.
pub fn zeros(shape: &[usize], dtype: DType, device: Device) -> Result<Tensor> {
    full(shape, Scalar::Int(0), dtype, device)
}

/// Ones.
pub fn ones(shape: &[usize], dtype: DType, device: Device) -> Result<Tensor> {
    full(shape, Scalar::Int(1), dtype, device)
}

/// An integer, with as many bits as any has.
fn whole(scalar: Scalar) -> Option<i128> {
    match scalar {
        Scalar::Int(value) => Some(value.into()),
        Scalar::Unsigned(value) => Some(value.into()),
        Scalar::Bool(_) | Scalar::Float(_) => None,
    }
}

/// `torch.arange(start, end, step)`
pub fn arange(start: Scalar, end: Scalar, step: Scalar, dtype: DType, device: Device) -> Result<Tensor> {
    for value in [start, end, step] {
        at_most_wrapping(value, dtype)?;
    }
    let (first, last, by) = (start.as_f64(), end.as_f64(), step.as_f64());
    if by == 0.0 {
        return Err(Error::runtime("step must be nonzero"));
    }
    if !first.is_finite() || !last.is_finite() {
        return Err(Error::runtime(format!("unsupported range: {first} -> {last}")));
    }
    if (last - first) * by.signum() < 0.0 {
        return Err(Error::runtime(
            "upper bound and lower bound inconsistent with step sign",
        ));
    }
    let mut count = ((last - first) / by).ceil();
    if let (Some(start), Some(end), Some(step)) = (whole(start), whole(end), whole(step)) {
        // Exact beyond what doubles hold.
        let distance = end - start;
        count = ((distance + step - step.signum()) / step) as f64;
    }
    if count >= i64::MAX as f64 {
        return Err(Error::runtime("invalid size, possible overflow?"));
    }
    if count >= usize::MAX as f64 {
        return Err(memory::exhausted(count as u128 * dtype.size_bytes() as u128));
    }
    let shape = vec![count as usize];
    create(&Prim::Arange, &[start, step], Meta { shape, dtype }, device)
}

/// `torch.linspace(start, end, steps)`: computed from both ends, as PyTorch does.
pub fn linspace(start: f64, end: f64, steps: usize, dtype: DType, device: Device) -> Result<Tensor> {
    check_size(
        &Meta {
            shape: vec![steps],
            dtype,
        },
        device,
    )?;
    if steps == 1 {
        return full(&[1], Scalar::Float(start), dtype, device);
    }
    // Integers are brought to their dtype first and counted in doubles; what is narrower than a double is counted
    // in f32, with one rounding for a sum and its product, to give PyTorch's digits.
    let is_double = !dtype.is_float() || dtype == DType::F64;
    let rounded = |value: f64| if is_double { value } else { f64::from(value as f32) };
    let ends = [start, end].map(|end| if dtype.is_float() { rounded(end) } else { end.trunc() });
    let step = rounded(rounded(ends[1] - ends[0]) / rounded((steps.max(2) - 1) as f64));
    let half = steps / 2;
    let value_at = |index: usize| {
        let (from, distance) = if index < half {
            (ends[0], index as f64)
        } else {
            (ends[1], -((steps - 1 - index) as f64))
        };
        if is_double {
            step.mul_add(distance, from)
        } else {
            f64::from((step as f32).mul_add(distance as f32, from as f32))
        }
    };
    let mut values: Vec<f64> = memory::try_vec(steps)?;
    values.extend((0..steps).map(value_at));
    let values = copy::to_dtype(&Tensor::from_buffer(Buffer::F64(values), &[steps]), dtype)?;
    copy::to_device(&values, device)
}

/// The identity matrix, or its corner.
pub fn eye(rows: usize, columns: usize, dtype: DType, device: Device) -> Result<Tensor> {
    let shape = vec![rows, columns];
    check_size(&Meta { shape, dtype }, device)?;
    let step = Scalar::Int(1);
    let index = |count: usize| arange(Scalar::Int(0), Scalar::Int(count as i64), step, DType::I64, device);
    let row = movement::unsqueeze(&index(rows)?, 1)?;
    copy::to_dtype(&e::eq(&row, &index(columns)?)?, dtype)
}

/// `torch.tril` (`keep_lower`) or `torch.triu` of the last two dimensions.
pub fn triangle(x: &Tensor, diagonal: i64, keep_lower: bool) -> Result<Tensor> {
    let rank = x.rank();
    if rank < 2 {
        let name = if keep_lower { "tril" } else { "triu" };
        return Err(Error::runtime(format!(
            "{name}: input tensor must have at least 2 dimensions"
        )));
    }
    let step = Scalar::Int(1);
    let index = |count: usize| arange(Scalar::Int(0), Scalar::Int(count as i64), step, DType::I64, x.device());
    let row = movement::unsqueeze(&index(x.size(rank - 2))?, 1)?;
    let limit = e::add_scalar(&row, diagonal)?;
    let column = index(x.size(rank - 1))?;
    let mask = if keep_lower {
        e::le(&column, &limit)?
    } else {
        e::ge(&column, &limit)?
    };
    let mark = sequence_mark();
    let name = if keep_lower { "TrilBackward0" } else { "TriuBackward0" };
    Ok(rename(e::where_mask(&mask, x)?, mark, name))
}

/// A CPU tensor over copied bytes: little-endian elements in row-major order.
pub fn from_bytes(bytes: &[u8], dtype: DType, shape: &[usize]) -> Result<Tensor> {
    let count = checked_num_elements(shape)?;
    let buffer = Buffer::from_bytes(dtype, bytes)?;
    if buffer.len() != count {
        return Err(Error::value(format!(
            "{} elements do not fill a tensor of {count}",
            buffer.len()
        )));
    }
    Ok(Tensor::from_buffer(buffer, shape))
}

/// A tensor over a buffer drawn or computed on the CPU, moved to a device.
pub fn from_buffer(buffer: Buffer, shape: &[usize], device: Device) -> Result<Tensor> {
    if buffer.len() != num_elements(shape) {
        return Err(Error::runtime("a buffer does not fill its tensor"));
    }
    check_dtype(buffer.dtype(), device)?;
    copy::to_device(&Tensor::from_buffer(buffer, shape), device)
}
