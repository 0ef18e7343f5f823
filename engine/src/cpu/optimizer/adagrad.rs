//! Adagrad: steps over the root of the sum of all squared gradients.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html>. Read next: `rmsprop`.

use super::{Formula, Quantity, slope};

/// Settings of `torch.optim.Adagrad`. State: the sum of squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adagrad {
    /// Learning rate.
    pub lr: f64,
    /// How the rate falls with the steps.
    pub lr_decay: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Added to the root.
    pub eps: f64,
    /// Ascend instead of descend.
    pub maximize: bool,
    /// The number of this step, counted from 1.
    pub step: f64,
}

impl Formula<1> for Adagrad {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [sum]: [Q; 1]) -> (Q, [Q; 1]) {
        let grad = slope(&weight, grad, self.maximize, self.weight_decay);
        let step_size = self.lr / (1.0 + (self.step - 1.0) * self.lr_decay);
        let sum = sum + grad.clone() * grad.clone();
        let eps = sum.number(self.eps);
        let weight = weight + grad.times(-step_size) / (sum.clone().root() + eps);
        (weight, [sum])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    #[test]
    fn steps_shrink_with_the_sum_and_the_decay() {
        let found = steps(1.0, [0.0], &[3.0, 4.0], |step| Adagrad {
            lr: 0.1,
            lr_decay: 1.0,
            weight_decay: 0.0,
            eps: 0.0,
            maximize: false,
            step: (step + 1) as f64,
        });
        assert_close(&found, &[0.9, 0.9 - 0.05 * 4.0 / 5.0]);
    }
}
