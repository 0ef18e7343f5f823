//! What an optimizer's step is written in: quantities that are elements of arrays or whole tensors.
//!
//! Refuses to know either: see `run`, and `ops::optim::expression` for tensors.

use std::ops::{Add, Div, Mul, Neg, Sub};

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

/// The gradient to descend: turned round in order to ascend, with the L2 penalty added.
#[inline(always)]
pub(super) fn slope<Q: Quantity>(weight: &Q, grad: Q, maximize: bool, weight_decay: f64) -> Q {
    let grad = if maximize { -grad } else { grad };
    if weight_decay == 0.0 {
        grad
    } else {
        grad.plus_scaled(weight.clone(), weight_decay)
    }
}

/// Weight and gradient after decay, which shrinks the weight itself (`decoupled`) or is an L2 penalty.
#[inline(always)]
pub(super) fn decayed<Q: Quantity>(
    weight: Q,
    grad: Q,
    maximize: bool,
    (weight_decay, decoupled, lr): (f64, bool, f64),
) -> (Q, Q) {
    if weight_decay != 0.0 && decoupled {
        let grad = slope(&weight, grad, maximize, 0.0);
        return (weight.times(1.0 - lr * weight_decay), grad);
    }
    let grad = slope(&weight, grad, maximize, weight_decay);
    (weight, grad)
}
