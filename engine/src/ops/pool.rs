//! `F.max_pool1d/2d/3d` and `F.avg_pool1d/2d/3d`: compositions around one primitive.
//!
//! The largest elements are read at the positions that the primitive finds, so their gradient is that of reading.
//! Refuses adaptive pooling, which is a composition in Python. Read next: `pool_window`, `prim::window`.

use super::pool_window::{Planes, Settings, planes};
use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::cpu::Buffer;
use crate::cpu::memory::{try_collect, try_vec};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, creation, elementwise as e, index, movement};
use crate::prim::{Binary, Pool, Prim, Window};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// Largest elements of windows, and their flat positions in their planes.
pub fn max_pool(x: &Tensor, settings: &Settings) -> Result<[Tensor; 2]> {
    let operator = ["", "max_pool1d", "max_pool2d", "max_pool3d"]
        .get(settings.rank)
        .copied()
        .unwrap_or_default();
    if x.dtype() == DType::Bool {
        return Err(Error::UnsupportedDType {
            op: if settings.rank == 3 { "max_pool3d" } else { "max_pool2d" },
            dtype: x.dtype(),
            device: "cpu",
        });
    }
    let Planes { input, window, shape } = planes(operator, x, settings)?;
    let mark = sequence_mark();
    let lines = movement::flatten(&input, 1, -1)?;
    let window = Box::new(window);
    let positions = apply(
        Prim::Pool {
            op: Pool::ArgMax,
            window,
        },
        &[&input],
        &[],
    )?;
    let values = index::gather_unchecked(&lines, 1, &movement::flatten(&positions, 1, -1)?)?;
    let name = match settings.rank {
        3 => "MaxPool3DWithIndicesBackward0",
        _ => "MaxPool2DWithIndicesBackward0",
    };
    let values = copy::hand_on_format(movement::reshape_to(&values, &shape)?, &[x])?;
    let positions = copy::hand_on_format(movement::reshape_to(&positions, &shape)?, &[x])?;
    Ok([rename(values, mark, name), positions])
}

/// Means of windows. Padding counts as zeros unless left out of the counts.
pub fn avg_pool(x: &Tensor, settings: &Settings, count_padding: bool, divisor: Option<i64>) -> Result<Tensor> {
    if divisor == Some(0) {
        return Err(Error::runtime("divisor must be not zero"));
    }
    let names = [
        ("", ""),
        ("avg_pool1d", "SqueezeBackward1"),
        ("avg_pool2d", "AvgPool2DBackward0"),
        ("avg_pool3d", "AvgPool3DBackward0"),
    ];
    let (operator, name) = names.get(settings.rank).copied().unwrap_or_default();
    let is_narrow = x.dtype().is_half() && settings.rank == 3 && x.device() == Device::Cpu;
    if !x.dtype().is_float() && x.dtype() != DType::I64 || is_narrow {
        return Err(Error::UnsupportedDType {
            op: if settings.rank == 3 {
                "avg_pool3d_out_frame"
            } else {
                "avg_pool2d"
            },
            dtype: x.dtype(),
            device: "cpu",
        });
    }
    let Planes { input, window, shape } = planes(operator, x, settings)?;
    let counts = match divisor {
        Some(_) => Vec::new(),
        None => window_counts(&window, count_padding)?,
    };
    let mark = sequence_mark();
    let output = window.output.clone();
    let window = Box::new(window);
    let sums = apply(Prim::Pool { op: Pool::Sum, window }, &[&input], &[])?;
    let same = divisor.or_else(|| {
        let first = *counts.first()?;
        counts.iter().all(|&count| count == first).then_some(first)
    });
    let means = match same {
        Some(count) if x.dtype().is_float() => e::div_scalar(&sums, count as f64)?,
        Some(count) => truncated(&sums, &creation::full(&[], Scalar::Int(count), x.dtype(), x.device())?)?,
        None => {
            let buffer = Buffer::F32(try_collect(counts.iter().map(|&count| count as f32))?);
            let divisors = creation::from_buffer(buffer, &output, x.device())?;
            let divisors = copy::to_dtype(&divisors, x.dtype())?;
            if x.dtype().is_float() {
                e::div(&sums, &divisors)?
            } else {
                truncated(&sums, &divisors)?
            }
        }
    };
    let means = copy::hand_on_format(movement::reshape_to(&means, &shape)?, &[x])?;
    Ok(rename(means, mark, name))
}

/// The quotient of integers, rounded towards zero.
fn truncated(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let size = e::binary(Binary::FloorDivide, &e::abs(x)?, &e::abs(y)?)?;
    e::mul(&size, &e::mul(&e::sign(x)?, &e::sign(y)?)?)
}

/// Elements that each window's sum is divided by, row-major over the outputs.
fn window_counts(window: &Window, count_padding: bool) -> Result<Vec<i64>> {
    let mut counts = vec![1];
    for dim in 0..window.rank() {
        let (input, padding) = (window.input[dim] as i64, window.padding[dim] as i64);
        let along: Vec<i64> = try_collect((0..window.output[dim]).map(|place| {
            let start = (place * window.stride[dim]) as i64 - padding;
            // Beyond the padding behind nothing counts: that is where windows of `ceil_mode` end.
            let end = (start + window.kernel[dim] as i64).min(input + padding);
            let length = if count_padding {
                end - start
            } else {
                end.min(input) - start.max(0)
            };
            length.max(1)
        }))?;
        let mut products = try_vec(counts.len().saturating_mul(along.len()))?;
        products.extend(
            counts
                .iter()
                .flat_map(|&count| along.iter().map(move |&length| count * length)),
        );
        counts = products;
    }
    Ok(counts)
}
