//! Row kernels: folds over the same rows and the work around them, in one dispatch, in both forms.

use carrel_engine::dtype::DType;
use carrel_engine::prim::{Binary, Prim, Reduce, Unary};
use carrel_engine::scalar::Scalar;

use crate::bench::{Bench, Twin};

fn binary(bench: &mut Bench, op: Binary, x: &Twin, y: &Twin) -> Twin {
    let y = y.expand(&x.view.shape);
    bench.apply(Prim::Binary(op), &[x, &y], &[])
}

fn unary(bench: &mut Bench, op: Unary, x: &Twin) -> Twin {
    bench.apply(Prim::Unary(op), &[x], &[])
}

fn fold(bench: &mut Bench, op: Reduce, x: &Twin, dims: &[usize]) -> Twin {
    bench.apply(
        Prim::Reduce {
            op,
            dims: dims.to_vec(),
        },
        &[x],
        &[],
    )
}

fn scaled(bench: &mut Bench, x: &Twin, factor: f64) -> Twin {
    let factor = bench.fill(Prim::Full, &[Scalar::Float(factor)], &[], DType::F32);
    binary(bench, Binary::Mul, x, &factor)
}

/// Runs the case in both forms; it gives the values to compare and the dispatches they may take.
fn in_both_forms(case: impl Fn(&mut Bench) -> (Vec<Twin>, u32)) {
    for software in [true, false] {
        let mut bench = if software { Bench::new() } else { Bench::as_hardware() };
        let (twins, dispatches) = case(&mut bench);
        let before = bench.executor.stats().dispatches;
        bench.agree(&twins.iter().collect::<Vec<_>>(), 2e-5);
        assert_eq!(
            bench.executor.stats().dispatches - before,
            dispatches,
            "software: {software}"
        );
    }
}

/// `(x - mean) / sqrt(variance + eps)` over `dims`, and the reciprocal root.
fn normalised(bench: &mut Bench, x: &Twin, dims: &[usize]) -> (Twin, Twin) {
    let length: usize = dims.iter().map(|&dim| x.view.shape[dim]).product();
    let sum = fold(bench, Reduce::Sum, x, dims);
    let mean = scaled(bench, &sum, 1.0 / length as f64);
    let centred = binary(bench, Binary::Sub, x, &mean);
    let square = unary(bench, Unary::Square, &centred);
    let sum = fold(bench, Reduce::Sum, &square, dims);
    let variance = scaled(bench, &sum, 1.0 / length as f64);
    let tiny = bench.fill(Prim::Full, &[Scalar::Float(1e-5)], &[], DType::F32);
    let shifted = binary(bench, Binary::Add, &variance, &tiny);
    let scale = unary(bench, Unary::Rsqrt, &shifted);
    (binary(bench, Binary::Mul, &centred, &scale), scale)
}

#[test]
fn a_norm_of_rows_is_one_kernel() {
    for shape in [[37, 20], [5, 700], [300, 64]] {
        in_both_forms(|bench| {
            let (x, gain) = (bench.noise(1, &shape), bench.noise(2, &[1, shape[1]]));
            let (normal, scale) = normalised(bench, &x, &[1]);
            let out = binary(bench, Binary::Mul, &normal, &gain);
            (vec![out, scale], 1)
        });
    }
}

#[test]
fn a_norm_of_channels_is_one_kernel() {
    in_both_forms(|bench| {
        let (x, gain) = (bench.noise(1, &[6, 10, 4, 5]), bench.noise(2, &[1, 10, 1, 1]));
        let (normal, scale) = normalised(bench, &x, &[0, 2, 3]);
        let out = binary(bench, Binary::Mul, &normal, &gain);
        let out = unary(bench, Unary::Relu, &out);
        (vec![out, scale], 1)
    });
}

