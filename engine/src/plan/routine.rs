//! The bodies of the primitives that are not elementwise, with their sizes worked out.
//!
//! Refuses to choose a shader: see `kernels::select`.

use super::kernel::Body;
use crate::dtype::DType;
use crate::prim::{Prim, Reduce};
use crate::wire::{Program, ProgramNode};

/// The body of a node. Elementwise nodes (and strided writes) have an elementwise one.
pub(super) fn body_of(program: &Program, node: &ProgramNode) -> Body {
    let num_elements = |sizes: &[usize]| sizes.iter().product::<usize>();
    match &node.prim {
        Prim::Reduce { op, dims } => {
            let input = program
                .value(node.operands[0].value)
                .map_or(node.dtype, |value| value.dtype);
            Body::Reduce {
                op: *op,
                dtype: fold_dtype(*op, input),
                groups: merge_dims(&node.operands[0].shape, dims),
                parts: 1,
            }
        }
        Prim::ArgReduce { op, dim } => {
            let shape = &node.operands[0].shape;
            let dtype = program
                .value(node.operands[0].value)
                .map_or(node.dtype, |value| value.dtype);
            Body::ArgReduce {
                op: *op,
                dtype,
                sizes: [
                    num_elements(&shape[..*dim]),
                    shape[*dim],
                    num_elements(&shape[dim + 1..]),
                ],
            }
        }
        Prim::Matmul => {
            let (a, b) = (&node.operands[0].shape, &node.operands[1].shape);
            Body::Matmul {
                batch: a[0],
                rows: a[1],
                columns: b[2],
                inner: a[2],
                dtype: node.dtype,
            }
        }
        Prim::Softmax | Prim::LogSoftmax => {
            let length = node.shape.last().copied().unwrap_or(1);
            let rows = num_elements(&node.shape[..node.shape.len().saturating_sub(1)]);
            Body::Softmax {
                rows,
                length,
                log: node.prim == Prim::LogSoftmax,
            }
        }
        Prim::ScatterAdd { dim, shape } => Body::ScatterAdd {
            shape: shape.clone(),
            source_shape: node.operands[0].shape.clone(),
            dim: *dim,
            dtype: node.dtype,
        },
        Prim::IndexPut { accumulate } => Body::IndexPut {
            rows: node.shape[0],
            length: num_elements(&node.shape[1..]),
            count: node.operands[1].shape[0],
            accumulate: *accumulate,
            dtype: node.dtype,
        },
        Prim::ViewWrite { shape, .. } => Body::Elementwise {
            num_elements: num_elements(shape),
        },
        // Refused by `plan::check` until they have a body.
        Prim::Convolve { .. }
        | Prim::Pool { .. }
        | Prim::Scan { .. }
        | Prim::ArgSort { .. }
        | Prim::Scatter { .. }
        | Prim::Random(_) => Body::Elementwise { num_elements: 0 },
        Prim::Unary(_)
        | Prim::Binary(_)
        | Prim::Where
        | Prim::Cast(_)
        | Prim::Copy
        | Prim::Full
        | Prim::Arange
        | Prim::Gather { .. }
        | Prim::IndexSelect => Body::Elementwise {
            num_elements: num_elements(&node.shape),
        },
    }
}

/// Sums and products of integers are int64, tests are bool, extremes keep their dtype.
fn fold_dtype(op: Reduce, input: DType) -> DType {
    match op {
        Reduce::Sum | Reduce::Prod if !input.is_float() => DType::I64,
        Reduce::Sum | Reduce::Prod | Reduce::Max | Reduce::Min => input,
        Reduce::Any | Reduce::All => DType::Bool,
    }
}

/// The shape with neighbours of one kind merged and sizes of one dropped; true where folded.
fn merge_dims(shape: &[usize], dims: &[usize]) -> Vec<(usize, bool)> {
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
