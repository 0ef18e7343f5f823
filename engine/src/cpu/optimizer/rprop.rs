//! Resilient backpropagation: step sizes that grow while the gradient keeps its sign.
//!
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html>. Read next: `rmsprop`.

use super::{Formula, Quantity, slope};

/// Settings of `torch.optim.Rprop`. State: the gradient before, the step size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rprop {
    /// Factor of the step size where the sign turned.
    pub shrink: f64,
    /// Factor of the step size where the sign stayed.
    pub grow: f64,
    /// Smallest step size.
    pub smallest: f64,
    /// Largest step size.
    pub largest: f64,
    /// Ascend instead of descend.
    pub maximize: bool,
}

impl Formula<2> for Rprop {
    #[inline(always)]
    fn step<Q: Quantity>(&self, weight: Q, grad: Q, [before, size]: [Q; 2]) -> (Q, [Q; 2]) {
        let grad = slope(&weight, grad, self.maximize, 0.0);
        let agreement = grad.clone() * before;
        let [one, grow, shrink, nothing] = [1.0, self.grow, self.shrink, 0.0].map(|value| grad.number(value));
        let turned = -agreement.clone();
        let factor = agreement.if_positive(grow, turned.clone().if_positive(shrink, one));
        let size = (size * factor).limited(self.smallest, self.largest);
        // Where the sign turned, this step waits.
        let grad = turned.if_positive(nothing, grad);
        (weight - grad.clone().sign() * size.clone(), [grad, size])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, steps};
    use super::*;

    #[test]
    fn step_sizes_follow_the_signs() {
        let settings = Rprop {
            shrink: 0.5,
            grow: 1.2,
            smallest: 0.01,
            largest: 0.13,
            maximize: false,
        };
        let found = steps(1.0, [0.0, 0.1], &[3.0, 1.0, 5.0, -2.0, -2.0], |_| settings);
        // 0.1, grown to 0.12, limited to 0.13, turned (0.065, no step), then a step with the new sign.
        assert_close(&found, &[0.9, 0.78, 0.65, 0.65, 0.715]);
    }
}
