//! Backward rules of convolution and pooling. They differentiate into each other, so any order works.
//!
//! Refuses to know channels and geometry beyond passing them on. Read next: `prim::window`.

use crate::apply::apply;
use crate::error::Result;
use crate::ops::{index, movement};
use crate::prim::{Convolution, Pool, Prim, Window};
use crate::tensor::Tensor;

/// Gradient of a convolution's first input, from `g` and the second input.
pub(super) fn convolve_first(
    op: Convolution,
    window: &Window,
    groups: usize,
    g: &Tensor,
    second: &Tensor,
) -> Result<Tensor> {
    match op {
        Convolution::Forward => convolve(Convolution::InputGradient, window, groups, g, second),
        Convolution::InputGradient => convolve(Convolution::Forward, window, groups, g, second),
        // g is like the weight, the second input like the output.
        Convolution::WeightGradient => convolve(Convolution::InputGradient, window, groups, second, g),
    }
}

/// Gradient of a convolution's second input, from `g` and the first input.
pub(super) fn convolve_second(
    op: Convolution,
    window: &Window,
    groups: usize,
    g: &Tensor,
    first: &Tensor,
) -> Result<Tensor> {
    match op {
        Convolution::Forward => convolve(Convolution::WeightGradient, window, groups, first, g),
        // g is like the input, the first input like the output.
        Convolution::InputGradient => convolve(Convolution::WeightGradient, window, groups, g, first),
        // g is like the weight, the first input like the input.
        Convolution::WeightGradient => convolve(Convolution::Forward, window, groups, first, g),
    }
}

fn convolve(op: Convolution, window: &Window, groups: usize, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let window = Box::new(window.clone());
    apply(Prim::Convolve { op, window, groups }, &[a, b], &[])
}

/// Gradient of summing windows, or of spreading over them.
pub(super) fn pool(op: Pool, window: &Window, g: &Tensor) -> Result<Tensor> {
    let op = if op == Pool::Sum { Pool::Spread } else { Pool::Sum };
    let window = Box::new(window.clone());
    apply(Prim::Pool { op, window }, &[g], &[])
}

/// Gradient of scattering to the elements that `index` names: reading them.
pub(super) fn pool_scatter(index: &Tensor, g: &Tensor) -> Result<Tensor> {
    let lines = |x: &Tensor| movement::flatten(x, 1, -1);
    let read = index::gather_unchecked(&lines(g)?, 1, &lines(index)?)?;
    movement::reshape_to(&read, &index.shape())
}
