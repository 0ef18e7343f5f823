//! Optimizer steps over lists of tensors, in place and without history.
//!
//! On the GPU a step is elementwise nodes whose numbers are parameters, so every step has the same
//! program. Refuses to keep state: Python owns the state tensors and the step counts.

use crate::context;
use crate::error::{Error, Result};
use crate::ops::{copy, elementwise as e, promote};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// Settings of a step of `torch.optim.SGD`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    /// Learning rate.
    pub lr: f64,
    /// Momentum; 0 needs no buffers.
    pub momentum: f64,
    /// Dampening of the gradient's share in the buffer.
    pub dampening: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Nesterov's look ahead.
    pub nesterov: bool,
    /// Climb instead of descending.
    pub maximize: bool,
    /// The buffers are new: they become the gradient, undamped.
    pub is_first: bool,
}

/// Settings of a step of `torch.optim.Adam` and `AdamW`.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// Learning rate.
    pub lr: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the denominator.
    pub eps: f64,
    /// Weight decay.
    pub weight_decay: f64,
    /// Decay the weights themselves (AdamW) instead of adding to the gradient.
    pub decoupled: bool,
    /// Climb instead of descending.
    pub maximize: bool,
}

fn check_lists(params: &[Tensor], others: &[&[Tensor]]) -> Result<()> {
    for other in others {
        if other.len() != params.len() {
            return Err(Error::runtime("an optimizer step got lists of different lengths"));
        }
        for (param, state) in params.iter().zip(*other) {
            if param.shape() != state.shape() || param.dtype() != state.dtype() || param.device() != state.device() {
                return Err(Error::runtime("an optimizer's state does not fit its parameter in shape, dtype or device"));
            }
        }
    }
    Ok(())
}

/// Numbers of a step as tensors beside a parameter.
struct Numbers<'a> {
    like: &'a Tensor,
}

impl Numbers<'_> {
    fn get(&self, value: f64) -> Result<Tensor> {
        promote::wrapped(Scalar::Float(value), self.like.dtype(), self.like.device())
    }

    /// `x + y * factor`
    fn add_scaled(&self, x: &Tensor, y: &Tensor, factor: f64) -> Result<Tensor> {
        e::add(x, &e::mul(y, &self.get(factor)?)?)
    }
}

/// One step of SGD. `buffers` is empty without momentum.
pub fn sgd(params: &[Tensor], grads: &[Tensor], buffers: &[Tensor], settings: Sgd) -> Result<()> {
    let buffer_lists: &[&[Tensor]] = if settings.momentum == 0.0 { &[grads] } else { &[grads, buffers] };
    check_lists(params, buffer_lists)?;
    context::with_grad_mode(false, || {
        for (index, (param, grad)) in params.iter().zip(grads).enumerate() {
            sgd_one(param, grad, buffers.get(index), settings)?;
        }
        Ok(())
    })?;
    flush_after(params);
    Ok(())
}

fn sgd_one(param: &Tensor, grad: &Tensor, buffer: Option<&Tensor>, settings: Sgd) -> Result<()> {
    let numbers = Numbers { like: param };
    let mut direction = if settings.maximize { e::neg(grad)? } else { grad.clone() };
    if settings.weight_decay != 0.0 {
        direction = numbers.add_scaled(&direction, param, settings.weight_decay)?;
    }
    if settings.momentum != 0.0
        && let Some(buffer) = buffer
    {
        let moved = if settings.is_first {
            copy::clone(&direction)?
        } else {
            let kept = e::mul(buffer, &numbers.get(settings.momentum)?)?;
            numbers.add_scaled(&kept, &direction, 1.0 - settings.dampening)?
        };
        direction = if settings.nesterov { numbers.add_scaled(&direction, &moved, settings.momentum)? } else { moved.clone() };
        copy::write(buffer, &moved)?;
    }
    copy::write(param, &numbers.add_scaled(param, &direction, -settings.lr)?)
}

/// One step of Adam. `largest` holds the running maxima of AMSGrad, or is empty; `steps` counts from 1.
pub fn adam(
    params: &[Tensor],
    grads: &[Tensor],
    first: &[Tensor],
    second: &[Tensor],
    largest: &[Tensor],
    steps: &[i64],
    settings: Adam,
) -> Result<()> {
    check_lists(params, &[grads, first, second])?;
    if !largest.is_empty() {
        check_lists(params, &[largest])?;
    }
    if steps.len() != params.len() {
        return Err(Error::runtime("an optimizer step got lists of different lengths"));
    }
    context::with_grad_mode(false, || {
        for (index, param) in params.iter().enumerate() {
            adam_one(param, &grads[index], [&first[index], &second[index]], largest.get(index), steps[index], settings)?;
        }
        Ok(())
    })?;
    flush_after(params);
    Ok(())
}

fn adam_one(param: &Tensor, grad: &Tensor, moments: [&Tensor; 2], largest: Option<&Tensor>, step: i64, settings: Adam) -> Result<()> {
    let numbers = Numbers { like: param };
    let mut grad = if settings.maximize { e::neg(grad)? } else { grad.clone() };
    let mut value = param.clone();
    if settings.weight_decay != 0.0 {
        if settings.decoupled {
            value = e::mul(&value, &numbers.get(1.0 - settings.lr * settings.weight_decay)?)?;
        } else {
            grad = numbers.add_scaled(&grad, param, settings.weight_decay)?;
        }
    }
    let first = numbers.add_scaled(moments[0], &e::sub(&grad, moments[0])?, 1.0 - settings.beta1)?;
    let kept = e::mul(moments[1], &numbers.get(settings.beta2)?)?;
    let second = numbers.add_scaled(&kept, &e::mul(&grad, &grad)?, 1.0 - settings.beta2)?;
    let scale = match largest {
        Some(largest) => {
            let peak = e::maximum(largest, &second)?;
            copy::write(largest, &peak)?;
            peak
        }
        None => second.clone(),
    };
    let exponent = step as f64;
    let step_size = settings.lr / (1.0 - settings.beta1.powf(exponent));
    let root = (1.0 - settings.beta2.powf(exponent)).sqrt();
    let denominator = e::add(&e::div(&e::sqrt(&scale)?, &numbers.get(root)?)?, &numbers.get(settings.eps)?)?;
    // The factor goes to the first moment before dividing, as in addcdiv.
    let update = e::div(&e::mul(&first, &numbers.get(-step_size)?)?, &denominator)?;
    copy::write(param, &e::add(&value, &update)?)?;
    copy::write(moments[0], &first)?;
    copy::write(moments[1], &second)
}

/// A training step ends here: what was recorded is sent while Python prepares the next one.
fn flush_after(params: &[Tensor]) {
    if params.iter().any(|param| param.device() == Device::WebGpu) {
        context::with_gpu(|gpu| gpu.flush());
    }
}
