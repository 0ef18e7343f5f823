//! Sample programs of the primitives with windows, lines and indices, over sizes that meet every variant.
//!
//! Refuses to run anything: see `samples`.

use super::samples::single;
use crate::dtype::DType;
use crate::prim::{Cell, Convolution, Draw, Pool, Prim, Recurrent, RecurrentPart, Scan, Scatter, Window};
use crate::wire::Program;

/// Name and program, one node each.
pub(super) fn programs() -> Vec<(String, Program)> {
    let mut programs = Vec::new();
    let mut add = |name: String, prim: Prim, inputs: &[(&[usize], DType)], fill: Option<(&[usize], DType)>| {
        programs.extend(single(prim, inputs, fill).map(|program| (name, program)));
    };
    for &draw in Draw::ALL {
        let dtype = if draw == Draw::Bits { DType::I64 } else { DType::F32 };
        add(format!("{draw:?}"), Prim::Random(draw), &[], Some((&[3, 5], dtype)));
    }
    for &cell in Cell::ALL {
        // Sequences, steps and units; more units than a subgroup has lanes, and as many as a kernel takes.
        for [batch, steps, units] in [[1, 2, 1], [6, 3, 40], [4, 2, 256]] {
            let (rows, gates) = (steps * batch, cell.num_gates() * units);
            let (state, products, turned) = ([batch, units], [rows, gates], [units, gates]);
            let (tape, weight, given) = ([rows, cell.tape_width() * units], [gates, units], [rows, units]);
            let bias = [gates];
            for (part, is_reversed) in [(RecurrentPart::Forward, true), (RecurrentPart::Gradient, false)] {
                let mut inputs: Vec<&[usize]> = match part {
                    RecurrentPart::Forward => vec![&products, &turned, &state],
                    RecurrentPart::Gradient => vec![&tape, &weight, &state, &given, &state],
                };
                match (part, cell) {
                    (RecurrentPart::Forward, Cell::Gru) => inputs.push(&bias),
                    (RecurrentPart::Forward, Cell::Lstm) => inputs.push(&state),
                    (RecurrentPart::Gradient, Cell::Lstm) => inputs.extend([&state[..], &state]),
                    _ => {}
                }
                let inputs: Vec<_> = inputs.into_iter().map(|shape| (shape, DType::F32)).collect();
                let prim = Prim::Recurrent(Recurrent {
                    part,
                    cell,
                    is_reversed,
                });
                add(
                    format!("recurrent {part:?} {cell:?} {batch}x{steps}x{units}"),
                    prim,
                    &inputs,
                    None,
                );
            }
        }
    }
    for dtype in [DType::F32, DType::I64, DType::U8, DType::Bool] {
        for sizes in [&[3, 10][..], &[1500, 2], &[2, 1500], &[3, 40_000], &[5, 30, 2000]] {
            for &op in Scan::ALL {
                let name = format!("scan {op:?} {dtype} {sizes:?}");
                add(name, Prim::Scan { op, dim: 1 }, &[(sizes, dtype)], None);
            }
            for descending in [false, true] {
                let prim = Prim::ArgSort { dim: 1, descending };
                add(
                    format!("sort {descending} {dtype} {sizes:?}"),
                    prim,
                    &[(sizes, dtype)],
                    None,
                );
            }
        }
        for &op in Scatter::ALL {
            for length in [5, 400] {
                let (base, source): (&[usize], &[usize]) = (&[9, 50, 4], &[8, length, 3]);
                let inputs = [(base, dtype), (source, DType::I64), (source, dtype)];
                let name = format!("scatter {op:?} {dtype} {length}");
                add(name, Prim::Scatter { op, dim: 1 }, &inputs, None);
            }
        }
        for length in [5, 400, 60_000] {
            let source: &[usize] = &[length, 3];
            let shape = vec![50, 3];
            let prim = Prim::ScatterAdd { dim: 0, shape };
            add(
                format!("scatter add {dtype} {length}"),
                prim,
                &[(source, DType::I64), (source, dtype)],
                None,
            );
            for accumulate in [false, true] {
                let inputs: [(&[usize], DType); 3] = [(&[50, 3], dtype), (&[length], DType::I64), (source, dtype)];
                let name = format!("put {accumulate} {dtype} {length}");
                add(name, Prim::IndexPut { accumulate }, &inputs, None);
            }
        }
    }
    for window in windows() {
        let with = |sizes: &[usize], spatial: &[usize]| [sizes, spatial].concat();
        for dtype in [DType::F32, DType::I64] {
            for &op in Pool::ALL {
                let (x, o) = (with(&[6], &window.input), with(&[6], &window.output));
                let inputs: Vec<(&[usize], DType)> = match op {
                    Pool::ArgMax | Pool::Sum => vec![(&x, dtype)],
                    Pool::Spread => vec![(&o, dtype)],
                    Pool::Scatter => vec![(&o, DType::I64), (&o, dtype)],
                };
                let prim = Prim::Pool {
                    op,
                    window: Box::new(window.clone()),
                };
                add(format!("pool {op:?} {dtype} {window:?}"), prim, &inputs, None);
            }
            for (groups, channels) in [(1, [8, 12]), (2, [8, 12]), (8, [8, 8]), (1, [2, 3]), (1, [130, 200])] {
                let x = with(&[5, channels[0]], &window.input);
                let g = with(&[5, channels[1]], &window.output);
                let w = with(&[channels[1], channels[0] / groups], &window.kernel);
                for &op in Convolution::ALL {
                    let inputs: [(&[usize], DType); 2] = match op {
                        Convolution::Forward => [(&x, dtype), (&w, dtype)],
                        Convolution::InputGradient => [(&g, dtype), (&w, dtype)],
                        Convolution::WeightGradient => [(&x, dtype), (&g, dtype)],
                    };
                    let prim = Prim::Convolve {
                        op,
                        window: Box::new(window.clone()),
                        groups,
                    };
                    add(
                        format!("{op:?} {dtype} {groups} {channels:?} {window:?}"),
                        prim,
                        &inputs,
                        None,
                    );
                }
            }
        }
    }
    programs
}

fn windows() -> Vec<Window> {
    let window = |input: &[usize], kernel: &[usize], stride: usize, padding: usize, dilation: usize| Window {
        input: input.to_vec(),
        kernel: kernel.to_vec(),
        stride: vec![stride; input.len()],
        padding: vec![padding; input.len()],
        dilation: vec![dilation; input.len()],
        output: input
            .iter()
            .zip(kernel)
            .map(|(input, kernel)| (input + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1)
            .collect(),
    };
    vec![
        window(&[300], &[3], 2, 1, 1),
        window(&[20, 21], &[3, 2], 1, 1, 2),
        window(&[20, 21], &[1, 1], 1, 0, 1),
        window(&[5, 6, 7], &[2, 3, 2], 2, 1, 1),
    ]
}
