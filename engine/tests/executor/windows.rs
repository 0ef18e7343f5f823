//! Convolutions and pooling of every rank, in the variants with and without workgroup memory.

use carrel_engine::prim::{Binary, Convolution, Pool, Prim, Unary, Window};

use crate::bench::{Bench, Twin};

pub fn window(input: &[usize], kernel: &[usize], stride: usize, padding: usize, dilation: usize) -> Window {
    let output = input
        .iter()
        .zip(kernel)
        .map(|(input, kernel)| (input + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1);
    Window {
        input: input.to_vec(),
        kernel: kernel.to_vec(),
        stride: vec![stride; input.len()],
        padding: vec![padding; input.len()],
        dilation: vec![dilation; input.len()],
        output: output.collect(),
    }
}

pub fn convolve(bench: &mut Bench, op: Convolution, window: &Window, groups: usize, a: &Twin, b: &Twin) -> Twin {
    let window = Box::new(window.clone());
    bench.apply(Prim::Convolve { op, window, groups }, &[a, b], &[])
}

#[test]
fn convolutions_and_their_gradients() {
    for mut bench in [Bench::new(), Bench::as_hardware()] {
        for (window, batch, groups, channels) in [
            (window(&[30], &[3], 1, 1, 1), 2, 1, [4, 6]),
            (window(&[31], &[4], 3, 2, 2), 3, 2, [4, 6]),
            (window(&[9, 8], &[3, 3], 1, 1, 1), 2, 1, [5, 7]),
            (window(&[28, 28], &[3, 3], 1, 1, 1), 4, 1, [8, 16]),
            (window(&[13, 11], &[3, 2], 2, 1, 1), 3, 1, [3, 8]),
            (window(&[13, 11], &[3, 3], 1, 2, 2), 2, 4, [8, 8]),
            (window(&[12, 12], &[3, 3], 1, 1, 1), 2, 16, [16, 16]),
            (window(&[10, 10], &[1, 1], 1, 0, 1), 2, 1, [20, 30]),
            (window(&[10, 10], &[1, 1], 2, 0, 1), 1, 1, [9, 5]),
            (window(&[5, 6, 4], &[2, 3, 2], 2, 1, 1), 2, 1, [3, 4]),
        ] {
            let with = |leading: [usize; 2], spatial: &[usize]| [&leading, spatial].concat();
            let x = bench.noise(1, &with([batch, channels[0]], &window.input));
            let w = bench.noise(2, &with([channels[1], channels[0] / groups], &window.kernel));
            let g = bench.noise(3, &with([batch, channels[1]], &window.output));
            let y = convolve(&mut bench, Convolution::Forward, &window, groups, &x, &w);
            let dx = convolve(&mut bench, Convolution::InputGradient, &window, groups, &g, &w);
            let dw = convolve(&mut bench, Convolution::WeightGradient, &window, groups, &x, &g);
            bench.agree(&[&y, &dx, &dw], 2e-4);
        }
    }
}

#[test]
fn operands_of_convolutions_may_be_windows() {
    let mut bench = Bench::as_hardware();
    let window = window(&[6, 9], &[3, 3], 1, 1, 1);
    let x = bench.noise(1, &[9, 6, 4, 5]).permute(&[3, 2, 1, 0]);
    let w = bench.noise(2, &[14, 4, 3, 3]).slice(0, 1, 2, 6);
    let y = convolve(&mut bench, Convolution::Forward, &window, 1, &x, &w);
    bench.agree(&[&y], 1e-4);
}

#[test]
fn bias_and_activation_ride_on_a_convolution() {
    let mut bench = Bench::new();
    let window = window(&[8, 8], &[3, 3], 1, 1, 1);
    let x = bench.noise(1, &[2, 3, 8, 8]);
    let w = bench.noise(2, &[4, 3, 3, 3]);
    let bias = bench.noise(3, &[1, 4, 1, 1]).expand(&[2, 4, 8, 8]);
    let y = convolve(&mut bench, Convolution::Forward, &window, 1, &x, &w);
    let biased = bench.apply(Prim::Binary(Binary::Add), &[&y, &bias], &[]);
    let active = bench.apply(Prim::Unary(Unary::Relu), &[&biased], &[]);
    drop((y, biased));
    let before = bench.executor.stats().dispatches;
    bench.agree(&[&active], 1e-4);
    assert_eq!(bench.executor.stats().dispatches - before, 1);
}

#[test]
fn pooling_and_its_gradients() {
    let mut bench = Bench::new();
    for window in [
        window(&[17], &[3], 2, 1, 1),
        window(&[9, 8], &[2, 2], 2, 0, 1),
        window(&[9, 8], &[3, 2], 1, 1, 2),
        window(&[4, 5, 6], &[2, 3, 2], 2, 1, 1),
    ] {
        let inside = [&[6], window.input.as_slice()].concat();
        let outside = [&[6], window.output.as_slice()].concat();
        let x = bench.noise(1, &inside);
        let g = bench.noise(2, &outside);
        let mut pool = |op: Pool, inputs: &[&Twin]| {
            let window = Box::new(window.clone());
            bench.apply(Prim::Pool { op, window }, inputs, &[])
        };
        let largest = pool(Pool::ArgMax, &[&x]);
        let sum = pool(Pool::Sum, &[&x]);
        let spread = pool(Pool::Spread, &[&g]);
        let scattered = pool(Pool::Scatter, &[&largest, &g]);
        bench.agree(&[&largest, &sum, &spread, &scattered], 1e-5);
    }
}
