//! One fused step of Adam and AdamW.
//!
//! Refuses half types.

use super::{Number, Parameter, gradient, region};
use crate::cpu::{Buffer, Operand};
use crate::dtype::DType;
use crate::error::{Error, Result};

/// Settings of `torch.optim.Adam` and `AdamW`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// Learning rate.
    pub lr: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the denominator.
    pub eps: f64,
    /// L2 penalty, or decay of the weights themselves.
    pub weight_decay: f64,
    /// Decay the weights themselves (AdamW).
    pub decoupled: bool,
    /// Ascend instead of descend.
    pub maximize: bool,
    /// The number of this step, counted from 1.
    pub step: f64,
}

/// State of Adam for one parameter: buffers of the parameter's dtype and element count.
#[derive(Debug)]
pub struct AdamState<'a> {
    /// First moment.
    pub exp_avg: &'a mut Buffer,
    /// Second moment.
    pub exp_avg_sq: &'a mut Buffer,
    /// Largest second moment so far (amsgrad).
    pub max_exp_avg_sq: Option<&'a mut Buffer>,
}

/// One step of Adam or AdamW, with amsgrad if the state holds a maximum.
pub fn adam(options: &Adam, parameter: Parameter<'_>, grad: Operand<'_>, state: AdamState<'_>) -> Result<()> {
    match parameter.buffer.dtype() {
        DType::F32 => adam_typed::<f32>(options, parameter, grad, state),
        DType::F64 => adam_typed::<f64>(options, parameter, grad, state),
        dtype => Err(Error::UnsupportedDType {
            op: "fused_adam",
            dtype,
            device: "cpu",
        }),
    }
}

fn adam_typed<T: Number>(
    options: &Adam,
    parameter: Parameter<'_>,
    grad: Operand<'_>,
    state: AdamState<'_>,
) -> Result<()> {
    let grads = gradient::<T>(grad)?;
    let len = grads.len();
    let weights = region::<T>(parameter.buffer, parameter.offset, len)?;
    let first_moments = region::<T>(state.exp_avg, 0, len)?;
    let second_moments = region::<T>(state.exp_avg_sq, 0, len)?;
    let correction1 = 1.0 - options.beta1.powf(options.step);
    let correction2_root = (1.0 - options.beta2.powf(options.step)).sqrt();
    let [step, shrink, decay] = [
        -(options.lr / correction1),
        1.0 - options.lr * options.weight_decay,
        options.weight_decay,
    ]
    .map(T::from_f64);
    let [mix1, keep1, beta2, mix2] =
        [1.0 - options.beta1, options.beta1, options.beta2, 1.0 - options.beta2].map(T::from_f64);
    let [root_correction, eps] = [correction2_root, options.eps].map(T::from_f64);
    let decays = options.weight_decay != 0.0;
    // PyTorch's `lerp` starts from the nearer end.
    let starts_from_average = 1.0 - options.beta1 < 0.5;
    let (is_negative, is_decoupled) = (options.maximize, options.decoupled);
    // Weight and gradient after decay; the moments; the weight's change for a spread of the gradients.
    let decayed = |weight: T, grad: T| {
        let grad = if is_negative { -grad } else { grad };
        match (decays, is_decoupled) {
            (false, _) => (weight, grad),
            (true, true) => (weight * shrink, grad),
            (true, false) => (weight, grad + decay * weight),
        }
    };
    let average = |first: T, grad: T| {
        if starts_from_average {
            first + mix1 * (grad - first)
        } else {
            grad - (grad - first) * keep1
        }
    };
    let change = |first: T, spread: T| step * first / (spread.root() / root_correction + eps);
    let rows = weights.iter_mut().zip(&*grads).zip(first_moments).zip(second_moments);
    match state.max_exp_avg_sq {
        None => rows.for_each(|(((weight, &grad), first), second)| {
            let (start, grad) = decayed(*weight, grad);
            *first = average(*first, grad);
            *second = *second * beta2 + mix2 * grad * grad;
            *weight = start + change(*first, *second);
        }),
        Some(maxima) => {
            rows.zip(region::<T>(maxima, 0, len)?)
                .for_each(|((((weight, &grad), first), second), maximum)| {
                    let (start, grad) = decayed(*weight, grad);
                    *first = average(*first, grad);
                    *second = *second * beta2 + mix2 * grad * grad;
                    *maximum = maximum.maximum_nan(*second);
                    *weight = start + change(*first, *maximum);
                });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::cast::{narrow, widen};
    use crate::view::View;

    #[test]
    fn adam_steps_by_the_learning_rate_at_first() {
        let options = Adam {
            lr: 0.1,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.0,
            decoupled: false,
            maximize: false,
            step: 1.0,
        };
        for (dtype, is_amsgrad) in [(DType::F32, false), (DType::F64, true)] {
            let mut weights = narrow(Buffer::I32(vec![1, 1]), dtype).unwrap();
            let grad = narrow(Buffer::I32(vec![3, -2]), dtype).unwrap();
            let [mut first, mut second, mut max] = [(); 3].map(|()| Buffer::zeros(dtype, 2).unwrap());
            let grad = Operand {
                buffer: &grad,
                view: &View::contiguous(&[2]),
            };
            let state = AdamState {
                exp_avg: &mut first,
                exp_avg_sq: &mut second,
                max_exp_avg_sq: is_amsgrad.then_some(&mut max),
            };
            assert_eq!(
                adam(
                    &options,
                    Parameter {
                        buffer: &mut weights,
                        offset: 0
                    },
                    grad,
                    state
                ),
                Ok(())
            );
            let weights = widen::<f64>(Operand {
                buffer: &weights,
                view: &View::contiguous(&[2]),
            });
            assert!(
                weights
                    .unwrap()
                    .iter()
                    .zip([0.9, 1.1])
                    .all(|(x, y)| (x - y).abs() < 1e-6),
                "{dtype}"
            );
            assert_eq!(max != Buffer::zeros(dtype, 2).unwrap(), is_amsgrad);
        }
    }
}
