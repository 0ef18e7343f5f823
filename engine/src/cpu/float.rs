//! Scalar functions that the elementwise tables name and the standard library lacks.
//!
//! [`Float`] adds them to f32 and f64; the `c_` functions are those of `int64`. They follow PyTorch's
//! CPU kernels in every corner case. Refuses to know buffers.

use super::lanes::{self, Lanes};
use super::special;

/// f32 or f64 with PyTorch's elementwise functions.
pub trait Float: Copy + PartialOrd {
    /// Gauss error function.
    fn erf(self) -> Self;
    /// -1, 0 or 1; 0 for NaN, as `torch.sign` answers.
    fn sign_or_zero(self) -> Self;
    /// The quotient rounded down, exact where `floor(x / y)` would be off by one.
    fn floor_divide(self, divisor: Self) -> Self;
    /// The remainder with the divisor's sign.
    fn remainder(self, divisor: Self) -> Self;
    /// The larger; NaN wins.
    fn maximum_nan(self, other: Self) -> Self;
    /// The smaller; NaN wins.
    fn minimum_nan(self, other: Self) -> Self;
    /// e to the power x by arithmetic that vectorises (f32), or by the library (f64).
    fn exp_lanes(self) -> Self;
    /// The same for x up to 80, where results below the normal range may become zero.
    fn exp_flushed(self, lanes: &Lanes) -> Self;
    /// Natural logarithm, likewise.
    fn ln_lanes(self) -> Self;
    /// Hyperbolic tangent, likewise.
    fn tanh_lanes(self) -> Self;
    /// A function of doubles, rounded.
    fn through_f64(self, function: fn(f64) -> f64) -> Self;
    /// The second derivative of the logarithm of the gamma function, near its poles as exact as PyTorch's for this type.
    fn trigamma(self) -> Self;
    /// A function of two doubles, rounded.
    fn through_f64_with(self, other: Self, function: fn(f64, f64) -> f64) -> Self;
    /// The next number on the way to another.
    fn next_after(self, other: Self) -> Self;
    /// The number scaled by a power of two into 0.5..1, and that power.
    fn split_exponent(self) -> (Self, Self);
}

macro_rules! implement_float {
    ($float:ident, $erf:path, $exp:path, $exp_flushed:expr, $ln:path, $tanh:path, $next:path, $frexp:path) => {
        impl Float for $float {
            #[inline(always)]
            fn erf(self) -> Self {
                $erf(self)
            }

            fn sign_or_zero(self) -> Self {
                $float::from(i8::from(self > 0.0) - i8::from(self < 0.0))
            }

            fn floor_divide(self, divisor: Self) -> Self {
                if divisor == 0.0 {
                    return self / divisor;
                }
                let rest = self % divisor;
                let mut quotient = (self - rest) / divisor;
                if rest != 0.0 && (divisor < 0.0) != (rest < 0.0) {
                    quotient -= 1.0;
                }
                if quotient == 0.0 {
                    return $float::copysign(0.0, self / divisor);
                }
                let floor = quotient.floor();
                if quotient - floor > 0.5 {
                    floor + 1.0
                } else {
                    floor
                }
            }

            fn remainder(self, divisor: Self) -> Self {
                let rest = self % divisor;
                if rest != 0.0 && (divisor < 0.0) != (rest < 0.0) {
                    rest + divisor
                } else {
                    rest
                }
            }

            fn maximum_nan(self, other: Self) -> Self {
                if self > other || self.is_nan() {
                    self
                } else {
                    other
                }
            }

            fn minimum_nan(self, other: Self) -> Self {
                if self < other || self.is_nan() {
                    self
                } else {
                    other
                }
            }

            #[inline(always)]
            fn exp_lanes(self) -> Self {
                $exp(self)
            }

            #[inline(always)]
            fn exp_flushed(self, lanes: &Lanes) -> Self {
                $exp_flushed(lanes, self)
            }

            #[inline(always)]
            fn ln_lanes(self) -> Self {
                $ln(self)
            }

            #[inline(always)]
            fn tanh_lanes(self) -> Self {
                $tanh(self)
            }

            fn through_f64(self, function: fn(f64) -> f64) -> Self {
                function(f64::from(self)) as $float
            }

            fn trigamma(self) -> Self {
                special::trigamma(f64::from(self), size_of::<$float>() == 4) as $float
            }

            fn through_f64_with(self, other: Self, function: fn(f64, f64) -> f64) -> Self {
                function(f64::from(self), f64::from(other)) as $float
            }

            fn next_after(self, other: Self) -> Self {
                $next(self, other)
            }

            fn split_exponent(self) -> (Self, Self) {
                if self == 0.0 || !self.is_finite() {
                    return (self, 0.0);
                }
                let (mantissa, exponent) = $frexp(self);
                (mantissa, exponent as $float)
            }
        }
    };
}

implement_float!(
    f32,
    lanes::erf,
    lanes::exp,
    Lanes::exp_flushed,
    lanes::ln,
    lanes::tanh,
    libm::nextafterf,
    libm::frexpf
);
implement_float!(
    f64,
    libm::erf,
    f64::exp,
    |_: &Lanes, x: f64| x.exp(),
    f64::ln,
    f64::tanh,
    libm::nextafter,
    libm::frexp
);

