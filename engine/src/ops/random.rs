//! Random tensors: arguments checked, and the draws of the CPU's generator.
//!
//! Tensors on the GPU are drawn there (`device_random`), from a generator of the same seed but with numbers of its own.
//! Weighted draws of rows read their weights first. Refuses generator objects: Python lends their state.

use crate::autograd;
use crate::context;
use crate::cpu::Buffer;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout;
use crate::ops::{copy, creation, device_random, movement, nn};
use crate::random::{Filled, Generator};
use crate::shape::checked_num_elements;
use crate::storage::Device;
use crate::tensor::Tensor;
use crate::view::View;

/// Fills `x` with draws of the CPU's generator, or on the GPU with draws made there. The buffer has `x`'s dtype and
/// element count.
fn fill(
    x: &Tensor,
    draw: impl FnOnce(&mut Generator, DType, usize) -> Result<Buffer>,
    draw_there: impl FnOnce(&[usize], DType) -> Result<Tensor>,
) -> Result<()> {
    autograd::check_inplace(x)?;
    if x.device() == Device::WebGpu {
        let values = context::with_grad_mode(false, || draw_there(&x.shape(), x.dtype()))?;
        return autograd::assign(x, &values);
    }
    autograd::assign(
        x,
        &drawn_like(x, |generator| draw(generator, x.dtype(), x.num_elements()))?,
    )
}

/// Draws for each element of a CPU tensor, made in the order in which its elements lie in memory, as PyTorch's kernels
/// walk through them.
fn drawn_like(x: &Tensor, draw: impl FnOnce(&mut Generator) -> Result<Buffer>) -> Result<Tensor> {
    let buffer = context::with_generator(draw)?;
    let shape = x.shape();
    let Some(order) = layout::of_elementwise(&[View::clone(&x.view())]) else {
        return creation::from_buffer(buffer, &shape, x.device());
    };
    let lying: Vec<usize> = order.dims.iter().map(|&dim| shape[dim]).collect();
    let inverse: Vec<i64> = order.inverse().into_iter().map(|dim| dim as i64).collect();
    movement::permute(&creation::from_buffer(buffer, &lying, x.device())?, &inverse)
}

fn need_float(x: &Tensor, name: &'static str) -> Result<()> {
    if x.dtype().is_float() {
        Ok(())
    } else {
        Err(Error::UnsupportedDType {
            op: name,
            dtype: x.dtype(),
            device: x.device().name(),
        })
    }
}

fn need_continuous(x: &Tensor, distribution: &str) -> Result<()> {
    if x.dtype().is_float() {
        return Ok(());
    }
    let dtype = x.dtype().scalar_type_name();
    Err(Error::runtime(format!(
        "{distribution} distribution is a continuous probability distribution. dtype must be a floating point but you specified {dtype}"
    )))
}

/// `x.uniform_(from, to)`
pub fn uniform_(x: &Tensor, from: f64, to: f64) -> Result<()> {
    need_float(x, "check_uniform_bounds")?;
    if from > to {
        return Err(Error::runtime(format!(
            "uniform_ expects to return a [from, to) range, but found from={from} > to={to}"
        )));
    }
    fill(
        x,
        |generator, dtype, count| generator.uniform(dtype, count, from, to),
        |shape, dtype| device_random::uniform(shape, dtype, from, to),
    )
}

/// `x.normal_(mean, std)`
pub fn normal_(x: &Tensor, mean: f64, std: f64) -> Result<()> {
    need_float(x, "normal_kernel_cpu")?;
    if std < 0.0 {
        return Err(Error::runtime(format!(
            "normal expects std >= 0.0, but found std {std}"
        )));
    }
    let filled = if x.is_contiguous() {
        Filled::RowMajor
    } else {
        Filled::Strided
    };
    fill(
        x,
        |generator, dtype, count| generator.normal(dtype, count, filled, mean, std),
        |shape, dtype| device_random::normal(shape, dtype, mean, std),
    )
}

/// `x.exponential_(lambda)`
pub fn exponential_(x: &Tensor, lambda: f64) -> Result<()> {
    need_continuous(x, "Exponential")?;
    if lambda <= 0.0 || lambda.is_nan() {
        return Err(Error::runtime(format!(
            "exponential_ expects lambda > 0.0, but found lambda={lambda}"
        )));
    }
    fill(
        x,
        |generator, dtype, count| generator.exponential(dtype, count, lambda),
        |shape, dtype| device_random::exponential(shape, dtype, lambda),
    )
}

/// `x.cauchy_(median, sigma)`
pub fn cauchy_(x: &Tensor, median: f64, sigma: f64) -> Result<()> {
    if sigma.is_nan() || sigma <= 0.0 {
        return Err(Error::runtime(format!(
            "cauchy_ expects sigma > 0.0, but found sigma={sigma}"
        )));
    }
    need_continuous(x, "Cauchy")?;
    fill(
        x,
        |generator, dtype, count| generator.cauchy(dtype, count, median, sigma),
        |shape, dtype| device_random::cauchy(shape, dtype, median, sigma),
    )
}

/// `x.log_normal_(mean, std)`
pub fn log_normal_(x: &Tensor, mean: f64, std: f64) -> Result<()> {
    if std.is_nan() || std <= 0.0 {
        return Err(Error::runtime(format!(
            "log_normal_ expects std > 0.0, but found std={std}"
        )));
    }
    need_float(x, "log_normal_cpu")?;
    fill(
        x,
        |generator, dtype, count| generator.log_normal(dtype, count, mean, std),
        |shape, dtype| device_random::log_normal(shape, dtype, mean, std),
    )
}

