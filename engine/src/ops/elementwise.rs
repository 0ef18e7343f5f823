//! Arithmetic, comparison and logic, element by element.
//!
//! Differs from PyTorch in nothing intended. Refuses in-place: see `autograd::assign`.
//! Read next: `prim::elementwise`, whose rows these functions apply.

use crate::apply::apply;
use crate::autograd::{self, rename, sequence_mark};
use crate::context;
use crate::dtype::{Category, DType};
use crate::error::{Error, Result};
use crate::ops::promote::{bring_together, float_of, result_type, wrapped};
use crate::ops::{accepted, copy, matmul};
use crate::prim::{Binary, OperandClass, Prim, Unary};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// Applies a unary row. Integers become floats where the row takes only floats.
pub fn unary(op: Unary, x: &Tensor) -> Result<Tensor> {
    let is_narrow = matches!(x.dtype(), DType::F16 | DType::BF16);
    if op.class() == OperandClass::Bits || !x.dtype().is_float() || is_narrow {
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
        _ => number_and_tensor(op, scalar, y),
    }
}

fn number_and_tensor(op: Binary, scalar: Scalar, y: &Tensor) -> Result<Tensor> {
    let common = compute_dtype(op, scalar.result_type(y.dtype(), context::default_float()))?;
    let x = wrapped(scalar, common, y.device())?;
    binary_in(op, &x, y, common)
}

fn binary_in(op: Binary, x: &Tensor, y: &Tensor, common: DType) -> Result<Tensor> {
    let operands = bring_together(&[x, y], compute_dtype(op, common)?)?;
    check_divisor(op, &operands[1])?;
    apply(Prim::Binary(op), &[&operands[0], &operands[1]], &[])
}

