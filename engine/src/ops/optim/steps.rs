//! One step of each optimizer. `steps` are the parameters' step counts, which go up by one.
//!
//! Lists hold one tensor a parameter; lists of state that an option leaves out are empty.
//! Refuses to choose options: Python does, with PyTorch's defaults. Read next: `run`, `cpu::optimizer`.

use super::run::{check_length, check_lists, run};
use super::scalars;
use crate::cpu::optimizer::{Adadelta, Adagrad, Adam, Adamax, Asgd, NAdam, RAdam, RmsProp, Rprop, Sgd};
use crate::error::Result;
use crate::tensor::Tensor;

/// The counts of this step, checked before anything is counted.
fn counts(params: &[Tensor], grads: &[Tensor], states: &[&[Tensor]], steps: &[Tensor]) -> Result<Vec<f64>> {
    check_lists(params, &[grads])?;
    check_lists(params, states)?;
    check_length(params, steps.len())?;
    scalars::advance(steps)
}

/// SGD. `buffers` is empty without momentum.
pub fn sgd(params: &[Tensor], grads: &[Tensor], buffers: &[Tensor], settings: Sgd) -> Result<()> {
    if settings.momentum == 0.0 {
        run::<0, _>(params, grads, [], |_| settings)
    } else {
        run::<1, _>(params, grads, [buffers], |_| settings)
    }
}

/// Adam and AdamW. `state`: first moments, second moments, largest second moments (AMSGrad) or none.
pub fn adam(
    params: &[Tensor],
    grads: &[Tensor],
    [first, second, largest]: [&[Tensor]; 3],
    steps: &[Tensor],
    settings: Adam,
) -> Result<()> {
    let counts = counts(params, grads, &[first, second], steps)?;
    let formula = |index: usize| Adam {
        step: counts[index],
        ..settings
    };
    if largest.is_empty() {
        run::<2, _>(params, grads, [first, second], formula)
    } else {
        run::<3, _>(params, grads, [first, second, largest], formula)
    }
}

/// Adamax. `state`: means, decaying maxima.
pub fn adamax(
    params: &[Tensor],
    grads: &[Tensor],
    state: [&[Tensor]; 2],
    steps: &[Tensor],
    settings: Adamax,
) -> Result<()> {
    let counts = counts(params, grads, &state, steps)?;
    let formula = |index: usize| Adamax {
        step: counts[index],
        ..settings
    };
    run(params, grads, state, formula)
}

/// NAdam. `state`: first and second moments. `products` are the products of the momenta so far, which go on by this step's.
pub fn nadam(
    params: &[Tensor],
    grads: &[Tensor],
    state: [&[Tensor]; 2],
    products: &[Tensor],
    steps: &[Tensor],
    settings: NAdam,
) -> Result<()> {
    check_length(params, products.len())?;
    let counts = counts(params, grads, &state, steps)?;
    let mut momentum_products = Vec::with_capacity(products.len());
    for (product, &count) in products.iter().zip(&counts) {
        let momentum = NAdam::momentum_of(settings.beta1, settings.momentum_decay, count);
        momentum_products.push(scalars::change(product, |product| product * momentum)?);
    }
    let formula = |index: usize| NAdam {
        step: counts[index],
        momentum_product: momentum_products[index],
        ..settings
    };
    run(params, grads, state, formula)
}

/// RAdam. `state`: first and second moments.
pub fn radam(
    params: &[Tensor],
    grads: &[Tensor],
    state: [&[Tensor]; 2],
    steps: &[Tensor],
    settings: RAdam,
) -> Result<()> {
    let counts = counts(params, grads, &state, steps)?;
    let formula = |index: usize| RAdam {
        step: counts[index],
        ..settings
    };
    run(params, grads, state, formula)
}

/// Adadelta. `state`: means of squared gradients, of squared steps.
pub fn adadelta(
    params: &[Tensor],
    grads: &[Tensor],
    state: [&[Tensor]; 2],
    steps: &[Tensor],
    settings: Adadelta,
) -> Result<()> {
    counts(params, grads, &state, steps)?;
    run(params, grads, state, |_| settings)
}

/// Adagrad. `sums`: sums of squared gradients.
pub fn adagrad(
    params: &[Tensor],
    grads: &[Tensor],
    sums: &[Tensor],
    steps: &[Tensor],
    settings: Adagrad,
) -> Result<()> {
    let counts = counts(params, grads, &[sums], steps)?;
    let formula = |index: usize| Adagrad {
        step: counts[index],
        ..settings
    };
    run(params, grads, [sums], formula)
}

/// RMSprop. `state`: means of squares; means of gradients, or none unless centered; momentum buffers, or none.
pub fn rmsprop(
    params: &[Tensor],
    grads: &[Tensor],
    [squares, means, buffers]: [&[Tensor]; 3],
    steps: &[Tensor],
    settings: RmsProp,
) -> Result<()> {
    counts(params, grads, &[squares], steps)?;
    let settings = RmsProp {
        centered: !means.is_empty(),
        ..settings
    };
    match (means.is_empty(), buffers.is_empty()) {
        (true, true) => run::<1, _>(params, grads, [squares], |_| settings),
        (true, false) => run::<2, _>(params, grads, [squares, buffers], |_| settings),
        (false, true) => run::<2, _>(params, grads, [squares, means], |_| settings),
        (false, false) => run::<3, _>(params, grads, [squares, means, buffers], |_| settings),
    }
}

/// Rprop. `state`: gradients of the step before, step sizes.
pub fn rprop(
    params: &[Tensor],
    grads: &[Tensor],
    state: [&[Tensor]; 2],
    steps: &[Tensor],
    settings: Rprop,
) -> Result<()> {
    counts(params, grads, &state, steps)?;
    run(params, grads, state, |_| settings)
}

/// How ASGD's rates go on: `eta = lr / (1 + lambd * lr * step)^alpha`, `mu = 1 / max(1, step - t0)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AsgdRates {
    /// Learning rate.
    pub lr: f64,
    /// Power of the rate's fall.
    pub alpha: f64,
    /// The step at which averaging starts.
    pub t0: f64,
}

/// The state of ASGD: averages of the weights, and the two rates of each parameter.
#[derive(Clone, Copy, Debug)]
pub struct AsgdState<'a> {
    /// Averages.
    pub averages: &'a [Tensor],
    /// Rates of the step.
    pub etas: &'a [Tensor],
    /// Rates of the average.
    pub mus: &'a [Tensor],
}

/// ASGD. `settings` without the rates of the step, which come from the state and go on after it.
pub fn asgd(
    params: &[Tensor],
    grads: &[Tensor],
    state: AsgdState<'_>,
    steps: &[Tensor],
    settings: Asgd,
    rates: AsgdRates,
) -> Result<()> {
    check_length(params, state.etas.len())?;
    check_length(params, state.mus.len())?;
    let counts = counts(params, grads, &[state.averages], steps)?;
    let read = |list: &[Tensor]| list.iter().map(scalars::read).collect::<Result<Vec<_>>>();
    let (etas, mus) = (read(state.etas)?, read(state.mus)?);
    let formula = |index: usize| Asgd {
        eta: etas[index],
        mu: mus[index],
        ..settings
    };
    run(params, grads, [state.averages], formula)?;
    for ((eta, mu), count) in state.etas.iter().zip(state.mus).zip(counts) {
        scalars::change(eta, |_| {
            rates.lr / (1.0 + settings.lambd * rates.lr * count).powf(rates.alpha)
        })?;
        scalars::change(mu, |_| 1.0 / (count - rates.t0).max(1.0))?;
    }
    Ok(())
}
