//! The primitives with bodies of their own, over sizes that meet every variant and every edge.

use carrel_engine::cpu::Buffer;
use carrel_engine::prim::{ArgReduce, Prim, Reduce};

use crate::bench::{Bench, Random, Twin};

fn sum(dims: &[usize]) -> Prim {
    Prim::Reduce {
        op: Reduce::Sum,
        dims: dims.to_vec(),
    }
}

#[test]
fn folds_over_any_dimensions() {
    let mut bench = Bench::new();
    let x = bench.noise(3, &[7, 33, 20]);
    for op in [Reduce::Sum, Reduce::Max, Reduce::Min] {
        for dims in [
            vec![0],
            vec![1],
            vec![2],
            vec![0, 1],
            vec![1, 2],
            vec![0, 2],
            vec![0, 1, 2],
        ] {
            for window in [x.clone(), x.permute(&[2, 0, 1]), x.slice(1, 3, 4, 5)] {
                let result = bench.apply(Prim::Reduce { op, dims: dims.clone() }, &[&window], &[]);
                bench.agree(&[&result], 1e-5);
            }
        }
    }
}

#[test]
fn folds_of_integers_and_tests() {
    let mut bench = Bench::new();
    let numbers = bench.integers(&[3, -1, 4, 0, 5, -9, 2, 6, 0, 0, 0, 0], &[3, 4]);
    let small = bench.buffer(Buffer::U8(vec![200, 100, 0, 255, 1, 2, 3, 4]), &[2, 4]);
    let flags = bench.buffer(Buffer::Bool(vec![true, false, true, true, true, true]), &[2, 3]);
    let values = bench.floats(&[0.0, f32::NAN, 1.0, 0.0, 0.0, 0.0], &[2, 3]);
    for &op in Reduce::ALL {
        for twin in [&numbers, &small, &flags, &values] {
            let result = bench.apply(Prim::Reduce { op, dims: vec![1] }, &[twin], &[]);
            bench.agree(&[&result], 0.0);
        }
    }
}

#[test]
fn long_folds_are_cut_in_parts() {
    let mut bench = Bench::new();
    let x = bench.noise(4, &[3, 100_003]);
    let rows = bench.apply(sum(&[1]), &[&x], &[]);
    let all = bench.apply(sum(&[0, 1]), &[&x], &[]);
    let largest = bench.apply(
        Prim::Reduce {
            op: Reduce::Max,
            dims: vec![0, 1],
        },
        &[&x],
        &[],
    );
    let columns = bench.apply(sum(&[0]), &[&x.reshape(&[100_003, 3])], &[]);
    // The CPU adds in another order, and the sums are small beside what was added.
    bench.agree(&[&rows, &all, &largest, &columns], 1e-2);
}

#[test]
fn positions_of_extremes() {
    let mut bench = Bench::new();
    let x = bench.noise(5, &[4, 500, 3]);
    let ties = bench.floats(&[1.0, 3.0, 3.0, 0.0, f32::NAN, 5.0, f32::NAN, 9.0], &[2, 4]);
    let whole = bench.integers(&[16_777_217, 16_777_216, 5, 16_777_217], &[1, 4]);
    for op in [ArgReduce::Max, ArgReduce::Min] {
        let found: Vec<Twin> = vec![
            bench.apply(Prim::ArgReduce { op, dim: 0 }, &[&x], &[]),
            bench.apply(Prim::ArgReduce { op, dim: 1 }, &[&x], &[]),
            bench.apply(Prim::ArgReduce { op, dim: 2 }, &[&x], &[]),
            bench.apply(Prim::ArgReduce { op, dim: 1 }, &[&ties], &[]),
            bench.apply(Prim::ArgReduce { op, dim: 1 }, &[&whole], &[]),
            bench.apply(Prim::ArgReduce { op, dim: 0 }, &[&x.reshape(&[6000])], &[]),
        ];
        bench.agree(&found.iter().collect::<Vec<_>>(), 0.0);
    }
}

#[test]
fn products_of_many_sizes() {
    let mut bench = Bench::new();
    for (batch, rows, inner, columns) in [
        (1, 1, 1, 1),
        (1, 5, 3, 7),
        (2, 64, 64, 64),
        (1, 130, 70, 200),
        (3, 17, 33, 65),
        (1, 300, 40, 300),
        (1, 4, 0, 5),
    ] {
        let a = bench.noise(6, &[batch, rows, inner]);
        let b = bench.noise(7, &[batch, inner, columns]);
        let at = bench.noise(8, &[batch, inner, rows]).permute(&[0, 2, 1]);
        let bt = bench.noise(9, &[batch, columns, inner]).permute(&[0, 2, 1]);
        let shared = bench.noise(10, &[1, inner, columns]).expand(&[batch, inner, columns]);
        let results = [(&a, &b), (&at, &b), (&a, &bt), (&at, &bt), (&a, &shared)]
            .map(|(a, b)| bench.apply(Prim::Matmul, &[a, b], &[]));
        bench.agree(&results.iter().collect::<Vec<_>>(), 1e-4);
    }
    let a = bench.integers(&[1, 2, 3, 4, 5, 6], &[1, 2, 3]);
    let product = bench.apply(Prim::Matmul, &[&a, &a.permute(&[0, 2, 1])], &[]);
    bench.agree(&[&product], 0.0);
}

