//! Backward rules of the elementwise primitives, expanded from the `vjp` column of their tables.
//!
//! What a rule saves follows from the names it mentions, so a row says everything once.
//! Refuses nothing: a row without a gradient says `no_gradient()`.

use super::slopes::{
    bessel_slope, copysign_slope, entr_slope, extreme_vjp, gelu_tanh_slope, igamma_slope, inverse_square, logit_vjp,
    normal_density, pow_vjp_base, pow_vjp_exponent, scale_down, scaled_bessel_slope, sinc_vjp, xlogy_vjp,
};
use crate::error::{Error, Result};
use crate::ops::creation;
use crate::ops::elementwise::{
    add, add_scalar, bessel_j0, bessel_j1, bessel_k0, bessel_k1, bessel_y0, bessel_y1, cos, cosh, digamma, div, eq,
    erfcx, exp, exp2, exponent, floor_divide, ge, gelu_slope, gt, i0, i0e, i1, i1e, isnan, le, le_scalar, log, log1p,
    logical_not, logical_or, lt, mul, mul_scalar, neg, rsqrt, rsub_scalar, scalar_zeta, sigmoid, sign, sin, sinh, sub,
    sub_scalar, trigamma, trunc, unless_mask, zeta,
};
use crate::prim::{Binary, Unary};
use crate::tensor::Tensor;
use crate::{for_each_binary, for_each_unary};

/// True if `word` occurs in `text` as a whole identifier.
const fn mentions(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let mut start = 0;
    while start + word.len() <= text.len() {
        let mut length = 0;
        while length < word.len() && text[start + length] == word[length] {
            length += 1;
        }
        let starts_word = start == 0 || !is_word_byte(text[start - 1]);
        let ends_word = start + word.len() == text.len() || !is_word_byte(text[start + word.len()]);
        if length == word.len() && starts_word && ends_word {
            return true;
        }
        start += 1;
    }
    false
}

const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn no_gradient() -> Result<Tensor> {
    Err(Error::runtime("this operator has no gradient"))
}

/// The gradient of an input that nobody has a formula for.
fn unknown_derivative(of: &str) -> Result<Tensor> {
    Err(Error::not_implemented(format!(
        "the derivative for '{of}' is not implemented."
    )))
}

/// The gradient of a step function.
fn zero(g: &Tensor) -> Result<Tensor> {
    creation::zeros(&g.shape(), g.dtype(), g.device())
}

fn clone(g: &Tensor) -> Result<Tensor> {
    Ok(g.clone())
}

macro_rules! unary_rules {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $class:ident, wgsl: $wgsl:literal, float: $float:expr, int: $int:expr, vjp: ($g:ident, $x:ident, $out:ident) => $vjp:expr;)*) => {
        /// False if the gradient is zero everywhere.
        pub fn unary_is_differentiable(op: Unary) -> bool {
            match op { $(Unary::$variant => const { !mentions(stringify!($vjp), "no_gradient") },)* }
        }

        /// Whether the rule reads the input and the output.
        pub fn unary_saves(op: Unary) -> [bool; 2] {
            match op { $(Unary::$variant => const { [mentions(stringify!($vjp), "x"), mentions(stringify!($vjp), "out")] },)* }
        }

        /// The input's gradient.
        pub fn unary(op: Unary, g: &Tensor, x: &Tensor, out: &Tensor) -> Result<Tensor> {
            match op { $(Unary::$variant => {
                let ($g, $x, $out) = (g, x, out);
                let _ = ($g, $x, $out);
                $vjp
            })* }
        }
    };
}
for_each_unary!(unary_rules);

macro_rules! binary_rules {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $class:ident, wgsl: $wgsl:literal, float: $float:expr, int: $int:expr, vjp: ($g:ident, $x:ident, $y:ident, $out:ident) => [$vx:expr, $vy:expr];)*) => {
        /// False if the gradients are zero everywhere.
        pub fn binary_is_differentiable(op: Binary) -> bool {
            match op { $(Binary::$variant => const { !mentions(stringify!($vx), "no_gradient") },)* }
        }

        /// Whether the rules of the inputs in `needs` read x, y and the output.
        pub fn binary_saves(op: Binary, needs: &[bool]) -> [bool; 3] {
            match op { $(Binary::$variant => {
                let by_x = const { [mentions(stringify!($vx), "x"), mentions(stringify!($vx), "y"), mentions(stringify!($vx), "out")] };
                let by_y = const { [mentions(stringify!($vy), "x"), mentions(stringify!($vy), "y"), mentions(stringify!($vy), "out")] };
                [0, 1, 2].map(|slot| (needs[0] && by_x[slot]) || (needs[1] && by_y[slot]))
            })* }
        }

        /// The gradients of the inputs in `needs`.
        pub fn binary(op: Binary, g: &Tensor, x: &Tensor, y: &Tensor, out: &Tensor, needs: [bool; 2]) -> Result<[Option<Tensor>; 2]> {
            match op { $(Binary::$variant => {
                let ($g, $x, $y, $out) = (g, x, y, out);
                let _ = ($g, $x, $y, $out);
                let vx = if needs[0] { Some($vx?) } else { None };
                let vy = if needs[1] { Some($vy?) } else { None };
                Ok([vx, vy])
            })* }
        }
    };
}
for_each_binary!(binary_rules);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_save_what_they_mention() {
        assert_eq!(unary_saves(Unary::Exp), [false, true]);
        assert_eq!(unary_saves(Unary::Neg), [false, false]);
        assert_eq!(binary_saves(Binary::Mul, &[true, false]), [false, true, false]);
        assert!(!unary_is_differentiable(Unary::IsNan));
        assert!(binary_is_differentiable(Binary::Atan2));
        assert!(!binary_is_differentiable(Binary::BitwiseAnd));
    }
}
