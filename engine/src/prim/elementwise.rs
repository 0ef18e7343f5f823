//! The tables of elementwise primitives: one row an operator, one column a concern.
//!
//! The rows live here once; `cpu::elementwise`, `codegen::expression` and `autograd::rules` each expand
//! only their own column by passing the name of a macro to [`for_each_unary`] or [`for_each_binary`].
//! To add an operator add a row (and its name to Python's list). Column words:
//!
//! - class: which dtypes it takes and gives (see [`OperandClass`]);
//! - `wgsl`: the expression for f32 (and, for `Number` and `Bits`, integers) with `{x}`, `{y}` filled in;
//!   names beginning with `c_` are helper functions of `shaders/lib/`; empty where the GPU has no form of
//!   it, so that the primitive runs on the CPU only ([`Unary::runs_on_gpu`]);
//! - `float`: the CPU function over `F: Float` (`f32` and `f64`; see `cpu::float`), `int`: over `i64`;
//! - `vjp`: gradient(s) of the input(s) from `g` (gradient of the output), the inputs and the output `out`,
//!   written with the functions of `ops`; `no_gradient()` means that the result never requires one. What
//!   is saved for backward follows from the names that the expression mentions.
//!
//! Refuses to hold anything that needs a dimension argument: those are structural primitives.

/// Which dtypes an elementwise primitive takes, and which it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandClass {
    /// Floats only (the caller promotes integers first); gives the same dtype.
    Float,
    /// Floats and integers; gives the same dtype.
    Number,
    /// Integers and bool; gives the same dtype.
    Bits,
    /// Any dtype; gives bool.
    Test,
}

