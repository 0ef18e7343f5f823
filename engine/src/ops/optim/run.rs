//! Runs a formula over lists of parameters, gradients and state.
//!
//! Refuses lists that do not fit each other. Read next: `steps`.

use super::expression::{Expression, Numbers};
use crate::autograd;
use crate::context;
use crate::cpu::Operand;
use crate::cpu::optimizer::{self, Formula, Parameter};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::copy;
use crate::storage::Device;
use crate::tensor::Tensor;

/// Raises unless every list has an entry for each parameter that fits it in shape, dtype and device.
pub(super) fn check_lists(params: &[Tensor], others: &[&[Tensor]]) -> Result<()> {
    for other in others {
        check_length(params, other.len())?;
        for (param, state) in params.iter().zip(*other) {
            if param.shape() != state.shape() || param.dtype() != state.dtype() || param.device() != state.device() {
                return Err(Error::runtime(
                    "an optimizer's state does not fit its parameter in shape, dtype or device",
                ));
            }
        }
    }
    match params.iter().find(|param| !param.dtype().is_float()) {
        Some(param) => Err(Error::runtime(format!(
            "an optimizer can only step floating point parameters, not {}",
            param.dtype()
        ))),
        None => Ok(()),
    }
}

/// Raises unless a list has an entry for each parameter.
pub(super) fn check_length(params: &[Tensor], length: usize) -> Result<()> {
    if length == params.len() {
        return Ok(());
    }
    Err(Error::runtime("an optimizer step got lists of different lengths"))
}

/// Steps every parameter, in place. `formula` gives that of the parameter with a number.
/// History is written only where gradients are recorded, which Python switches on for `differentiable` optimizers.
pub(super) fn run<const N: usize, F: Formula<N>>(
    params: &[Tensor],
    grads: &[Tensor],
    states: [&[Tensor]; N],
    formula: impl Fn(usize) -> F,
) -> Result<()> {
    check_lists(params, &[grads])?;
    check_lists(params, &states)?;
    let numbers = Numbers::default();
    for (index, (param, grad)) in params.iter().zip(grads).enumerate() {
        let states = states.map(|list| &list[index]);
        let formula = formula(index);
        if is_fusable(param, grad, &states) {
            run_fused(&formula, param, grad, states)?;
        } else {
            run_composed(&formula, param, grad, states, &numbers)?;
        }
    }
    Ok(())
}

/// Writes a result over a parameter or its state: an in-place operation where gradients are recorded.
pub(super) fn put(target: &Tensor, value: &Tensor) -> Result<()> {
    if context::grad_enabled() {
        autograd::assign(target, value)
    } else {
        copy::write(target, value)
    }
}

/// True if the fused loops can step this parameter: plain floats on the CPU, state in storages of its own.
fn is_fusable(param: &Tensor, grad: &Tensor, states: &[&Tensor]) -> bool {
    !context::grad_enabled()
        && param.device() == Device::Cpu
        && matches!(param.dtype(), DType::F32 | DType::F64)
        && param.is_contiguous()
        && states.iter().all(|state| state.covers_storage())
        && [&[param], states]
            .concat()
            .iter()
            .all(|written| !share_memory(written, grad))
}

fn share_memory(x: &Tensor, y: &Tensor) -> bool {
    x.storage().is_same_memory(&y.storage())
}

fn run_fused<const N: usize>(
    formula: &impl Formula<N>,
    param: &Tensor,
    grad: &Tensor,
    states: [&Tensor; N],
) -> Result<()> {
    let (param_storage, grad_storage) = (param.storage(), grad.storage());
    let state_storages = states.map(Tensor::storage);
    let grad_buffer = grad_storage.buffer()?;
    let mut param_buffer = param_storage.buffer_mut()?;
    let mut state_buffers = Vec::with_capacity(N);
    for storage in &state_storages {
        state_buffers.push(storage.buffer_mut()?);
    }
    let mut buffers = state_buffers.iter_mut().map(|buffer| &mut **buffer);
    let missing = || Error::runtime("an optimizer step got lists of different lengths");
    let buffers: Vec<_> = buffers.by_ref().collect();
    let buffers: [_; N] = buffers.try_into().map_err(|_| missing())?;
    let parameter = Parameter {
        buffer: &mut param_buffer,
        offset: param.view().offset,
    };
    let operand = Operand {
        buffer: &grad_buffer,
        view: &grad.view(),
    };
    optimizer::run(formula, parameter, operand, buffers)?;
    for written in states.iter().chain(std::iter::once(&param)) {
        written.bump_version();
    }
    Ok(())
}

fn run_composed<const N: usize>(
    formula: &impl Formula<N>,
    param: &Tensor,
    grad: &Tensor,
    states: [&Tensor; N],
    numbers: &Numbers,
) -> Result<()> {
    numbers.rewind();
    let of = |tensor: &Tensor| Expression::of(tensor, numbers);
    let (weight, results) = formula.step(of(param), of(grad), states.map(of));
    let dtype = param.dtype();
    let weight = weight.finish(dtype)?;
    let mut written = Vec::with_capacity(N);
    for (state, result) in states.into_iter().zip(results) {
        let result = result.finish(dtype)?;
        // State that is the gradient itself, or another's value, becomes a value of its own.
        let is_shared = result.is_same(grad) || result.is_same(&weight);
        written.push((state, if is_shared { copy::clone(&result)? } else { result }));
    }
    put(param, &weight)?;
    // A write may take the memory of its source, so states are written when nothing reads them any more.
    for (state, result) in written.into_iter().rev() {
        put(state, &result)?;
    }
    Ok(())
}