/// `x.geometric_(p)`
pub fn geometric_(x: &Tensor, p: f64) -> Result<()> {
    if p.is_nan() || p <= 0.0 || p >= 1.0 {
        return Err(Error::runtime(format!(
            "geometric_ expects p to be in (0, 1), but got p={p}"
        )));
    }
    fill(
        x,
        |generator, dtype, count| generator.geometric(dtype, count, p),
        |shape, dtype| device_random::geometric(shape, dtype, p),
    )
}

/// `x.bernoulli_(p)` with one probability.
pub fn bernoulli_(x: &Tensor, p: f64) -> Result<()> {
    check_probability(p, "bernoulli_ expects p to be in [0, 1], but got p=")?;
    fill(
        x,
        |generator, dtype, count| generator.bernoulli_scalar(dtype, count, p),
        |shape, dtype| device_random::bernoulli_scalar(shape, dtype, p),
    )
}

/// `torch.bernoulli(probabilities)`
pub fn bernoulli(probabilities: &Tensor) -> Result<Tensor> {
    need_float(probabilities, "bernoulli")?;
    if probabilities.device() == Device::WebGpu {
        return context::with_grad_mode(false, || device_random::bernoulli(probabilities));
    }
    let rows = on_cpu(probabilities)?;
    let buffer = rows.with_buffer(|buffer, _| context::with_generator(|generator| generator.bernoulli(buffer)))??;
    creation::from_buffer(buffer, &probabilities.shape(), probabilities.device())
}

/// `torch.randint(low, high, shape)`
pub fn randint(low: i64, high: i64, shape: &[usize], dtype: DType, device: Device) -> Result<Tensor> {
    if low >= high {
        return Err(Error::runtime(format!(
            "random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )));
    }
    let count = checked_num_elements(shape)?;
    if device == Device::WebGpu {
        return device_random::randint(low, high, shape, dtype);
    }
    let buffer = context::with_generator(|generator| generator.randint(count, low, high))?;
    let values = copy::to_dtype(&Tensor::from_buffer(buffer, shape), dtype)?;
    copy::to_device(&values, device)
}

/// `x.random_()` without bounds: integers of the dtype's whole range that are not negative.
pub fn random_(x: &Tensor) -> Result<()> {
    fill(
        x,
        |generator, dtype, count| generator.random(dtype, count),
        device_random::random,
    )
}

/// `torch.randperm(n)`
pub fn randperm(count: usize, device: Device) -> Result<Tensor> {
    checked_num_elements(&[count])?;
    if device == Device::WebGpu {
        return device_random::randperm(count);
    }
    let buffer = context::with_generator(|generator| generator.randperm(count))?;
    creation::from_buffer(buffer, &[count], device)
}

/// `torch.multinomial(weights, num_samples, replacement)` of a CPU tensor of rank 1 or 2.
pub fn multinomial(weights: &Tensor, num_samples: usize, replacement: bool) -> Result<Tensor> {
    need_float(weights, "multinomial")?;
    if weights.rank() == 0 || weights.rank() > 2 {
        return Err(Error::runtime("prob_dist must be 1 or 2 dim"));
    }
    if num_samples == 0 {
        return Err(Error::runtime("cannot sample n_sample <= 0 samples"));
    }
    let categories = weights.size(weights.rank() - 1);
    if !replacement && num_samples > categories {
        return Err(Error::runtime(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
        ));
    }
    let num_rows = if weights.rank() == 2 { weights.size(0) } else { 1 };
    checked_num_elements(&[num_rows, num_samples])?;
    let rows = on_cpu(weights)?;
    let buffer = rows.with_buffer(|buffer, _| {
        context::with_generator(|generator| generator.multinomial(buffer, num_rows, num_samples, replacement))
    })??;
    let shape = if weights.rank() == 2 {
        vec![num_rows, num_samples]
    } else {
        vec![num_samples]
    };
    creation::from_buffer(buffer, &shape, weights.device())
}

/// `F.dropout(x, p)` while training.
pub fn dropout(x: &Tensor, p: f64) -> Result<Tensor> {
    check_probability(p, "dropout probability has to be between 0 and 1, but got ")?;
    if p == 0.0 || x.num_elements() == 0 {
        return Ok(x.clone());
    }
    let mask = match x.device() {
        Device::Cpu => drawn_like(x, |generator| {
            generator.bernoulli_scalar(x.dtype(), x.num_elements(), 1.0 - p)
        })?,
        Device::WebGpu => device_random::bernoulli_scalar(&x.shape(), x.dtype(), 1.0 - p)?,
    };
    nn::dropout_with(x, &mask, p)
}

fn check_probability(p: f64, text: &str) -> Result<()> {
    if (0.0..=1.0).contains(&p) {
        Ok(())
    } else {
        Err(Error::runtime(format!("{text}{p}")))
    }
}

/// Row-major on the CPU, in a storage of exactly its elements.
fn on_cpu(x: &Tensor) -> Result<Tensor> {
    if x.device() == Device::WebGpu {
        return Err(Error::not_implemented(
            "drawing with probabilities that live on the GPU; copy them with .cpu() first",
        ));
    }
    context::with_grad_mode(false, || {
        if x.covers_storage() {
            Ok(x.clone())
        } else {
            copy::row_major(x)
        }
    })
}
