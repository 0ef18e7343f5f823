//! Modified Bessel functions of orders 0 and 1, plain and scaled by an exponential.
//!
//! First kind: power series for small arguments (all terms positive, so nothing cancels), Hankel's expansion for
//! large ones. Second kind: the integral over the hyperbolic cosine. Airy's function is of order one third.
//! Refuses other orders. J and Y come from the mathematical library. Infinities give NaN where PyTorch's functions do.

/// Beyond this the smallest term of Hankel's expansion is below a double's last digit.
const LARGE: f64 = 20.0;

/// `I_0(x)`
pub fn i0(x: f64) -> f64 {
    let size = x.abs();
    if size <= LARGE {
        series(size, 0.0)
    } else {
        grown(size, hankel(size, 0.0))
    }
}

/// `exp(-|x|) I_0(x)`
pub fn i0e(x: f64) -> f64 {
    let size = x.abs();
    if size <= LARGE {
        (-size).exp() * series(size, 0.0)
    } else {
        hankel(size, 0.0)
    }
}

/// `I_1(x)`
pub fn i1(x: f64) -> f64 {
    let size = x.abs();
    let value = if size <= LARGE {
        size / 2.0 * series(size, 1.0)
    } else {
        grown(size, hankel(size, 1.0))
    };
    if x < 0.0 { -value } else { value }
}

/// `exp(-|x|) I_1(x)`
pub fn i1e(x: f64) -> f64 {
    let size = x.abs();
    let value = if size <= LARGE {
        (-size).exp() * size / 2.0 * series(size, 1.0)
    } else {
        hankel(size, 1.0)
    };
    if x < 0.0 { -value } else { value }
}

/// `exp(x) * value`; NaN for an infinity, as in PyTorch.
fn grown(x: f64, value: f64) -> f64 {
    x.exp() * value
}

/// A function of waves, which has no value at an infinity.
fn where_finite(x: f64, function: fn(f64) -> f64) -> f64 {
    if x.is_finite() { function(x) } else { f64::NAN }
}

/// `J_0(x)`
pub fn j0(x: f64) -> f64 {
    where_finite(x, libm::j0)
}

/// `J_1(x)`
pub fn j1(x: f64) -> f64 {
    where_finite(x, libm::j1)
}

/// `Y_0(x)`
pub fn y0(x: f64) -> f64 {
    where_finite(x, libm::y0)
}

/// `Y_1(x)`
pub fn y1(x: f64) -> f64 {
    where_finite(x, libm::y1)
}

/// `sum (x²/4)^k / (k! (k + order)!)`: DLMF 10.25.2 without the power before it.
fn series(x: f64, order: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * f64::EPSILON / 4.0 {
        term *= quarter / (k * (k + order));
        sum += term;
        k += 1.0;
    }
    sum
}

/// DLMF 10.40.1 without the exponential.
fn hankel(x: f64, order: f64) -> f64 {
    if x.is_infinite() {
        return 0.0;
    }
    let square = 4.0 * order * order;
    let (mut term, mut sum, mut k) = (1.0f64, 1.0, 1.0);
    while term.abs() > f64::EPSILON / 4.0 && k < 2.0 * x {
        let odd = 2.0 * k - 1.0;
        term *= -(square - odd * odd) / (8.0 * k * x);
        sum += term;
        k += 1.0;
    }
    sum / (std::f64::consts::TAU * x).sqrt()
}

/// `K_0(x)`
pub fn k0(x: f64) -> f64 {
    (-x).exp() * k0e(x)
}

/// `exp(x) K_0(x)`
pub fn k0e(x: f64) -> f64 {
    second_kind(x, 0.0)
}

/// `K_1(x)`
pub fn k1(x: f64) -> f64 {
    (-x).exp() * k1e(x)
}

/// `exp(x) K_1(x)`
pub fn k1e(x: f64) -> f64 {
    second_kind(x, 1.0)
}

/// DLMF 10.32.9, scaled, by the trapezoidal rule: for such integrands its error vanishes as `exp(-pi² / step)`,
/// and as `exp(-2 pi² / (x step²))` where they are as narrow as a bell curve.
fn second_kind(x: f64, order: f64) -> f64 {
    if x < 0.0 || x.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::INFINITY;
    }
    if x.is_infinite() {
        return 0.0;
    }
    let step = f64::min(0.25, 0.7 / x.sqrt());
    let (mut sum, mut t) = (0.5, 0.0);
    loop {
        t += step;
        // cosh(t) - 1 without cancellation.
        let half = (t / 2.0).sinh();
        let term = (order * t).cosh() * (-2.0 * x * half * half).exp();
        sum += term;
        if term < sum * f64::EPSILON / 4.0 || term.is_nan() {
            return sum * step;
        }
    }
}

/// `Ai(x)`: the second kind of order one third where it decays, Taylor's series from step to step where it turns
/// into waves, and the expansion of the waves far out.
pub fn airy_ai(x: f64) -> f64 {
    /// Beyond this the smallest term of the waves' expansion is below a double's last digit.
    const WAVES: f64 = -9.0;
    if x.is_infinite() {
        return f64::NAN;
    }
    if x > 1.0 {
        // DLMF 9.6.2.
        let zeta = x * x.sqrt() * 2.0 / 3.0;
        (x / 3.0).sqrt() / std::f64::consts::PI * (-zeta).exp() * second_kind(zeta, 1.0 / 3.0)
    } else if x > WAVES {
        airy_from_zero(x)
    } else {
        airy_waves(-x)
    }
}