/// Calls `$callback! { rows }` with every unary row:
/// `Variant, "name", Class, wgsl: "...", float: expr, int: expr, vjp: (g, x, out) => expr;`
#[macro_export]
macro_rules! for_each_unary {
    ($callback:ident) => {
        $callback! {
            /// `-x`
            Neg, "neg", Number, wgsl: "(-({x}))", float: |x| -x, int: i64::wrapping_neg, vjp: (g, x, out) => neg(g);
            /// `|x|`
            Abs, "abs", Number, wgsl: "abs({x})", float: |x| x.abs(), int: i64::wrapping_abs, vjp: (g, x, out) => mul(g, &sign(x)?);
            /// Sign of x: -1, 0 or 1.
            Sign, "sign", Number, wgsl: "sign({x})", float: |x| x.sign_or_zero(), int: i64::signum, vjp: (g, x, out) => zero(g);
            /// `x * x`
            Square, "square", Number, wgsl: "(({x}) * ({x}))", float: |x| x * x, int: |x| x.wrapping_mul(x), vjp: (g, x, out) => mul(g, &mul_scalar(x, 2.0)?);
            /// `max(x, 0)`; NaN stays NaN.
            Relu, "relu", Number, wgsl: "c_relu({x})", float: |x| if x > 0.0 || x.is_nan() { x } else { 0.0 }, int: |x| x.max(0), vjp: (g, x, out) => unless_mask(&le_scalar(out, 0.0)?, g);
            /// e to the power x.
            Exp, "exp", Float, wgsl: "exp({x})", float: |x| x.exp_lanes(), int: |x| x, vjp: (g, x, out) => mul(g, out);
            /// `exp(x) - 1`
            Expm1, "expm1", Float, wgsl: "c_expm1({x})", float: |x| x.exp_m1(), int: |x| x, vjp: (g, x, out) => mul(g, &add_scalar(out, 1.0)?);
            /// Natural logarithm.
            Log, "log", Float, wgsl: "c_log({x})", float: |x| x.ln_lanes(), int: |x| x, vjp: (g, x, out) => div(g, x);
            /// Logarithm to base 2.
            Log2, "log2", Float, wgsl: "c_log2({x})", float: |x| x.log2(), int: |x| x, vjp: (g, x, out) => div(g, &mul_scalar(x, std::f64::consts::LN_2)?);
            /// Logarithm to base 10.
            Log10, "log10", Float, wgsl: "(c_log({x}) * 0.4342944819032518)", float: |x| x.log10(), int: |x| x, vjp: (g, x, out) => div(g, &mul_scalar(x, std::f64::consts::LN_10)?);
            /// `log(1 + x)`
            Log1p, "log1p", Float, wgsl: "c_log1p({x})", float: |x| x.ln_1p(), int: |x| x, vjp: (g, x, out) => div(g, &add_scalar(x, 1.0)?);
            /// Square root.
            Sqrt, "sqrt", Float, wgsl: "c_sqrt({x})", float: |x| x.sqrt(), int: |x| x, vjp: (g, x, out) => div(g, &mul_scalar(out, 2.0)?);
            /// `1 / sqrt(x)`
            Rsqrt, "rsqrt", Float, wgsl: "(1.0 / c_sqrt({x}))", float: |x| 1.0 / x.sqrt(), int: |x| x, vjp: (g, x, out) => mul(g, &mul_scalar(&mul(out, &mul(out, out)?)?, -0.5)?);
            /// `1 / x`
            Reciprocal, "reciprocal", Float, wgsl: "(1.0 / ({x}))", float: |x| 1.0 / x, int: |x| x, vjp: (g, x, out) => neg(&mul(g, &mul(out, out)?)?);
            /// Sine.
            Sin, "sin", Float, wgsl: "c_sin({x})", float: |x| x.sin(), int: |x| x, vjp: (g, x, out) => mul(g, &cos(x)?);
            /// Cosine.
            Cos, "cos", Float, wgsl: "c_cos({x})", float: |x| x.cos(), int: |x| x, vjp: (g, x, out) => neg(&mul(g, &sin(x)?)?);
            /// Tangent.
            Tan, "tan", Float, wgsl: "(c_sin({x}) / c_cos({x}))", float: |x| x.tan(), int: |x| x, vjp: (g, x, out) => mul(g, &add_scalar(&mul(out, out)?, 1.0)?);
            /// Hyperbolic tangent.
            Tanh, "tanh", Float, wgsl: "c_tanh({x})", float: |x| x.tanh_lanes(), int: |x| x, vjp: (g, x, out) => mul(g, &rsub_scalar(&mul(out, out)?, 1.0)?);
            /// `1 / (1 + exp(-x))`
            Sigmoid, "sigmoid", Float, wgsl: "(1.0 / (1.0 + exp(-({x}))))", float: |x| 1.0 / (1.0 + (-x).exp_lanes()), int: |x| x, vjp: (g, x, out) => mul(g, &mul(out, &rsub_scalar(out, 1.0)?)?);
            /// Gauss error function.
            Erf, "erf", Float, wgsl: "c_erf({x})", float: |x| x.erf(), int: |x| x, vjp: (g, x, out) => mul(g, &mul_scalar(&exp(&neg(&mul(x, x)?)?)?, std::f64::consts::FRAC_2_SQRT_PI)?);
            /// Largest integer not above x.
            Floor, "floor", Number, wgsl: "floor({x})", float: |x| x.floor(), int: |x| x, vjp: (g, x, out) => zero(g);
            /// Smallest integer not below x.
            Ceil, "ceil", Number, wgsl: "ceil({x})", float: |x| x.ceil(), int: |x| x, vjp: (g, x, out) => zero(g);
            /// Nearest integer, halves to even.
            Round, "round", Number, wgsl: "round({x})", float: |x| x.round_ties_even(), int: |x| x, vjp: (g, x, out) => zero(g);
            /// Integer part.
            Trunc, "trunc", Number, wgsl: "trunc({x})", float: |x| x.trunc(), int: |x| x, vjp: (g, x, out) => zero(g);
            /// Bits inverted; on bool, logical not.
            BitwiseNot, "bitwise_not", Bits, wgsl: "(~({x}))", float: |x| x, int: |x| !x, vjp: (g, x, out) => no_gradient();
            /// True where x is zero.
            LogicalNot, "logical_not", Test, wgsl: "(({x}) == {zero})", float: |x| x == 0.0, int: |x| x == 0, vjp: (g, x, out) => no_gradient();
            /// True where x is NaN.
            IsNan, "isnan", Test, wgsl: "c_isnan({x})", float: |x| x.is_nan(), int: |_x| false, vjp: (g, x, out) => no_gradient();
            /// True where x is an infinity.
            IsInf, "isinf", Test, wgsl: "c_isinf({x})", float: |x| x.is_infinite(), int: |_x| false, vjp: (g, x, out) => no_gradient();
            /// Hyperbolic sine.
            Sinh, "sinh", Float, wgsl: "c_sinh({x})", float: |x| x.sinh(), int: |x| x, vjp: (g, x, out) => mul(g, &cosh(x)?);
            /// Hyperbolic cosine.
            Cosh, "cosh", Float, wgsl: "c_cosh({x})", float: |x| x.cosh(), int: |x| x, vjp: (g, x, out) => mul(g, &sinh(x)?);
            /// Inverse sine.
            Asin, "asin", Float, wgsl: "c_atan2({x}, c_sqrt((1.0 - ({x})) * (1.0 + ({x}))))", float: |x| x.asin(), int: |x| x, vjp: (g, x, out) => mul(g, &rsqrt(&rsub_scalar(&mul(x, x)?, 1.0)?)?);
            /// Inverse cosine.
            Acos, "acos", Float, wgsl: "c_atan2(c_sqrt((1.0 - ({x})) * (1.0 + ({x}))), {x})", float: |x| x.acos(), int: |x| x, vjp: (g, x, out) => neg(&mul(g, &rsqrt(&rsub_scalar(&mul(x, x)?, 1.0)?)?)?);
            /// Inverse tangent.
            Atan, "atan", Float, wgsl: "c_atan2({x}, 1.0)", float: |x| x.atan(), int: |x| x, vjp: (g, x, out) => div(g, &add_scalar(&mul(x, x)?, 1.0)?);
            /// Inverse hyperbolic sine.
            Asinh, "asinh", Float, wgsl: "c_asinh({x})", float: |x| x.asinh(), int: |x| x, vjp: (g, x, out) => mul(g, &rsqrt(&add_scalar(&mul(x, x)?, 1.0)?)?);
            /// Inverse hyperbolic cosine.
            Acosh, "acosh", Float, wgsl: "c_acosh({x})", float: |x| x.acosh(), int: |x| x, vjp: (g, x, out) => mul(g, &rsqrt(&sub_scalar(&mul(x, x)?, 1.0)?)?);
            /// Inverse hyperbolic tangent.
            Atanh, "atanh", Float, wgsl: "c_atanh({x})", float: |x| x.atanh(), int: |x| x, vjp: (g, x, out) => div(g, &rsub_scalar(&mul(x, x)?, 1.0)?);
            /// 2 to the power x.
            Exp2, "exp2", Float, wgsl: "exp2({x})", float: |x| x.exp2(), int: |x| x, vjp: (g, x, out) => mul(g, &mul_scalar(out, std::f64::consts::LN_2)?);
            /// `1 - erf(x)`
            Erfc, "erfc", Float, wgsl: "c_erfc({x})", float: |x| x.through_f64(libm::erfc), int: |x| x, vjp: (g, x, out) => mul(g, &mul_scalar(&exp(&neg(&mul(x, x)?)?)?, -std::f64::consts::FRAC_2_SQRT_PI)?);
            /// `exp(x * x) * erfc(x)`
            Erfcx, "special_erfcx", Float, wgsl: "c_erfcx({x})", float: |x| x.through_f64(special::erfcx), int: |x| x, vjp: (g, x, out) => mul(g, &sub_scalar(&mul_scalar(&mul(x, out)?, 2.0)?, std::f64::consts::FRAC_2_SQRT_PI)?);
            /// Inverse of the error function.
            ErfInv, "erfinv", Float, wgsl: "c_erfinv({x})", float: |x| x.through_f64(special::erfinv), int: |x| x, vjp: (g, x, out) => mul(g, &mul_scalar(&exp(&mul(out, out)?)?, 1.0 / std::f64::consts::FRAC_2_SQRT_PI)?);
            /// Inverse of the normal distribution function.
            Ndtri, "special_ndtri", Float, wgsl: "c_ndtri({x})", float: |x| x.through_f64(special::ndtri), int: |x| x, vjp: (g, x, out) => mul(g, &mul_scalar(&exp(&mul_scalar(&mul(out, out)?, 0.5)?)?, std::f64::consts::TAU.sqrt())?);
            /// Logarithm of the normal distribution function.
            LogNdtr, "special_log_ndtr", Float, wgsl: "c_log_ndtr({x})", float: |x| x.through_f64(special::log_ndtr), int: |x| x, vjp: (g, x, out) => mul_scalar(&div(g, &erfcx(&mul_scalar(x, -std::f64::consts::FRAC_1_SQRT_2)?)?)?, (2.0 / std::f64::consts::PI).sqrt());
            /// Logarithm of the size of the gamma function.
            Lgamma, "lgamma", Float, wgsl: "c_lgamma({x})", float: |x| x.through_f64(libm::lgamma), int: |x| x, vjp: (g, x, out) => mul(g, &digamma(x)?);
            /// First derivative of the logarithm of the gamma function.
            Digamma, "digamma", Float, wgsl: "c_digamma({x})", float: |x| x.through_f64(special::digamma), int: |x| x, vjp: (g, x, out) => mul(g, &trigamma(x)?);
            /// Second derivative of the logarithm of the gamma function.
            Trigamma, "trigamma", Float, wgsl: "c_trigamma({x})", float: |x| x.trigamma(), int: |x| x, vjp: (g, x, out) => mul(g, &mul_scalar(&scalar_zeta(3.0, x)?, -2.0)?);
            /// Modified Bessel function of the first kind, order 0.
            I0, "i0", Float, wgsl: "c_i0({x})", float: |x| x.through_f64(special::i0), int: |x| x, vjp: (g, x, out) => mul(g, &i1(x)?);
            /// `exp(-|x|) * i0(x)`
            I0e, "special_i0e", Float, wgsl: "c_i0e({x})", float: |x| x.through_f64(special::i0e), int: |x| x, vjp: (g, x, out) => mul(g, &sub(&i1e(x)?, &mul(&sign(x)?, out)?)?);
            /// Modified Bessel function of the first kind, order 1.
            I1, "special_i1", Float, wgsl: "c_i1({x})", float: |x| x.through_f64(special::i1), int: |x| x, vjp: (g, x, out) => mul(g, &bessel_slope(&i0(x)?, x, out)?);
            /// `exp(-|x|) * i1(x)`
            I1e, "special_i1e", Float, wgsl: "c_i1e({x})", float: |x| x.through_f64(special::i1e), int: |x| x, vjp: (g, x, out) => mul(g, &scaled_bessel_slope(&i0e(x)?, x, out)?);
            /// Bessel function of the first kind, order 0.
            BesselJ0, "special_bessel_j0", Float, wgsl: "", float: |x| x.through_f64(special::j0), int: |x| x, vjp: (g, x, out) => neg(&mul(g, &bessel_j1(x)?)?);
            /// Bessel function of the first kind, order 1.
            BesselJ1, "special_bessel_j1", Float, wgsl: "", float: |x| x.through_f64(special::j1), int: |x| x, vjp: (g, x, out) => mul(g, &bessel_slope(&bessel_j0(x)?, x, out)?);
            /// Bessel function of the second kind, order 0.
            BesselY0, "special_bessel_y0", Float, wgsl: "", float: |x| x.through_f64(special::y0), int: |x| x, vjp: (g, x, out) => neg(&mul(g, &bessel_y1(x)?)?);
            /// Bessel function of the second kind, order 1.
            BesselY1, "special_bessel_y1", Float, wgsl: "", float: |x| x.through_f64(special::y1), int: |x| x, vjp: (g, x, out) => mul(g, &bessel_slope(&bessel_y0(x)?, x, out)?);
            /// Modified Bessel function of the second kind, order 0.
            BesselK0, "special_modified_bessel_k0", Float, wgsl: "", float: |x| x.through_f64(special::k0), int: |x| x, vjp: (g, x, out) => neg(&mul(g, &bessel_k1(x)?)?);
            /// Modified Bessel function of the second kind, order 1.
            BesselK1, "special_modified_bessel_k1", Float, wgsl: "", float: |x| x.through_f64(special::k1), int: |x| x, vjp: (g, x, out) => neg(&mul(g, &add(&bessel_k0(x)?, &div(out, x)?)?)?);
            /// `exp(x)` times that of order 0.
            BesselK0e, "special_scaled_modified_bessel_k0", Float, wgsl: "", float: |x| x.through_f64(special::k0e), int: |x| x, vjp: (g, x, out) => no_gradient();
            /// `exp(x)` times that of order 1.
            BesselK1e, "special_scaled_modified_bessel_k1", Float, wgsl: "", float: |x| x.through_f64(special::k1e), int: |x| x, vjp: (g, x, out) => no_gradient();
            /// Airy function `Ai`.
            AiryAi, "special_airy_ai", Float, wgsl: "", float: |x| x.through_f64(special::airy_ai), int: |x| x, vjp: (g, x, out) => no_gradient();
            /// x scaled by a power of two to a size from 0.5 to 1.
            Mantissa, "frexp_mantissa", Float, wgsl: "c_mantissa({x})", float: |x| x.split_exponent().0, int: |x| x, vjp: (g, x, out) => scale_down(g, &exponent(x)?);
            /// The power of two of the mantissa.
            Exponent, "frexp_exponent", Float, wgsl: "c_exponent({x})", float: |x| x.split_exponent().1, int: |x| x, vjp: (g, x, out) => no_gradient();
            /// True where the sign is negative, also of zero.
            SignBit, "signbit", Test, wgsl: "c_signbit({x})", float: |x| x.is_sign_negative(), int: |x| x < 0, vjp: (g, x, out) => no_gradient();
            /// `log(x / (1 - x))`
            Logit, "logit", Float, wgsl: "c_log(({x}) / (1.0 - ({x})))", float: |x| (x / (1.0 - x)).ln_lanes(), int: |x| x, vjp: (g, x, out) => logit_vjp(g, x);
            /// `-x log(x)`; 0 at 0 and minus infinity below.
            Entr, "special_entr", Float, wgsl: "c_entr({x})", float: |x| if x > 0.0 { -x * x.ln() } else if x == 0.0 { 0.0 } else if x < 0.0 { (-1.0) / 0.0 } else { x }, int: |x| x, vjp: (g, x, out) => mul(g, &entr_slope(x)?);
            /// `sin(pi x) / (pi x)`; 1 at 0.
            Sinc, "sinc", Float, wgsl: "c_sinc({x})", float: |x| if x == 0.0 { 1.0 } else { (x * 3.141_592_653_589_793).sin() / (x * 3.141_592_653_589_793) }, int: |x| x, vjp: (g, x, out) => sinc_vjp(g, x);
            /// The normal distribution function.
            Ndtr, "special_ndtr", Float, wgsl: "(0.5 * c_erfc(-0.70710678 * ({x})))", float: |x| x.through_f64(special::ndtr), int: |x| x, vjp: (g, x, out) => mul(g, &normal_density(x)?);
            /// `log(sigmoid(x))`
            LogSigmoid, "logsigmoid", Float, wgsl: "c_logsigmoid({x})", float: |x| (if x > 0.0 { 0.0 } else { x }) - (-x.abs()).exp_lanes().ln_1p(), int: |x| x, vjp: (g, x, out) => mul(g, &sigmoid(&neg(x)?)?);
            /// `x` times the normal distribution function.
            Gelu, "gelu_exact", Float, wgsl: "(0.5 * ({x}) * (c_erf(({x}) * 0.70710678) + 1.0))", float: |x| 0.5 * x * ((x * 0.707_106_781_186_547_5).erf() + 1.0), int: |x| x, vjp: (g, x, out) => mul(g, &gelu_slope(x)?);
            /// Derivative of that.
            GeluSlope, "gelu_exact_slope", Float, wgsl: "(0.5 * (c_erf(({x}) * 0.70710678) + 1.0) + ({x}) * exp(max(-0.5 * ({x}) * ({x}), -100.0)) * 0.39894228)", float: |x| 0.5 * ((x * 0.707_106_781_186_547_5).erf() + 1.0) + x * (-0.5 * x * x).exp_lanes() * 0.398_942_280_401_432_7, int: |x| x, vjp: (g, x, out) => mul(g, &mul(&normal_density(x)?, &rsub_scalar(&mul(x, x)?, 2.0)?)?);
            /// Close to the same, by the hyperbolic tangent.
            GeluTanh, "gelu_tanh", Float, wgsl: "(0.5 * ({x}) * (c_tanh((({x}) + ({x}) * ({x}) * ({x}) * 0.044715) * 0.7978845608) + 1.0))", float: |x| 0.5 * x * (((x + x * x * x * 0.044_715) * 0.797_884_560_802_865_4).tanh_lanes() + 1.0), int: |x| x, vjp: (g, x, out) => mul(g, &gelu_tanh_slope(x)?);
        }
    };
}

