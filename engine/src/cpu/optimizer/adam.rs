//! Adam and AdamW.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html>. Read next: `nadam`.

use super::{Formula, Quantity, decayed};

/// Settings of `torch.optim.Adam` and `AdamW`. State: first and second moment, and with AMSGrad the largest second moment.
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

impl Adam {
    /// The weight and the gradient to take a mean of, and both moments.
    #[inline(always)]
    fn moments<Q: Quantity>(&self, weight: Q, grad: Q, first: Q, second: Q) -> (Q, Q, Q) {
        let (weight, grad) = decayed(
            weight,
            grad,
            self.maximize,
            (self.weight_decay, self.decoupled, self.lr),
        );
        let (first, second) = moments(grad, first, second, self.beta1, self.beta2);
        (weight, first, second)
    }

    #[inline(always)]
    fn moved<Q: Quantity>(&self, weight: Q, first: Q, second: Q) -> Q {
        let step_size = self.lr / (1.0 - self.beta1.powf(self.step));
        let root = (1.0 - self.beta2.powf(self.step)).sqrt();
        let denominator = {
            let (root, eps) = (second.number(root), second.number(self.eps));
            second.root() / root + eps
        };
        // The factor goes to the first moment before dividing, as in addcdiv.
        weight + first.times(-step_size) / denominator
    }
}

/// Running means of a gradient and of its square.
#[inline(always)]
pub(super) fn moments<Q: Quantity>(grad: Q, first: Q, second: Q, beta1: f64, beta2: f64) -> (Q, Q) {
    let first = first.towards(grad.clone(), 1.0 - beta1);
    let second = second.times(beta2) + grad.clone().times(1.0 - beta2) * grad;
    (first, second)
}

impl Formula<2> for Adam {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [first, second]: [Q; 2]) -> (Q, [Q; 2]) {
        let (weight, first, second) = self.moments(weight, grad, first, second);
        (self.moved(weight, first.clone(), second.clone()), [first, second])
    }
}

/// AMSGrad: the largest second moment so far scales the step.
impl Formula<3> for Adam {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [first, second, largest]: [Q; 3]) -> (Q, [Q; 3]) {
        let (weight, first, second) = self.moments(weight, grad, first, second);
        let largest = largest.larger(second.clone());
        let weight = self.moved(weight, first.clone(), largest.clone());
        (weight, [first, second, largest])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    const ADAM: Adam = Adam {
        lr: 0.1,
        beta1: 0.9,
        beta2: 0.999,
        eps: 0.0,
        weight_decay: 0.0,
        decoupled: false,
        maximize: false,
        step: 1.0,
    };

    #[test]
    fn a_constant_gradient_steps_by_the_learning_rate() {
        let count = |step: usize| (step + 1) as f64;
        let adam = |settings: Adam| {
            steps(1.0, [0.0; 2], &[3.0; 3], |step| Adam {
                step: count(step),
                ..settings
            })
        };
        assert_close(&adam(ADAM), &[0.9, 0.8, 0.7]);
        assert_close(&adam(Adam { maximize: true, ..ADAM }), &[1.1, 1.2, 1.3]);
        // The weight shrinks by 1 - 0.1 * 0.5 before each step.
        let decoupled = Adam {
            weight_decay: 0.5,
            decoupled: true,
            ..ADAM
        };
        assert_close(&adam(decoupled), &[0.85, 0.7075, 0.572_125]);
    }

    #[test]
    fn amsgrad_remembers_the_largest_second_moment() {
        let settings = Adam {
            beta1: 0.0,
            beta2: 0.5,
            ..ADAM
        };
        let found = steps(0.0, [0.0; 3], &[2.0, 0.0, 1.0], |step| Adam {
            step: (step + 1) as f64,
            ..settings
        });
        // Second moments 2, 1, 1; the largest stays 2, divided by 1 - 0.5^3 at the third step.
        let last = -0.1 - 0.1 / (2.0f64 / 0.875).sqrt();
        assert_close(&found, &[-0.1, -0.1, last]);
    }
}
