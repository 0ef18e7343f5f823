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
use crate::prim::{Binary, Draw, Prim, Unary};
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

/// Cauchy, around `median`.
pub(super) fn cauchy(shape: &[usize], dtype: DType, median: f64, sigma: f64) -> Result<Tensor> {
    let turn = e::mul_scalar(&e::sub_scalar(&draw(Draw::Uniform, shape)?, 0.5)?, std::f64::consts::PI)?;
    let scaled = e::add_scalar(&e::mul_scalar(&e::unary(Unary::Tan, &turn)?, sigma)?, median)?;
    copy::to_dtype(&scaled, dtype)
}

/// The exponential of a normal draw.
pub(super) fn log_normal(shape: &[usize], dtype: DType, mean: f64, std: f64) -> Result<Tensor> {
    copy::to_dtype(&e::exp(&normal(shape, DType::F32, mean, std)?)?, dtype)
}

/// The number of trials up to the first success.
pub(super) fn geometric(shape: &[usize], dtype: DType, p: f64) -> Result<Tensor> {
    // One minus a draw is never zero.
    let logarithm = e::log1p(&e::neg(&draw(Draw::Uniform, shape)?)?)?;
    let trials = e::unary(Unary::Ceil, &e::mul_scalar(&logarithm, 1.0 / (-p).ln_1p())?)?;
    copy::to_dtype(&e::clamp(&trials, Some(Scalar::Float(1.0)), None)?, dtype)
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

/// Integers of 31 random bits, or of as many as the dtype holds exactly.
pub(super) fn random(shape: &[usize], dtype: DType) -> Result<Tensor> {
    let bound = match dtype {
        DType::I64 | DType::I32 | DType::U16 | DType::U32 | DType::U64 => {
            return copy::to_dtype(&draw(Draw::Bits, shape)?, dtype);
        }
        DType::Bool => 2,
        DType::U8 => 1 << 8,
        DType::I8 => 1 << 7,
        DType::I16 => 1 << 15,
        DType::F16 => (1 << 11) + 1,
        DType::BF16 => (1 << 8) + 1,
        DType::F32 | DType::F64 => (1 << 24) + 1,
    };
    randint(0, bound, shape, dtype)
}

/// 0 … count - 1 in random order: the order that sorts random keys.
pub(super) fn randperm(count: usize) -> Result<Tensor> {
    let prim = Prim::ArgSort {
        dim: 0,
        descending: false,
    };
    apply(prim, &[&draw(Draw::Bits, &[count])?], &[])
}
