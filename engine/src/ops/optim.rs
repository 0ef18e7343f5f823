//! Optimizer steps over lists of tensors, in place and without history.
//!
//! On the CPU a parameter is one fused loop (`cpu::optimizer`) where its layout allows. Elsewhere, and on
//! the GPU, a step is elementwise nodes whose numbers are parameters, so every step has the same program.
//! Refuses to keep state: Python owns the state tensors and the step counts.

use crate::context;
use crate::cpu::Operand;
use crate::cpu::optimizer::{self, AdamState, Parameter};
pub use crate::cpu::optimizer::{Adam, Sgd};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, elementwise as e, promote};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

fn check_lists(params: &[Tensor], others: &[&[Tensor]]) -> Result<()> {
    for other in others {
        if other.len() != params.len() {
            return Err(Error::runtime("an optimizer step got lists of different lengths"));
        }
        for (param, state) in params.iter().zip(*other) {
            if param.shape() != state.shape() || param.dtype() != state.dtype() || param.device() != state.device() {
                return Err(Error::runtime(
                    "an optimizer's state does not fit its parameter in shape, dtype or device",
                ));
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

/// One step of SGD. `buffers` is empty without momentum; if they are new (`is_first`), they become the gradient.
pub fn sgd(params: &[Tensor], grads: &[Tensor], buffers: &[Tensor], settings: Sgd, is_first: bool) -> Result<()> {
    let buffer_lists: &[&[Tensor]] = if settings.momentum == 0.0 {
        &[grads]
    } else {
        &[grads, buffers]
    };
    check_lists(params, buffer_lists)?;
    context::with_grad_mode(false, || {
        for (index, (param, grad)) in params.iter().zip(grads).enumerate() {
            let buffer = if settings.momentum == 0.0 {
                None
            } else {
                buffers.get(index)
            };
            if is_fusable(param, buffer.as_slice()) {
                sgd_fused(param, grad, buffer, &settings, is_first)?;
            } else {
                sgd_one(param, grad, buffer, settings, is_first)?;
            }
        }
        Ok(())
    })?;
    flush_after(params);
    Ok(())
}

/// True if the fused loops can step this parameter: plain floats on the CPU, state in storages of its own.
fn is_fusable(param: &Tensor, states: &[&Tensor]) -> bool {
    param.device() == Device::Cpu
        && matches!(param.dtype(), DType::F32 | DType::F64)
        && param.is_contiguous()
        && states.iter().all(|state| state.covers_storage())
}

fn sgd_fused(param: &Tensor, grad: &Tensor, buffer: Option<&Tensor>, settings: &Sgd, is_first: bool) -> Result<()> {
    let (param_storage, grad_storage, state_storage) = (param.storage(), grad.storage(), buffer.map(Tensor::storage));
    let grad_buffer = grad_storage.buffer()?;
    let mut param_buffer = param_storage.buffer_mut()?;
    let mut state = state_storage.as_ref().map(|storage| storage.buffer_mut()).transpose()?;
    let parameter = Parameter {
        buffer: &mut param_buffer,
        offset: param.view().offset,
    };
    let operand = Operand {
        buffer: &grad_buffer,
        view: &grad.view(),
    };
    optimizer::sgd(settings, parameter, operand, state.as_deref_mut(), is_first)?;
    param.bump_version();
    Ok(())
}

fn sgd_one(param: &Tensor, grad: &Tensor, buffer: Option<&Tensor>, settings: Sgd, is_first: bool) -> Result<()> {
    let numbers = Numbers { like: param };
    let mut direction = if settings.maximize { e::neg(grad)? } else { grad.clone() };
    if settings.weight_decay != 0.0 {
        direction = numbers.add_scaled(&direction, param, settings.weight_decay)?;
    }
    if settings.momentum != 0.0
        && let Some(buffer) = buffer
    {
        let moved = if is_first {
            copy::clone(&direction)?
        } else {
            let kept = e::mul(buffer, &numbers.get(settings.momentum)?)?;
            numbers.add_scaled(&kept, &direction, 1.0 - settings.dampening)?
        };
        direction = if settings.nesterov {
            numbers.add_scaled(&direction, &moved, settings.momentum)?
        } else {
            moved.clone()
        };
        copy::write(buffer, &moved)?;
    }
    copy::write(param, &numbers.add_scaled(param, &direction, -settings.lr)?)
}

/// One step of Adam. `largest` holds the running maxima of AMSGrad, or is empty; `steps` counts from 1 and replaces the settings' step.
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
            let settings = Adam {
                step: steps[index] as f64,
                ..settings
            };
            let moments = [&first[index], &second[index]];
            let largest = largest.get(index);
            if is_fusable(param, &moments) && is_fusable(param, largest.as_slice()) {
                adam_fused(param, &grads[index], moments, largest, &settings)?;
            } else {
                adam_one(param, &grads[index], moments, largest, settings)?;
            }
        }
        Ok(())
    })?;
    flush_after(params);
    Ok(())
}

fn adam_fused(
    param: &Tensor,
    grad: &Tensor,
    moments: [&Tensor; 2],
    largest: Option<&Tensor>,
    settings: &Adam,
) -> Result<()> {
    let (param_storage, grad_storage, largest_storage) =
        (param.storage(), grad.storage(), largest.map(Tensor::storage));
    let [first_storage, second_storage] = moments.map(Tensor::storage);
    let grad_buffer = grad_storage.buffer()?;
    let mut param_buffer = param_storage.buffer_mut()?;
    let (mut first, mut second) = (first_storage.buffer_mut()?, second_storage.buffer_mut()?);
    let mut peaks = largest_storage
        .as_ref()
        .map(|storage| storage.buffer_mut())
        .transpose()?;
    let parameter = Parameter {
        buffer: &mut param_buffer,
        offset: param.view().offset,
    };
    let operand = Operand {
        buffer: &grad_buffer,
        view: &grad.view(),
    };
    let state = AdamState {
        exp_avg: &mut first,
        exp_avg_sq: &mut second,
        max_exp_avg_sq: peaks.as_deref_mut(),
    };
    optimizer::adam(settings, parameter, operand, state)?;
    param.bump_version();
    Ok(())
}

fn adam_one(
    param: &Tensor,
    grad: &Tensor,
    moments: [&Tensor; 2],
    largest: Option<&Tensor>,
    settings: Adam,
) -> Result<()> {
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
        Some(largest) => e::maximum(largest, &second)?,
        None => second.clone(),
    };
    let exponent = settings.step;
    let step_size = settings.lr / (1.0 - settings.beta1.powf(exponent));
    let root = (1.0 - settings.beta2.powf(exponent)).sqrt();
    let denominator = e::add(
        &e::div(&e::sqrt(&scale)?, &numbers.get(root)?)?,
        &numbers.get(settings.eps)?,
    )?;
    // The factor goes to the first moment before dividing, as in addcdiv.
    let update = e::div(&e::mul(&first, &numbers.get(-step_size)?)?, &denominator)?;
    copy::write(param, &e::add(&value, &update)?)?;
    // A write may take the memory of its source, so states are written when nothing reads them any more.
    if let Some(largest) = largest {
        copy::write(largest, &scale)?;
    }
    copy::write(moments[0], &first)?;
    copy::write(moments[1], &second)
}

/// A training step ends here: what was recorded is sent while Python prepares the next one.
fn flush_after(params: &[Tensor]) {
    if params.iter().any(|param| param.device() == Device::WebGpu) {
        context::with_gpu(|gpu| gpu.flush());
    }
}
