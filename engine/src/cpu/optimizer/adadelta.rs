//! Adadelta: steps whose size follows from the sizes of earlier steps.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html>. Read next: `adagrad`.

use super::{Formula, Quantity, slope};

/// Settings of `torch.optim.Adadelta`. State: running means of squared gradients and of squared steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adadelta {
    /// Factor of the step.
    pub lr: f64,
    /// Decay of the means.
    pub rho: f64,
    /// Added under the roots.
    pub eps: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Ascend instead of descend.
    pub maximize: bool,
}

impl Formula<2> for Adadelta {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [squares, steps]: [Q; 2]) -> (Q, [Q; 2]) {
        let grad = slope(&weight, grad, self.maximize, self.weight_decay);
        let squares = squares.times(self.rho) + grad.clone().times(1.0 - self.rho) * grad.clone();
        let eps = squares.number(self.eps);
        let step = (steps.clone() + eps.clone()).root() / (squares.clone() + eps).root() * grad;
        let steps = steps.times(self.rho) + step.clone().times(1.0 - self.rho) * step.clone();
        (weight.plus_scaled(step, -self.lr), [squares, steps])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    #[test]
    fn a_step_has_the_size_of_earlier_ones() {
        let settings = Adadelta {
            lr: 1.0,
            rho: 0.5,
            eps: 0.5,
            weight_decay: 0.0,
            maximize: false,
        };
        let found = steps(1.0, [0.0; 2], &[1.0, 1.0], |_| settings);
        let first = 0.5f64.sqrt();
        let second = (0.25f64 + 0.5).sqrt() / 1.25f64.sqrt();
        assert_close(&found, &[1.0 - first, 1.0 - first - second]);
    }
}
