//! What the planner promises in numbers: dispatches, submits and plans.

use carrel_engine::dtype::DType;
use carrel_engine::prim::{Binary, Prim, Reduce, Unary};
use carrel_engine::scalar::Scalar;

use crate::bench::{Bench, Twin};

fn binary(bench: &mut Bench, op: Binary, x: &Twin, y: &Twin) -> Twin {
    bench.apply(Prim::Binary(op), &[x, y], &[])
}

fn scaled(bench: &mut Bench, x: &Twin, factor: f64) -> Twin {
    let shape = x.view.shape.clone();
    let factor = bench
        .fill(Prim::Full, &[Scalar::Float(factor)], &[], DType::F32)
        .expand(&shape);
    binary(bench, Binary::Mul, x, &factor)
}

/// Dispatches and submits of one more `agree`.
fn cost(bench: &mut Bench, twins: &[&Twin], tolerance: f64) -> (u32, u32) {
    let before = bench.executor.stats();
    bench.agree(twins, tolerance);
    let after = bench.executor.stats();
    (after.dispatches - before.dispatches, after.submits - before.submits)
}

#[test]
fn a_chain_is_one_kernel() {
    let mut bench = Bench::new();
    let x = bench.noise(1, &[64]);
    let mut y = x.clone();
    for _ in 0..200 {
        y = binary(&mut bench, Binary::Add, &y, &x);
        y = scaled(&mut bench, &y, 0.5);
    }
    assert_eq!(cost(&mut bench, &[&y], 1e-5), (1, 1));
}

#[test]
fn an_adam_step_is_one_kernel_with_three_results() {
    let mut bench = Bench::new();
    let shape = [33, 5];
    let [p, g, m, v] = [1, 2, 3, 4].map(|seed| bench.noise(seed, &shape));
    let (m1, g1) = (scaled(&mut bench, &m, 0.9), scaled(&mut bench, &g, 0.1));
    let m = binary(&mut bench, Binary::Add, &m1, &g1);
    let squares = bench.apply(Prim::Unary(Unary::Square), &[&g], &[]);
    let v_size = bench.apply(Prim::Unary(Unary::Abs), &[&v], &[]);
    let (v1, g2) = (scaled(&mut bench, &v_size, 0.999), scaled(&mut bench, &squares, 0.001));
    let v = binary(&mut bench, Binary::Add, &v1, &g2);
    let root = bench.apply(Prim::Unary(Unary::Sqrt), &[&v], &[]);
    let tiny = bench
        .fill(Prim::Full, &[Scalar::Float(1e-8)], &[], DType::F32)
        .expand(&shape);
    let root = binary(&mut bench, Binary::Add, &root, &tiny);
    let direction = binary(&mut bench, Binary::Div, &m, &root);
    let step = scaled(&mut bench, &direction, 0.01);
    let p = binary(&mut bench, Binary::Sub, &p, &step);
    drop((m1, g1, squares, v_size, v1, g2, root, tiny, direction, step, g));
    assert_eq!(cost(&mut bench, &[&p, &m, &v], 1e-5), (1, 1));
}

#[test]
fn a_fold_takes_what_comes_before_and_after() {
    let mut bench = Bench::new();
    let (x, y) = (bench.noise(1, &[20, 30]), bench.noise(2, &[20, 30]));
    let difference = binary(&mut bench, Binary::Sub, &x, &y);
    let square = bench.apply(Prim::Unary(Unary::Square), &[&difference], &[]);
    let sum = bench.apply(
        Prim::Reduce {
            op: Reduce::Sum,
            dims: vec![0, 1],
        },
        &[&square],
        &[],
    );
    let mean = scaled(&mut bench, &sum, 1.0 / 600.0);
    drop((difference, square, sum));
    assert_eq!(cost(&mut bench, &[&mean], 1e-5), (1, 1));
}

#[test]
fn a_layer_is_one_kernel() {
    let mut bench = Bench::new();
    let (x, w, b) = (
        bench.noise(1, &[1, 20, 30]),
        bench.noise(2, &[1, 10, 30]),
        bench.noise(3, &[10]),
    );
    let product = bench.apply(Prim::Matmul, &[&x, &w.permute(&[0, 2, 1])], &[]);
    let biased = binary(
        &mut bench,
        Binary::Add,
        &product.reshape(&[20, 10]),
        &b.expand(&[20, 10]),
    );
    let active = bench.apply(Prim::Unary(Unary::Relu), &[&biased], &[]);
    drop((product, biased));
    assert_eq!(cost(&mut bench, &[&active], 1e-5), (1, 1));
}

#[test]
fn a_repeated_step_is_planned_once() {
    let mut bench = Bench::new();
    let mut x = bench.noise(1, &[40]);
    bench.agree(&[&x], 0.0);
    let mut bytes = 0;
    for step in 0..20 {
        let y = scaled(&mut bench, &x, 0.9 + f64::from(step) * 0.001);
        let z = bench.apply(Prim::Unary(Unary::Sin), &[&y], &[]);
        x = binary(&mut bench, Binary::Add, &x, &z);
        drop((y, z));
        let before = bench.executor.stats();
        bench.agree(&[&x], 1e-3);
        let after = bench.executor.stats();
        assert_eq!(after.submits - before.submits, 1);
        if step == 1 {
            bytes = after.buffer_bytes;
        }
    }
    let stats = bench.executor.stats();
    assert_eq!(stats.plans, 1);
    assert_eq!(stats.pipelines, 1);
    assert_eq!(stats.buffer_bytes, bytes, "memory stays flat");
}

/// Indices that were themselves computed have as many elements as what they pick, so they could share the
/// kernel; what is picked from lies elsewhere even when it has as many elements too.
#[test]
fn computed_indices_pick_from_computed_values() {
    let mut bench = Bench::new();
    let one = bench.fill(Prim::Full, &[Scalar::Int(1)], &[], DType::I64).expand(&[3]);
    for shape in [&[3][..], &[3, 1], &[3, 4]] {
        let noise = bench.noise(5, shape);
        let values = bench.apply(Prim::Unary(Unary::Exp), &[&noise], &[]);
        let stored = bench.integers(&[1, 0, -1], &[3]);
        let rows = binary(&mut bench, Binary::Add, &stored, &one);
        let selected = bench.apply(Prim::IndexSelect, &[&values, &rows], &[]);
        let doubled = binary(&mut bench, Binary::Add, &selected, &selected);
        let index = rows.reshape(&[3, 1]).expand(&[3, shape.get(1).copied().unwrap_or(1)]);
        let matrix = values.reshape(&[3, shape.get(1).copied().unwrap_or(1)]);
        let gathered = bench.apply(Prim::Gather { dim: 0 }, &[&matrix, &index], &[]);
        let scattered = bench.apply(
            Prim::ScatterAdd {
                dim: 0,
                shape: matrix.view.shape.clone(),
            },
            &[&index, &gathered],
            &[],
        );
        bench.agree(&[&doubled, &gathered, &scattered], 1e-5);
    }
}