/// Calls `$callback! { rows }` with every binary row:
/// `Variant, "name", Class, wgsl: "...", float: expr, int: expr, vjp: (g, x, y, out) => [expr, expr];`
#[macro_export]
macro_rules! for_each_binary {
    ($callback:ident) => {
        $callback! {
            /// `x + y`; on bool, logical or.
            Add, "add", Number, wgsl: "(({x}) + ({y}))", float: |x, y| x + y, int: i64::wrapping_add, vjp: (g, x, y, out) => [clone(g), clone(g)];
            /// `x - y`
            Sub, "sub", Number, wgsl: "(({x}) - ({y}))", float: |x, y| x - y, int: i64::wrapping_sub, vjp: (g, x, y, out) => [clone(g), neg(g)];
            /// `x * y`; on bool, logical and.
            Mul, "mul", Number, wgsl: "(({x}) * ({y}))", float: |x, y| x * y, int: i64::wrapping_mul, vjp: (g, x, y, out) => [mul(g, y), mul(g, x)];
            /// `x / y`, floats.
            Div, "div", Float, wgsl: "(({x}) / ({y}))", float: |x, y| x / y, int: |x, _y| x, vjp: (g, x, y, out) => [div(g, y), neg(&div(&mul(g, out)?, y)?)];
            /// Quotient rounded down, as Python's `//`. Integer division by zero is an error at the caller.
            FloorDivide, "floor_divide", Number, wgsl: "c_floor_divide({x}, {y})", float: |x, y| x.floor_divide(y), int: |x, y| c_floor_divide_int(x, y), vjp: (g, x, y, out) => [zero(g), zero(g)];
            /// Remainder with the sign of y, as Python's `%`.
            Remainder, "remainder", Number, wgsl: "c_remainder({x}, {y})", float: |x, y| x.remainder(y), int: |x, y| c_remainder_int(x, y), vjp: (g, x, y, out) => [clone(g), neg(&mul(g, &floor_divide(x, y)?)?)];
            /// Remainder with the sign of x, as C's `fmod`.
            Fmod, "fmod", Number, wgsl: "c_fmod({x}, {y})", float: |x, y| x % y, int: |x, y| if y == 0 { 0 } else { x.wrapping_rem(y) }, vjp: (g, x, y, out) => [clone(g), neg(&mul(g, &trunc(&div(x, y)?)?)?)];
            /// x to the power y.
            Pow, "pow", Number, wgsl: "c_pow({x}, {y})", float: |x, y| x.powf(y), int: |x, y| c_pow_int(x, y), vjp: (g, x, y, out) => [pow_vjp_base(g, x, y), pow_vjp_exponent(g, x, y, out)];
            /// Larger of the two; NaN wins.
            Maximum, "maximum", Number, wgsl: "c_maximum({x}, {y})", float: |x, y| x.maximum_nan(y), int: |x, y| x.max(y), vjp: (g, x, y, out) => [extreme_vjp(g, &lt(x, y)?, &eq(x, y)?), extreme_vjp(g, &lt(y, x)?, &eq(x, y)?)];
            /// Smaller of the two; NaN wins.
            Minimum, "minimum", Number, wgsl: "c_minimum({x}, {y})", float: |x, y| x.minimum_nan(y), int: |x, y| x.min(y), vjp: (g, x, y, out) => [extreme_vjp(g, &gt(x, y)?, &eq(x, y)?), extreme_vjp(g, &gt(y, x)?, &eq(x, y)?)];
            /// Angle of the point (y, x): arguments are named as in `atan2(x, y)` of the table.
            Atan2, "atan2", Float, wgsl: "c_atan2({x}, {y})", float: |x, y| x.atan2(y), int: |x, _y| x, vjp: (g, x, y, out) => [mul(g, &mul(y, &inverse_square(x, y)?)?), neg(&mul(g, &mul(x, &inverse_square(x, y)?)?)?)];
            /// Bits and; on bool, logical and.
            BitwiseAnd, "bitwise_and", Bits, wgsl: "(({x}) & ({y}))", float: |x, _y| x, int: |x, y| x & y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// Bits or; on bool, logical or.
            BitwiseOr, "bitwise_or", Bits, wgsl: "(({x}) | ({y}))", float: |x, _y| x, int: |x, y| x | y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// Bits exclusive or; on bool, logical exclusive or.
            BitwiseXor, "bitwise_xor", Bits, wgsl: "(({x}) ^ ({y}))", float: |x, _y| x, int: |x, y| x ^ y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// The size of x with the sign of y.
            Copysign, "copysign", Float, wgsl: "c_copysign({x}, {y})", float: |x, y| x.copysign(y), int: |x, _y| x, vjp: (g, x, y, out) => [mul(g, &copysign_slope(x, out)?), zero(g)];
            /// The next number after x on the way to y.
            NextAfter, "nextafter", Float, wgsl: "c_nextafter({x}, {y})", float: |x, y| x.next_after(y), int: |x, _y| x, vjp: (g, x, y, out) => [unless_mask(&eq(x, y)?, g), zero(g)];
            /// Larger of the two; a number beats NaN.
            Fmax, "fmax", Number, wgsl: "c_fmax({x}, {y})", float: |x, y| x.max(y), int: |x, y| x.max(y), vjp: (g, x, y, out) => [extreme_vjp(g, &logical_not(&logical_or(&ge(x, y)?, &isnan(y)?)?)?, &eq(x, y)?), extreme_vjp(g, &logical_or(&ge(x, y)?, &isnan(y)?)?, &eq(x, y)?)];
            /// Smaller of the two; a number beats NaN.
            Fmin, "fmin", Number, wgsl: "c_fmin({x}, {y})", float: |x, y| x.min(y), int: |x, y| x.min(y), vjp: (g, x, y, out) => [extreme_vjp(g, &logical_not(&logical_or(&le(x, y)?, &isnan(y)?)?)?, &eq(x, y)?), extreme_vjp(g, &logical_or(&le(x, y)?, &isnan(y)?)?, &eq(x, y)?)];
            /// `sqrt(x * x + y * y)` without overflow in between.
            Hypot, "hypot", Float, wgsl: "c_hypot({x}, {y})", float: |x, y| x.hypot(y), int: |x, _y| x, vjp: (g, x, y, out) => [mul(g, &div(x, out)?), mul(g, &div(y, out)?)];
            /// Regularised lower incomplete gamma function of parameter x.
            Igamma, "igamma", Float, wgsl: "c_igamma({x}, {y})", float: |x, y| x.through_f64_with(y, special::igamma), int: |x, _y| x, vjp: (g, x, y, out) => [unknown_derivative("igamma: input"), mul(g, &igamma_slope(x, y)?)];
            /// Regularised upper incomplete gamma function of parameter x.
            Igammac, "igammac", Float, wgsl: "c_igammac({x}, {y})", float: |x, y| x.through_f64_with(y, special::igammac), int: |x, _y| x, vjp: (g, x, y, out) => [unknown_derivative("igammac: input"), neg(&mul(g, &igamma_slope(x, y)?)?)];
            /// Hurwitz zeta function `sum 1 / (y + k)^x`.
            Zeta, "special_zeta", Float, wgsl: "c_zeta({x}, {y})", float: |x, y| x.through_f64_with(y, special::zeta), int: |x, _y| x, vjp: (g, x, y, out) => [unknown_derivative("zeta"), neg(&mul(g, &mul(x, &zeta(&add_scalar(x, 1.0)?, y)?)?)?)];
            /// Greatest common divisor.
            Gcd, "gcd", Bits, wgsl: "c_gcd_i({x}, {y})", float: |x, _y| x, int: |x, y| c_gcd_int(x, y), vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// Least common multiple.
            Lcm, "lcm", Bits, wgsl: "c_lcm_i({x}, {y})", float: |x, _y| x, int: |x, y| c_lcm_int(x, y), vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// Bits moved up; zero where y is no number of bits.
            ShiftLeft, "bitwise_left_shift", Bits, wgsl: "c_shift_left_i({x}, {y})", float: |x, _y| x, int: |x, y| c_shift_left_int(x, y), vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// Bits moved down, with the sign.
            ShiftRight, "bitwise_right_shift", Bits, wgsl: "c_shift_right_i({x}, {y})", float: |x, _y| x, int: |x, y| c_shift_right_int(x, y), vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// `x == y`
            Eq, "eq", Test, wgsl: "c_eq({x}, {y})", float: |x, y| x == y, int: |x, y| x == y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// `x != y`; true for NaN.
            Ne, "ne", Test, wgsl: "(!c_eq({x}, {y}))", float: |x, y| x != y, int: |x, y| x != y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// `x < y`
            Lt, "lt", Test, wgsl: "c_lt({x}, {y})", float: |x, y| x < y, int: |x, y| x < y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// `x <= y`
            Le, "le", Test, wgsl: "c_le({x}, {y})", float: |x, y| x <= y, int: |x, y| x <= y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// `x > y`
            Gt, "gt", Test, wgsl: "c_lt({y}, {x})", float: |x, y| x > y, int: |x, y| x > y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// `x >= y`
            Ge, "ge", Test, wgsl: "c_le({y}, {x})", float: |x, y| x >= y, int: |x, y| x >= y, vjp: (g, x, y, out) => [no_gradient(), no_gradient()];
            /// `log(exp(x) + exp(y))` without overflow in between.
            LogAddExp, "logaddexp", Float, wgsl: "c_logaddexp({x}, {y})", float: |x, y| if x == y { x + 0.693_147_180_559_945_3 } else { x.maximum_nan(y) + (-(x - y).abs()).exp().ln_1p() }, int: |x, _y| x, vjp: (g, x, y, out) => [div(g, &add_scalar(&exp(&sub(y, x)?)?, 1.0)?), div(g, &add_scalar(&exp(&sub(x, y)?)?, 1.0)?)];
            /// `log2(2**x + 2**y)` without overflow in between.
            LogAddExp2, "logaddexp2", Float, wgsl: "c_logaddexp2({x}, {y})", float: |x, y| if x == y { x + 1.0 } else { x.maximum_nan(y) + (-(x - y).abs()).exp2().ln_1p() * 1.442_695_040_888_963_4 }, int: |x, _y| x, vjp: (g, x, y, out) => [div(g, &add_scalar(&exp2(&sub(y, x)?)?, 1.0)?), div(g, &add_scalar(&exp2(&sub(x, y)?)?, 1.0)?)];
            /// `x log(y)`; 0 where x is 0.
            Xlogy, "xlogy", Float, wgsl: "c_xlogy({x}, {y})", float: |x, y| if y.is_nan() { y } else if x == 0.0 { 0.0 } else { x * y.ln() }, int: |x, _y| x, vjp: (g, x, y, out) => [xlogy_vjp(g, x, y, &log(y)?, 0.0), div(&mul(g, x)?, y)];
            /// `x log(1 + y)`; 0 where x is 0.
            Xlog1py, "special_xlog1py", Float, wgsl: "c_xlog1py({x}, {y})", float: |x, y| if y.is_nan() { y } else if x == 0.0 { 0.0 } else { x * y.ln_1p() }, int: |x, _y| x, vjp: (g, x, y, out) => [xlogy_vjp(g, x, y, &log1p(y)?, -1.0), div(&mul(g, x)?, &add_scalar(y, 1.0)?)];
        }
    };
}

