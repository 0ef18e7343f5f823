//! Rows of optimizer steps: parameters, gradients, lists of state, step counts, then the settings.
//! Lists of state that an option leaves out are empty.

use crate::error::Result;
use crate::ffi::args::Args;
use crate::ffi::table::Row;
use crate::ops::optim::{
    self, Adadelta, Adafactor, Adagrad, Adam, Adamax, Asgd, AsgdRates, AsgdState, NAdam, RAdam, RmsProp, Rprop, Sgd,
};
use crate::tensor::Tensor;

/// The rows.
pub const ROWS: &[Row] = &[
    // momentum buffers · lr, momentum, dampening, weight_decay, nesterov, maximize, buffers are new
    ("sgd_ Ts Ts Ts f f f f b b b -> ()", |a| {
        let [params, grads, buffers] = lists(a)?;
        let settings = Sgd {
            lr: a.float()?,
            momentum: a.float()?,
            dampening: a.float()?,
            weight_decay: a.float()?,
            nesterov: a.bool()?,
            maximize: a.bool()?,
            is_first: a.bool()?,
        };
        Ok(optim::sgd(&params, &grads, &buffers, settings)?.into())
    }),
    // first, second, largest second moments · lr, beta1, beta2, eps, weight_decay, decoupled (AdamW), maximize
    ("adam_ Ts Ts Ts Ts Ts Ts f f f f f b b -> ()", |a| {
        let [params, grads, first, second, largest, steps] = lists(a)?;
        let settings = Adam {
            lr: a.float()?,
            beta1: a.float()?,
            beta2: a.float()?,
            eps: a.float()?,
            weight_decay: a.float()?,
            decoupled: a.bool()?,
            maximize: a.bool()?,
            step: 1.0,
        };
        Ok(optim::adam(&params, &grads, [&first, &second, &largest], &steps, settings)?.into())
    }),
    // means, largest magnitudes · lr, beta1, beta2, eps, weight_decay, maximize
    ("adamax_ Ts Ts Ts Ts Ts f f f f f b -> ()", |a| {
        let [params, grads, means, largest, steps] = lists(a)?;
        let settings = Adamax {
            lr: a.float()?,
            beta1: a.float()?,
            beta2: a.float()?,
            eps: a.float()?,
            weight_decay: a.float()?,
            maximize: a.bool()?,
            step: 1.0,
        };
        Ok(optim::adamax(&params, &grads, [&means, &largest], &steps, settings)?.into())
    }),
    // first, second moments, products of momenta · lr, beta1, beta2, eps, weight_decay, momentum_decay, decoupled, maximize
    ("nadam_ Ts Ts Ts Ts Ts Ts f f f f f f b b -> ()", |a| {
        let [params, grads, first, second, products, steps] = lists(a)?;
        let settings = NAdam {
            lr: a.float()?,
            beta1: a.float()?,
            beta2: a.float()?,
            eps: a.float()?,
            weight_decay: a.float()?,
            momentum_decay: a.float()?,
            decoupled: a.bool()?,
            maximize: a.bool()?,
            step: 1.0,
            momentum_product: 1.0,
        };
        Ok(optim::nadam(&params, &grads, [&first, &second], &products, &steps, settings)?.into())
    }),
    // first, second moments · lr, beta1, beta2, eps, weight_decay, decoupled, maximize
    ("radam_ Ts Ts Ts Ts Ts f f f f f b b -> ()", |a| {
        let [params, grads, first, second, steps] = lists(a)?;
        let settings = RAdam {
            lr: a.float()?,
            beta1: a.float()?,
            beta2: a.float()?,
            eps: a.float()?,
            weight_decay: a.float()?,
            decoupled: a.bool()?,
            maximize: a.bool()?,
            step: 1.0,
        };
        Ok(optim::radam(&params, &grads, [&first, &second], &steps, settings)?.into())
    }),
    // means of squared gradients, of squared steps · lr, rho, eps, weight_decay, maximize
    ("adadelta_ Ts Ts Ts Ts Ts f f f f b -> ()", |a| {
        let [params, grads, squares, changes, steps] = lists(a)?;
        let settings = Adadelta {
            lr: a.float()?,
            rho: a.float()?,
            eps: a.float()?,
            weight_decay: a.float()?,
            maximize: a.bool()?,
        };
        Ok(optim::adadelta(&params, &grads, [&squares, &changes], &steps, settings)?.into())
    }),
    // sums of squares · lr, lr_decay, weight_decay, eps, maximize
    ("adagrad_ Ts Ts Ts Ts f f f f b -> ()", |a| {
        let [params, grads, sums, steps] = lists(a)?;
        let settings = Adagrad {
            lr: a.float()?,
            lr_decay: a.float()?,
            weight_decay: a.float()?,
            eps: a.float()?,
            maximize: a.bool()?,
            step: 1.0,
        };
        Ok(optim::adagrad(&params, &grads, &sums, &steps, settings)?.into())
    }),
    // means of squares, means of gradients (centered), momentum buffers · lr, alpha, eps, weight_decay, momentum, maximize
    ("rmsprop_ Ts Ts Ts Ts Ts Ts f f f f f b -> ()", |a| {
        let [params, grads, squares, means, buffers, steps] = lists(a)?;
        let settings = RmsProp {
            lr: a.float()?,
            alpha: a.float()?,
            eps: a.float()?,
            weight_decay: a.float()?,
            momentum: a.float()?,
            centered: false,
            maximize: a.bool()?,
        };
        Ok(optim::rmsprop(&params, &grads, [&squares, &means, &buffers], &steps, settings)?.into())
    }),
    // gradients before, step sizes · shrink, grow, smallest, largest, maximize
    ("rprop_ Ts Ts Ts Ts Ts f f f f b -> ()", |a| {
        let [params, grads, before, sizes, steps] = lists(a)?;
        let settings = Rprop {
            shrink: a.float()?,
            grow: a.float()?,
            smallest: a.float()?,
            largest: a.float()?,
            maximize: a.bool()?,
        };
        Ok(optim::rprop(&params, &grads, [&before, &sizes], &steps, settings)?.into())
    }),
    // averages, rates of the step, rates of the average · lr, lambd, alpha, t0, weight_decay, maximize
    ("asgd_ Ts Ts Ts Ts Ts Ts f f f f f b -> ()", |a| {
        let [params, grads, averages, etas, mus, steps] = lists(a)?;
        let (lr, lambd, alpha, t0) = (a.float()?, a.float()?, a.float()?, a.float()?);
        let settings = Asgd {
            lambd,
            weight_decay: a.float()?,
            maximize: a.bool()?,
            eta: lr,
            mu: 1.0,
        };
        let state = AsgdState {
            averages: &averages,
            etas: &etas,
            mus: &mus,
        };
        Ok(optim::asgd(&params, &grads, state, &steps, settings, AsgdRates { lr, alpha, t0 })?.into())
    }),
    // means of rows and of columns, or none and variances · lr, beta2_decay, eps1, eps2, clipping, weight_decay, maximize
    ("adafactor_ Ts Ts Ts Ts Ts f f f? f f f b -> ()", |a| {
        let [params, grads, rows, columns, steps] = lists(a)?;
        let settings = Adafactor {
            lr: a.float()?,
            beta2_decay: a.float()?,
            eps1: a.opt_float()?,
            eps2: a.float()?,
            clipping: a.float()?,
            weight_decay: a.float()?,
            maximize: a.bool()?,
        };
        Ok(optim::adafactor(&params, &grads, [&rows, &columns], &steps, settings)?.into())
    }),
];

/// Lists of tensors, one after another.
fn lists<const N: usize>(a: &mut Args<'_>) -> Result<[Vec<Tensor>; N]> {
    let mut found = [const { Vec::new() }; N];
    for list in &mut found {
        *list = a.tensors()?;
    }
    Ok(found)
}
