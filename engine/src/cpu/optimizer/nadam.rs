//! NAdam: Adam with Nesterov's momentum.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html>. Read next: `radam`.

use super::adam::moments;
use super::{Formula, Quantity, decayed};

/// Settings of `torch.optim.NAdam`. State: first and second moment; the product of the momenta is the caller's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NAdam {
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
    /// How fast the momentum grows to `beta1`.
    pub momentum_decay: f64,
    /// Decay the weights themselves.
    pub decoupled: bool,
    /// Ascend instead of descend.
    pub maximize: bool,
    /// The number of this step, counted from 1.
    pub step: f64,
    /// The product of the momenta of all steps up to this one.
    pub momentum_product: f64,
}

impl NAdam {
    /// The momentum of a step, counted from 1.
    pub fn momentum_of(beta1: f64, momentum_decay: f64, step: f64) -> f64 {
        /// The base of the momentum's growth, from the paper.
        const GROWTH: f64 = 0.96;
        beta1 * (1.0 - 0.5 * GROWTH.powf(step * momentum_decay))
    }
}

impl Formula<2> for NAdam {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [first, second]: [Q; 2]) -> (Q, [Q; 2]) {
        let (weight, grad) = decayed(
            weight,
            grad,
            self.maximize,
            (self.weight_decay, self.decoupled, self.lr),
        );
        let (first, second) = moments(grad.clone(), first, second, self.beta1, self.beta2);
        let momentum = NAdam::momentum_of(self.beta1, self.momentum_decay, self.step);
        let next = NAdam::momentum_of(self.beta1, self.momentum_decay, self.step + 1.0);
        let denominator = {
            let (correction, eps) = (second.number(1.0 - self.beta2.powf(self.step)), second.number(self.eps));
            (second.clone() / correction).root() + eps
        };
        let by_gradient = -self.lr * (1.0 - momentum) / (1.0 - self.momentum_product);
        let by_mean = -self.lr * next / (1.0 - self.momentum_product * next);
        let weight = weight + grad.times(by_gradient) / denominator.clone();
        (weight + first.clone().times(by_mean) / denominator, [first, second])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    #[test]
    fn without_momentum_it_is_the_scaled_gradient() {
        let found = steps(1.0, [0.0; 2], &[2.0, 2.0], |step| NAdam {
            lr: 0.1,
            beta1: 0.0,
            beta2: 0.999,
            eps: 0.0,
            weight_decay: 0.0,
            momentum_decay: 4e-3,
            decoupled: false,
            maximize: false,
            step: (step + 1) as f64,
            momentum_product: 0.0,
        });
        assert_close(&found, &[0.9, 0.8]);
    }
}