/// The dtype a row computes in when promotion gives `common`.
fn compute_dtype(op: Binary, common: DType) -> Result<DType> {
    if op.class() == OperandClass::Bits || !common.is_float() || matches!(common, DType::F16 | DType::BF16) {
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

macro_rules! unary_functions {
    ($($(#[$doc:meta])* $name:ident = $variant:ident;)*) => {
        $($(#[$doc])* pub fn $name(x: &Tensor) -> Result<Tensor> { unary(Unary::$variant, x) })*
    };
}

unary_functions! {
    /// `-x`
    neg = Neg;
    /// `|x|`
    abs = Abs;
    /// Sign.
    sign = Sign;
    /// `x * x`
    square = Square;
    /// `max(x, 0)`
    relu = Relu;
    /// Exponential.
    exp = Exp;
    /// Natural logarithm.
    log = Log;
    /// `log(1 + x)`
    log1p = Log1p;
    /// Square root.
    sqrt = Sqrt;
    /// `1 / sqrt(x)`
    rsqrt = Rsqrt;
    /// `1 / x`
    reciprocal = Reciprocal;
    /// Sine.
    sin = Sin;
    /// Cosine.
    cos = Cos;
    /// Hyperbolic tangent.
    tanh = Tanh;
    /// Logistic function.
    sigmoid = Sigmoid;
    /// Error function.
    erf = Erf;
    /// Integer part.
    trunc = Trunc;
    /// True where zero.
    logical_not = LogicalNot;
    /// True where NaN.
    isnan = IsNan;
    /// Hyperbolic sine.
    sinh = Sinh;
    /// Hyperbolic cosine.
    cosh = Cosh;
    /// 2 to the power x.
    exp2 = Exp2;
    /// `exp(x * x) * erfc(x)`
    erfcx = Erfcx;
    /// First derivative of the logarithm of the gamma function.
    digamma = Digamma;
    /// Second derivative of the logarithm of the gamma function.
    trigamma = Trigamma;
    /// Logarithm of the gamma function.
    lgamma = Lgamma;
    /// Bessel function of the first kind, order 0.
    bessel_j0 = BesselJ0;
    /// Bessel function of the first kind, order 1.
    bessel_j1 = BesselJ1;
    /// Bessel function of the second kind, order 0.
    bessel_y0 = BesselY0;
    /// Bessel function of the second kind, order 1.
    bessel_y1 = BesselY1;
    /// Modified Bessel function of the second kind, order 0.
    bessel_k0 = BesselK0;
    /// Modified Bessel function of the second kind, order 1.
    bessel_k1 = BesselK1;
    /// `x` times the normal distribution function.
    gelu_exact = Gelu;
    /// Derivative of that.
    gelu_slope = GeluSlope;
    /// The same by the hyperbolic tangent.
    gelu_tanh = GeluTanh;
    /// Modified Bessel function, order 0.
    i0 = I0;
    /// Modified Bessel function, order 0, scaled.
    i0e = I0e;
    /// Modified Bessel function, order 1.
    i1 = I1;
    /// Modified Bessel function, order 1, scaled.
    i1e = I1e;
    /// The power of two of the mantissa.
    exponent = Exponent;
}

macro_rules! binary_functions {
    ($($(#[$doc:meta])* $name:ident, $scalar_name:ident = $variant:ident;)*) => {
        $(
            $(#[$doc])* pub fn $name(x: &Tensor, y: &Tensor) -> Result<Tensor> { binary(Binary::$variant, x, y) }

            $(#[$doc])* /// The second operand is a Python number.
            pub fn $scalar_name(x: &Tensor, y: impl Into<Scalar>) -> Result<Tensor> { binary_scalar(Binary::$variant, x, y.into()) }
        )*
    };
}

binary_functions! {
    /// `x + y`
    add, add_scalar = Add;
    /// `x - y`
    sub, sub_scalar = Sub;
    /// `x * y`
    mul, mul_scalar = Mul;
    /// `x / y`
    div, div_scalar = Div;
    /// `x // y`
    floor_divide, floor_divide_scalar = FloorDivide;
    /// `x == y`
    eq, eq_scalar = Eq;
    /// `x != y`
    ne, ne_scalar = Ne;
    /// `x < y`
    lt, lt_scalar = Lt;
    /// `x <= y`
    le, le_scalar = Le;
    /// `x > y`
    gt, gt_scalar = Gt;
    /// `x >= y`
    ge, ge_scalar = Ge;
    /// Larger of the two.
    maximum, maximum_scalar = Maximum;
    /// Smaller of the two.
    minimum, minimum_scalar = Minimum;
    /// Hurwitz zeta function.
    zeta, zeta_scalar = Zeta;
}

/// `zeta(scalar, x)`
pub fn scalar_zeta(scalar: f64, x: &Tensor) -> Result<Tensor> {
    scalar_binary(Binary::Zeta, Scalar::Float(scalar), x)
}

/// `scalar - x`
pub fn rsub_scalar(x: &Tensor, scalar: impl Into<Scalar>) -> Result<Tensor> {
    scalar_binary(Binary::Sub, scalar.into(), x)
}

/// `x ** y`
pub fn pow(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let mark = sequence_mark();
    Ok(rename(binary(Binary::Pow, x, y)?, mark, "PowBackward1"))
}

/// `x ** exponent`. Small exponents are products, as in PyTorch's CPU kernel.
pub fn pow_scalar(x: &Tensor, exponent: Scalar) -> Result<Tensor> {
    let mark = sequence_mark();
    let stays = exponent.result_type(x.dtype(), context::default_float());
    let x = &copy::to_dtype(x, stays)?;
    let result = match exponent.as_f64() {
        2.0 if stays != DType::Bool => square(x)?,
        3.0 if stays.is_float() => mul(&square(x)?, x)?,
        0.5 if stays.is_float() => sqrt(x)?,
        -0.5 if stays.is_float() => rsqrt(x)?,
        -1.0 if stays.is_float() => reciprocal(x)?,
        _ => binary_scalar(Binary::Pow, x, exponent)?,
    };
    Ok(rename(result, mark, "PowBackward0"))
}

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
    Ok(rename(where_(mask, &value, x)?, mark, "MaskedFillBackward0"))
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

/// A count as a zero-dim tensor of the dtype and device of `like`.
pub fn wrapped_count(count: usize, like: &Tensor) -> Result<Tensor> {
    wrapped(Scalar::Int(count as i64), like.dtype(), like.device())
}

/// Where the mask is true the gradient, elsewhere zero.
pub fn where_mask(mask: &Tensor, g: &Tensor) -> Result<Tensor> {
    where_(mask, g, &wrapped(Scalar::Int(0), g.dtype(), g.device())?)
}

/// Where the mask is true zero, elsewhere the gradient.
pub fn unless_mask(mask: &Tensor, g: &Tensor) -> Result<Tensor> {
    where_(mask, &wrapped(Scalar::Int(0), g.dtype(), g.device())?, g)
}

/// Gradient of `x ** y` for x: `g * y * x ** (y - 1)`, zero where y is zero.
pub fn pow_vjp_base(g: &Tensor, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let slope = mul(y, &binary(Binary::Pow, x, &sub_scalar(y, 1.0)?)?)?;
    let product = mul(g, &slope)?;
    where_(
        &eq_scalar(y, 0.0)?,
        &wrapped(Scalar::Int(0), g.dtype(), g.device())?,
        &product,
    )
}

/// Gradient of `x ** y` for y: `g * out * log(x)`, zero where x is zero and y is not negative.
pub fn pow_vjp_exponent(g: &Tensor, x: &Tensor, y: &Tensor, out: &Tensor) -> Result<Tensor> {
    let is_zero = mul(&eq_scalar(x, 0.0)?, &ge_scalar(y, 0.0)?)?;
    let product = mul(g, &mul(out, &log(x)?)?)?;
    where_(&is_zero, &wrapped(Scalar::Int(0), g.dtype(), g.device())?, &product)
}

/// Gradient of `maximum` and `minimum` for one operand: all where it wins, half where both are equal.
/// A NaN makes neither lose, so both get all.
pub fn extreme_vjp(g: &Tensor, loses: &Tensor, ties: &Tensor) -> Result<Tensor> {
    where_(ties, &mul_scalar(g, 0.5)?, &unless_mask(loses, g)?)
}

/// Slope of the modified Bessel function of order 1 from that of order 0: one half at zero, where the quotient has no value.
pub fn i1_slope(order_zero: &Tensor, x: &Tensor, out: &Tensor, is_scaled: bool) -> Result<Tensor> {
    let is_zero = eq_scalar(x, 0.0)?;
    let divisor = masked_fill(x, &is_zero, Scalar::Int(1))?;
    let mut slope = sub(order_zero, &div(out, &divisor)?)?;
    if is_scaled {
        slope = sub(&slope, &mul(&sign(x)?, out)?)?;
    }
    masked_fill(&slope, &is_zero, Scalar::Float(0.5))
}

/// `x / 2^exponent` in two steps, since the power itself may be too small or too large to be held.
pub fn scale_down(x: &Tensor, exponent: &Tensor) -> Result<Tensor> {
    let half = trunc(&mul_scalar(exponent, -0.5)?)?;
    let rest = neg(&add(exponent, &half)?)?;
    mul(&mul(x, &exp2(&half)?)?, &exp2(&rest)?)
}

/// Slope of the lower incomplete gamma function of parameter a: `exp((a - 1) log(x) - x - lgamma(a))`.
pub fn igamma_slope(a: &Tensor, x: &Tensor) -> Result<Tensor> {
    let powers = mul(&sub_scalar(a, 1.0)?, &log(x)?)?;
    exp(&sub(&sub(&powers, x)?, &lgamma(a)?)?)
}

/// True where either mask is.
pub fn logical_or(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    logical(Binary::BitwiseOr, x, y)
}

/// Both operands as truth values, combined by a bitwise row.
pub fn logical(op: Binary, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    binary(op, &copy::to_dtype(x, DType::Bool)?, &copy::to_dtype(y, DType::Bool)?)
}

/// `1 / (x² + y²)`, 0 at the origin: what the slopes of the angle have in common.
pub fn inverse_square(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let square = add(&mul(x, x)?, &mul(y, y)?)?;
    let is_origin = eq_scalar(&square, 0.0)?;
    masked_fill(
        &reciprocal(&masked_fill(&square, &is_origin, Scalar::Int(1))?)?,
        &is_origin,
        Scalar::Int(0),
    )
}

/// 1 or -1 by whether the sign was kept, 0 at 0, and NaN where x is infinite or NaN.
pub fn copysign_slope(x: &Tensor, out: &Tensor) -> Result<Tensor> {
    let is_finite = logical_not(&logical_or(&isnan(x)?, &unary(Unary::IsInf, x)?)?)?;
    let nan = wrapped(Scalar::Float(f64::NAN), x.dtype(), x.device())?;
    where_(&is_finite, &mul(&sign(x)?, &sign(out)?)?, &nan)
}

/// Slope of a Bessel function of order 1 from that of order 0; one half at zero, where the quotient has no value.
pub fn bessel_slope(order_zero: &Tensor, x: &Tensor, out: &Tensor) -> Result<Tensor> {
    let is_zero = eq_scalar(x, 0.0)?;
    let divisor = masked_fill(x, &is_zero, Scalar::Int(1))?;
    let slope = sub(order_zero, &div(out, &divisor)?)?;
    masked_fill(&slope, &is_zero, Scalar::Float(0.5))
}

/// `exp(-x²/2) / sqrt(2 pi)`
pub fn normal_density(x: &Tensor) -> Result<Tensor> {
    mul_scalar(
        &exp(&mul_scalar(&mul(x, x)?, -0.5)?)?,
        std::f64::consts::TAU.sqrt().recip(),
    )
}

/// Gradient of `log(x / (1 - x))`: infinite at 0 and 1, NaN beyond.
pub fn logit_vjp(g: &Tensor, x: &Tensor) -> Result<Tensor> {
    let outside = logical_or(&lt_scalar(x, 0.0)?, &gt_scalar(x, 1.0)?)?;
    let inner = div(g, &mul(x, &rsub_scalar(x, 1.0)?)?)?;
    masked_fill(&inner, &outside, Scalar::Float(f64::NAN))
}

/// `-log(x) - 1`; infinite at 0.
pub fn entr_slope(x: &Tensor) -> Result<Tensor> {
    sub_scalar(&neg(&log(x)?)?, 1.0)
}

/// Gradient of `sin(pi x) / (pi x)`, 0 at 0.
pub fn sinc_vjp(g: &Tensor, x: &Tensor) -> Result<Tensor> {
    let angle = mul_scalar(x, std::f64::consts::PI)?;
    let divisor = mul_scalar(&mul(x, x)?, std::f64::consts::PI)?;
    let is_zero = eq_scalar(&divisor, 0.0)?;
    let difference = sub(&mul(&angle, &cos(&angle)?)?, &sin(&angle)?)?;
    let slope = div(&difference, &masked_fill(&divisor, &is_zero, Scalar::Int(1))?)?;
    unless_mask(&is_zero, &mul(g, &slope)?)
}

/// Gradient of `x log(y)` for x: zero where x is zero and the logarithm has no finite value.
pub fn xlogy_vjp(g: &Tensor, x: &Tensor, y: &Tensor, logarithm: &Tensor, edge: f64) -> Result<Tensor> {
    let is_nothing = logical(Binary::BitwiseAnd, &eq_scalar(x, 0.0)?, &le_scalar(y, edge)?)?;
    unless_mask(&is_nothing, &mul(g, logarithm)?)
}

/// Derivative of the approximation of GELU by the hyperbolic tangent.
pub fn gelu_tanh_slope(x: &Tensor) -> Result<Tensor> {
    /// The factor of the cube, and `sqrt(2 / pi)`.
    const CUBE: f64 = 0.044_715;
    let scale = (2.0 / std::f64::consts::PI).sqrt();
    let square = mul(x, x)?;
    let inner = add(x, &mul_scalar(&mul(&square, x)?, CUBE)?)?;
    let gate = tanh(&mul_scalar(&inner, scale)?)?;
    let inner_slope = mul_scalar(&add_scalar(&mul_scalar(&square, 3.0 * CUBE)?, 1.0)?, scale)?;
    let gate_slope = mul(&rsub_scalar(&mul(&gate, &gate)?, 1.0)?, &inner_slope)?;
    mul_scalar(&add(&add_scalar(&gate, 1.0)?, &mul(x, &gate_slope)?)?, 0.5)
}
