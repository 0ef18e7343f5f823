//! Random tensors drawn on the GPU: nothing is uploaded, and the draws fuse with what uses them.
//!
//! Numbers are those of the counter-based generator, which `torch.manual_seed` seeds as it seeds the CPU's; they are
//! the same on every GPU, and other ones than the CPU draws, as with PyTorch's devices.
//! Refuses to check arguments: see `random`.

use crate::apply::{apply, create};
use crate::context;
use crate::dtype::DType;
use crate::error::Result;
use crate::ops::{copy, creation, elementwise as e};
use crate::prim::infer::Meta;
use crate::prim::{Binary, Draw, Prim};
use crate::scalar::Scalar;
use crate::shape::checked_num_elements;
use crate::storage::Device;
use crate::tensor::Tensor;

/// Draws of one kind.
fn draw(kind: Draw, shape: &[usize]) -> Result<Tensor> {
    let count = checked_num_elements(shape)?;
    let words = context::with_gpu_generator(|generator| generator.take(count as u64));
    let meta = Meta {
        shape: shape.to_vec(),
        dtype: if kind == Draw::Bits { DType::I64 } else { DType::F32 },
    };
    let params = words.map(|word| Scalar::Int(i64::from(word)));
    create(&Prim::Random(kind), &params, meta, Device::WebGpu)
}

/// Uniform in `[from, to)`.
pub(super) fn uniform(shape: &[usize], dtype: DType, from: f64, to: f64) -> Result<Tensor> {
    let unit = draw(Draw::Uniform, shape)?;
    let scaled = if (from, to) == (0.0, 1.0) {
        unit
    } else {
        e::add_scalar(&e::mul_scalar(&unit, to - from)?, from)?
    };
    copy::to_dtype(&scaled, dtype)
}

/// Normal.
pub(super) fn normal(shape: &[usize], dtype: DType, mean: f64, std: f64) -> Result<Tensor> {
    let standard = draw(Draw::Normal, shape)?;
    let scaled = if (mean, std) == (0.0, 1.0) {
        standard
    } else {
        e::add_scalar(&e::mul_scalar(&standard, std)?, mean)?
    };
    copy::to_dtype(&scaled, dtype)
}

/// Exponentially distributed.
pub(super) fn exponential(shape: &[usize], dtype: DType, lambda: f64) -> Result<Tensor> {
    let unit = draw(Draw::Uniform, shape)?;
    let scaled = e::mul_scalar(&e::log1p(&e::neg(&unit)?)?, -1.0 / lambda)?;
    copy::to_dtype(&scaled, dtype)
}

/// 1 with probability `p`, else 0.
pub(super) fn bernoulli_scalar(shape: &[usize], dtype: DType, p: f64) -> Result<Tensor> {
    copy::to_dtype(&e::lt_scalar(&draw(Draw::Uniform, shape)?, p)?, dtype)
}

/// 1 with the probability that each element gives, else 0.
pub(super) fn bernoulli(probabilities: &Tensor) -> Result<Tensor> {
    let unit = draw(Draw::Uniform, &probabilities.shape())?;
    let wide = copy::to_dtype(probabilities, DType::F32)?;
    copy::to_dtype(&e::lt(&unit, &wide)?, probabilities.dtype())
}

/// Integers from `low` up to below `high`.
pub(super) fn randint(low: i64, high: i64, shape: &[usize], dtype: DType) -> Result<Tensor> {
    let bits = draw(Draw::Bits, shape)?;
    // Integers are 32 bits wide there: a range that is all of them takes the bits as they are.
    let within = match i32::try_from(high.wrapping_sub(low)) {
        Ok(range) => e::binary(
            Binary::Remainder,
            &bits,
            &creation::full(shape, Scalar::Int(i64::from(range)), DType::I64, Device::WebGpu)?,
        )?,
        Err(_) => bits,
    };
    let start = creation::full(shape, Scalar::Int(low), DType::I64, Device::WebGpu)?;
    copy::to_dtype(&e::add(&within, &start)?, dtype)
}

/// Integers of 31 random bits.
pub(super) fn random(shape: &[usize]) -> Result<Tensor> {
    draw(Draw::Bits, shape)
}

/// 0 … count - 1 in random order: the order that sorts random keys.
pub(super) fn randperm(count: usize) -> Result<Tensor> {
    let prim = Prim::ArgSort {
        dim: 0,
        descending: false,
    };
    apply(prim, &[&draw(Draw::Bits, &[count])?], &[])
}
