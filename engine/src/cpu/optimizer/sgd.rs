//! SGD, with momentum or without.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html>. Read next: `adam`.

use super::{Formula, Quantity, slope};

/// Settings of `torch.optim.SGD`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Learning rate.
    pub lr: f64,
    /// Momentum factor.
    pub momentum: f64,
    /// Dampening of the gradient in the momentum.
    pub dampening: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Nesterov momentum.
    pub nesterov: bool,
    /// Ascend instead of descend.
    pub maximize: bool,
    /// The momentum buffer is new: it becomes the gradient.
    pub is_first: bool,
}

/// Without momentum.
impl Formula<0> for Sgd {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, _: [Q; 0]) -> (Q, [Q; 0]) {
        let grad = slope(&weight, grad, self.maximize, self.weight_decay);
        (weight.plus_scaled(grad, -self.lr), [])
    }
}

/// With momentum.
impl Formula<1> for Sgd {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [buffer]: [Q; 1]) -> (Q, [Q; 1]) {
        let grad = slope(&weight, grad, self.maximize, self.weight_decay);
        let buffer = if self.is_first {
            grad.clone()
        } else {
            buffer
                .times(self.momentum)
                .plus_scaled(grad.clone(), 1.0 - self.dampening)
        };
        let change = if self.nesterov {
            grad.plus_scaled(buffer.clone(), self.momentum)
        } else {
            buffer.clone()
        };
        (weight.plus_scaled(change, -self.lr), [buffer])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    const PLAIN: Sgd = Sgd {
        lr: 0.5,
        momentum: 0.5,
        dampening: 0.0,
        weight_decay: 0.0,
        nesterov: false,
        maximize: false,
        is_first: false,
    };

    fn plain(settings: Sgd) -> Vec<f64> {
        steps(1.0, [], &[0.5], |_| settings)
    }

    fn heavy(settings: Sgd) -> Vec<f64> {
        let is_first = |step| step == 0;
        steps(1.0, [7.0], &[0.5, 0.5], |step| Sgd {
            is_first: is_first(step),
            ..settings
        })
    }

    #[test]
    fn variants() {
        assert_close(&plain(PLAIN), &[0.75]);
        assert_close(
            &plain(Sgd {
                maximize: true,
                ..PLAIN
            }),
            &[1.25],
        );
        assert_close(
            &plain(Sgd {
                weight_decay: 0.5,
                ..PLAIN
            }),
            &[0.5],
        );
        assert_close(&heavy(PLAIN), &[0.75, 0.375]);
        assert_close(
            &heavy(Sgd {
                dampening: 0.5,
                ..PLAIN
            }),
            &[0.75, 0.5],
        );
        assert_close(
            &heavy(Sgd {
                nesterov: true,
                ..PLAIN
            }),
            &[0.625, 0.1875],
        );
    }
}
