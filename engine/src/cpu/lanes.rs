//! exp, log and tanh of f32 by arithmetic alone, so that loops over them become SIMD.
//!
//! No branches and no calls: both sides of a choice are computed and one is selected. Each is within
//! about two units in the last place, as PyTorch's vectorised functions are, and exact at the corners.
//! Refuses f64: the library's functions serve there. Source: <https://www.netlib.org/cephes/> (single precision).

/// ln 2 in two parts, the first exact in few bits.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// The polynomial with these coefficients, highest power first.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut sum = 0.0;
    for coefficient in coefficients {
        sum = sum * x + coefficient;
    }
    sum
}

/// e to the power x.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// Adding this leaves the rounded integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // Beyond these bounds the result is 0 or infinite; the comparisons let NaN pass.
    let x = if x < -104.0 { -104.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = x - whole * LN_2_HIGH - whole * LN_2_LOW;
    let series = polynomial(
        rest,
        [
            1.987_569_1e-4,
            1.398_2e-3,
            8.333_452e-3,
            4.166_579_6e-2,
            1.666_666_5e-1,
            0.5,
        ],
    );
    let series = series * (rest * rest) + rest + 1.0;
    // The power of two in two steps, so that results below the normal range are reached.
    let exponent = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = exponent >> 1;
    let power = |exponent: i32| f32::from_bits((exponent.wrapping_add(127) << 23) as u32);
    series * power(half) * power(exponent.wrapping_sub(half))
}

/// Natural logarithm.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    const COEFFICIENTS: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        0.333_333_3,
    ];
    /// Brings numbers below the normal range into it.
    const SCALE: f32 = 8_388_608.0;
    let is_tiny = x < f32::MIN_POSITIVE;
    let bits = (if is_tiny { x * SCALE } else { x }).to_bits();
    let mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
    let exponent = (bits >> 23) as i32 as f32 - if is_tiny { 149.0 } else { 126.0 };
    let is_low = mantissa < std::f32::consts::FRAC_1_SQRT_2;
    let exponent = exponent - if is_low { 1.0 } else { 0.0 };
    let rest = (mantissa - 1.0) + if is_low { mantissa } else { 0.0 };
    let square = rest * rest;
    let series = polynomial(rest, COEFFICIENTS) * rest * square + exponent * LN_2_LOW - 0.5 * square;
    let result = rest + series + exponent * LN_2_HIGH;
    let result = if x == f32::INFINITY { x } else { result };
    let result = if x == 0.0 { f32::NEG_INFINITY } else { result };
    // Also catches NaN.
    if x >= 0.0 { result } else { f32::NAN }
}

/// Hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let square = x * x;
    let series = polynomial(
        square,
        [
            -5.704_988_7e-3,
            2.063_909e-2,
            -5.373_971_6e-2,
            1.333_144_2e-1,
            -3.333_328e-1,
        ],
    );
    let near = series * square * x + x;
    let far = 1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0);
    (if x.abs() < 0.625 { near } else { far }).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(x: f32, found: f32, exact: f64) {
        let error = (f64::from(found) - exact).abs();
        assert!(error <= 2.4e-7 * exact.abs() + 1.5e-45, "{x}: {found} {exact}");
    }

    #[test]
    fn close_to_the_library() {
        for step in -10_300..=8_872i16 {
            let x = f32::from(step) * 0.01;
            assert_close(x, exp(x), f64::from(x).exp());
            assert_close(x, tanh(x * 0.1), f64::from(x * 0.1).tanh());
            let (positive, tiny) = (exp(x), f32::MIN_POSITIVE * 0.001 * (x + 104.0));
            assert_close(positive, ln(positive), f64::from(positive).ln());
            assert_close(tiny, ln(tiny), f64::from(tiny).ln());
        }
        for step in 1..2000u16 {
            let x = f32::from(step) * 0.001;
            assert_close(x, ln(x), f64::from(x).ln());
            assert_close(x, tanh(x), f64::from(x).tanh());
        }
    }

    #[test]
    fn corners() {
        assert_eq!(
            (exp(0.0), exp(f32::NEG_INFINITY), exp(f32::INFINITY)),
            (1.0, 0.0, f32::INFINITY)
        );
        assert_eq!(
            (ln(1.0), ln(0.0), ln(f32::INFINITY)),
            (0.0, f32::NEG_INFINITY, f32::INFINITY)
        );
        assert_eq!(
            (tanh(0.0), tanh(f32::INFINITY), tanh(f32::NEG_INFINITY)),
            (0.0, 1.0, -1.0)
        );
        assert!(tanh(-0.0).is_sign_negative());
        assert!(exp(f32::NAN).is_nan() && ln(f32::NAN).is_nan() && tanh(f32::NAN).is_nan() && ln(-1.0).is_nan());
    }
}
