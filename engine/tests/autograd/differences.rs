//! Comparing gradients with finite differences, and the samples to do it with.
//!
//! Read next: `main`.

use carrel_engine::autograd::{self, Options};
use carrel_engine::cpu::Buffer;
use carrel_engine::error::Result;
use carrel_engine::ops::{copy, elementwise as e, movement, reduce};
use carrel_engine::tensor::Tensor;

pub type Function<'a> = &'a dyn Fn(&[Tensor]) -> Result<Tensor>;

pub fn values(tensor: &Tensor) -> Vec<f64> {
    let bytes = copy::to_bytes(tensor).unwrap();
    bytes
        .chunks_exact(8)
        .map(|chunk| f64::from_le_bytes(chunk.try_into().unwrap()))
        .collect()
}

pub fn tensor(values: &[f64], shape: &[usize]) -> Tensor {
    Tensor::from_buffer(Buffer::F64(values.to_vec()), shape)
}

pub fn ints(values: &[i64], shape: &[usize]) -> Tensor {
    Tensor::from_buffer(Buffer::I64(values.to_vec()), shape)
}

/// Numbers that are neither equal nor near a kink of the functions tested.
pub fn sample(shape: &[usize], seed: usize) -> Tensor {
    let count = shape.iter().product();
    let values: Vec<f64> = (0..count)
        .map(|i| ((i * 7 + seed * 3 + 1) as f64 * 0.618_034).fract() * 1.6 - 0.83)
        .collect();
    tensor(&values, shape)
}

pub fn positive(shape: &[usize], seed: usize) -> Tensor {
    tensor(
        &values(&sample(shape, seed))
            .iter()
            .map(|value| value.abs() + 0.3)
            .collect::<Vec<_>>(),
        shape,
    )
}

pub fn leaf(tensor: &Tensor) -> Tensor {
    let leaf = autograd::detach(tensor);
    autograd::set_requires_grad(&leaf, true).unwrap();
    leaf
}

/// A scalar that depends on every element differently.
pub fn weighted(out: &Tensor) -> Result<Tensor> {
    let count = out.num_elements();
    let weights: Vec<f64> = (0..count)
        .map(|i| ((i * 5 + 2) as f64 * 0.754_877).fract() + 0.5)
        .collect();
    reduce::sum(&e::mul(out, &tensor(&weights, &out.shape()))?, &[], false)
}

pub fn gradients_of(f: Function<'_>, inputs: &[Tensor], create_graph: bool) -> Vec<Tensor> {
    let leaves = if create_graph {
        inputs.to_vec()
    } else {
        inputs.iter().map(leaf).collect()
    };
    let total = weighted(&f(&leaves).unwrap()).unwrap();
    let options = Options {
        create_graph,
        retain_graph: create_graph,
        accumulate: false,
    };
    let found = autograd::gradients(&[total], &[None], &leaves, options).unwrap();
    found
        .into_iter()
        .map(|gradient| gradient.expect("a gradient"))
        .collect()
}

pub fn check_first(name: &str, f: Function<'_>, inputs: &[Tensor]) {
    const STEP: f64 = 1e-6;
    for (which, gradient) in gradients_of(f, inputs, false).iter().enumerate() {
        assert_eq!(
            gradient.shape(),
            inputs[which].shape(),
            "{name}: shape of gradient {which}"
        );
        let (found, start) = (values(gradient), values(&inputs[which]));
        for position in 0..start.len() {
            let evaluate = |delta: f64| {
                let mut moved = start.clone();
                moved[position] += delta;
                let mut all = inputs.to_vec();
                all[which] = tensor(&moved, &inputs[which].shape());
                values(&weighted(&f(&all).unwrap()).unwrap())[0]
            };
            let expected = (evaluate(STEP) - evaluate(-STEP)) / (2.0 * STEP);
            let error = (expected - found[position]).abs();
            assert!(
                error < 1e-5 * (1.0 + expected.abs()),
                "{name}: input {which}[{position}]: {} but {expected}",
                found[position]
            );
        }
    }
}

/// First and second order.
pub fn check(name: &str, f: Function<'_>, inputs: &[Tensor]) {
    check_first(name, f, inputs);
    let gradient_sum = |all: &[Tensor]| -> Result<Tensor> {
        let leaves: Vec<Tensor> = all
            .iter()
            .map(|x| if autograd::requires_grad(x) { x.clone() } else { leaf(x) })
            .collect();
        let mut total = tensor(&[0.0], &[1]);
        for gradient in gradients_of(f, &leaves, true) {
            total = e::add(&total, &movement::reshape(&weighted(&gradient)?, &[1])?)?;
            total = e::add(
                &total,
                &e::mul_scalar(&movement::reshape(&weighted(&leaves[0])?, &[1])?, 0.0)?,
            )?;
        }
        for leaf in &leaves {
            // Keeps inputs whose second derivative is zero in the graph.
            total = e::add(
                &total,
                &e::mul_scalar(&movement::reshape(&weighted(leaf)?, &[1])?, 0.0)?,
            )?;
        }
        Ok(total)
    };
    check_first(&format!("{name}, second order"), &gradient_sum, inputs);
}