macro_rules! define_unary {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $class:ident, wgsl: $wgsl:literal, float: $float:expr, int: $int:expr, vjp: ($($v:ident),*) => $vjp:expr;)*) => {
        /// A unary elementwise primitive.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Unary { $($(#[$doc])* $variant),* }

        impl Unary {
            /// Every unary primitive, in wire-code order.
            pub const ALL: &'static [Unary] = &[$(Unary::$variant),*];

            /// PyTorch's name.
            pub const fn name(self) -> &'static str { match self { $(Unary::$variant => $name),* } }

            /// Which dtypes it takes and gives.
            pub const fn class(self) -> OperandClass { match self { $(Unary::$variant => OperandClass::$class),* } }

            /// False if the row has no WGSL.
            pub const fn runs_on_gpu(self) -> bool { match self { $(Unary::$variant => !$wgsl.is_empty()),* } }
        }
    };
}
for_each_unary!(define_unary);

macro_rules! define_binary {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $class:ident, wgsl: $wgsl:literal, float: $float:expr, int: $int:expr, vjp: ($($v:ident),*) => $vjp:tt;)*) => {
        /// A binary elementwise primitive.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Binary { $($(#[$doc])* $variant),* }

        impl Binary {
            /// Every binary primitive, in wire-code order.
            pub const ALL: &'static [Binary] = &[$(Binary::$variant),*];

            /// PyTorch's name.
            pub const fn name(self) -> &'static str { match self { $(Binary::$variant => $name),* } }

            /// Which dtypes it takes and gives.
            pub const fn class(self) -> OperandClass { match self { $(Binary::$variant => OperandClass::$class),* } }

            /// False if the row has no WGSL.
            pub const fn runs_on_gpu(self) -> bool { match self { $(Binary::$variant => !$wgsl.is_empty()),* } }
        }
    };
}
for_each_binary!(define_binary);
