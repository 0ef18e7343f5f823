//! Programs that are well-formed and odd: every primitive, odd windows, shapes and references, planned and turned into
//! WGSL without a device. What the decoder lets through, planning must take.

use carrel_engine::codegen::generate;
use carrel_engine::dtype::DType;
use carrel_engine::plan::{Caps, Fusion, plan_with};
use carrel_engine::prim::infer::{Meta, infer};
use carrel_engine::prim::{ArgReduce, Binary, Convolution, Draw, Pool, Prim, Reduce, Scan, Scatter, Unary, Window};
use carrel_engine::shape::checked_num_elements;
use carrel_engine::wire::{Operand, Program, ProgramNode, ValueDecl, ValueRef};

use crate::noise::{Findings, Noise, caught, rounds};

const SIZES: [usize; 12] = [0, 1, 1, 2, 2, 3, 4, 4, 5, 8, 300, 70_000];

fn shape(noise: &mut Noise) -> Vec<usize> {
    (0..noise.below(5)).map(|_| noise.pick(&SIZES)).collect()
}

fn window(noise: &mut Noise, rank: usize) -> Box<Window> {
    let mut sizes =
        |low: usize, high: usize| -> Vec<usize> { (0..rank).map(|_| low + noise.below(high - low)).collect() };
    let mut window = Window {
        input: sizes(1, 9),
        kernel: sizes(1, 4),
        stride: sizes(1, 3),
        padding: sizes(0, 3),
        dilation: sizes(1, 3),
        output: vec![1; rank],
    };
    for dim in 0..rank {
        let reach = window.dilation[dim] * (window.kernel[dim] - 1) + 1;
        let room = window.input[dim] + 2 * window.padding[dim];
        window.output[dim] = room.saturating_sub(reach) / window.stride[dim] + 1;
    }
    Box::new(window)
}

fn prim(noise: &mut Noise) -> Prim {
    let dim = noise.below(4);
    let rank = 1 + noise.below(3);
    match noise.below(26) {
        0..4 => Prim::Unary(noise.pick(Unary::ALL)),
        4..9 => Prim::Binary(noise.pick(Binary::ALL)),
        9 => Prim::Where,
        10 => Prim::Cast(noise.pick(DType::ALL)),
        11 => Prim::Copy,
        12 => Prim::Full,
        13 => Prim::Arange,
        14 | 15 => Prim::Reduce {
            op: noise.pick(Reduce::ALL),
            dims: (0..4).filter(|_| noise.one_in(2)).collect(),
        },
        16 => Prim::ArgReduce {
            op: noise.pick(ArgReduce::ALL),
            dim,
        },
        17 => Prim::Matmul,
        18 => [Prim::Softmax, Prim::SafeSoftmax, Prim::LogSoftmax][noise.below(3)].clone(),
        19 => Prim::Gather { dim },
        20 => Prim::ScatterAdd {
            dim,
            shape: shape(noise),
        },
        21 => {
            if noise.one_in(2) {
                Prim::IndexSelect
            } else {
                Prim::IndexPut {
                    accumulate: noise.one_in(2),
                }
            }
        }
        22 => Prim::ViewWrite {
            shape: shape(noise),
            strides: (0..noise.below(4)).map(|_| noise.below(7)).collect(),
        },
        23 => Prim::Convolve {
            op: noise.pick(Convolution::ALL),
            window: window(noise, rank),
            groups: 1 + noise.below(2),
        },
        24 => Prim::Pool {
            op: noise.pick(Pool::ALL),
            window: window(noise, rank),
        },
        _ => match noise.below(4) {
            0 => Prim::Scan {
                op: noise.pick(Scan::ALL),
                dim,
            },
            1 => Prim::ArgSort {
                dim,
                descending: noise.one_in(2),
            },
            2 => Prim::Scatter {
                op: noise.pick(Scatter::ALL),
                dim,
            },
            _ => Prim::Random(noise.pick(Draw::ALL)),
        },
    }
}

