//! Scans, sorts, scatters and draws, in the variants with and without workgroup memory.

use carrel_engine::cpu::Buffer;
use carrel_engine::dtype::DType;
use carrel_engine::prim::{Draw, Prim, Scan, Scatter};
use carrel_engine::scalar::Scalar;

use crate::bench::{Bench, Random, Twin};

fn benches() -> [Bench; 2] {
    [Bench::new(), Bench::as_hardware()]
}

fn special(bench: &mut Bench) -> Twin {
    let values = [
        1.0,
        f32::NAN,
        3.0,
        3.0,
        f32::NEG_INFINITY,
        -2.0,
        f32::INFINITY,
        f32::NAN,
        0.0,
        -0.0,
    ];
    bench.floats(&values, &[1, 10])
}

#[test]
fn draws_are_the_same_on_both_sides() {
    for mut bench in benches() {
        for (draw, dtype, tolerance) in [
            (Draw::Uniform, DType::F32, 0.0),
            (Draw::Normal, DType::F32, 2e-6),
            (Draw::Bits, DType::I64, 0.0),
        ] {
            let params = [Scalar::Int(0xdead_beef), Scalar::Int(7), Scalar::Int(0xffff_fff0)];
            let drawn = bench.fill(Prim::Random(draw), &params, &[70, 5], dtype);
            bench.agree(&[&drawn], tolerance);
        }
    }
}

#[test]
fn scans_of_short_and_long_lines() {
    for mut bench in benches() {
        for (shape, dim) in [
            (vec![3, 10], 1),
            (vec![3, 1500], 1),
            (vec![1500, 4], 0),
            (vec![2, 700, 3], 1),
            (vec![1, 40_000], 1),
            (vec![40_000, 2], 0),
        ] {
            let x = bench.noise(11, &shape);
            for &op in Scan::ALL {
                if op == Scan::Prod && shape[dim] > 2000 {
                    continue;
                }
                let result = bench.apply(Prim::Scan { op, dim }, &[&x], &[]);
                // The CPU adds in another order, and long sums are small beside what was added.
                bench.agree(&[&result], if shape[dim] > 2000 { 1e-2 } else { 2e-4 });
            }
        }
        let x = special(&mut bench);
        let whole = bench.integers(&[3, -1, 3, 7, 7, -9, 0, 2], &[2, 4]);
        for &op in Scan::ALL {
            let result = bench.apply(Prim::Scan { op, dim: 1 }, &[&x], &[]);
            bench.agree(&[&result], 1e-6);
            if op != Scan::LogSumExp {
                let result = bench.apply(Prim::Scan { op, dim: 1 }, &[&whole.permute(&[1, 0])], &[]);
                bench.agree(&[&result], 0.0);
            }
        }
    }
}

#[test]
fn sorts_are_stable() {
    for mut bench in benches() {
        for (shape, dim) in [
            (vec![5], 0),
            (vec![4, 33], 1),
            (vec![3, 1000, 2], 1),
            (vec![1, 5000], 1),
            (vec![2600, 2], 0),
        ] {
            let count = shape.iter().product();
            let mut random = Random(5);
            // Few distinct keys, so that order among equals shows.
            let keys: Vec<i64> = (0..count).map(|_| random.below(40) as i64).collect();
            let keys = bench.integers(&keys, &shape);
            let noise = bench.noise(6, &shape);
            for descending in [false, true] {
                for x in [&keys, &noise] {
                    let result = bench.apply(Prim::ArgSort { dim, descending }, &[x], &[]);
                    bench.agree(&[&result], 0.0);
                }
            }
        }
        let x = special(&mut bench);
        for descending in [false, true] {
            let result = bench.apply(Prim::ArgSort { dim: 1, descending }, &[&x], &[]);
            bench.agree(&[&result], 0.0);
        }
    }
}

fn indices(bench: &mut Bench, bound: usize, shape: &[usize]) -> Twin {
    let mut random = Random(9);
    let values: Vec<i64> = (0..shape.iter().product())
        .map(|_| random.below(bound) as i64)
        .collect();
    bench.integers(&values, shape)
}

#[test]
fn scatters_of_few_and_many() {
    for mut bench in benches() {
        let base = bench.noise(1, &[7, 60, 5]);
        for length in [1, 9, 300] {
            let index = indices(&mut bench, 60, &[6, length, 5]);
            let source = bench.noise(2, &[6, length, 5]);
            for &op in Scatter::ALL {
                let result = bench.apply(Prim::Scatter { op, dim: 1 }, &[&base, &index, &source], &[]);
                bench.agree(&[&result], 1e-4);
            }
            let shape = vec![7, 60, 5];
            let result = bench.apply(Prim::ScatterAdd { dim: 1, shape }, &[&index, &source], &[]);
            bench.agree(&[&result], 1e-4);
            let rows = indices(&mut bench, 60, &[length]);
            let values = bench.noise(3, &[length, 7]);
            let table = bench.noise(4, &[60, 7]);
            for accumulate in [false, true] {
                let result = bench.apply(Prim::IndexPut { accumulate }, &[&table, &rows, &values], &[]);
                bench.agree(&[&result], 1e-4);
            }
        }
        // Few results, each named often.
        let base = bench.noise(5, &[8, 2]);
        let index = indices(&mut bench, 7, &[9_000, 2]);
        let source = bench.noise(6, &[9_000, 2]);
        for &op in Scatter::ALL {
            if op != Scatter::Prod {
                let result = bench.apply(Prim::Scatter { op, dim: 0 }, &[&base, &index, &source], &[]);
                bench.agree(&[&result], 1e-3);
            }
        }
        let base = bench.buffer(Buffer::U8(vec![250, 3, 7, 9]), &[4]);
        let index = bench.integers(&[0, 0, 3, 1], &[4]);
        let source = bench.buffer(Buffer::U8(vec![10, 200, 5, 2]), &[4]);
        for &op in Scatter::ALL {
            let result = bench.apply(Prim::Scatter { op, dim: 0 }, &[&base, &index, &source], &[]);
            bench.agree(&[&result], 0.0);
        }
    }
}
