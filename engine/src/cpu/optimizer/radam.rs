//! RAdam: Adam whose first steps, while the second moment says little, are plain.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html>. Read next: `adam`.

use super::adam::moments;
use super::{Formula, Quantity, decayed};

/// Settings of `torch.optim.RAdam`. State: first and second moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RAdam {
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
    /// Decay the weights themselves.
    pub decoupled: bool,
    /// Ascend instead of descend.
    pub maximize: bool,
    /// The number of this step, counted from 1.
    pub step: f64,
}

/// From this length of the averaged past on, the second moment scales the steps.
const LONG_ENOUGH: f64 = 5.0;

impl RAdam {
    /// What the rectified step is multiplied by; `None` while the step is plain.
    fn rectification(&self) -> Option<f64> {
        let decay = self.beta2.powf(self.step);
        let longest = 2.0 / (1.0 - self.beta2) - 1.0;
        let length = longest - 2.0 * self.step * decay / (1.0 - decay);
        (length > LONG_ENOUGH).then(|| {
            let ratio = (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length);
            ratio.sqrt() * (1.0 - decay).sqrt()
        })
    }
}

impl Formula<2> for RAdam {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [first, second]: [Q; 2]) -> (Q, [Q; 2]) {
        let (weight, grad) = decayed(
            weight,
            grad,
            self.maximize,
            (self.weight_decay, self.decoupled, self.lr),
        );
        let (first, second) = moments(grad, first, second, self.beta1, self.beta2);
        let step_size = self.lr / (1.0 - self.beta1.powf(self.step));
        let weight = match self.rectification() {
            None => weight.plus_scaled(first.clone(), -step_size),
            Some(factor) => {
                let eps = second.number(self.eps);
                weight + first.clone().times(-step_size * factor) / (second.clone().root() + eps)
            }
        };
        (weight, [first, second])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    #[test]
    fn the_first_steps_are_plain_and_later_ones_rectified() {
        let settings = RAdam {
            lr: 0.1,
            beta1: 0.9,
            beta2: 0.999,
            eps: 0.0,
            weight_decay: 0.0,
            decoupled: false,
            maximize: false,
            step: 0.0,
        };
        let at = |step: usize| RAdam {
            step: (step + 1) as f64,
            ..settings
        };
        let found = steps(1.0, [0.0; 2], &[2.0; 6], at);
        assert_close(&found[..5], &[0.8, 0.6, 0.4, 0.2, 0.0]);
        // The sixth step is the first whose past is longer than five: it goes by the sign of a constant gradient.
        let decay = 0.999f64.powi(6);
        let length = 1999.0 - 12.0 * decay / (1.0 - decay);
        let ratio = (length - 4.0) * (length - 2.0) * 1999.0 / (1995.0 * 1997.0 * length);
        assert_close(&found[5..], &[-0.1 * ratio.sqrt()]);
    }
}
