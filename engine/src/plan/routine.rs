//! The bodies of the primitives that are not elementwise, with their sizes worked out.
//!
//! Refuses to choose a shader: see `kernels::select`.

use super::kernel::{Attending, Body, Convolving, Recurring, Scattering};
use crate::dtype::DType;
use crate::prim::{Convolution, Pool, Prim, Reduce, Scatter};
use crate::wire::{Program, ProgramNode};

/// The body of a node. Elementwise nodes (and strided writes) have an elementwise one.
pub(super) fn body_of(program: &Program, node: &ProgramNode) -> Body {
    let num_elements = |sizes: &[usize]| sizes.iter().product::<usize>();
    match &node.prim {
        Prim::Reduce { op, dims } => {
            let input = operand_dtype(program, node);
            Body::Reduce {
                op: *op,
                dtype: fold_dtype(*op, input),
                groups: merge_dims(&node.operands[0].shape, dims),
                parts: 1,
            }
        }
        Prim::ArgReduce { op, dim } => {
            let shape = &node.operands[0].shape;
            Body::ArgReduce {
                op: *op,
                dtype: operand_dtype(program, node),
                sizes: around(shape, *dim),
            }
        }
        Prim::Matmul => {
            let (a, b) = (&node.operands[0].shape, &node.operands[1].shape);
            Body::Matmul {
                batch: a[0],
                rows: a[1],
                columns: b[2],
                inner: a[2],
                dtype: wide(node.dtype),
            }
        }
        Prim::ScatterAdd { dim, shape } => Body::Scatter(Scattering {
            op: Scatter::Add,
            dtype: wide(node.dtype),
            shape: shape.clone(),
            source_shape: node.operands[0].shape.clone(),
            dim: *dim,
            has_base: false,
            by_rows: false,
            is_sorted: false,
        }),
        Prim::IndexPut { accumulate } => {
            let length = num_elements(&node.shape[1..]);
            Body::Scatter(Scattering {
                op: if *accumulate { Scatter::Add } else { Scatter::Replace },
                dtype: wide(node.dtype),
                shape: vec![node.shape[0], length],
                source_shape: vec![node.operands[1].shape[0], length],
                dim: 0,
                has_base: true,
                by_rows: true,
                is_sorted: false,
            })
        }
        Prim::Scatter { op, dim } => Body::Scatter(Scattering {
            op: *op,
            dtype: wide(node.dtype),
            shape: node.shape.clone(),
            source_shape: node.operands[1].shape.clone(),
            dim: *dim,
            has_base: true,
            by_rows: false,
            is_sorted: false,
        }),
        Prim::Convolve { op, window, groups } => {
            let (a, b) = (&node.operands[0].shape, &node.operands[1].shape);
            let (channels_in, channels_out) = match op {
                Convolution::Forward => (a[1], b[0]),
                Convolution::InputGradient => (b[1] * groups, b[0]),
                Convolution::WeightGradient => (a[1], b[1]),
            };
            Body::Convolve(Convolving {
                op: *op,
                window: window.clone(),
                groups: *groups,
                batch: a[0],
                channels_in,
                channels_out,
                dtype: wide(node.dtype),
                parts: 1,
            })
        }
        Prim::Pool { op, window } => Body::Pool {
            op: *op,
            window: window.clone(),
            planes: node.shape[0],
            dtype: match op {
                Pool::ArgMax => operand_dtype(program, node),
                Pool::Sum | Pool::Spread | Pool::Scatter => wide(node.dtype),
            },
        },
        Prim::Attention(kind) => {
            let size = |slot: usize, dim: usize| node.operands.get(slot).map_or(0, |operand| operand.shape[dim]);
            Body::Attention(Attending {
                kind: *kind,
                batch: size(0, 0),
                rows: size(0, 1),
                columns: size(1, 1),
                depth: size(0, 2),
                width: size(2, 2),
                companion: None,
            })
        }
        Prim::Recurrent(kind) => {
            let size = |slot: usize, dim: usize| node.operands.get(slot).map_or(1, |operand| operand.shape[dim]);
            Body::Recurrent(Recurring {
                kind: *kind,
                steps: size(0, 0) / size(2, 0),
                batch: size(2, 0),
                units: size(2, 1),
            })
        }
        Prim::Scan { op, dim } => Body::Scan {
            op: *op,
            dtype: operand_dtype(program, node),
            sizes: around(&node.shape, *dim),
            parts: 1,
        },
        Prim::ArgSort { dim, descending } => {
            let sizes = around(&node.shape, *dim);
            Body::Sort {
                descending: *descending,
                dtype: operand_dtype(program, node),
                sizes,
                run: sizes[1],
                is_merge: false,
            }
        }
        Prim::ViewWrite { shape, .. } => Body::Elementwise {
            num_elements: num_elements(shape),
        },
        // Refused by `plan::check`: they run on the CPU.
        Prim::Factor(_) | Prim::SolveTriangular { .. } => Body::Elementwise { num_elements: 0 },
        // Softmax is written out by `expand` before.
        Prim::Softmax
        | Prim::SafeSoftmax
        | Prim::LogSoftmax
        | Prim::Unary(_)
        | Prim::Binary(_)
        | Prim::Where
        | Prim::Cast(_)
        | Prim::Copy
        | Prim::Full
        | Prim::Arange
        | Prim::Random(_)
        | Prim::Gather { .. }
        | Prim::IndexSelect => Body::Elementwise {
            num_elements: num_elements(&node.shape),
        },
    }
}

/// Dtype that the first operand is computed with.
fn operand_dtype(program: &Program, node: &ProgramNode) -> DType {
    wide(
        program
            .value(node.operands[0].value)
            .map_or(node.dtype, |value| value.dtype),
    )
}

/// Bodies compute narrow floats as f32, and round their results alone.
const fn wide(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        other => other,
    }
}

/// Sizes before, along and after a dimension.
fn around(shape: &[usize], dim: usize) -> [usize; 3] {
    let count = |sizes: &[usize]| sizes.iter().product();
    [count(&shape[..dim]), shape[dim], count(&shape[dim + 1..])]
}

/// Sums and products of integers are int64, tests are bool, extremes keep their dtype.
pub(super) fn fold_dtype(op: Reduce, input: DType) -> DType {
    match op {
        Reduce::Sum | Reduce::Prod if !input.is_float() => DType::I64,
        Reduce::Sum | Reduce::Prod | Reduce::Max | Reduce::Min => input,
        Reduce::Any | Reduce::All => DType::Bool,
    }
}

/// The shape with neighbours of one kind merged and sizes of one dropped; true where folded.
pub(super) fn merge_dims(shape: &[usize], dims: &[usize]) -> Vec<(usize, bool)> {
    let mut groups: Vec<(usize, bool)> = Vec::new();
    for (dim, &size) in shape.iter().enumerate() {
        let folded = dims.contains(&dim);
        match groups.last_mut() {
            _ if size == 1 => {}
            Some((total, kind)) if *kind == folded => *total *= size,
            _ => groups.push((size, folded)),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_of_one_kind_merge() {
        assert_eq!(merge_dims(&[2, 3, 4], &[1, 2]), [(2, false), (12, true)]);
        assert_eq!(merge_dims(&[2, 1, 4], &[1]), [(8, false)]);
        assert_eq!(merge_dims(&[2, 3, 4], &[0, 2]), [(2, true), (3, false), (4, true)]);
    }
}
