//! Fused optimizer steps: one pass over a parameter, its gradient and its state.
//!
//! The order of operations is that of PyTorch's single-tensor implementations, so results agree to
//! float rounding. Parameters and state are whole row-major regions, updated in place; the gradient may
//! be any view. Refuses dtypes other than f32 and f64: callers compose half types from operators.

use std::borrow::Cow;
use std::ops::{Add, Div, Mul, Neg, Range, Sub};

use super::Operand;
use super::buffer::Buffer;
use super::cast::{Convert, as_contiguous};
use super::float::Float;
use super::strided::check_bounds;
use crate::dtype::DType;
use crate::error::{Error, Result};

/// Settings of `torch.optim.SGD`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Learning rate.
    pub lr: f64,
    /// Momentum factor; 0 for none.
    pub momentum: f64,
    /// Dampening of the gradient in the momentum.
    pub dampening: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Nesterov momentum.
    pub nesterov: bool,
    /// Ascend instead of descend.
    pub maximize: bool,
}

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

/// A parameter's row-major elements: a region of its storage.
#[derive(Debug)]
pub struct Parameter<'a> {
    /// The storage.
    pub buffer: &'a mut Buffer,
    /// Position of the first element.
    pub offset: usize,
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

/// f32 or f64 with arithmetic.
trait Number:
    Convert + Float + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    fn root(self) -> Self;
}

impl Number for f32 {
    fn root(self) -> f32 {
        self.sqrt()
    }
}

impl Number for f64 {
    fn root(self) -> f64 {
        self.sqrt()
    }
}

/// One step of SGD. `momentum` is the momentum buffer, of the gradient's element count; on the first step of a
/// parameter (`is_first`) it is overwritten by the gradient.
pub fn sgd(
    options: &Sgd,
    parameter: Parameter<'_>,
    grad: Operand<'_>,
    momentum: Option<&mut Buffer>,
    is_first: bool,
) -> Result<()> {
    match parameter.buffer.dtype() {
        DType::F32 => sgd_typed::<f32>(options, parameter, grad, momentum, is_first),
        DType::F64 => sgd_typed::<f64>(options, parameter, grad, momentum, is_first),
        dtype => Err(Error::UnsupportedDType {
            op: "fused_sgd",
            dtype,
            device: "cpu",
        }),
    }
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

fn sgd_typed<T: Number>(
    options: &Sgd,
    parameter: Parameter<'_>,
    grad: Operand<'_>,
    momentum: Option<&mut Buffer>,
    is_first: bool,
) -> Result<()> {
    let grads = gradient::<T>(grad)?;
    let weights = region::<T>(parameter.buffer, parameter.offset, grads.len())?;
    let [step, factor, keep, decay] = [
        -options.lr,
        options.momentum,
        1.0 - options.dampening,
        options.weight_decay,
    ]
    .map(T::from_f64);
    let (has_decay, is_negative, is_nesterov) = (options.weight_decay != 0.0, options.maximize, options.nesterov);
    let direction = |weight: T, grad: T| {
        let grad = if is_negative { -grad } else { grad };
        if has_decay { grad + decay * weight } else { grad }
    };
    let Some(momentum) = momentum.filter(|_| options.momentum != 0.0) else {
        weights
            .iter_mut()
            .zip(&*grads)
            .for_each(|(weight, &grad)| *weight = *weight + step * direction(*weight, grad));
        return Ok(());
    };
    let buffers = region::<T>(momentum, 0, grads.len())?;
    for ((weight, &grad), buffer) in weights.iter_mut().zip(&*grads).zip(buffers) {
        let grad = direction(*weight, grad);
        *buffer = if is_first { grad } else { *buffer * factor + keep * grad };
        let update = if is_nesterov { grad + factor * *buffer } else { *buffer };
        *weight = *weight + step * update;
    }
    Ok(())
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
                })
        }
    }
    Ok(())
}

