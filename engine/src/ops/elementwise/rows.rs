//! Applies a row of the elementwise tables to tensors and Python numbers: promotion, and what PyTorch refuses.
//!
//! Refuses to name the rows: see `named`. Read next: `ops::promote`, `prim::elementwise`.

use super::{mul_scalar, reciprocal};
use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::context;
use crate::dtype::{Category, DType};
use crate::error::{Error, Result};
use crate::ops::promote::{bring_together, float_of, result_type, wrapped};
use crate::ops::{accepted, copy};
use crate::prim::{Binary, OperandClass, Prim, Unary};
use crate::scalar::Scalar;
use crate::shape::broadcast;
use crate::tensor::Tensor;

/// Applies a unary row. Integers become floats where the row takes only floats.
pub fn unary(op: Unary, x: &Tensor) -> Result<Tensor> {
    if op.class() == OperandClass::Bits || !x.dtype().is_float() || x.dtype().is_half() {
        accepted::check_dtype(op.name(), x.dtype())?;
    }
    match (op, x.dtype().category()) {
        (Unary::Neg, Category::Bool) => Err(Error::not_implemented(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or \
             `logical_not()` operator instead.",
        )),
        (Unary::Relu, Category::Bool) => Err(Error::not_implemented("Boolean inputs not supported for relu")),
        (Unary::Floor | Unary::Ceil | Unary::Round | Unary::Trunc, Category::Integer) => copy::clone(x),
        (Unary::Square, Category::Bool) => unary(op, &copy::to_dtype(x, DType::I64)?),
        _ if op.class() == OperandClass::Float => {
            let x = copy::to_dtype(x, float_of(x.dtype()))?;
            apply(Prim::Unary(op), &[&x], &[])
        }
        _ => apply(Prim::Unary(op), &[x], &[]),
    }
}

/// Applies a binary row to two tensors.
pub fn binary(op: Binary, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let common = result_type(&[x, y])?;
    if op == Binary::Sub && common != DType::Bool {
        check_no_bool(&[x.dtype(), y.dtype()])?;
    }
    binary_in(op, x, y, common)
}

/// What PyTorch says of a difference that only one bool takes part in.
fn check_no_bool(dtypes: &[DType]) -> Result<()> {
    if dtypes.contains(&DType::Bool) {
        return Err(Error::not_implemented(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or \
             `logical_not()` operator instead.",
        ));
    }
    Ok(())
}

/// Applies a binary row to a tensor and a Python number.
pub fn binary_scalar(op: Binary, x: &Tensor, scalar: Scalar) -> Result<Tensor> {
    let common = compute_dtype(op, scalar.result_type(x.dtype(), context::default_float()))?;
    check_scalar(op, x, scalar)?;
    if op == Binary::Sub {
        check_no_bool(&[x.dtype()])?;
    }
    let y = wrapped(scalar, common, x.device())?;
    binary_in(op, x, &y, common)
}

/// Applies a binary row to a Python number and a tensor. A quotient is the number times the reciprocal, as in PyTorch.
pub fn scalar_binary(op: Binary, scalar: Scalar, y: &Tensor) -> Result<Tensor> {
    let mark = sequence_mark();
    match op {
        Binary::Sub => {
            check_no_bool(&[y.dtype()])?;
            Ok(rename(number_and_tensor(op, scalar, y)?, mark, "RsubBackward1"))
        }
        Binary::Div if scalar.as_f64() == 1.0 => Ok(rename(reciprocal(y)?, mark, "MulBackward0")),
        Binary::Div => mul_scalar(&reciprocal(y)?, scalar),
        Binary::Pow => Ok(rename(number_and_tensor(op, scalar, y)?, mark, "PowBackward2")),
        _ => number_and_tensor(op, scalar, y),
    }
}

fn number_and_tensor(op: Binary, scalar: Scalar, y: &Tensor) -> Result<Tensor> {
    let common = compute_dtype(op, scalar.result_type(y.dtype(), context::default_float()))?;
    let x = wrapped(scalar, common, y.device())?;
    binary_in(op, &x, y, common)
}

fn binary_in(op: Binary, x: &Tensor, y: &Tensor, common: DType) -> Result<Tensor> {
    let computed = compute_dtype(op, common).map_err(|error| shapes_first(error, x, y))?;
    let operands = bring_together(&[x, y], computed)?;
    check_divisor(op, &operands[1]).map_err(|error| shapes_first(error, x, y))?;
    apply(Prim::Binary(op), &[&operands[0], &operands[1]], &[])
}

/// Shapes that do not fit are told of before what the kernel refuses.
fn shapes_first(error: Error, x: &Tensor, y: &Tensor) -> Error {
    broadcast(&x.shape(), &y.shape()).err().unwrap_or(error)
}

/// The dtype a row computes in when promotion gives `common`.
fn compute_dtype(op: Binary, common: DType) -> Result<DType> {
    if op.class() == OperandClass::Bits || !common.is_float() || common.is_half() {
        accepted::check_dtype(op.name(), common)?;
    }
    match (op, common.category()) {
        (Binary::Sub, Category::Bool) => Err(Error::not_implemented(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.",
        )),
        _ if op.class() == OperandClass::Float => Ok(float_of(common)),
        _ => Ok(common),
    }
}

fn check_scalar(op: Binary, x: &Tensor, scalar: Scalar) -> Result<()> {
    let is_negative_power = op == Binary::Pow && scalar.category() != Category::Float && scalar.as_i64() < 0;
    if is_negative_power && !x.dtype().is_float() {
        return Err(Error::runtime("Integers to negative integer powers are not allowed."));
    }
    Ok(())
}

/// Integer division by zero is an error where the divisor can be looked at.
fn check_divisor(op: Binary, divisor: &Tensor) -> Result<()> {
    let divides = matches!(op, Binary::FloorDivide | Binary::Remainder | Binary::Fmod);
    if divides && !divisor.dtype().is_float() && copy::has_zero(divisor)? {
        return Err(Error::runtime("ZeroDivisionError"));
    }
    Ok(())
}
