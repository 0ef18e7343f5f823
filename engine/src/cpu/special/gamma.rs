//! The gamma family: digamma, trigamma, Hurwitz zeta, and the incomplete gamma functions.
//!
//! lgamma itself comes from the mathematical library. Sums over Bernoulli numbers are used where the
//! argument is at least [`SHIFTED`]; recurrences bring smaller ones there.

use std::f64::consts::{PI, TAU};

/// From here on the asymptotic series of seven terms have all digits of a double.
const SHIFTED: f64 = 10.0;

/// The even Bernoulli numbers B2, B4, …
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174_611.0 / 330.0,
];

/// Terms of the series of the incomplete gamma functions, enough for parameters in the millions.
const MAX_TERMS: usize = 20_000;

/// The part after the point, exactly, from -0.5 to 0.5: sine and tangent of pi times it lose no digits.
fn fraction(x: f64) -> f64 {
    x - x.round_ties_even()
}

/// The derivative of `log(gamma(x))`.
pub fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return f64::INFINITY.copysign(-x);
    }
    if x < 0.0 {
        // DLMF 5.5.4
        let rest = fraction(x);
        return if rest == 0.0 {
            f64::NAN
        } else {
            digamma(1.0 - x) - PI / (PI * rest).tan()
        };
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < SHIFTED {
        sum -= 1.0 / x;
        x += 1.0;
    }
    // DLMF 5.11.2
    let z = 1.0 / (x * x);
    let tail = (1..=7)
        .rev()
        .fold(0.0, |tail, k| z * (tail + BERNOULLI[k - 1] / (2 * k) as f64));
    sum + x.ln() - 0.5 / x - tail
}

