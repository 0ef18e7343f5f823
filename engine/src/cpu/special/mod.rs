//! Special functions of doubles, which the elementwise tables name.
//!
//! Series, continued fractions and Newton's method instead of fitted coefficients wherever those are short,
//! so that each can be checked against its formula in the Digital Library of Mathematical Functions
//! (<https://dlmf.nist.gov>, section numbers in the comments). Relative errors are below 1e-12, for
//! `igamma` of large arguments 1e-9. f32 goes by way of f64.
//! Corner cases follow PyTorch. Refuses tensors: see `cpu::elementwise`.

mod bessel;
mod error;
mod gamma;
mod sample_slopes;

pub use bessel::*;
pub use error::*;
pub use gamma::*;
pub use sample_slopes::*;