/// Integer power. A negative exponent gives 0, except for bases 1 and -1.
pub fn c_pow_int(base: i64, exponent: i64) -> i64 {
    if exponent < 0 {
        return match base {
            1 => 1,
            -1 if exponent % 2 == 0 => 1,
            -1 => -1,
            _ => 0,
        };
    }
    let (mut base, mut exponent, mut result) = (base, exponent, 1i64);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}

/// Quotient rounded down; 0 for a zero divisor, which callers report before.
pub const fn c_floor_divide_int(x: i64, y: i64) -> i64 {
    if y == 0 {
        return 0;
    }
    let quotient = x.wrapping_div(y);
    if x.wrapping_rem(y) != 0 && (x < 0) != (y < 0) {
        quotient.wrapping_sub(1)
    } else {
        quotient
    }
}

/// Remainder with the divisor's sign; 0 for a zero divisor, which callers report before.
pub const fn c_remainder_int(x: i64, y: i64) -> i64 {
    if y == 0 {
        return 0;
    }
    let rest = x.wrapping_rem(y);
    if rest != 0 && (rest < 0) != (y < 0) {
        rest.wrapping_add(y)
    } else {
        rest
    }
}

/// Greatest common divisor; never negative (but for the smallest number's own).
pub const fn c_gcd_int(x: i64, y: i64) -> i64 {
    let (mut x, mut y) = (x.unsigned_abs(), y.unsigned_abs());
    while y != 0 {
        (x, y) = (y, x % y);
    }
    x as i64
}

/// Least common multiple; 0 if either is.
pub const fn c_lcm_int(x: i64, y: i64) -> i64 {
    let divisor = c_gcd_int(x, y);
    if divisor == 0 {
        return 0;
    }
    x.wrapping_div(divisor).wrapping_mul(y).wrapping_abs()
}

/// `x << y`; 0 where y is no number of bits.
pub const fn c_shift_left_int(x: i64, y: i64) -> i64 {
    if y < 0 || y >= i64::BITS as i64 { 0 } else { x << y }
}

/// `x >> y`; the sign alone where y is no number of bits.
pub const fn c_shift_right_int(x: i64, y: i64) -> i64 {
    let last = i64::BITS as i64 - 1;
    x >> if y < 0 || y > last { last } else { y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_rounds_down() {
        assert_eq!(7.5f32.floor_divide(-2.0), -4.0);
        assert_eq!((-7.0f64).floor_divide(2.0), -4.0);
        assert_eq!(1.0f64.floor_divide(0.1), 9.0);
        assert_eq!(1.0f32.floor_divide(0.0), f32::INFINITY);
        assert!(0.0f32.floor_divide(0.0).is_nan());
        assert_eq!((-7.0f32).remainder(3.0), 2.0);
        assert_eq!(7.0f32.remainder(-3.0), -2.0);
        assert!(7.0f32.remainder(0.0).is_nan());
        assert_eq!((c_floor_divide_int(-7, 2), c_remainder_int(-7, 2)), (-4, 1));
        assert_eq!(
            (c_floor_divide_int(i64::MIN, -1), c_remainder_int(i64::MIN, -1)),
            (i64::MIN, 0)
        );
        assert_eq!((c_floor_divide_int(1, 0), c_remainder_int(1, 0)), (0, 0));
    }

    #[test]
    fn nan_wins_and_has_no_sign() {
        assert!(f32::NAN.maximum_nan(1.0).is_nan() && 1f32.maximum_nan(f32::NAN).is_nan());
        assert!(f64::NAN.minimum_nan(1.0).is_nan() && 1f64.minimum_nan(f64::NAN).is_nan());
        assert_eq!(
            (f32::NAN.sign_or_zero(), (-3f32).sign_or_zero(), 0f64.sign_or_zero()),
            (0.0, -1.0, 0.0)
        );
    }

    #[test]
    fn divisors_and_shifts() {
        assert_eq!((c_gcd_int(-12, 18), c_gcd_int(0, 0), c_gcd_int(0, -5)), (6, 0, 5));
        assert_eq!((c_lcm_int(-4, 6), c_lcm_int(0, 3), c_lcm_int(0, 0)), (12, 0, 0));
        assert_eq!(
            (c_shift_left_int(3, 2), c_shift_left_int(3, 64), c_shift_left_int(3, -1)),
            (12, 0, 0)
        );
        assert_eq!(
            (
                c_shift_right_int(-8, 1),
                c_shift_right_int(-8, 99),
                c_shift_right_int(8, -1)
            ),
            (-4, -1, 0)
        );
    }

    #[test]
    fn numbers_fall_apart_and_have_neighbours() {
        assert_eq!(10f32.split_exponent(), (0.625, 4.0));
        assert_eq!((-0.1f64).split_exponent(), (-0.8, -3.0));
        assert_eq!(f32::INFINITY.split_exponent(), (f32::INFINITY, 0.0));
        assert_eq!(1f32.next_after(2.0), 1.0 + f32::EPSILON);
        assert_eq!(0f64.next_after(-1.0), -f64::from_bits(1));
    }

    #[test]
    fn integer_powers() {
        assert_eq!((c_pow_int(3, 4), c_pow_int(-2, 3), c_pow_int(0, 0)), (81, -8, 1));
        assert_eq!(
            (c_pow_int(2, -1), c_pow_int(-1, -3), c_pow_int(-1, i64::MIN)),
            (0, -1, 1)
        );
        assert_eq!(c_pow_int(3, i64::MAX), c_pow_int(3, i64::MAX));
    }
}
