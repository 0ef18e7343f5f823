//! The CPU backend: computes one primitive at once. It is the specification of every primitive.
//!
//! Inputs come as strided views, results are fresh row-major buffers. The caller has run
//! `prim::infer`; what `infer` cannot see (index values, offsets) is checked here and is an error,
//! never a panic. Refuses to know tensors, autograd and the GPU.
//! Read next: `buffer`, `strided`, `elementwise`, then the structural kernels.

mod arg_reduce;
mod arg_sort;
pub mod buffer;
mod bytes;
mod cast;
mod convolve;
mod elementwise;
mod fill;
mod float;
mod fold;
mod hash;
mod heap_sort;
mod index;
mod lanes;
mod linalg;
pub mod loops;
mod matmul;
mod matmul_block;
pub mod memory;
pub mod optimizer;
mod partial_sort;
mod pool;
mod random_counter;
mod recurrent;
mod reduce;
mod region;
mod scan;
mod scatter;
mod select;
mod selection;
mod softmax;
pub mod special;
mod strided;
mod unsigned;
mod window_lines;

pub use buffer::Buffer;
pub use bytes::{from_gpu_bytes, gather_bytes, narrow_for_gpu, to_gpu_bytes};
pub use hash::hash;
pub use region::write_view;
pub use selection::{Selection, select as select_positions};

use crate::error::{Error, Result};
use crate::prim::Prim;
use crate::prim::infer::Meta;
use crate::scalar::Scalar;
use crate::stop;
use crate::view::View;

/// One input of a kernel: a view of a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Operand<'a> {
    /// The storage.
    pub buffer: &'a Buffer,
    /// Where the operand's elements lie in it.
    pub view: &'a View,
}

/// Computes a primitive whose inputs passed `prim::infer`. The result is row-major, of `output`'s shape and dtype.
pub fn compute(prim: &Prim, operands: &[Operand<'_>], params: &[Scalar], output: &Meta) -> Result<Buffer> {
    for operand in operands {
        strided::check_bounds(operand.view, operand.buffer.len())?;
    }
    let result = computed(prim, operands, params, output);
    stop::settle()?;
    // A kernel of signed elements has computed the bits of unsigned ones.
    result.map(|result| result.tagged(output.dtype))
}

/// As [`compute`]; worthless if it was asked to stop.
fn computed(prim: &Prim, operands: &[Operand<'_>], params: &[Scalar], output: &Meta) -> Result<Buffer> {
    if let Some(result) = unsigned::compute(prim, operands, params, output)? {
        return Ok(result);
    }
    match (prim, operands, params) {
        (Prim::Unary(op), [x], _) => elementwise::unary(*op, *x, output),
        (Prim::Binary(op), [x, y], _) => elementwise::binary(*op, *x, *y, output),
        (Prim::Where, [condition, x, y], _) => select::select(*condition, *x, *y),
        (Prim::Cast(dtype), [x], _) => cast::cast(*x, *dtype),
        (Prim::Copy, [x], _) => cast::copy(*x),
        (Prim::Full, [], [value]) => fill::full(unsigned::fill_value(*value, output.dtype), output),
        (Prim::Arange, [], [start, step]) => fill::arange(*start, *step, output),
        (Prim::Reduce { op, dims }, [x], _) => reduce::reduce(*op, dims, *x, output),
        (Prim::ArgReduce { op, dim }, [x], _) => arg_reduce::arg_reduce(*op, *dim, *x),
        (Prim::Matmul, [a, b], _) => matmul::matmul(*a, *b, output),
        (Prim::Softmax, [x], _) => softmax::softmax(softmax::Kind::Softmax, *x),
        (Prim::SafeSoftmax, [x], _) => softmax::softmax(softmax::Kind::SafeSoftmax, *x),
        (Prim::LogSoftmax, [x], _) => softmax::softmax(softmax::Kind::LogSoftmax, *x),
        (Prim::Gather { dim }, [x, index], _) => index::gather_dim(*dim, *x, *index),
        (Prim::ScatterAdd { dim, shape }, [index, source], _) => index::scatter_add(*dim, shape, *index, *source),
        (Prim::IndexSelect, [x, index], _) => index::index_select(*x, *index),
        (Prim::IndexPut { accumulate }, [base, index, source], _) => {
            index::index_put(*accumulate, *base, *index, *source)
        }
        (Prim::ViewWrite { shape, strides }, [base, source], [offset]) => {
            let offset = usize::try_from(offset.as_i64()).map_err(|_| wrong_call(prim))?;
            region::view_write(
                *base,
                &View {
                    shape: shape.clone(),
                    strides: strides.clone(),
                    offset,
                },
                *source,
            )
        }
        (Prim::Scan { op, dim }, [x], _) => scan::scan(*op, *dim, *x, output),
        (Prim::ArgSort { dim, descending }, [x], _) => arg_sort::arg_sort(*dim, *descending, *x),
        (Prim::Scatter { op, dim }, [base, index, source], _) => scatter::scatter(*op, *dim, *base, *index, *source),
        (Prim::Random(draw), [], [low, high, start]) => random_counter::random(*draw, [*low, *high, *start], output),
        (Prim::Convolve { op, window, groups }, [a, b], _) => convolve::convolve(*op, window, *groups, *a, *b, output),
        (Prim::Pool { op, window }, operands, _) => pool::pool(*op, window, operands, output),
        (Prim::Factor(factor), [x], _) => linalg::factor(*factor, *x, params, output),
        (Prim::SolveTriangular { upper, unit }, [a, b], _) => linalg::solve_triangular(*upper, *unit, *a, *b),
        (Prim::Recurrent(kind), operands, _) => recurrent::recurrent(*kind, operands, output),
        // Spelled out, so that a new primitive does not compile without a kernel.
        (
            Prim::Unary(_)
            | Prim::Binary(_)
            | Prim::Where
            | Prim::Cast(_)
            | Prim::Copy
            | Prim::Full
            | Prim::Arange
            | Prim::Reduce { .. }
            | Prim::ArgReduce { .. }
            | Prim::Matmul
            | Prim::Softmax
            | Prim::SafeSoftmax
            | Prim::LogSoftmax
            | Prim::Gather { .. }
            | Prim::ScatterAdd { .. }
            | Prim::IndexSelect
            | Prim::IndexPut { .. }
            | Prim::ViewWrite { .. }
            | Prim::Convolve { .. }
            | Prim::Scan { .. }
            | Prim::ArgSort { .. }
            | Prim::Scatter { .. }
            | Prim::Random(_)
            | Prim::Factor(_)
            | Prim::SolveTriangular { .. }
            | Prim::Attention(_),
            ..,
        ) => Err(wrong_call(prim)),
    }
}

fn wrong_call(prim: &Prim) -> Error {
    Error::runtime(format!("{prim:?} was given the wrong operands or parameters"))
}
