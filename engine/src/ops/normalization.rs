//! Batch and group normalisation: means and variances over some dimensions, and what is made of them.
//!
//! All are one composition (centre, square, mean, reciprocal root, scale, shift), so that planners meet one shape.
//! Refuses layer normalisation, which is the same over trailing dimensions (`nn::layer_norm`).

use crate::autograd::{self, rename, sequence_mark};
use crate::context::with_grad_mode;
use crate::dtype::DType;
use crate::error::{Error, Result, list_text};
use crate::layout::suggests_channels_last;
use crate::ops::{accepted, copy, elementwise as e, movement, reduce};
use crate::tensor::Tensor;

/// Running statistics, and how fast they follow.
#[derive(Clone, Debug)]
pub struct Running {
    /// `running_mean`, if it is kept.
    pub mean: Option<Tensor>,
    /// `running_var`, if it is kept.
    pub variance: Option<Tensor>,
    /// Weight of the new statistics.
    pub momentum: f64,
}

/// What normalisation gives: the result, the mean, and the reciprocal of the standard deviation.
pub type Normalized = [Tensor; 3];

/// Half types are normalised in f32: squares of theirs overflow, and means lose too much.
fn widened(x: &Tensor) -> Result<Tensor> {
    match x.dtype() {
        DType::F16 | DType::BF16 => copy::to_dtype(x, DType::F32),
        _ => Ok(x.clone()),
    }
}

/// `x` with the mean over `dims` (kept as size 1) taken away, divided by the standard deviation.
/// Gives the result, the mean and the scale, and beside them the variance; of half types in f32.
pub(super) fn standardize(x: &Tensor, dims: &[i64], eps: f64) -> Result<(Normalized, Tensor)> {
    let x = &widened(x)?;
    let mean = reduce::mean(x, dims, true)?;
    let centred = e::sub(x, &mean)?;
    let variance = reduce::mean(&e::square(&centred)?, dims, true)?;
    let scale = e::rsqrt(&e::add_scalar(&variance, eps)?)?;
    Ok(([e::mul(&centred, &scale)?, mean, scale], variance))
}

/// A vector over the channels, shaped to meet `[N, C, …]`.
fn over_channels(vector: &Tensor, rank: usize) -> Result<Tensor> {
    let mut shape = vec![1; rank.max(2)];
    shape[1] = vector.num_elements();
    movement::reshape_to(vector, &shape)
}

fn affine(mut result: Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>) -> Result<Tensor> {
    let rank = result.rank();
    if let Some(weight) = weight {
        result = e::mul(&result, &over_channels(weight, rank)?)?;
    }
    if let Some(bias) = bias {
        result = e::add(&result, &over_channels(bias, rank)?)?;
    }
    Ok(result)
}

fn check_channels(name: &str, vector: Option<&Tensor>, channels: usize) -> Result<()> {
    match vector {
        Some(vector) if vector.num_elements() != channels => Err(Error::runtime(format!(
            "{name} should contain {channels} elements not {}",
            vector.num_elements()
        ))),
        _ => Ok(()),
    }
}

/// `torch.native_batch_norm`: with statistics of the batch while training, else with the running ones.
/// The mean and scale given are vectors over the channels; empty ones if the running statistics were used.
pub fn batch_norm(
    x: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    running: &Running,
    training: bool,
    eps: f64,
) -> Result<Normalized> {
    accepted::check("batch_norm", x)?;
    let rank = x.rank();
    let channels = if rank < 2 { x.num_elements() } else { x.size(1) };
    if rank < 2 && channels > 0 {
        return Err(Error::value(format!("expected at least 2D input (got {rank}D input)")));
    }
    check_channels("running_mean", running.mean.as_ref(), channels)?;
    check_channels("running_var", running.variance.as_ref(), channels)?;
    check_channels("weight", weight, channels)?;
    check_channels("bias", bias, channels)?;
    if rank < 2 {
        return Ok([copy::clone(x)?, copy::clone(x)?, copy::clone(x)?]);
    }
    let mark = sequence_mark();
    let given = x;
    // Of layouts only channels last is handed on.
    let x = &widened(&if suggests_channels_last(&x.view()) {
        x.clone()
    } else {
        copy::contiguous(x)?
    })?;
    if !training {
        let (Some(mean), Some(variance)) = (&running.mean, &running.variance) else {
            return Err(Error::runtime(
                "Expected running_mean and running_var to be defined when training=False",
            ));
        };
        let scale = e::rsqrt(&e::add_scalar(&widened(variance)?, eps)?)?;
        let centred = e::sub(x, &over_channels(&widened(mean)?, rank)?)?;
        let standard = e::mul(&centred, &over_channels(&scale, rank)?)?;
        let result = copy::to_dtype(&affine(standard, weight, bias)?, given.dtype())?;
        let none = movement::narrow(mean, 0, 0, 0)?;
        return Ok([rename(result, mark, "NativeBatchNormBackward0"), none.clone(), none]);
    }
    let dims: Vec<i64> = (0..rank as i64).filter(|&dim| dim != 1).collect();
    let ([standard, mean, scale], variance) = standardize(x, &dims, eps)?;
    let count = x.num_elements().checked_div(channels).unwrap_or_default();
    // A batch of nothing says nothing.
    if x.num_elements() > 0 {
        with_grad_mode(false, || follow(running, &mean, &variance, count))?;
    }
    let result = copy::to_dtype(&affine(standard, weight, bias)?, given.dtype())?;
    let vector = |x: &Tensor| movement::reshape_to(x, &[channels]);
    let result = rename(result, mark, "NativeBatchNormBackward0");
    Ok([result, vector(&mean)?, vector(&scale)?])
}

