//! exp, log, tanh and erf of f32 by arithmetic alone, so that loops over them become SIMD.
//!
//! No branches and no calls: both sides of a choice are computed and one is selected. Each is within
//! about two units in the last place, as PyTorch's vectorised functions are, and exact at the corners.
//! Polynomials are minimax fits in the weights that the comments name. Refuses f64: the library's
//! functions serve there. Reduction of arguments: <https://www.netlib.org/cephes/> (single precision).

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// The functions with their coefficients. [`Lanes::hoisted`] before a loop keeps those in registers.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    log2_e: f32,
    /// Adding this to a small float leaves its rounded value in the low bits.
    round: f32,
    bias: f32,
    /// ln 2 in two parts, the first exact in few bits.
    ln_2: [f32; 2],
    one: f32,
    /// `(exp(r) - 1 - r) / r^2` for |r| up to half of ln 2, to 3e-9 of exp(r); highest power first, as all are.
    exp: [f32; 5],
    /// `(log(1 + r) - r + r^2 / 2) / r^3`, to 1e-9 of the logarithm.
    ln: [f32; 9],
    /// `erf(x) / x - 1` by x^2, to 2e-8 of erf(x).
    erf_near: [f32; 6],
    /// `-log(1 - erf(x))` by |x|, to 2e-9 of erf(x); from 3.95 on the result is 1.
    erf_far: [f32; 7],
}

const PLAIN: Lanes = Lanes {
    log2_e: LOG2_E,
    round: 12_582_912.0,
    bias: 127.0,
    ln_2: [0.693_359_4, -2.121_944_4e-4],
    one: 1.0,
    exp: [
        1.381_457_3e-3,
        8.368_731e-3,
        4.166_839e-2,
        1.666_652_1e-1,
        4.999_999_4e-1,
    ],
    ln: [
        6.743_008e-2,
        -1.167_547_8e-1,
        1.188_961_4e-1,
        -1.240_573_3e-1,
        1.421_939_3e-1,
        -1.666_798_1e-1,
        2.000_212_5e-1,
        -2.500_001e-1,
        3.333_331_3e-1,
    ],
    erf_near: [
        -5.953_74e-4,
        4.985_94e-3,
        -2.676_172e-2,
        1.128_168_25e-1,
        -3.761_248e-1,
        1.283_791_5e-1,
    ],
    erf_far: [
        -1.959_356_3e-4,
        3.043_203e-3,
        -2.222_686_8e-2,
        1.039_315e-1,
        6.371_823_5e-1,
        1.127_675_5,
        1.956_878_6e-4,
    ],
};

/// e to the power x.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    PLAIN.exp(x)
}

/// Natural logarithm.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    PLAIN.ln(x)
}

/// Hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    PLAIN.tanh(x)
}

/// Gauss error function.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    PLAIN.erf(x)
}

impl Lanes {
    /// The functions with coefficients that the compiler takes for variables. Written out as constants they
    /// would be made anew in every round of a loop, which takes longer than the arithmetic.
    pub fn hoisted() -> Lanes {
        std::hint::black_box(PLAIN)
    }

    /// `x` as a whole number of ln 2 and a rest: the rest, and bits that end in the number plus `bias`.
    #[inline(always)]
    fn reduce_exponent(&self, x: f32, bias: f32) -> (f32, i32) {
        let round = self.round + bias;
        let shifted = x * self.log2_e + round;
        let whole = shifted - round;
        let rest = x - whole * self.ln_2[0] - whole * self.ln_2[1];
        (rest, shifted.to_bits() as i32)
    }

    /// `exp(r) - 1` for |r| up to half of ln 2.
    #[inline(always)]
    fn exp_m1_near(&self, rest: f32) -> f32 {
        polynomial(rest, self.exp) * (rest * rest) + rest
    }

    /// e to the power x.
    #[inline(always)]
    pub fn exp(&self, x: f32) -> f32 {
        // Beyond these bounds the result is 0 or infinite; the comparisons let NaN pass.
        let x = if x < -104.0 { -104.0 } else { x };
        let x = if x > 89.0 { 89.0 } else { x };
        // The power of two in two steps, so that results below the normal range are reached: twice the bias.
        let (rest, exponent) = self.reduce_exponent(x, 2.0 * self.bias);
        let half = exponent >> 1;
        (self.exp_m1_near(rest) + self.one) * power_of_two(half) * power_of_two(exponent.wrapping_sub(half))
    }

    /// e to the power x for x up to 80; what is below the normal range becomes zero. Cheaper than `exp`.
    #[inline(always)]
    pub fn exp_flushed(&self, x: f32) -> f32 {
        // At the bound the power of two has the exponent of zero.
        let x = if x < -88.0 { -88.0 } else { x };
        let (rest, exponent) = self.reduce_exponent(x, self.bias);
        (self.exp_m1_near(rest) + self.one) * power_of_two(exponent)
    }

    /// `1 / (1 + exp(-x))`
    #[inline(always)]
    pub fn sigmoid(&self, x: f32) -> f32 {
        self.one / (self.one + self.exp(-x))
    }

