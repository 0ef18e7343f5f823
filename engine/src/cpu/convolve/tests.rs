//! Convolutions against a sum over every index, in all kinds, ranks and dtypes.

use super::*;
use crate::view::View;

fn numbers(len: usize, seed: usize) -> Vec<f64> {
    (0..len)
        .map(|index| ((index * 37 + seed * 13 + 5) % 11) as f64 - 5.0)
        .collect()
}

/// Every (input, kernel, output) position triple of a window.
fn triples(window: &Window) -> Vec<[usize; 3]> {
    let mut found = Vec::new();
    for output in 0..window.output_elements() {
        for kernel in 0..window.kernel_elements() {
            let (mut o, mut k, mut input, mut step, mut inside) = (output, kernel, 0, 1, true);
            for dim in (0..window.rank()).rev() {
                let at = o % window.output[dim] * window.stride[dim] + k % window.kernel[dim] * window.dilation[dim];
                (o, k) = (o / window.output[dim], k / window.kernel[dim]);
                match at.checked_sub(window.padding[dim]) {
                    Some(at) if at < window.input[dim] => input += at * step,
                    _ => inside = false,
                }
                step *= window.input[dim];
            }
            if inside {
                found.push([input, kernel, output]);
            }
        }
    }
    found
}

fn check(window: &Window, [batch, groups, ins, outs]: [usize; 4], dtype: DType) {
    let with = |outer: [usize; 2], sizes: &[usize]| [&outer, sizes].concat();
    let x_shape = with([batch, groups * ins], &window.input);
    let w_shape = with([groups * outs, ins], &window.kernel);
    let g_shape = with([batch, groups * outs], &window.output);
    let sizes = [&x_shape, &w_shape, &g_shape].map(|shape| shape.iter().product::<usize>());
    let [x, w, g] = [0, 1, 2].map(|operand| numbers(sizes[operand], operand));
    let mut expected = sizes.map(|size| vec![0.0; size]);
    for image in 0..batch {
        for group in 0..groups {
            for out in 0..outs {
                for channel in 0..ins {
                    for [input, kernel, output] in triples(window) {
                        let at_x = ((image * groups + group) * ins + channel) * window.input_elements() + input;
                        let at_w = ((group * outs + out) * ins + channel) * window.kernel_elements() + kernel;
                        let at_g = ((image * groups + group) * outs + out) * window.output_elements() + output;
                        expected[0][at_x] += g[at_g] * w[at_w];
                        expected[1][at_w] += x[at_x] * g[at_g];
                        expected[2][at_g] += x[at_x] * w[at_w];
                    }
                }
            }
        }
    }
    let buffer = |elements: &[f64]| narrow(Buffer::F64(elements.to_vec()), dtype).unwrap();
    let run = |op, a: &[f64], a_shape: &[usize], b: &[f64], b_shape: &[usize], shape: &[usize]| {
        let (a, b) = (buffer(a), buffer(b));
        let (a_view, b_view) = (View::contiguous(a_shape), View::contiguous(b_shape));
        let operand = |buffer, view| Operand { buffer, view };
        let meta = Meta {
            shape: shape.to_vec(),
            dtype,
        };
        convolve(op, window, groups, operand(&a, &a_view), operand(&b, &b_view), &meta).unwrap()
    };
    let forward = run(Convolution::Forward, &x, &x_shape, &w, &w_shape, &g_shape);
    let to_input = run(Convolution::InputGradient, &g, &g_shape, &w, &w_shape, &x_shape);
    let to_weight = run(Convolution::WeightGradient, &x, &x_shape, &g, &g_shape, &w_shape);
    assert_eq!(to_input, buffer(&expected[0]), "{window:?} {groups} {dtype}");
    assert_eq!(to_weight, buffer(&expected[1]), "{window:?} {groups} {dtype}");
    assert_eq!(forward, buffer(&expected[2]), "{window:?} {groups} {dtype}");
}

fn window(sizes: [&[usize]; 6]) -> Window {
    let [input, kernel, stride, padding, dilation, output] = sizes.map(<[usize]>::to_vec);
    Window {
        input,
        kernel,
        stride,
        padding,
        dilation,
        output,
    }
}

#[test]
fn every_kind_rank_and_dtype() {
    let windows = [
        window([&[7], &[3], &[1], &[0], &[1], &[5]]),
        window([&[9], &[3], &[2], &[2], &[2], &[5]]),
        window([&[5, 4], &[3, 3], &[1, 1], &[1, 1], &[1, 1], &[5, 4]]),
        window([&[5, 6], &[2, 3], &[2, 1], &[1, 0], &[1, 2], &[3, 2]]),
        window([&[4, 4], &[1, 1], &[1, 1], &[0, 0], &[1, 1], &[4, 4]]),
        window([&[3, 4, 5], &[2, 2, 3], &[1, 2, 2], &[0, 1, 1], &[1, 1, 1], &[2, 3, 3]]),
        // Outputs that reach past the input, as a transposed convolution's may.
        window([&[3], &[2], &[2], &[0], &[1], &[4]]),
    ];
    for window in &windows {
        for sizes in [[2, 1, 3, 4], [1, 2, 2, 3], [2, 3, 1, 1], [1, 2, 1, 2], [1, 1, 2, 1]] {
            for dtype in [DType::F32, DType::F64, DType::I64] {
                check(window, sizes, dtype);
            }
        }
    }
    check(&windows[0], [1, 1, 1, 2], DType::F16);
}

#[test]
fn pieces_meet() {
    check(
        &window([&[700], &[9], &[1], &[4], &[1], &[700]]),
        [1, 1, 60, 2],
        DType::F64,
    );
    check(
        &window([&[40, 40], &[5, 5], &[2, 1], &[2, 2], &[1, 1], &[20, 40]]),
        [1, 1, 12, 2],
        DType::F64,
    );
}

#[test]
fn nothing_to_convolve() {
    let empty = window([&[3], &[2], &[1], &[0], &[1], &[2]]);
    check(&empty, [0, 1, 2, 2], DType::F32);
    check(&empty, [2, 1, 0, 2], DType::F32);
}
