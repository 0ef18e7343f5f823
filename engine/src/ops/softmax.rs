//! Softmax and log-softmax along any dimension.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::error::{Error, Result};
use crate::ops::{copy, movement};
use crate::prim::Prim;
use crate::shape::normalize_dim;
use crate::tensor::Tensor;

/// `softmax(x, dim)` of floats.
pub fn softmax(x: &Tensor, dim: i64) -> Result<Tensor> {
    let mark = sequence_mark();
    Ok(rename(along(Prim::Softmax, x, dim)?, mark, "SoftmaxBackward0"))
}

/// `softmax(x, -1)` of attention: a row that is -inf all over gives zeros, and no gradient.
pub fn safe_softmax(x: &Tensor) -> Result<Tensor> {
    along(Prim::SafeSoftmax, x, -1)
}

/// `log_softmax(x, dim)` of floats.
pub fn log_softmax(x: &Tensor, dim: i64) -> Result<Tensor> {
    let mark = sequence_mark();
    Ok(rename(along(Prim::LogSoftmax, x, dim)?, mark, "LogSoftmaxBackward0"))
}

/// The primitives work on the last dimension; others are moved there and back.
fn along(prim: Prim, x: &Tensor, dim: i64) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    if !x.dtype().is_float() {
        let kind = if prim == Prim::LogSoftmax { "log_" } else { "" };
        let place = if dim + 1 < x.rank() { "" } else { "lastdim_" };
        return Err(Error::not_implemented(format!(
            "\"{kind}softmax_{place}kernel_impl\" not implemented for '{}'",
            x.dtype().scalar_type_name()
        )));
    }
    if x.rank() == 0 {
        return movement::reshape_to(&apply(prim, &[&movement::reshape_to(x, &[1])?], &[])?, &[]);
    }
    let last = x.rank() - 1;
    if dim == last {
        return apply(prim, &[x], &[]);
    }
    let moved = movement::transpose(x, dim as i64, last as i64)?;
    copy::contiguous(&movement::transpose(
        &apply(prim, &[&moved], &[])?,
        dim as i64,
        last as i64,
    )?)
}
