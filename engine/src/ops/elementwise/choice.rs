//! Choosing elements: by a mask, by bounds, and the logic of masks.
//!
//! Refuses to move elements: see `ops::index`.

use super::{binary, gt, lt};
use crate::apply::apply;
use crate::autograd::{self, rename, sequence_mark};
use crate::context;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::promote::{bring_together, result_type, wrapped};
use crate::ops::{copy, matmul};
use crate::prim::{Binary, Prim};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// `torch.where(condition, x, y)`
pub fn where_(condition: &Tensor, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    if condition.dtype() != DType::Bool {
        return Err(Error::runtime(format!(
            "where expected condition to be a boolean tensor, but got a tensor with dtype {}",
            condition.dtype().scalar_type_name()
        )));
    }
    let common = result_type(&[x, y])?;
    // The condition never changes the result's dtype, so it is brought over on its own.
    let operands = bring_together(&[x, y], common)?;
    let device = operands
        .iter()
        .find(|operand| operand.rank() > 0)
        .map_or(condition.device(), Tensor::device);
    let join = |tensor: &Tensor| {
        if tensor.rank() == 0 {
            copy::to_device(tensor, device)
        } else {
            Ok(tensor.clone())
        }
    };
    let (condition, x, y) = (join(condition)?, join(&operands[0])?, join(&operands[1])?);
    apply(Prim::Where, &[&condition, &x, &y], &[])
}

/// `x.masked_fill(mask, value)`
pub fn masked_fill(x: &Tensor, mask: &Tensor, value: Scalar) -> Result<Tensor> {
    if mask.dtype() != DType::Bool {
        return Err(Error::runtime(format!(
            "masked_fill_ only supports boolean masks, but got mask with dtype {}",
            match mask.dtype() {
                DType::I64 => "long int",
                DType::I16 => "short int",
                _ => matmul::cpp_name(mask),
            }
        )));
    }
    let value = value.fitting(x.dtype())?;
    let mark = sequence_mark();
    let value = wrapped(value, x.dtype(), x.device())?;
    let filled = copy::contiguous(&where_(mask, &value, x)?)?;
    Ok(rename(filled, mark, "MaskedFillBackward0"))
}

/// `x.clamp(min, max)` with numbers. At a bound and for NaN the gradient is zero, as in PyTorch.
pub fn clamp(x: &Tensor, min: Option<Scalar>, max: Option<Scalar>) -> Result<Tensor> {
    if min.is_none() && max.is_none() {
        return Err(Error::runtime(
            "torch.clamp: At least one of 'min' or 'max' must not be None",
        ));
    }
    let mark = sequence_mark();
    let dtype = [min, max].into_iter().flatten().fold(x.dtype(), |dtype, bound| {
        bound.result_type(dtype, context::default_float())
    });
    let x = copy::to_dtype(x, dtype)?;
    let device = x.device();
    let as_tensor = |bound: Option<Scalar>| bound.map(|bound| wrapped(bound, dtype, device)).transpose();
    let (low, high) = (as_tensor(min)?, as_tensor(max)?);
    let limited = context::with_grad_mode(false, || limit(&x, low.as_ref(), high.as_ref()))?;
    if !context::grad_enabled() || !autograd::requires_grad(&x) {
        return Ok(limited);
    }
    let above = low.map(|low| gt(&x, &low)).transpose()?;
    let below = high.map(|high| lt(&x, &high)).transpose()?;
    let inside = match (above, below) {
        (Some(above), Some(below)) => logical(Binary::BitwiseAnd, &above, &below)?,
        (Some(mask), None) | (None, Some(mask)) => mask,
        (None, None) => return Ok(limited),
    };
    Ok(rename(where_(&inside, &x, &limited)?, mark, "ClampBackward1"))
}

/// The smaller of `high` and the larger of `low` and x.
fn limit(x: &Tensor, low: Option<&Tensor>, high: Option<&Tensor>) -> Result<Tensor> {
    let mut result = x.clone();
    if let Some(low) = low {
        result = where_(&lt(x, low)?, low, &result)?;
    }
    if let Some(high) = high {
        result = where_(&gt(&result, high)?, high, &result)?;
    }
    Ok(result)
}

/// Where the mask is true the gradient, elsewhere zero.
pub fn where_mask(mask: &Tensor, g: &Tensor) -> Result<Tensor> {
    where_(mask, g, &wrapped(Scalar::Int(0), g.dtype(), g.device())?)
}

/// Where the mask is true zero, elsewhere the gradient.
pub fn unless_mask(mask: &Tensor, g: &Tensor) -> Result<Tensor> {
    where_(mask, &wrapped(Scalar::Int(0), g.dtype(), g.device())?, g)
}

/// True where either mask is.
pub fn logical_or(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    logical(Binary::BitwiseOr, x, y)
}

/// Both operands as truth values, combined by a bitwise row.
pub fn logical(op: Binary, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    binary(op, &copy::to_dtype(x, DType::Bool)?, &copy::to_dtype(y, DType::Bool)?)
}
