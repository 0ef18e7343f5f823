//! Random programs of elementwise operators, folds, products, views and writes: on the GPU fused as a whole, or with a
//! kernel for each primitive; on the CPU one primitive at a time.

use carrel_engine::prim::{Binary, Prim, Reduce, Unary};
use carrel_engine::scalar::Scalar;

use crate::bench::{Bench, Random, Twin};

const UNARY: [Unary; 5] = [Unary::Neg, Unary::Relu, Unary::Tanh, Unary::Sigmoid, Unary::Abs];
const BINARY: [Binary; 4] = [Binary::Add, Binary::Sub, Binary::Mul, Binary::Maximum];

/// One more value from those at hand. All are `[n, n]`, so that any two meet.
pub fn grow(bench: &mut Bench, random: &mut Random, values: &[Twin], side: usize) -> Twin {
    let x = values[random.below(values.len())].clone();
    let y = values[random.below(values.len())].clone();
    let x = if random.below(4) == 0 { x.permute(&[1, 0]) } else { x };
    let square = [side, side];
    match random.below(10) {
        0..3 => bench.apply(Prim::Unary(UNARY[random.below(UNARY.len())]), &[&x], &[]),
        3..6 => bench.apply(Prim::Binary(BINARY[random.below(BINARY.len())]), &[&x, &y], &[]),
        6 => {
            let product = bench.apply(
                Prim::Matmul,
                &[
                    &x.seen(x.view.reshape(&[1, side, side]).expect("square")),
                    &y.reshape(&[1, side, side]),
                ],
                &[],
            );
            bench.apply(Prim::Unary(Unary::Tanh), &[&product.reshape(&square)], &[])
        }
        7 => {
            let op = [Reduce::Max, Reduce::Min, Reduce::Sum][random.below(3)];
            let folded = bench.apply(
                Prim::Reduce {
                    op,
                    dims: vec![random.below(2)],
                },
                &[&x],
                &[],
            );
            let bounded = bench.apply(Prim::Unary(Unary::Tanh), &[&folded], &[]);
            bench.apply(Prim::Binary(Binary::Sub), &[&y, &bounded.expand(&square)], &[])
        }
        8 => bench.apply(Prim::Softmax, &[&x], &[]),
        _ => {
            let region = y.slice(0, random.below(side / 2), 2, side / 4).slice(1, 1, 1, side / 2);
            let prim = Prim::ViewWrite {
                shape: region.view.shape.clone(),
                strides: region.view.strides.clone(),
            };
            let source = x.slice(0, 0, 1, side / 4).slice(1, side / 2, 1, side / 2);
            let written = bench.apply(
                prim,
                &[&y.reshape(&[side * side]), &source],
                &[Scalar::Int(region.view.offset as i64)],
            );
            written.reshape(&square)
        }
    }
}

#[test]
fn fused_and_single_agree() {
    agree_on(&mut Bench::new());
}

#[test]
fn unfused_and_single_agree() {
    agree_on(&mut Bench::without_fusion());
}

fn agree_on(bench: &mut Bench) {
    let side = 12;
    for seed in 0..60 {
        let mut random = Random(seed);
        let mut values: Vec<Twin> = (0..3)
            .map(|number| bench.noise(seed * 10 + number, &[side, side]))
            .collect();
        for _ in 0..random.below(40) + 2 {
            let value = grow(bench, &mut random, &values, side);
            values.push(value);
        }
        // Some are kept, some only pass through; dropping makes room for fusion and for writing in place.
        let kept: Vec<Twin> = values
            .iter()
            .enumerate()
            .filter(|(number, _)| number % 4 == 0 || *number + 1 == values.len())
            .map(|(_, twin)| twin.clone())
            .collect();
        drop(values);
        eprintln!("seed {seed}");
        bench.agree(&kept.iter().collect::<Vec<_>>(), 2e-3);
    }
}
