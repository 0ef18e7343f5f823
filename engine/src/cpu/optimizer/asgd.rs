//! Averaged SGD.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.ASGD.html>. Read next: `sgd`.

use super::{Formula, Quantity, slope};

/// One step of `torch.optim.ASGD`. State: the average of the weights. The rates of later steps are the caller's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asgd {
    /// Decay of the weight, before it is multiplied by the rate.
    pub lambd: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Ascend instead of descend.
    pub maximize: bool,
    /// The rate of this step.
    pub eta: f64,
    /// How much of this step's weight goes to the average; 1 copies it.
    pub mu: f64,
}

impl Formula<1> for Asgd {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [average]: [Q; 1]) -> (Q, [Q; 1]) {
        let grad = slope(&weight, grad, self.maximize, self.weight_decay);
        let weight = weight.times(1.0 - self.lambd * self.eta).plus_scaled(grad, -self.eta);
        let average = if self.mu == 1.0 {
            weight.clone()
        } else {
            average.clone().plus_scaled(weight.clone() - average, self.mu)
        };
        (weight, [average])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    #[test]
    fn weights_decay_and_step() {
        let found = steps(1.0, [0.0], &[2.0, 2.0], |_| Asgd {
            lambd: 0.5,
            weight_decay: 0.0,
            maximize: false,
            eta: 0.1,
            mu: 0.5,
        });
        assert_close(&found, &[0.75, 0.75 * 0.95 - 0.2]);
    }
}
