//! Repeated elements: dimensions that are read again and again without being copied, and `repeat`, which copies.
//!
//! Refuses sizes that are not repetitions.

use super::kinds::moved_always;
use super::{Movement, reshape_to};
use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::error::{Error, Result, list_text};
use crate::prim::Prim;
use crate::shape;
use crate::storage::Device;
use crate::tensor::Tensor;

/// `x.expand(shape)` with concrete sizes; the tensor itself if nothing changes.
pub fn expand(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    if x.shape() == shape {
        return Ok(x.clone());
    }
    check_expand(x, shape)?;
    moved_always(x, Movement::Expand(shape.to_vec()))
}

/// `x.expand(shape)` where -1 keeps a size.
pub fn expand_signed(x: &Tensor, shape: &[i64]) -> Result<Tensor> {
    let missing = shape.len().saturating_sub(x.rank());
    let sizes = shape.iter().enumerate().map(|(dim, &size)| match size {
        -1 if dim >= missing => Ok(x.size(dim - missing)),
        -1 => Err(Error::runtime(format!(
            "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {dim}"
        ))),
        size if size < 0 => Err(Error::runtime(format!(
            "The expanded size of the tensor ({size}) must not be negative at dimension {dim}"
        ))),
        size => Ok(size as usize),
    });
    let sizes = sizes.collect::<Result<Vec<_>>>()?;
    check_expand(x, &sizes)?;
    moved_always(x, Movement::Expand(sizes))
}

/// `x.repeat(repeats)`: a copy.
pub fn repeat(x: &Tensor, repeats: &[usize]) -> Result<Tensor> {
    if repeats.len() < x.rank() {
        return Err(Error::runtime(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
        ));
    }
    let mut padded = vec![1; repeats.len() - x.rank()];
    padded.extend(x.shape());
    // [r0, n0, r1, n1, …] by expansion, then merged pairwise.
    let (mut spread, mut expanded, mut merged) = (Vec::new(), Vec::new(), Vec::new());
    for (&count, &size) in repeats.iter().zip(&padded) {
        spread.extend([1, size]);
        expanded.extend([count, size]);
        merged.push(
            count
                .checked_mul(size)
                .ok_or_else(|| Error::runtime("repeat: the result has too many elements"))?,
        );
    }
    shape::checked_num_elements(&merged)?;
    let mark = sequence_mark();
    let copied = apply(Prim::Copy, &[&expand(&reshape_to(x, &spread)?, &expanded)?], &[])?;
    Ok(rename(reshape_to(&copied, &merged)?, mark, "RepeatBackward0"))
}

fn check_expand(x: &Tensor, shape: &[usize]) -> Result<()> {
    if shape.len() < x.rank() {
        let device = if x.device() == Device::Cpu { "" } else { "webgpu." };
        return Err(Error::runtime(format!(
            "expand(torch.{device}{}Tensor{{{}}}, size={}): the number of sizes provided ({}) must be greater or equal to the number of \
             dimensions in the tensor ({})",
            x.dtype().scalar_type_name(),
            list_text(&x.shape()),
            list_text(shape),
            shape.len(),
            x.rank()
        )));
    }
    x.view().expand(shape).map(|_| ())
}
