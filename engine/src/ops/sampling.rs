//! Draws whose parameters are tensors: Poisson, binomial, gamma, Dirichlet; and how such draws move with them.
//!
//! They are drawn on the CPU, in double precision: rejection takes a number of draws that only the values tell.
//! Python brings tensors from the GPU here and the results back (`CpuOnly`). Refuses gradients: Python attaches them.
//! Read next: `random::{counts, gamma}`, `cpu::special`.

use crate::context;
use crate::cpu::Buffer;
use crate::cpu::buffer::try_vec;
use crate::cpu::special;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, movement};
use crate::random::Generator;
use crate::shape::broadcast;
use crate::storage::Device;
use crate::tensor::Tensor;

/// `torch.poisson(rate)`: counts in the rate's shape and dtype.
pub fn poisson(rate: &Tensor) -> Result<Tensor> {
    let (values, dtype) = parameters(&[rate], "poisson")?;
    if values.iter().flatten().any(|&value| value < 0.0 || value.is_nan()) {
        return Err(Error::runtime("invalid Poisson rate, expected rate to be non-negative"));
    }
    let draws = draw_each(&values, |generator, [rate]| generator.poisson(rate))?;
    finish(draws, &rate.shape(), dtype)
}

/// `torch.binomial(count, prob)`: successes, broadcast.
pub fn binomial(count: &Tensor, probability: &Tensor) -> Result<Tensor> {
    let (values, dtype) = parameters(&[count, probability], "binomial")?;
    let shape = broadcast(&count.shape(), &probability.shape())?;
    let draws = draw_each(&values, |generator, [count, p]| generator.binomial(count, p))?;
    finish(draws, &shape, dtype)
}

/// `torch._standard_gamma(alpha)`: at least the dtype's smallest normal number.
pub fn standard_gamma(alpha: &Tensor) -> Result<Tensor> {
    let (values, dtype) = parameters(&[alpha], "_standard_gamma")?;
    let least = smallest(dtype);
    let draws = draw_each(&values, |generator, [alpha]| {
        let drawn = generator.gamma(alpha);
        if drawn < least { least } else { drawn }
    })?;
    finish(draws, &alpha.shape(), dtype)
}

/// `torch._sample_dirichlet(alpha)`: rows of the last dimension sum to 1.
pub fn dirichlet(alpha: &Tensor) -> Result<Tensor> {
    let (values, dtype) = parameters(&[alpha], "_sample_dirichlet")?;
    let mut draws = draw_each(&values, |generator, [alpha]| generator.gamma(alpha))?;
    let (least, most) = (smallest(dtype), 1.0 - precision(dtype));
    let width = alpha.shape().last().copied().unwrap_or(1).max(1);
    for row in draws.chunks_mut(width) {
        let sum: f64 = row.iter().sum();
        row.iter_mut()
            .for_each(|value| *value = (*value / sum).clamp(least, most));
    }
    finish(draws, &alpha.shape(), dtype)
}

/// How gamma draws `x` move with their shapes `alpha`; broadcast.
pub fn standard_gamma_grad(alpha: &Tensor, x: &Tensor) -> Result<Tensor> {
    let (values, dtype) = parameters(&[alpha, x], "_standard_gamma_grad")?;
    let shape = broadcast(&alpha.shape(), &x.shape())?;
    let slopes = each(&values, |[alpha, x]| special::gamma_slope(alpha, x))?;
    finish(slopes, &shape, dtype)
}

/// How Dirichlet draws `x` move with `alpha`, divided by `1 - x`; all three of one shape.
pub fn dirichlet_grad(x: &Tensor, alpha: &Tensor, total: &Tensor) -> Result<Tensor> {
    let (values, dtype) = parameters(&[x, alpha, total], "_dirichlet_grad")?;
    let slopes = each(&values, |[x, alpha, total]| special::dirichlet_slope(x, alpha, total))?;
    let shape = broadcast(&broadcast(&x.shape(), &alpha.shape())?, &total.shape())?;
    finish(slopes, &shape, dtype)
}

/// The elements of parameters broadcast together, row-major in double precision, and the first one's dtype.
fn parameters(tensors: &[&Tensor], name: &'static str) -> Result<(Vec<Vec<f64>>, DType)> {
    let mut shape = Vec::new();
    let mut first = None;
    for tensor in tensors {
        if tensor.device() == Device::WebGpu {
            return Err(Error::CpuOnly { prim: name.into() });
        }
        if !tensor.dtype().is_float() {
            return Err(Error::UnsupportedDType {
                op: name,
                dtype: tensor.dtype(),
                device: "cpu",
            });
        }
        if *first.get_or_insert(tensor.dtype()) != tensor.dtype() {
            return Err(Error::runtime(format!(
                "expected scalar type {} but found {}",
                first.unwrap_or(DType::F32).scalar_type_name(),
                tensor.dtype().scalar_type_name()
            )));
        }
        shape = broadcast(&shape, &tensor.shape())?;
    }
    let values = tensors.iter().map(|tensor| {
        let wide = context::with_grad_mode(false, || {
            copy::row_major(&copy::to_dtype(&movement::expand(tensor, &shape)?, DType::F64)?)
        })?;
        wide.with_buffer(|buffer, _| match buffer {
            Buffer::F64(elements) => {
                let mut copied = try_vec(elements.len())?;
                copied.extend_from_slice(elements);
                Ok(copied)
            }
            _ => Err(Error::runtime(format!("{name} expects floats"))),
        })?
    });
    Ok((values.collect::<Result<_>>()?, first.unwrap_or(DType::F32)))
}

/// One result for every position of the parameters.
fn each<const N: usize>(values: &[Vec<f64>], mut result: impl FnMut([f64; N]) -> f64) -> Result<Vec<f64>> {
    let count = values.first().map_or(0, Vec::len);
    let mut results = try_vec(count)?;
    results.extend((0..count).map(|index| result(std::array::from_fn(|parameter| values[parameter][index]))));
    Ok(results)
}

fn draw_each<const N: usize>(
    values: &[Vec<f64>],
    mut draw: impl FnMut(&mut Generator, [f64; N]) -> f64,
) -> Result<Vec<f64>> {
    context::with_generator(|generator| each(values, |of| draw(generator, of)))
}

fn finish(values: Vec<f64>, shape: &[usize], dtype: DType) -> Result<Tensor> {
    copy::to_dtype(&Tensor::from_buffer(Buffer::F64(values), shape), dtype)
}

/// The smallest normal number of a float dtype.
fn smallest(dtype: DType) -> f64 {
    match dtype {
        DType::F16 => f64::from(half::f16::MIN_POSITIVE),
        DType::F64 => f64::MIN_POSITIVE,
        _ => f64::from(f32::MIN_POSITIVE),
    }
}

/// How far the largest number below 1 is from it.
fn precision(dtype: DType) -> f64 {
    match dtype {
        DType::F16 => 0.5f64.powi(11),
        DType::BF16 => 0.5f64.powi(8),
        DType::F64 => f64::EPSILON / 2.0,
        _ => f64::from(f32::EPSILON) / 2.0,
    }
}
