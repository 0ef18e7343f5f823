//! Fused optimizer steps: one pass over a parameter, its gradient and its state.
//!
//! An optimizer is a [`Formula`]: one element of a step, written once. Here it runs in loops over arrays; `ops::optim` runs
//! the same formula over whole tensors, which is how the GPU gets it. The order of operations is that of PyTorch's
//! single-tensor implementations, so results agree to float rounding.
//! Parameters and state are whole row-major regions, updated in place; the gradient may be any view.
//! Refuses dtypes other than f32 and f64: half types are computed in f32 by `ops::optim`.
//! Read next: `formula`, then `sgd`, `adam`, then `run`.

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod asgd;
mod formula;
mod nadam;
mod radam;
mod rmsprop;
mod rprop;
mod run;
mod sgd;
#[cfg(test)]
mod testing;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use asgd::Asgd;
pub use formula::{Formula, Quantity};
pub use nadam::NAdam;
pub use radam::RAdam;
pub use rmsprop::RmsProp;
pub use rprop::Rprop;
pub use run::{Parameter, run};
pub use sgd::Sgd;

use formula::{decayed, slope};