/// Solves `y'' = x y` from zero by Taylor's series, in steps short enough for the terms to fall.
fn airy_from_zero(x: f64) -> f64 {
    // DLMF 9.2.3 and 9.2.4.
    let (mut value, mut slope, mut at) = (0.355_028_053_887_817_2, -0.258_819_403_792_806_8, 0.0);
    let count = (x.abs() * 2.0).ceil();
    let step = x / count;
    // No step at all for zero and NaN.
    for _ in 0..count as usize {
        // Coefficients times powers of the step: (k + 2)(k + 1) c[k + 2] = at c[k] + c[k - 1].
        let (mut before, mut here, mut next) = (0.0, value, slope * step);
        let (mut sum, mut sum_of_slopes, mut k) = (here + next, next, 0.0);
        while k < 40.0 {
            let newest = (at * here * step * step + before * step * step * step) / ((k + 2.0) * (k + 1.0));
            sum += newest;
            sum_of_slopes += (k + 2.0) * newest;
            (before, here, next) = (here, next, newest);
            k += 1.0;
        }
        (value, slope, at) = (sum, sum_of_slopes / step, at + step);
    }
    if x.is_nan() { x } else { value }
}

/// `Ai(-x)` for large x: DLMF 9.7.9.
fn airy_waves(x: f64) -> f64 {
    let zeta = x * x.sqrt() * 2.0 / 3.0;
    let (mut term, mut even, mut odd, mut k) = (1.0f64, 0.0, 0.0, 0);
    while term.abs() > f64::EPSILON / 4.0 && k < 40 {
        let sign = if k % 4 < 2 { 1.0 } else { -1.0 };
        if k % 2 == 0 {
            even += sign * term;
        } else {
            odd += sign * term;
        }
        let order = f64::from(k);
        let growth = (6.0 * order + 5.0) * (6.0 * order + 3.0) * (6.0 * order + 1.0);
        term *= growth / (216.0 * (order + 1.0) * (2.0 * order + 1.0) * zeta);
        k += 1;
    }
    let angle = zeta - std::f64::consts::FRAC_PI_4;
    (angle.cos() * even + angle.sin() * odd) / (std::f64::consts::PI.sqrt() * x.sqrt().sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-13, "{found} instead of {expected}");
    }

    #[test]
    fn known_values() {
        // From the tables of Abramowitz and Stegun, 9.8 and 9.11.
        close(i0(1.0), 1.266_065_877_752_008_3);
        close(i1(1.0), 0.565_159_103_992_485);
        close(i0(-5.0), 27.239_871_823_604_44);
        close(i1(-5.0), -24.335_642_142_450_53);
        assert_eq!((i0(0.0), i1(0.0), i0e(0.0), i1e(0.0)), (1.0, 0.0, 1.0, 0.0));
        assert_eq!((i0e(f64::INFINITY), i1e(f64::NEG_INFINITY)), (0.0, 0.0));
        assert!(i0(f64::INFINITY).is_nan() && i1(f64::NEG_INFINITY).is_nan() && j0(f64::INFINITY).is_nan());
        assert!(i0(f64::NAN).is_nan() && i1e(f64::NAN).is_nan());
    }

    #[test]
    fn second_kind_values() {
        // The Wronskian, DLMF 10.28.2, ties both kinds together.
        for x in [1e-3, 0.3, 1.0, 4.0, 30.0, 500.0] {
            close(x * (i0e(x) * k1e(x) + i1e(x) * k0e(x)), 1.0);
        }
        close(k0(1.0), 0.421_024_438_240_708_3);
        assert_eq!((k0(0.0), k1(f64::INFINITY)), (f64::INFINITY, 0.0));
        assert!(k0(-1.0).is_nan() && k1e(f64::NAN).is_nan());
    }

    #[test]
    fn airy_values() {
        // From DLMF 9.9 and the tables of Abramowitz and Stegun, 10.11.
        close(airy_ai(0.0), 0.355_028_053_887_817_2);
        close(airy_ai(1.0), 0.135_292_416_312_881_42);
        close(airy_ai(-1.0), 0.535_560_883_292_352_1);
        assert!(airy_ai(-2.338_107_410_459_767).abs() < 1e-15);
        for edge in [1.0, -9.0] {
            let (above, below) = (airy_ai(edge + 1e-12), airy_ai(edge - 1e-12));
            assert!((above - below).abs() < 1e-11, "{above} and {below}");
        }
        assert!(airy_ai(f64::INFINITY).is_nan() && airy_ai(f64::NEG_INFINITY).is_nan());
        assert!(airy_ai(f64::NAN).is_nan());
    }

    #[test]
    fn both_ways_meet() {
        for order in [0.0, 1.0] {
            let power = if order == 0.0 { 1.0 } else { LARGE / 2.0 };
            close(LARGE.exp() * hankel(LARGE, order), power * series(LARGE, order));
        }
        close(i0e(700.0) * 700f64.exp(), i0(700.0));
        close(i1e(-3.0), (-3f64).exp() * i1(-3.0));
    }
}
