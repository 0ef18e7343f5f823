//! RMSprop: steps over the root of a running mean of squared gradients.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html>. Read next: `rprop`.

use super::{Formula, Quantity, slope};

/// Settings of `torch.optim.RMSprop`. State: the mean of squares, then the mean of gradients if centered, then the
/// momentum buffer if there is momentum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    /// Learning rate.
    pub lr: f64,
    /// Decay of the means.
    pub alpha: f64,
    /// Added to the root.
    pub eps: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Momentum factor.
    pub momentum: f64,
    /// With two numbers of state: the second is the mean of gradients, not the momentum.
    pub centered: bool,
    /// Ascend instead of descend.
    pub maximize: bool,
}

impl RmsProp {
    /// The slope, the mean of squares, and the centered mean of gradients if there is one.
    #[inline(always)]
    fn means<Q: Quantity>(&self, weight: &Q, grad: Q, squares: Q) -> (Q, Q) {
        let grad = slope(weight, grad, self.maximize, self.weight_decay);
        let squares = squares.times(self.alpha) + grad.clone().times(1.0 - self.alpha) * grad.clone();
        (grad, squares)
    }

    /// The denominator: the root of the variance, which is the mean of squares without that of gradients.
    #[inline(always)]
    fn spread<Q: Quantity>(&self, variance: Q) -> Q {
        let eps = variance.number(self.eps);
        variance.root() + eps
    }

    #[inline(always)]
    fn without_momentum<Q: Quantity>(&self, weight: Q, grad: Q, variance: Q) -> Q {
        weight + grad.times(-self.lr) / self.spread(variance)
    }

    #[inline(always)]
    fn with_momentum<Q: Quantity>(&self, weight: Q, grad: Q, variance: Q, buffer: Q) -> (Q, Q) {
        let buffer = buffer.times(self.momentum) + grad / self.spread(variance);
        (weight.plus_scaled(buffer.clone(), -self.lr), buffer)
    }

    #[inline(always)]
    fn centre<Q: Quantity>(&self, grad: &Q, squares: &Q, mean: Q) -> (Q, Q) {
        let mean = mean.towards(grad.clone(), 1.0 - self.alpha);
        (squares.clone() - mean.clone() * mean.clone(), mean)
    }
}

impl Formula<1> for RmsProp {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [squares]: [Q; 1]) -> (Q, [Q; 1]) {
        let (grad, squares) = self.means(&weight, grad, squares);
        (self.without_momentum(weight, grad, squares.clone()), [squares])
    }
}

impl Formula<2> for RmsProp {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [squares, other]: [Q; 2]) -> (Q, [Q; 2]) {
        let (grad, squares) = self.means(&weight, grad, squares);
        if self.centered {
            let (variance, mean) = self.centre(&grad, &squares, other);
            (self.without_momentum(weight, grad, variance), [squares, mean])
        } else {
            let (weight, buffer) = self.with_momentum(weight, grad, squares.clone(), other);
            (weight, [squares, buffer])
        }
    }
}

impl Formula<3> for RmsProp {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [squares, mean, buffer]: [Q; 3]) -> (Q, [Q; 3]) {
        let (grad, squares) = self.means(&weight, grad, squares);
        let (variance, mean) = self.centre(&grad, &squares, mean);
        let (weight, buffer) = self.with_momentum(weight, grad, variance, buffer);
        (weight, [squares, mean, buffer])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    const PLAIN: RmsProp = RmsProp {
        lr: 0.1,
        alpha: 0.75,
        eps: 0.0,
        weight_decay: 0.0,
        momentum: 0.5,
        centered: false,
        maximize: false,
    };

    #[test]
    fn variants() {
        // The mean of squares of gradients 2, 2 is 1, then 1.75.
        let root = 1.75f64.sqrt();
        assert_close(&steps(1.0, [0.0], &[2.0, 2.0], |_| PLAIN), &[0.8, 0.8 - 0.2 / root]);
        let momentum = [0.8, 0.8 - 0.1 * (1.0 + 2.0 / root)];
        assert_close(&steps(1.0, [0.0; 2], &[2.0, 2.0], |_| PLAIN), &momentum);
        // The mean of gradients is 0.5, so the variance 0.75.
        let centered = RmsProp {
            centered: true,
            ..PLAIN
        };
        let wanted = [1.0 - 0.2 / 0.75f64.sqrt()];
        assert_close(&steps(1.0, [0.0; 2], &[2.0], |_| centered), &wanted);
        assert_close(&steps(1.0, [0.0; 3], &[2.0], |_| centered), &wanted);
    }
}