/// The second derivative of `log(gamma(x))`. `is_single`: x is an f32, and below one half the angle is rounded to one, as
/// PyTorch rounds it; what comes of that near the poles is far more than the last digit.
pub fn trigamma(x: f64, is_single: bool) -> f64 {
    if x < 0.5 {
        // DLMF 5.15.6
        let sine = if is_single {
            f64::from((std::f32::consts::PI * x as f32).sin())
        } else {
            (PI * fraction(x)).sin()
        };
        return PI * PI / (sine * sine) - trigamma(1.0 - x, is_single);
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < SHIFTED {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    // DLMF 5.15.8
    let z = 1.0 / (x * x);
    let tail = (1..=7).rev().fold(0.0, |tail, k| z * (tail + BERNOULLI[k - 1]));
    sum + 1.0 / x + 0.5 * z + tail / x
}

/// The Hurwitz zeta function `sum 1 / (q + k)^s` by the Euler-Maclaurin formula: DLMF 25.11.5.
pub fn zeta(s: f64, q: f64) -> f64 {
    if s == 1.0 {
        return f64::INFINITY;
    }
    if s.is_nan() || q.is_nan() || s < 1.0 {
        return f64::NAN;
    }
    if q <= 0.0 {
        if q == q.floor() {
            return f64::INFINITY;
        }
        if s != s.floor() {
            return f64::NAN;
        }
        // The terms below zero are those of two sums above it, up to their sign.
        let count = -q.floor();
        // From the smaller sum of the two, so that no digit of a q near zero is lost.
        let (rest, first) = (q + count, -(q + (count - 1.0)));
        let sign = if s % 2.0 == 0.0 { 1.0 } else { -1.0 };
        return zeta(s, rest) + sign * (zeta(s, first) - zeta(s, first + count));
    }
    if q.is_infinite() || (s.is_infinite() && q > 1.0) {
        // The terms of the series meet a product of zero and infinity in PyTorch.
        return f64::NAN;
    }
    let (mut q, mut sum) = (q, 0.0);
    while q < SHIFTED {
        let term = q.powf(-s);
        sum += term;
        // Steep sums are over before the formula's range is reached.
        if term < sum * f64::EPSILON / 4.0 {
            return sum;
        }
        q += 1.0;
    }
    let power = q.powf(-s);
    sum += power * (q / (s - 1.0) + 0.5);
    // s (s + 1) … (s + 2k - 2) / (2k)! / q^(s + 2k - 1)
    let mut factor = power * s / (2.0 * q);
    for (k, bernoulli) in (1..).zip(BERNOULLI) {
        let term = factor * bernoulli;
        sum += term;
        if term.abs() < sum.abs() * f64::EPSILON / 4.0 {
            break;
        }
        let two_k = f64::from(2 * k);
        factor *= (s + two_k - 1.0) * (s + two_k) / ((two_k + 1.0) * (two_k + 2.0) * q * q);
    }
    sum
}

/// The regularised lower incomplete gamma function P(a, x).
pub fn igamma(a: f64, x: f64) -> f64 {
    match corner(a, x) {
        Some(lower) => lower,
        None if a > UNIFORM => 1.0 - upper_of_large(a, x),
        None if x < a + 1.0 => lower_series(a, x),
        None => 1.0 - upper_fraction(a, x),
    }
}

/// The regularised upper incomplete gamma function Q(a, x).
pub fn igammac(a: f64, x: f64) -> f64 {
    match corner(a, x) {
        Some(lower) => 1.0 - lower,
        None if a > UNIFORM => upper_of_large(a, x),
        None if x < a + 1.0 => 1.0 - lower_series(a, x),
        None => upper_fraction(a, x),
    }
}

/// From this parameter on the first term of the uniform expansion has the digits of a float.
const UNIFORM: f64 = 1e8;

/// Q(a, x) by the leading term of the expansion that holds on both sides of the middle: DLMF 8.12.4.
fn upper_of_large(a: f64, x: f64) -> f64 {
    let distance = (x - a) / a;
    let square = 2.0 * (distance - distance.ln_1p());
    0.5 * libm::erfc((square * a / 2.0).max(0.0).sqrt().copysign(distance))
}

/// P(a, x) where no formula is needed.
fn corner(a: f64, x: f64) -> Option<f64> {
    // The parameter does not matter at the ends of the range, even if it is NaN.
    if a.is_nan() && (x == 0.0 || x == f64::INFINITY) {
        return Some(if x == 0.0 { 0.0 } else { 1.0 });
    }
    if a.is_nan() || x.is_nan() || a < 0.0 || x < 0.0 || (a == 0.0 && x == 0.0) || (a.is_infinite() && x.is_infinite())
    {
        return Some(f64::NAN);
    }
    if a == 0.0 || x.is_infinite() {
        return Some(1.0);
    }
    (x == 0.0 || a.is_infinite()).then_some(0.0)
}

/// `x^a exp(-x) / gamma(a)`; for large a by Stirling's formula, so that nothing large cancels.
fn prefix(a: f64, x: f64) -> f64 {
    if a < SHIFTED {
        return (a * x.ln() - x - libm::lgamma(a)).exp();
    }
    let difference = (x - a) / a;
    let z = 1.0 / (a * a);
    let correction = (1.0 / 12.0 - z * (1.0 / 360.0 - z * (1.0 / 1260.0 - z / 1680.0))) / a;
    (a * (difference.ln_1p() - difference) - correction).exp() * (a / TAU).sqrt()
}

/// DLMF 8.7.1
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
    for _ in 0..MAX_TERMS {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    prefix(a, x) * sum
}

/// DLMF 8.9.2 by Lentz's method.
fn upper_fraction(a: f64, x: f64) -> f64 {
    /// Stands in for a zero denominator.
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut d = 1.0 / if b == 0.0 { TINY } else { b };
    let (mut c, mut value) = (1.0 / TINY, d);
    for n in 1..MAX_TERMS {
        let n = n as f64;
        let numerator = -n * (n - a);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + numerator / c;
        if c.abs() < TINY {
            c = TINY;
        }
        value *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    prefix(a, x) * value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} instead of {expected}");
    }

    #[test]
    fn known_values() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        close(digamma(1.0), -EULER);
        close(digamma(0.5), -EULER - 2.0 * std::f64::consts::LN_2);
        close(digamma(-0.5), 2.0 - EULER - 2.0 * std::f64::consts::LN_2);
        close(trigamma(1.0, false), PI * PI / 6.0);
        close(trigamma(0.5, false), PI * PI / 2.0);
        close(trigamma(-0.5, false), PI * PI / 2.0 + 4.0);
        // Near a pole the rounded angle of an f32 shows, as in PyTorch.
        let near = f64::from(-7.950_587f32);
        assert!((trigamma(near, true) - 412.752).abs() < 2e-3 && (trigamma(near, false) - 412.744).abs() < 2e-3);
        close(zeta(2.0, 1.0), PI * PI / 6.0);
        close(zeta(4.0, 1.0), PI.powi(4) / 90.0);
        close(zeta(1.5, 1.0), 2.612_375_348_685_488);
        close(zeta(30.0, 0.25), 4f64.powi(30));
        close(zeta(2.0, -0.5), trigamma(-0.5, false));
    }

    #[test]
    fn incomplete_gamma() {
        for x in [0.1, 0.9, 2.0, 5.0, 30.0] {
            close(igamma(1.0, x), 1.0 - f64::exp(-x));
            close(igammac(1.0, x), f64::exp(-x));
            close(igammac(2.0, x), (1.0 + x) * f64::exp(-x));
            close(igamma(0.5, x), libm::erf(f64::sqrt(x)));
        }
        // Both sides of the middle of a large parameter.
        let a = 1e5;
        let (low, high) = (igamma(a, a - 300.0), igammac(a, a - 300.0));
        assert!((low + high - 1.0).abs() < 1e-13 && (low - 0.1712).abs() < 2e-3, "{low}");
        close(
            igamma(15.0, 14.0) - igamma(16.0, 14.0),
            (15.0 * 14f64.ln() - 14.0 - libm::lgamma(16.0)).exp(),
        );
    }

    #[test]
    fn corners() {
        assert_eq!((digamma(0.0), digamma(-0.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(digamma(-3.0).is_nan());
        assert_eq!(trigamma(0.0, false), f64::INFINITY);
        assert_eq!((zeta(1.0, 3.0), zeta(3.0, -2.0)), (f64::INFINITY, f64::INFINITY));
        assert!(zeta(2.0, f64::INFINITY).is_nan() && zeta(f64::INFINITY, 2.0).is_nan());
        assert_eq!(zeta(f64::INFINITY, 1.0), 1.0);
        assert!(zeta(0.5, 1.0).is_nan() && zeta(2.5, -0.5).is_nan());
        assert_eq!((igamma(0.0, 1.0), igamma(1.0, 0.0), igammac(1.0, 0.0)), (1.0, 0.0, 1.0));
        assert_eq!((igamma(2.0, f64::INFINITY), igammac(f64::INFINITY, 2.0)), (1.0, 1.0));
        assert!(igamma(-1.0, 1.0).is_nan() && igammac(0.0, 0.0).is_nan());
    }
}