    /// Natural logarithm.
    #[inline(always)]
    pub fn ln(&self, x: f32) -> f32 {
        /// Brings numbers below the normal range into it.
        const SCALE: f32 = 8_388_608.0;
        let is_tiny = x < f32::MIN_POSITIVE;
        let bits = (if is_tiny { x * SCALE } else { x }).to_bits();
        let mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
        let exponent = (bits >> 23) as i32 as f32 - if is_tiny { 149.0 } else { 126.0 };
        let is_low = mantissa < FRAC_1_SQRT_2;
        let exponent = exponent - if is_low { 1.0 } else { 0.0 };
        let rest = (mantissa - 1.0) + if is_low { mantissa } else { 0.0 };
        let square = rest * rest;
        let series = polynomial(rest, self.ln) * rest * square + exponent * self.ln_2[1] - 0.5 * square;
        let result = rest + series + exponent * self.ln_2[0];
        let result = if x == f32::INFINITY { x } else { result };
        let result = if x == 0.0 { f32::NEG_INFINITY } else { result };
        // Also catches NaN.
        if x >= 0.0 { result } else { f32::NAN }
    }

    /// Hyperbolic tangent.
    #[inline(always)]
    pub fn tanh(&self, x: f32) -> f32 {
        // tanh(x) = m / (m + 2) for m = exp(2x) - 1, and m = 2^n (exp(r) - 1) + (2^n - 1) loses no digits.
        let double = 2.0 * x.abs();
        let double = if double > 20.0 { 20.0 } else { double };
        let (rest, exponent) = self.reduce_exponent(double, self.bias);
        let power = power_of_two(exponent);
        let growth = self.exp_m1_near(rest) * power + (power - self.one);
        (growth / (growth + 2.0)).copysign(x)
    }

    /// Gauss error function.
    #[inline(always)]
    pub fn erf(&self, x: f32) -> f32 {
        let distance = x.abs();
        let near = polynomial(x * x, self.erf_near) * x + x;
        let bounded = if distance > 3.95 { 3.95 } else { distance };
        let decay = polynomial(bounded, self.erf_far);
        let far = (self.one - self.exp_flushed(-decay)).copysign(x);
        if distance < 0.925 { near } else { far }
    }
}

/// The polynomial with these coefficients, highest power first.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut sum = coefficients[0];
    for &coefficient in &coefficients[1..] {
        sum = sum * x + coefficient;
    }
    sum
}

/// The power of two whose biased exponent the low bits hold; what lies above is shifted out.
#[inline(always)]
fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits((exponent << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance between neighbouring floats of the size of `exact`; below the normal range it stays the same.
    fn unit(exact: f64) -> f64 {
        let size = (exact.abs() as f32).max(f32::MIN_POSITIVE);
        f64::from(f32::from_bits(size.to_bits() + 1)) - f64::from(size)
    }

    /// The largest error in units in the last place over floats of every size in `range`.
    fn worst(range: std::ops::RangeInclusive<f32>, function: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        /// A prime, so that the low bits vary from one float to the next.
        const STRIDE: usize = 100_003;
        let floats = (0..=u32::MAX).step_by(STRIDE).map(f32::from_bits);
        let errors = floats.filter(|x| range.contains(x)).map(|x| {
            let exact = exact(f64::from(x));
            (f64::from(function(x)) - exact).abs() / unit(exact)
        });
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn close_to_the_library() {
        // Found over one float in 211: exp 0.96, ln 0.78, tanh 2.52, erf 1.35, sigmoid 2.29.
        assert!(worst(-104.0..=88.7, exp, f64::exp) < 1.0);
        assert!(worst(-87.0..=80.0, |x| PLAIN.exp_flushed(x), f64::exp) < 1.0);
        assert!(worst(-87.0..=88.0, |x| PLAIN.sigmoid(x), |x| 1.0 / (1.0 + (-x).exp())) < 2.4);
        assert!(worst(0.0..=f32::MAX, ln, f64::ln) < 0.8);
        assert!(worst(-f32::MAX..=f32::MAX, tanh, f64::tanh) < 2.6);
        assert!(worst(-f32::MAX..=f32::MAX, erf, libm::erf) < 1.4);
    }

    #[test]
    fn corners() {
        assert_eq!(
            (exp(0.0), exp(f32::NEG_INFINITY), exp(f32::INFINITY)),
            (1.0, 0.0, f32::INFINITY)
        );
        let exp_flushed = |x| PLAIN.exp_flushed(x);
        assert_eq!((exp_flushed(0.0), exp_flushed(f32::NEG_INFINITY)), (1.0, 0.0));
        assert_eq!((exp_flushed(-88.0), exp_flushed(-1e9)), (0.0, 0.0));
        assert_eq!(
            (ln(1.0), ln(0.0), ln(f32::INFINITY)),
            (0.0, f32::NEG_INFINITY, f32::INFINITY)
        );
        for odd in [tanh, erf] {
            assert_eq!((odd(0.0), odd(f32::INFINITY), odd(f32::NEG_INFINITY)), (0.0, 1.0, -1.0));
            assert!(odd(-0.0).is_sign_negative() && odd(f32::NAN).is_nan());
        }
        assert!(exp(f32::NAN).is_nan() && exp_flushed(f32::NAN).is_nan());
        assert!(ln(f32::NAN).is_nan() && ln(-1.0).is_nan() && ln(f32::NEG_INFINITY).is_nan());
    }
}
