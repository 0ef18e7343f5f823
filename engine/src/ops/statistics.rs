//! Variances, norms and logarithms of sums: folds with something before and after.
//!
//! Refuses quantiles, which order elements: they are compositions in Python. Read next: `reduce`.

use super::reduce::{count_of, fold, mean, sum};
use crate::autograd::{Rule, detach, record_rule, rename, requires_grad, sequence_mark};
use crate::error::{Error, Result};
use crate::ops::promote::{float_of, in_float32};
use crate::ops::{copy, elementwise as e, movement};
use crate::prim::Reduce;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// `x.var(dims, correction, keepdim)`: two passes.
pub fn var(x: &Tensor, dims: &[i64], correction: f64, keepdim: bool) -> Result<Tensor> {
    if !x.dtype().is_float() {
        return Err(Error::not_implemented(
            "std and var only support floating point and complex dtypes",
        ));
    }
    let mark = sequence_mark();
    let count = count_of(x, dims)? as f64;
    let result = in_float32(&[x], |wide| {
        let centred = e::sub(&wide[0], &mean(&wide[0], dims, true)?)?;
        let squares = fold(Reduce::Sum, &e::square(&centred)?, dims, keepdim)?;
        e::div_scalar(&squares, (count - correction).max(0.0))
    })?;
    Ok(rename(result, mark, "VarBackward0"))
}

/// `x.std(dims, correction, keepdim)`
pub fn std(x: &Tensor, dims: &[i64], correction: f64, keepdim: bool) -> Result<Tensor> {
    let mark = sequence_mark();
    let result = in_float32(&[x], |wide| {
        let variance = var(&wide[0], dims, correction, keepdim)?;
        if requires_grad(&variance) {
            flat_at_zero(&variance, e::sqrt)
        } else {
            e::sqrt(&variance)
        }
    })?;
    Ok(rename(result, mark, "StdBackward0"))
}

/// `torch.linalg.vector_norm(x, order, dims, keepdim)`
pub fn norm(x: &Tensor, order: f64, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    if !x.dtype().is_float() {
        return Err(Error::not_implemented(format!(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}",
            x.dtype().scalar_type_name()
        )));
    }
    let mark = sequence_mark();
    let result = in_float32(&[x], |wide| norm_as_is(&wide[0], order, dims, keepdim))?;
    Ok(rename(result, mark, "LinalgVectorNormBackward0"))
}

/// The norm, computed in the tensor's own dtype.
fn norm_as_is(x: &Tensor, order: f64, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    Ok(if order == f64::INFINITY {
        fold(Reduce::Max, &e::abs(x)?, dims, keepdim)?
    } else if order == f64::NEG_INFINITY {
        fold(Reduce::Min, &e::abs(x)?, dims, keepdim)?
    } else if order == 0.0 {
        record_rule(
            Rule::Zeros,
            &[x],
            sum(&copy::to_dtype(&e::ne_scalar(x, 0.0)?, x.dtype())?, dims, keepdim)?,
        )
    } else if order == 1.0 {
        sum(&e::abs(x)?, dims, keepdim)?
    } else if order == 2.0 {
        flat_at_zero(&sum(&e::square(x)?, dims, keepdim)?, e::sqrt)?
    } else {
        let powers = if order < 1.0 {
            // The power is infinitely steep at zero; PyTorch has no gradient there.
            let at_zero = if order > 0.0 { 0.0 } else { f64::INFINITY };
            let is_zero = e::eq_scalar(x, 0.0)?;
            let safe = e::masked_fill(x, &is_zero, Scalar::Int(1))?;
            let powers = e::pow_scalar(&e::abs(&safe)?, Scalar::Float(order))?;
            e::masked_fill(&powers, &is_zero, Scalar::Float(at_zero))?
        } else {
            e::pow_scalar(&e::abs(x)?, Scalar::Float(order))?
        };
        let total = sum(&powers, dims, keepdim)?;
        flat_at_zero(&total, |total| e::pow_scalar(total, Scalar::Float(1.0 / order)))?
    })
}

/// A root that is steep at zero, with the gradient zero there: the norm of nothing but zeros has that one.
fn flat_at_zero(x: &Tensor, root: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let is_zero = e::eq_scalar(x, 0.0)?;
    let safe = e::masked_fill(x, &is_zero, Scalar::Int(1))?;
    e::masked_fill(&root(&safe)?, &is_zero, Scalar::Int(0))
}

/// `x.logsumexp(dims, keepdim)`
pub fn logsumexp(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let mark = sequence_mark();
    let x = copy::to_dtype(x, float_of(x.dtype()))?;
    if x.num_elements() == 0 && x.rank() > 0 {
        // The logarithm of the sum of nothing.
        return Ok(rename(
            e::log(&sum(&e::exp(&x)?, dims, keepdim)?)?,
            mark,
            "LogsumexpBackward0",
        ));
    }
    let result = in_float32(&[&x], |wide| log_of_sum(&wide[0], dims, keepdim))?;
    Ok(rename(result, mark, "LogsumexpBackward0"))
}

fn log_of_sum(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let peak = detach(&fold(Reduce::Max, x, dims, true)?);
    // Infinite peaks would give inf - inf.
    let peak = e::masked_fill(&peak, &e::eq_scalar(&e::abs(&peak)?, f64::INFINITY)?, Scalar::Int(0))?;
    let total = sum(&e::exp(&e::sub(x, &peak)?)?, dims, keepdim)?;
    let log = e::log(&total)?;
    let peak = if keepdim {
        peak
    } else {
        movement::reshape_to(&peak, &log.shape())?
    };
    e::add(&log, &peak)
}
