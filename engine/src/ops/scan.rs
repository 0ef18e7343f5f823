//! Running sums, products, extremes and logsumexp along a dimension.
//!
//! Read next: `prim::Scan`, `autograd::rules_scan`.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::context;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, index, movement};
use crate::prim::{Prim, Scan};
use crate::shape::normalize_dim;
use crate::tensor::Tensor;

/// A fold along `dim`; a number counts as a vector of one.
fn scanned(op: Scan, x: &Tensor, dim: i64) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 {
        let line = movement::reshape_to(x, &[1])?;
        return movement::reshape_to(&apply(Prim::Scan { op, dim: 0 }, &[&line], &[])?, &[]);
    }
    apply(Prim::Scan { op, dim }, &[x], &[])
}

/// Sums and products of integers are int64.
fn widened(x: &Tensor) -> Result<Tensor> {
    if x.dtype().is_float() {
        Ok(x.clone())
    } else {
        copy::to_dtype(x, DType::I64)
    }
}

/// `x.cumsum(dim)`
pub fn cumsum(x: &Tensor, dim: i64) -> Result<Tensor> {
    let x = widened(x)?;
    let mark = sequence_mark();
    Ok(rename(scanned(Scan::Sum, &x, dim)?, mark, "CumsumBackward0"))
}

/// `x.cumprod(dim)`
pub fn cumprod(x: &Tensor, dim: i64) -> Result<Tensor> {
    let x = widened(x)?;
    let mark = sequence_mark();
    Ok(rename(scanned(Scan::Prod, &x, dim)?, mark, "CumprodBackward0"))
}

/// `x.logcumsumexp(dim)`
pub fn logcumsumexp(x: &Tensor, dim: i64) -> Result<Tensor> {
    if !x.dtype().is_float() {
        return Err(Error::UnsupportedDType {
            op: "logcumsumexp_out_cpu",
            dtype: x.dtype(),
            device: "cpu",
        });
    }
    let mark = sequence_mark();
    Ok(rename(scanned(Scan::LogSumExp, x, dim)?, mark, "LogcumsumexpBackward0"))
}

/// `x.cummax(dim)` and `x.cummin(dim)`: values and positions, of equals the last.
pub fn cumulative_extreme(largest: bool, x: &Tensor, dim: i64) -> Result<[Tensor; 2]> {
    let (op, name) = if largest {
        (Scan::ArgMax, "CummaxBackward0")
    } else {
        (Scan::ArgMin, "CumminBackward0")
    };
    let indices = context::with_grad_mode(false, || scanned(op, x, dim))?;
    let mark = sequence_mark();
    if x.rank() == 0 {
        return Ok([rename(copy::clone(x)?, mark, name), indices]);
    }
    let values = index::gather_unchecked(x, normalize_dim(dim, x.rank())?, &indices)?;
    Ok([rename(values, mark, name), indices])
}