/// Moves the running statistics towards the batch's; the variance kept is the unbiased one.
fn follow(running: &Running, mean: &Tensor, variance: &Tensor, count: usize) -> Result<()> {
    let momentum = running.momentum;
    let towards = |kept: &Tensor, new: &Tensor, factor: f64| {
        let new = movement::reshape_to(new, &kept.shape())?;
        let moved = e::add(&e::mul_scalar(kept, 1.0 - momentum)?, &e::mul_scalar(&new, factor)?)?;
        autograd::assign(kept, &moved)
    };
    if let Some(kept) = &running.mean {
        towards(kept, mean, momentum)?;
    }
    if let Some(kept) = &running.variance {
        let unbiased = count as f64 / (count as f64 - 1.0);
        towards(kept, variance, momentum * unbiased)?;
    }
    Ok(())
}

/// `torch.native_group_norm`: the channels in groups, each group of each sample brought to mean 0 and variance 1.
/// The mean and scale are `[N, groups]`.
pub fn group_norm(
    x: &Tensor,
    groups: usize,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Normalized> {
    accepted::check("group_norm", x)?;
    if x.rank() < 2 {
        return Err(Error::runtime(format!(
            "Expected at least 2 dimensions for input tensor but received {}",
            x.rank()
        )));
    }
    let (batch, channels) = (x.size(0), x.size(1));
    if groups == 0 {
        return Err(Error::runtime("num groups should be greater than 0"));
    }
    if !channels.is_multiple_of(groups) {
        return Err(Error::runtime(format!(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape {} and num_groups={groups}",
            list_text(&x.shape())
        )));
    }
    for (name, vector) in [("weight", weight), ("bias", bias)] {
        if let Some(vector) = vector.filter(|vector| vector.rank() != 1 || vector.num_elements() != channels) {
            return Err(Error::runtime(format!(
                "Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of shape {} and input of shape {}",
                list_text(&vector.shape()),
                list_text(&x.shape())
            )));
        }
    }
    let mark = sequence_mark();
    let inner = x.num_elements().checked_div(batch * groups).unwrap_or_default();
    let lines = movement::reshape_to(x, &[batch, groups, inner])?;
    let ([standard, mean, scale], _) = standardize(&lines, &[2], eps)?;
    let result = affine(movement::reshape_to(&standard, &x.shape())?, weight, bias)?;
    let result = copy::hand_on_format(copy::to_dtype(&result, x.dtype())?, &[x])?;
    let statistics = |x: &Tensor| movement::squeeze(x, Some(&[2]));
    let result = rename(result, mark, "NativeGroupNormBackward0");
    Ok([result, statistics(&mean)?, statistics(&scale)?])
}

/// The mean and the reciprocal standard deviation that layer normalisation over the last `count` dimensions uses.
pub fn layer_statistics(x: &Tensor, count: usize, eps: f64) -> Result<[Tensor; 2]> {
    let dims: Vec<i64> = (x.rank().saturating_sub(count)..x.rank())
        .map(|dim| dim as i64)
        .collect();
    let ([_, mean, scale], _) = standardize(x, &dims, eps)?;
    Ok([mean, scale])
}