/// A window on a value, of the wanted shape where there is one.
fn operand(noise: &mut Noise, program: &Program, wanted: Option<&[usize]>) -> Operand {
    let count = program.inputs.len() + program.nodes.len();
    let index = noise.below(count);
    let value = match index.checked_sub(program.inputs.len()) {
        None => ValueRef::Input(index as u32),
        Some(node) => ValueRef::Node(node as u32),
    };
    let held = program.value(value).map_or(0, |value| value.num_elements);
    let natural = match value {
        ValueRef::Node(node) if noise.one_in(2) => Some(program.nodes[node as usize].shape.clone()),
        _ => None,
    };
    let shape = wanted
        .map(<[usize]>::to_vec)
        .or(natural)
        .unwrap_or_else(|| shape(noise));
    // The decoder takes no larger ones; what it takes them for is the business of `messages`.
    let shape = if checked_num_elements(&shape).is_ok() {
        shape
    } else {
        vec![1]
    };
    let mut strides = vec![0; shape.len()];
    let mut step = 1usize;
    for dim in (0..shape.len()).rev() {
        strides[dim] = if noise.one_in(5) { noise.below(4) } else { step };
        step = step.saturating_mul(shape[dim].max(1));
    }
    let span = |strides: &[usize]| -> usize {
        shape
            .iter()
            .zip(strides)
            .map(|(&size, &stride)| size.saturating_sub(1).saturating_mul(stride))
            .fold(0, usize::saturating_add)
    };
    if span(&strides) >= held {
        strides.fill(0);
    }
    let offset_param =
        (program.num_params > 0 && noise.one_in(2)).then(|| noise.below(program.num_params as usize) as u32);
    Operand {
        value,
        shape,
        strides,
        offset_param,
    }
}

/// A program that the decoder takes.
pub fn random_program(noise: &mut Noise) -> Program {
    let mut program = Program {
        num_params: noise.below(6) as u32,
        ..Program::default()
    };
    for _ in 0..=noise.below(3) {
        program.inputs.push(ValueDecl {
            dtype: noise.pick(&[
                DType::F32,
                DType::F32,
                DType::F32,
                DType::I64,
                DType::Bool,
                DType::I32,
                DType::F16,
            ]),
            num_elements: shape(noise).into_iter().fold(1, usize::saturating_mul).min(1 << 24),
        });
    }
    for _ in 0..noise.below(14) {
        let prim = prim(noise);
        let mut operands: Vec<Operand> = Vec::new();
        let same = prim.is_elementwise();
        for _ in 0..prim.num_inputs() {
            let wanted = operands.first().filter(|_| same).map(|first| first.shape.clone());
            let next = operand(noise, &program, wanted.as_deref());
            operands.push(next);
        }
        let metas: Vec<Meta> = operands
            .iter()
            .map(|operand| Meta {
                shape: operand.shape.clone(),
                dtype: program.value(operand.value).map_or(DType::F32, |value| value.dtype),
            })
            .collect();
        let fill = Meta {
            shape: shape(noise),
            dtype: noise.pick(&[DType::F32, DType::I64, DType::Bool]),
        };
        let inferred = caught(|| infer(&prim, &metas, Some(&fill)));
        let Ok(meta) = inferred.unwrap_or_else(|message| panic!("infer: {message} for {prim:?} of {metas:?}")) else {
            continue;
        };
        let spare = (program.num_params as usize).checked_sub(prim.num_params());
        let Some(spare) = spare else { continue };
        program.nodes.push(ProgramNode {
            prim,
            operands,
            shape: meta.shape,
            dtype: meta.dtype,
            first_param: noise.below(spare + 1) as u32,
        });
    }
    program.outputs = (0..program.nodes.len() as u32).filter(|_| noise.one_in(2)).collect();
    program
}

#[test]
fn whatever_is_decoded_can_be_planned_and_written() {
    let mut noise = Noise::new(21);
    let mut findings = Findings::default();
    for _ in 0..rounds(3000) {
        let program = random_program(&mut noise);
        let Ok(program) = Program::decode(&program.encode()) else {
            continue;
        };
        let donated: Vec<bool> = program.inputs.iter().map(|_| noise.one_in(2)).collect();
        let fusion = noise.pick(&[Fusion::On, Fusion::On, Fusion::Off]);
        let outcome = caught(|| {
            let caps = Caps::default();
            // Planning may refuse a program, but not with a panic.
            let Ok(plan) = plan_with(&program, &donated, &caps, fusion) else {
                return;
            };
            for kernel in &plan.kernels {
                let module = generate(kernel, &caps);
                assert!(
                    module.grid.iter().all(|&size| size <= caps.max_workgroups),
                    "a grid is too large"
                );
            }
        });
        if let Err(message) = outcome {
            findings.add(message, format!("{program:?} donated {donated:?} fusion {fusion:?}"));
        }
    }
    findings.report();
}
