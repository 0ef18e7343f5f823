//! Fused optimizer steps: one pass over a parameter, its gradient and its state.
//!
//! An optimizer is a [`Formula`]: one element of a step, written once. Here it runs in loops over arrays; `ops::optim` runs
//! the same formula over whole tensors, which is how the GPU gets it. The order of operations is that of PyTorch's
//! single-tensor implementations, so results agree to float rounding.
//! Parameters and state are whole row-major regions, updated in place; the gradient may be any view.
//! Refuses dtypes other than f32 and f64: half types are computed in f32 by `ops::optim`.
//! Read next: `sgd`, `adam`.

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod asgd;
mod nadam;
mod radam;
mod rmsprop;
mod rprop;
mod sgd;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use asgd::Asgd;
pub use nadam::NAdam;
pub use radam::RAdam;
pub use rmsprop::RmsProp;
pub use rprop::Rprop;
pub use sgd::Sgd;

use std::borrow::Cow;
use std::ops::{Add, Div, Mul, Neg, Range, Sub};

use super::Operand;
use super::buffer::Buffer;
use super::cast::{Convert, as_contiguous};
use super::float::Float;
use super::strided::check_bounds;
use crate::dtype::DType;
use crate::error::{Error, Result};

/// What a formula computes with: an element of an array, or a tensor.
pub trait Quantity:
    Clone + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// A number to go with this quantity.
    fn number(&self, value: f64) -> Self;
    /// Its square root.
    fn root(self) -> Self;
    /// Its absolute value.
    fn magnitude(self) -> Self;
    /// -1, 0 or 1.
    fn sign(self) -> Self;
    /// The larger of two; NaN wins.
    fn larger(self, other: Self) -> Self;
    /// Not below `low`, not above `high`.
    fn limited(self, low: f64, high: f64) -> Self;
    /// One of two: which, says whether this is positive.
    fn if_positive(self, then: Self, otherwise: Self) -> Self;

    /// `self * factor`
    #[inline(always)]
    fn times(self, factor: f64) -> Self {
        let factor = self.number(factor);
        self * factor
    }

    /// `self + other * factor`
    #[inline(always)]
    fn plus_scaled(self, other: Self, factor: f64) -> Self {
        self + other.times(factor)
    }

    /// The way from here to `end`, as far as `weight` says (0 to 1); starts from the nearer end, as PyTorch's `lerp`.
    #[inline(always)]
    fn towards(self, end: Self, weight: f64) -> Self {
        if weight < 0.5 {
            self.clone().plus_scaled(end - self, weight)
        } else {
            end.clone() - (end - self).times(1.0 - weight)
        }
    }
}

/// One element of an optimizer's step, with `N` numbers of state a parameter element.
pub trait Formula<const N: usize>: Copy {
    /// The new weight and the new state.
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, state: [Q; N]) -> (Q, [Q; N]);
}

/// A parameter's row-major elements: a region of its storage.
#[derive(Debug)]
pub struct Parameter<'a> {
    /// The storage.
    pub buffer: &'a mut Buffer,
    /// Position of the first element.
    pub offset: usize,
}

/// Runs a formula over one parameter. The buffers of state have the gradient's element count.
pub fn run<const N: usize>(
    formula: &impl Formula<N>,
    parameter: Parameter<'_>,
    grad: Operand<'_>,
    states: [&mut Buffer; N],
) -> Result<()> {
    match parameter.buffer.dtype() {
        DType::F32 => run_typed::<f32, N>(formula, parameter, grad, states),
        DType::F64 => run_typed::<f64, N>(formula, parameter, grad, states),
        dtype => Err(Error::UnsupportedDType {
            op: "a fused optimizer step",
            dtype,
            device: "cpu",
        }),
    }
}

/// The gradient to descend: turned round in order to ascend, with the L2 penalty added.
#[inline(always)]
fn slope<Q: Quantity>(weight: &Q, grad: Q, maximize: bool, weight_decay: f64) -> Q {
    let grad = if maximize { -grad } else { grad };
    if weight_decay == 0.0 {
        grad
    } else {
        grad.plus_scaled(weight.clone(), weight_decay)
    }
}

/// Weight and gradient after decay, which shrinks the weight itself (`decoupled`) or is an L2 penalty.
#[inline(always)]
fn decayed<Q: Quantity>(weight: Q, grad: Q, maximize: bool, (weight_decay, decoupled, lr): (f64, bool, f64)) -> (Q, Q) {
    if weight_decay != 0.0 && decoupled {
        let grad = slope(&weight, grad, maximize, 0.0);
        return (weight.times(1.0 - lr * weight_decay), grad);
    }
    let grad = slope(&weight, grad, maximize, weight_decay);
    (weight, grad)
}

/// f32 or f64 with arithmetic.
trait Number:
    Convert + Float + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
}

impl Number for f32 {}
impl Number for f64 {}

macro_rules! implement_quantity {
    ($float:ident) => {
        impl Quantity for $float {
            #[inline(always)]
            fn number(&self, value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }

            #[inline(always)]
            fn magnitude(self) -> Self {
                self.abs()
            }

            #[inline(always)]
            fn sign(self) -> Self {
                self.sign_or_zero()
            }

            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                self.maximum_nan(other)
            }

            #[inline(always)]
            fn limited(self, low: f64, high: f64) -> Self {
                self.maximum_nan(low as $float).minimum_nan(high as $float)
            }

            #[inline(always)]
            fn if_positive(self, then: Self, otherwise: Self) -> Self {
                if self > 0.0 { then } else { otherwise }
            }
        }
    };
}

