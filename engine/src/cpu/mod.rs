//! The CPU backend: computes one primitive at once. It is the specification of every primitive.
//!
//! Inputs come as strided views, results are fresh row-major buffers. The caller has run
//! `prim::infer`; what `infer` cannot see (index values, offsets) is checked here and is an error,
//! never a panic. Refuses to know tensors, autograd and the GPU.
//! Read next: `buffer`, `strided`, `elementwise`, then the structural kernels.

pub mod buffer;

pub use buffer::Buffer;

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::prim::Prim;
use crate::prim::infer::Meta;
use crate::scalar::Scalar;
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
    let _ = (operands, params, output);
    Err(Error::not_implemented(format!("{prim:?}")))
}

/// Writes the elements of `source` (of the view's shape and the base's dtype) into a view of `base`.
pub fn write_view(base: &mut Buffer, view: &View, source: Operand<'_>) -> Result<()> {
    let _ = (base, view, source);
    Err(Error::not_implemented("write_view"))
}

/// The operand's elements as little-endian bytes in row-major order, one byte a bool.
pub fn gather_bytes(operand: Operand<'_>) -> Vec<u8> {
    let _ = operand;
    Vec::new()
}

/// The operand's elements as the GPU holds them: four little-endian bytes each, in row-major order.
pub fn to_gpu_bytes(operand: Operand<'_>) -> Result<Vec<u8>> {
    let _ = operand;
    Err(Error::not_implemented("to_gpu_bytes"))
}

/// The inverse of [`to_gpu_bytes`].
pub fn from_gpu_bytes(dtype: DType, bytes: &[u8]) -> Result<Buffer> {
    let _ = (dtype, bytes);
    Err(Error::not_implemented("from_gpu_bytes"))
}