#[test]
fn the_gradient_of_a_norm_is_one_kernel() {
    in_both_forms(|bench| {
        let (normal, gradient) = (bench.noise(1, &[40, 48]), bench.noise(2, &[40, 48]));
        let scale = bench.noise(3, &[40, 1]);
        // scale * (g - mean(g) - normal * mean(g * normal)), after a residual connection.
        let sum = fold(bench, Reduce::Sum, &gradient, &[1]);
        let mean = scaled(bench, &sum, 1.0 / 48.0);
        let product = binary(bench, Binary::Mul, &gradient, &normal);
        let sum = fold(bench, Reduce::Sum, &product, &[1]);
        let slope = scaled(bench, &sum, 1.0 / 48.0);
        let along = binary(bench, Binary::Mul, &normal, &slope);
        let rest = binary(bench, Binary::Sub, &gradient, &mean);
        let rest = binary(bench, Binary::Sub, &rest, &along);
        let out = binary(bench, Binary::Mul, &rest, &scale);
        drop((sum, product, along, rest));
        (vec![binary(bench, Binary::Add, &out, &gradient)], 1)
    });
}

#[test]
fn softmax_takes_scaling_and_masking_along() {
    for length in [7, 33, 600] {
        in_both_forms(|bench| {
            let (scores, mask) = (bench.noise(1, &[4, 9, length]), bench.noise(2, &[1, 9, length]));
            let scores = scaled(bench, &scores, 0.25);
            let masked = binary(bench, Binary::Add, &scores, &mask);
            let out = bench.apply(Prim::Softmax, &[&masked], &[]);
            drop(masked);
            (vec![scaled(bench, &out, 2.0)], 1)
        });
    }
}

#[test]
fn rows_that_are_infinite_or_not_numbers_stay_so() {
    in_both_forms(|bench| {
        let low = f32::NEG_INFINITY;
        let x = bench.floats(
            &[
                low,
                low,
                low,
                1.0,
                low,
                2.0,
                f32::NAN,
                0.0,
                1.0,
                f32::INFINITY,
                0.0,
                1.0,
            ],
            &[4, 3],
        );
        let (soft, log) = (
            bench.apply(Prim::Softmax, &[&x], &[]),
            bench.apply(Prim::LogSoftmax, &[&x], &[]),
        );
        (vec![soft, log], 1)
    });
}

#[test]
fn cross_entropy_picks_within_its_kernel() {
    in_both_forms(|bench| {
        let x = bench.noise(1, &[50, 13]);
        let labels: Vec<i64> = (0..50).map(|row| row * 7 % 13).collect();
        let labels = bench.integers(&labels, &[50, 1]);
        let log = bench.apply(Prim::LogSoftmax, &[&x], &[]);
        let picked = bench.apply(Prim::Gather { dim: 1 }, &[&log, &labels], &[]);
        let loss = unary(bench, Unary::Neg, &picked);
        drop((log, picked));
        (vec![loss], 1)
    });
}

#[test]
fn folds_of_integers_and_of_tests_ride_along() {
    in_both_forms(|bench| {
        let x = bench.integers(&(0..120).map(|n| n * 37 % 19 - 9).collect::<Vec<i64>>(), &[8, 15]);
        let largest = fold(bench, Reduce::Max, &x, &[1]);
        let is_largest = binary(bench, Binary::Eq, &x, &largest);
        let count = fold(bench, Reduce::Sum, &is_largest, &[1]);
        let any = fold(bench, Reduce::Any, &is_largest, &[1]);
        (vec![largest, is_largest, count, any], 1)
    });
}

#[test]
fn columns_folded_side_by_side_are_one_kernel() {
    in_both_forms(|bench| {
        let (gradient, normal) = (bench.noise(1, &[90, 24]), bench.noise(2, &[90, 24]));
        let product = binary(bench, Binary::Mul, &gradient, &normal);
        let gain = fold(bench, Reduce::Sum, &product, &[0]);
        drop(product);
        let shift = fold(bench, Reduce::Sum, &gradient, &[0]);
        (vec![gain, shift], 1)
    });
}
