//! What the tests of formulas share: one weight, stepped by hand-given gradients.
//!
//! Refuses to judge: each formula's tests hold the wanted numbers.

use super::{Formula, Parameter, run};
use crate::cpu::Operand;
use crate::cpu::buffer::Buffer;
use crate::view::View;

/// The weight after each step from `weight`, the gradient being `grads` in turn.
pub(super) fn steps<const N: usize, F: Formula<N>>(
    weight: f64,
    state: [f64; N],
    grads: &[f64],
    formula: impl Fn(usize) -> F,
) -> Vec<f64> {
    let mut weights = Buffer::F64(vec![weight]);
    let mut states = state.map(|value| Buffer::F64(vec![value]));
    let mut seen = Vec::new();
    for (step, &grad) in grads.iter().enumerate() {
        let grad = Buffer::F64(vec![grad]);
        let grad = Operand {
            buffer: &grad,
            view: &View::contiguous(&[1]),
        };
        let parameter = Parameter {
            buffer: &mut weights,
            offset: 0,
        };
        assert_eq!(run(&formula(step), parameter, grad, states.each_mut()), Ok(()));
        let Buffer::F64(values) = &weights else { panic!("dtype") };
        seen.push(values[0]);
    }
    seen
}

/// Asserts that numbers agree to ten digits.
pub(super) fn assert_close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (x, y) in found.iter().zip(wanted) {
        assert!((x - y).abs() <= 1e-10 * y.abs().max(1.0), "{found:?} is not {wanted:?}");
    }
}
