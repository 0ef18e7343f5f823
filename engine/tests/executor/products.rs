//! Matrix products of every shape class, operands stored either way, in both forms, against the CPU.

use carrel_engine::dtype::DType;
use carrel_engine::prim::{Binary, Prim, Unary};
use carrel_engine::scalar::Scalar;

use crate::bench::{Bench, Twin};

fn both_forms() -> [Bench; 2] {
    [Bench::new(), Bench::as_hardware()]
}

/// An operand of a product, stored in order, transposed, or as a window into something larger.
fn operand(bench: &mut Bench, seed: u64, [batch, rows, columns]: [usize; 3], stored: usize) -> Twin {
    match stored {
        0 => bench.noise(seed, &[batch, rows, columns]),
        1 => bench.noise(seed, &[batch, columns, rows]).permute(&[0, 2, 1]),
        _ => bench
            .noise(seed, &[batch, rows + 1, columns + 3])
            .slice(1, 1, 1, rows)
            .slice(2, 2, 1, columns),
    }
}

#[test]
fn operands_stored_any_way() {
    for mut bench in both_forms() {
        for [batch, rows, inner, columns] in [
            [1, 64, 32, 64],
            [1, 65, 34, 67],
            [1, 300, 64, 260],
            [2, 7, 5, 3],
            [5, 32, 16, 32],
        ] {
            for stored in [0, 1, 3, 8] {
                let a = operand(&mut bench, 1, [batch, rows, inner], stored % 3);
                let b = operand(&mut bench, 2, [batch, inner, columns], stored / 3);
                let product = bench.apply(Prim::Matmul, &[&a, &b], &[]);
                bench.agree(&[&product], 1e-4);
            }
        }
    }
}

#[test]
fn thin_products_and_long_sums() {
    for mut bench in both_forms() {
        for [batch, rows, inner, columns] in [
            [1, 1, 700, 300],
            [1, 300, 700, 1],
            [2, 4, 64, 50],
            [1, 8, 3000, 9],
            [1, 1, 40_000, 2],
            [1, 70, 1500, 90],
            [1, 40, 2304, 66],
            [1, 33, 2049, 65],
        ] {
            for stored in [0, 3] {
                let a = operand(&mut bench, 1, [batch, rows, inner], stored % 3);
                let b = operand(&mut bench, 2, [batch, inner, columns], stored / 3);
                let product = bench.apply(Prim::Matmul, &[&a, &b], &[]);
                bench.agree(&[&product], 2e-3);
            }
        }
    }
}

#[test]
fn bias_activation_and_residual_ride_along() {
    for mut bench in both_forms() {
        for rows in [2, 70] {
            let (x, w) = (bench.noise(1, &[1, rows, 80]), operand(&mut bench, 2, [1, 80, 72], 1));
            let (bias, residual) = (bench.noise(3, &[1, 1, 72]), bench.noise(4, &[1, rows, 72]));
            let product = bench.apply(Prim::Matmul, &[&x, &w], &[]);
            let biased = bench.apply(
                Prim::Binary(Binary::Add),
                &[&product, &bias.expand(&[1, rows, 72])],
                &[],
            );
            let active = bench.apply(Prim::Unary(Unary::Relu), &[&biased], &[]);
            let out = bench.apply(Prim::Binary(Binary::Add), &[&active, &residual], &[]);
            drop((product, biased, active));
            let before = bench.executor.stats().dispatches;
            bench.agree(&[&out], 1e-4);
            assert_eq!(bench.executor.stats().dispatches - before, 1);
        }
    }
}

#[test]
fn a_matrix_times_itself_and_integers() {
    for mut bench in both_forms() {
        let x = bench.noise(1, &[1, 48, 48]);
        let square = bench.apply(Prim::Matmul, &[&x, &x], &[]);
        let gram = bench.apply(Prim::Matmul, &[&x, &x.permute(&[0, 2, 1])], &[]);
        let ones = bench.fill(Prim::Full, &[Scalar::Int(3)], &[1, 40, 44], DType::I64);
        let counts = bench.integers(&(0..44 * 36).map(|n| n % 7).collect::<Vec<i64>>(), &[1, 44, 36]);
        let whole = bench.apply(Prim::Matmul, &[&ones, &counts], &[]);
        bench.agree(&[&square, &gram, &whole], 1e-4);
    }
}