implement_quantity!(f32);
implement_quantity!(f64);

/// Elements computed together, in arrays of their own: the compiler knows that these do not overlap, and makes vector code.
const LANES: usize = 64;

fn run_typed<T: Number + Quantity, const N: usize>(
    formula: &impl Formula<N>,
    parameter: Parameter<'_>,
    grad: Operand<'_>,
    states: [&mut Buffer; N],
) -> Result<()> {
    check_bounds(grad.view, grad.buffer.len())?;
    let grads: Cow<'_, [T]> = as_contiguous(grad)?;
    let len = grads.len();
    let weights = region::<T>(parameter.buffer, parameter.offset, len)?;
    let mut failure = None;
    let mut states = states.map(|state| {
        region::<T>(state, 0, len).unwrap_or_else(|error| {
            failure = Some(error);
            &mut []
        })
    });
    if let Some(error) = failure {
        return Err(error);
    }
    // A copy in registers: through a reference its numbers would be read, and powers computed, for every element.
    let formula = *formula;
    for (part, (weights, grads)) in weights.chunks_mut(LANES).zip(grads.chunks(LANES)).enumerate() {
        let (mut weight, mut grad) = ([T::from_f64(0.0); LANES], [T::from_f64(0.0); LANES]);
        let mut state = [[T::from_f64(0.0); LANES]; N];
        let range = part * LANES..part * LANES + grads.len();
        weight[..grads.len()].copy_from_slice(weights);
        grad[..grads.len()].copy_from_slice(grads);
        for (lanes, whole) in state.iter_mut().zip(&states) {
            lanes[..grads.len()].copy_from_slice(&whole[range.clone()]);
        }
        for lane in 0..LANES {
            let before = std::array::from_fn(|slot| state[slot][lane]);
            let (moved, after) = formula.step(weight[lane], grad[lane], before);
            weight[lane] = moved;
            for (lanes, value) in state.iter_mut().zip(after) {
                lanes[lane] = value;
            }
        }
        weights.copy_from_slice(&weight[..grads.len()]);
        for (lanes, whole) in state.iter().zip(&mut states) {
            whole[range.clone()].copy_from_slice(&lanes[..grads.len()]);
        }
    }
    Ok(())
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

/// What the tests of formulas share: one weight, stepped by hand-given gradients.
#[cfg(test)]
mod testing {
    use super::*;
    use crate::view::View;

    /// The weight after each step from `weight`, the gradient being `grads` in turn.
    pub(super) fn steps<const N: usize, F: Formula<N>>(
        weight: f64,
        state: [f64; N],
        grads: &[f64],
        formula: impl Fn(usize) -> F,
    ) -> Vec<f64> {
        let mut weights = Buffer::F64(vec![weight]);
        let mut states = state.map(|value| Buffer::F64(vec![value]));
        let mut seen = Vec::new();
        for (step, &grad) in grads.iter().enumerate() {
            let grad = Buffer::F64(vec![grad]);
            let grad = Operand {
                buffer: &grad,
                view: &View::contiguous(&[1]),
            };
            let parameter = Parameter {
                buffer: &mut weights,
                offset: 0,
            };
            assert_eq!(run(&formula(step), parameter, grad, states.each_mut()), Ok(()));
            let Buffer::F64(values) = &weights else { panic!("dtype") };
            seen.push(values[0]);
        }
        seen
    }

    /// Asserts that numbers agree to ten digits.
    pub(super) fn assert_close(found: &[f64], wanted: &[f64]) {
        assert_eq!(found.len(), wanted.len());
        for (x, y) in found.iter().zip(wanted) {
            assert!((x - y).abs() <= 1e-10 * y.abs().max(1.0), "{found:?} is not {wanted:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    const SGD: Sgd = Sgd {
        lr: 0.5,
        momentum: 0.5,
        dampening: 0.0,
        weight_decay: 0.0,
        nesterov: false,
        maximize: false,
        is_first: true,
    };

    fn run_sgd<const N: usize>(weights: &mut Buffer, offset: usize, states: [&mut Buffer; N]) -> Result<()>
    where
        Sgd: Formula<N>,
    {
        let grad = Buffer::F32(vec![1.0; 4]);
        let grad = Operand {
            buffer: &grad,
            view: &View::contiguous(&[4]),
        };
        run(
            &SGD,
            Parameter {
                buffer: weights,
                offset,
            },
            grad,
            states,
        )
    }

    #[test]
    fn regions_that_do_not_fit_are_errors() {
        let mut short = Buffer::F32(vec![1.0; 3]);
        let mut long = Buffer::F32(vec![1.0; 4]);
        assert!(run_sgd(&mut short, 0, []).is_err());
        assert!(run_sgd(&mut long, usize::MAX, []).is_err());
        assert!(run_sgd(&mut long, 0, [&mut short]).is_err());
        assert!(run_sgd(&mut Buffer::F16(vec![]), 0, []).is_err());
        assert_eq!(run_sgd(&mut long, 0, []), Ok(()));
        assert_eq!(long, Buffer::F32(vec![0.5; 4]));
    }
}
