//! Gradients and slopes that take more than one operator: what rows of the elementwise tables name in their `vjp` column.
//!
//! Refuses what another operator also needs: that is in `ops::elementwise`. Read next: `rules_elementwise`.

use crate::error::Result;
use crate::ops::elementwise::{
    add, add_scalar, binary, cos, div, eq_scalar, exp, exp2, ge_scalar, gt_scalar, isnan, le_scalar, lgamma, log,
    logical, logical_not, logical_or, lt_scalar, masked_fill, mul, mul_scalar, neg, reciprocal, rsub_scalar, sign, sin,
    sub, sub_scalar, tanh, trunc, unary, unless_mask, where_,
};
use crate::ops::promote::wrapped;
use crate::prim::{Binary, Unary};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// Gradient of `x ** y` for x: `g * y * x ** (y - 1)`, zero where y is zero.
pub fn pow_vjp_base(g: &Tensor, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let slope = mul(y, &binary(Binary::Pow, x, &sub_scalar(y, 1.0)?)?)?;
    let product = mul(g, &slope)?;
    unless_mask(&eq_scalar(y, 0.0)?, &product)
}

/// Gradient of `x ** y` for y: `g * out * log(x)`, zero where x is zero and y is not negative.
pub fn pow_vjp_exponent(g: &Tensor, x: &Tensor, y: &Tensor, out: &Tensor) -> Result<Tensor> {
    let is_zero = mul(&eq_scalar(x, 0.0)?, &ge_scalar(y, 0.0)?)?;
    let product = mul(g, &mul(out, &log(x)?)?)?;
    unless_mask(&is_zero, &product)
}

/// Gradient of `maximum` and `minimum` for one operand: all where it wins, half where both are equal.
/// A NaN makes neither lose, so both get all.
pub fn extreme_vjp(g: &Tensor, loses: &Tensor, ties: &Tensor) -> Result<Tensor> {
    where_(ties, &mul_scalar(g, 0.5)?, &unless_mask(loses, g)?)
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

/// Slope of a Bessel function of order 1 from that of order 0.
pub fn bessel_slope(order_zero: &Tensor, x: &Tensor, out: &Tensor) -> Result<Tensor> {
    half_at_zero(x, |divisor| sub(order_zero, &div(out, divisor)?))
}

/// The same for functions scaled by `exp(-|x|)`.
pub fn scaled_bessel_slope(order_zero: &Tensor, x: &Tensor, out: &Tensor) -> Result<Tensor> {
    half_at_zero(x, |divisor| {
        sub(&sub(order_zero, &div(out, divisor)?)?, &mul(&sign(x)?, out)?)
    })
}

/// One half where x is zero and the quotient of a slope has no value; elsewhere the slope, with x as a divisor.
fn half_at_zero(x: &Tensor, slope: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let is_zero = eq_scalar(x, 0.0)?;
    let divisor = masked_fill(x, &is_zero, Scalar::Int(1))?;
    masked_fill(&slope(&divisor)?, &is_zero, Scalar::Float(0.5))
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