#[test]
fn softmax_of_rows() {
    let mut bench = Bench::new();
    for shape in [vec![5], vec![64, 10], vec![3, 4, 33], vec![2, 1000], vec![0, 4]] {
        let x = bench.noise(11, &shape);
        for prim in [Prim::Softmax, Prim::SafeSoftmax, Prim::LogSoftmax] {
            let result = bench.apply(prim, &[&x], &[]);
            bench.agree(&[&result], 1e-5);
        }
    }
    let none = f32::NEG_INFINITY;
    let edge = bench.floats(
        &[
            none,
            0.0,
            1.0,
            f32::NAN,
            0.0,
            1.0,
            1000.0,
            -1000.0,
            999.0,
            none,
            none,
            none,
            none,
            -300.0,
            none,
        ],
        &[5, 3],
    );
    for prim in [Prim::Softmax, Prim::SafeSoftmax, Prim::LogSoftmax] {
        let result = bench.apply(prim, &[&edge], &[]);
        bench.agree(&[&result], 1e-5);
    }
    let transposed = bench.noise(12, &[40, 30]).permute(&[1, 0]);
    let result = bench.apply(Prim::Softmax, &[&transposed], &[]);
    bench.agree(&[&result], 1e-5);
}

fn indices(bench: &mut Bench, seed: u64, bound: usize, shape: &[usize]) -> Twin {
    let mut random = Random(seed);
    let values: Vec<i64> = (0..shape.iter().product())
        .map(|_| random.below(bound) as i64)
        .collect();
    bench.integers(&values, shape)
}

#[test]
fn gathers_and_scatters() {
    let mut bench = Bench::new();
    let x = bench.noise(13, &[6, 5, 4]);
    for dim in 0..3 {
        let mut shape = [4, 3, 2];
        shape[dim] = 7;
        let index = indices(&mut bench, 14, x.view.shape[dim], &shape);
        for window in [x.clone(), x.permute(&[0, 1, 2])] {
            let gathered = bench.apply(Prim::Gather { dim }, &[&window, &index], &[]);
            let back = bench.apply(
                Prim::ScatterAdd {
                    dim,
                    shape: vec![6, 5, 4],
                },
                &[&index, &gathered],
                &[],
            );
            bench.agree(&[&gathered, &back], 1e-5);
        }
    }
    // One index a line, as a loss has it: no loop, and the neighbours are zero.
    let targets = indices(&mut bench, 15, 10, &[64, 1]);
    let grad = bench.noise(16, &[1, 1]).expand(&[64, 1]);
    let spread = bench.apply(
        Prim::ScatterAdd {
            dim: 1,
            shape: vec![64, 10],
        },
        &[&targets, &grad],
        &[],
    );
    bench.agree(&[&spread], 0.0);
}

#[test]
fn rows_by_index() {
    let mut bench = Bench::new();
    let table = bench.noise(17, &[11, 70]);
    let index = indices(&mut bench, 18, 11, &[150]);
    let rows = bench.apply(Prim::IndexSelect, &[&table, &index], &[]);
    let from_transposed = bench.noise(19, &[70, 11]).permute(&[1, 0]);
    let odd_rows = bench.apply(Prim::IndexSelect, &[&from_transposed, &index.slice(0, 1, 2, 60)], &[]);
    let source = bench.noise(20, &[150, 70]);
    let replaced = bench.apply(Prim::IndexPut { accumulate: false }, &[&table, &index, &source], &[]);
    let added = bench.apply(Prim::IndexPut { accumulate: true }, &[&table, &index, &source], &[]);
    bench.agree(&[&rows, &odd_rows, &replaced], 0.0);
    bench.agree(&[&added], 1e-5);
}

/// Rows longer than a software adapter lets one invocation walk.
#[test]
fn rows_of_many_elements() {
    let mut bench = Bench::new();
    let x = bench.noise(12, &[20, 40_000]);
    let soft = bench.apply(Prim::Softmax, &[&x], &[]);
    let largest = bench.apply(
        Prim::Reduce {
            op: Reduce::Max,
            dims: vec![1],
        },
        &[&x],
        &[],
    );
    bench.agree(&[&largest], 0.0);
    let found = bench.read(&[&soft]);
    let rows = crate::bench::numbers(&found[0]);
    for row in rows.chunks(40_000) {
        let total: f64 = row.iter().sum();
        assert!((total - 1.0).abs() < 1e-3, "a row sums to {total}");
    }
}
