//! A function for each row that other operators and gradients call by name, and powers, whose small exponents are products.
//!
//! Refuses the other rows: the operator table calls them by their rows' names.

use super::{binary, binary_scalar, scalar_binary, unary};
use crate::autograd::{rename, sequence_mark};
use crate::context;
use crate::dtype::DType;
use crate::error::Result;
use crate::ops::copy;
use crate::prim::{Binary, Unary};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

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
