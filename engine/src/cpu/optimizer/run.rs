//! Runs a formula in loops over the arrays of one parameter.
//!
//! Refuses dtypes other than f32 and f64.

use std::borrow::Cow;
use std::ops::{Add, Div, Mul, Neg, Range, Sub};

use super::formula::{Formula, Quantity};
use crate::cpu::Operand;
use crate::cpu::buffer::Buffer;
use crate::cpu::cast::{Convert, as_contiguous};
use crate::cpu::float::Float;
use crate::cpu::strided::check_bounds;
use crate::dtype::DType;
use crate::error::{Error, Result};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::optimizer::Sgd;
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
