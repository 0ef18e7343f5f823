//! Adamax: Adam by the infinity norm.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adamax.html>. Read next: `adam`.

use super::{Formula, Quantity, slope};

/// Settings of `torch.optim.Adamax`. State: running mean of the gradient, decaying maximum of its magnitude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adamax {
    /// Learning rate.
    pub lr: f64,
    /// Decay of the mean.
    pub beta1: f64,
    /// Decay of the maximum.
    pub beta2: f64,
    /// Added to the magnitude.
    pub eps: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Ascend instead of descend.
    pub maximize: bool,
    /// The number of this step, counted from 1.
    pub step: f64,
}

impl Formula<2> for Adamax {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [mean, largest]: [Q; 2]) -> (Q, [Q; 2]) {
        let grad = slope(&weight, grad, self.maximize, self.weight_decay);
        let mean = mean.towards(grad.clone(), 1.0 - self.beta1);
        let magnitude = {
            let eps = grad.number(self.eps);
            grad.magnitude() + eps
        };
        let largest = largest.times(self.beta2).larger(magnitude);
        let step_size = self.lr / (1.0 - self.beta1.powf(self.step));
        let weight = weight + mean.clone().times(-step_size) / largest.clone();
        (weight, [mean, largest])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    #[test]
    fn the_largest_gradient_scales_the_step() {
        let found = steps(1.0, [0.0; 2], &[2.0, 1.0], |step| Adamax {
            lr: 0.1,
            beta1: 0.0,
            beta2: 0.9,
            eps: 0.0,
            weight_decay: 0.0,
            maximize: false,
            step: (step + 1) as f64,
        });
        assert_close(&found, &[0.9, 0.9 - 0.1 / 1.8]);
    }
}
