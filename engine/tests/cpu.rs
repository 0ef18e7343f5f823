//! Every primitive on every dtype with odd views: whatever `infer` accepts is computed to the inferred
//! shape and dtype, or refused with an error. Nothing panics.
//!
//! Refuses to check values: the kernels' own tests do.
#![cfg(feature = "recorder")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use carrel_engine::cpu::{Buffer, Operand, compute, gather_bytes};
use carrel_engine::dtype::DType;
use carrel_engine::prim::infer::{Meta, infer};
use carrel_engine::prim::{ArgReduce, Binary, Prim, Reduce, Unary};
use carrel_engine::scalar::Scalar;
use carrel_engine::view::View;

/// Random choices that repeat from run to run.
struct Choices(u64);

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn shape(&mut self) -> Vec<usize> {
        (0..self.below(4))
            .map(|_| [0, 1, 1, 2, 3, 5, 17][self.below(7)])
            .collect()
    }

    /// A view of this shape: permuted storage order, gaps, repeated dimensions, an offset.
    fn view(&mut self, shape: &[usize]) -> View {
        let mut strides = vec![0; shape.len()];
        let mut next = 1 + self.below(2);
        let mut order: Vec<usize> = (0..shape.len()).rev().collect();
        if self.below(2) == 0 {
            order.reverse();
        }
        for dim in order {
            if self.below(5) > 0 {
                strides[dim] = next;
                next *= shape[dim].max(1);
            }
        }
        View {
            shape: shape.to_vec(),
            strides,
            offset: self.below(3),
        }
    }

    fn buffer(&mut self, dtype: DType, len: usize) -> Buffer {
        let bytes: Vec<u8> = (0..len * dtype.size_bytes()).map(|_| self.below(256) as u8).collect();
        Buffer::from_bytes(dtype, &bytes).expect("whole elements")
    }

    fn index(&mut self, len: usize) -> Buffer {
        Buffer::I64((0..len).map(|_| self.below(7) as i64 - 1).collect())
    }
}

/// Primitives for inputs of this shape, and the shapes and dtypes of further inputs.
fn cases(choices: &mut Choices, shape: &[usize], dtype: DType) -> Vec<(Prim, Vec<Meta>)> {
    let same = Meta {
        shape: shape.to_vec(),
        dtype,
    };
    let index = |shape: &[usize]| Meta {
        shape: shape.to_vec(),
        dtype: DType::I64,
    };
    let dim = choices.below(shape.len());
    let dims: Vec<usize> = (0..shape.len()).filter(|_| choices.below(2) == 0).collect();
    let other = choices.shape();
    let mut cases: Vec<(Prim, Vec<Meta>)> = vec![
        (
            Prim::Where,
            vec![
                Meta {
                    shape: shape.to_vec(),
                    dtype: DType::Bool,
                },
                same.clone(),
                same.clone(),
            ],
        ),
        (Prim::Copy, vec![same.clone()]),
        (
            Prim::Matmul,
            vec![
                same.clone(),
                Meta {
                    shape: vec![
                        shape.first().copied().unwrap_or(1),
                        shape.last().copied().unwrap_or(1),
                        3,
                    ],
                    dtype,
                },
            ],
        ),
        (Prim::Softmax, vec![same.clone()]),
        (Prim::LogSoftmax, vec![same.clone()]),
        (Prim::Gather { dim }, vec![same.clone(), index(&other)]),
        (Prim::Gather { dim }, vec![same.clone(), index(shape)]),
        (Prim::ScatterAdd { dim, shape: other }, vec![index(shape), same.clone()]),
        (
            Prim::ScatterAdd {
                dim,
                shape: shape.to_vec(),
            },
            vec![index(shape), same.clone()],
        ),
        (Prim::IndexSelect, vec![same.clone(), index(&[2])]),
        (
            Prim::IndexPut { accumulate: true },
            vec![same.clone(), index(&shape[..shape.len().min(1)]), same.clone()],
        ),
        (
            Prim::IndexPut { accumulate: false },
            vec![same.clone(), index(&shape[..shape.len().min(1)]), same.clone()],
        ),
        (
            Prim::ViewWrite {
                shape: shape.to_vec(),
                strides: vec![1; shape.len()],
            },
            vec![Meta { shape: vec![60], dtype }, same.clone()],
        ),
    ];
    cases.extend(Unary::ALL.iter().map(|&op| (Prim::Unary(op), vec![same.clone()])));
    cases.extend(
        Binary::ALL
            .iter()
            .map(|&op| (Prim::Binary(op), vec![same.clone(), same.clone()])),
    );
    cases.extend(
        Reduce::ALL
            .iter()
            .map(|&op| (Prim::Reduce { op, dims: dims.clone() }, vec![same.clone()])),
    );
    cases.extend(
        ArgReduce::ALL
            .iter()
            .map(|&op| (Prim::ArgReduce { op, dim }, vec![same.clone()])),
    );
    cases.extend(DType::ALL.iter().map(|&to| (Prim::Cast(to), vec![same.clone()])));
    cases
}

#[test]
fn whatever_infer_accepts_is_computed_or_refused() {
    let mut choices = Choices(1);
    let (mut computed, mut refused) = (0, 0);
    for round in 0..60 {
        for &dtype in DType::ALL {
            let shape = choices.shape();
            for (prim, inputs) in cases(&mut choices, &shape, dtype) {
                let Ok(output) = infer(&prim, &inputs, None) else {
                    continue;
                };
                let views: Vec<View> = inputs.iter().map(|input| choices.view(&input.shape)).collect();
                let buffers: Vec<Buffer> = inputs
                    .iter()
                    .zip(&views)
                    .map(|(input, view)| match input.dtype {
                        DType::I64 => choices.index(view.storage_extent()),
                        dtype => choices.buffer(dtype, view.storage_extent()),
                    })
                    .collect();
                let operands: Vec<Operand<'_>> = buffers
                    .iter()
                    .zip(&views)
                    .map(|(buffer, view)| Operand { buffer, view })
                    .collect();
                let params = vec![Scalar::Int(choices.below(70) as i64 - 5); prim.num_params()];
                match compute(&prim, &operands, &params, &output) {
                    Ok(result) => {
                        let found = (result.len(), result.dtype());
                        assert_eq!(
                            found,
                            (output.shape.iter().product(), output.dtype),
                            "round {round}: {prim:?} {views:?}"
                        );
                        computed += 1;
                    }
                    Err(error) => {
                        assert!(!error.to_string().is_empty());
                        refused += 1;
                    }
                }
            }
        }
    }
    println!("cpu: {computed} computed, {refused} refused");
    assert!(computed > 10 * refused);
}

#[test]
fn operands_outside_their_storage_are_refused() {
    let buffer = Buffer::F32(vec![1.0; 4]);
    let view = View {
        shape: vec![3],
        strides: vec![2],
        offset: 0,
    };
    let operand = Operand {
        buffer: &buffer,
        view: &view,
    };
    let output = Meta {
        shape: vec![3],
        dtype: DType::F32,
    };
    assert!(compute(&Prim::Copy, &[operand], &[], &output).is_err());
    assert!(compute(&Prim::Copy, &[], &[], &output).is_err());
    assert!(gather_bytes(operand).is_err());
}
