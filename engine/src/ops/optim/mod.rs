//! Optimizer steps over lists of tensors, in place.
//!
//! On the CPU a parameter is one fused loop (`cpu::optimizer`) where its layout allows. Elsewhere, and on the GPU, the same
//! formula is computed with whole tensors (`expression`): elementwise nodes whose numbers are parameters, so every step has
//! the same program, and a change of the learning rate plans nothing.
//! Python owns the state tensors. Step counts are tensors on the CPU, counted here.
//! Refuses to send anything to the GPU: a step may be several calls, and is sent when Python has made them all.
//! Read next: `run`, `steps`, `adafactor`.

mod adafactor;
mod expression;
mod run;
mod scalars;
mod steps;

pub use crate::cpu::optimizer::{Adadelta, Adagrad, Adam, Adamax, Asgd, NAdam, RAdam, RmsProp, Rprop, Sgd};
pub use adafactor::{Adafactor, adafactor};
pub use steps::{AsgdRates, AsgdState, adadelta, adagrad, adam, adamax, asgd, nadam, radam, rmsprop, rprop, sgd};