fn gradient<T: Convert>(grad: Operand<'_>) -> Result<Cow<'_, [T]>> {
    check_bounds(grad.view, grad.buffer.len())?;
    as_contiguous(grad)
}

/// `len` elements of a buffer, or an error if it has another dtype or is too short.
fn region<T: Convert>(buffer: &mut Buffer, offset: usize, len: usize) -> Result<&mut [T]> {
    let range: Option<Range<usize>> = offset.checked_add(len).map(|end| offset..end);
    let elements = T::slice_mut(buffer)?;
    let available = elements.len();
    range.and_then(|range| elements.get_mut(range)).ok_or_else(|| {
        Error::runtime(format!(
            "optimizer: a region of {len} elements at {offset} is outside a buffer of {available}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    const SGD: Sgd = Sgd {
        lr: 0.5,
        momentum: 0.0,
        dampening: 0.0,
        weight_decay: 0.0,
        nesterov: false,
        maximize: false,
    };

    fn run_sgd(options: &Sgd, steps: usize) -> (Vec<f64>, Vec<f64>) {
        let mut weights = Buffer::F64(vec![9.0, 1.0, -2.0]);
        let mut momentum = Buffer::F64(vec![7.0; 2]);
        let grad = Buffer::F64(vec![0.5, 1.0]);
        for step in 0..steps {
            let grad = Operand {
                buffer: &grad,
                view: &View::contiguous(&[2]),
            };
            let parameter = Parameter {
                buffer: &mut weights,
                offset: 1,
            };
            assert_eq!(sgd(options, parameter, grad, Some(&mut momentum), step == 0), Ok(()));
        }
        let (Buffer::F64(weights), Buffer::F64(momentum)) = (weights, momentum) else {
            panic!()
        };
        (weights, momentum)
    }

    #[test]
    fn sgd_variants() {
        assert_eq!(run_sgd(&SGD, 1).0, [9.0, 0.75, -2.5]);
        assert_eq!(run_sgd(&Sgd { maximize: true, ..SGD }, 1).0, [9.0, 1.25, -1.5]);
        assert_eq!(
            run_sgd(
                &Sgd {
                    weight_decay: 0.5,
                    ..SGD
                },
                1
            )
            .0,
            [9.0, 0.5, -2.0]
        );
        let heavy = Sgd {
            momentum: 0.5,
            dampening: 0.5,
            ..SGD
        };
        assert_eq!(run_sgd(&heavy, 2), (vec![9.0, 0.5, -3.0], vec![0.5, 1.0]));
        let nesterov = Sgd {
            momentum: 0.5,
            nesterov: true,
            ..SGD
        };
        assert_eq!(run_sgd(&nesterov, 1).0, [9.0, 0.625, -2.75]);
    }

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
            let mut weights = super::super::cast::narrow(Buffer::I32(vec![1, 1]), dtype).unwrap();
            let grad = super::super::cast::narrow(Buffer::I32(vec![3, -2]), dtype).unwrap();
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
            let weights = super::super::cast::widen::<f64>(Operand {
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

    #[test]
    fn regions_that_do_not_fit_are_errors() {
        let grad = Buffer::F32(vec![1.0; 4]);
        let grad = Operand {
            buffer: &grad,
            view: &View::contiguous(&[4]),
        };
        let mut short = Buffer::F32(vec![1.0; 3]);
        assert!(
            sgd(
                &SGD,
                Parameter {
                    buffer: &mut short,
                    offset: 0
                },
                grad,
                None,
                true
            )
            .is_err()
        );
        let mut long = Buffer::F32(vec![1.0; 4]);
        assert!(
            sgd(
                &SGD,
                Parameter {
                    buffer: &mut long,
                    offset: usize::MAX
                },
                grad,
                None,
                true
            )
            .is_err()
        );
        let heavy = Sgd { momentum: 0.9, ..SGD };
        assert!(
            sgd(
                &heavy,
                Parameter {
                    buffer: &mut long,
                    offset: 0
                },
                grad,
                Some(&mut short),
                true
            )
            .is_err()
        );
        let mut half = Buffer::F16(vec![]);
        assert!(
            sgd(
                &SGD,
                Parameter {
                    buffer: &mut half,
                    offset: 0
                },
                grad,
                None,
                true
            )
            .is_err()
        );
    }
}
