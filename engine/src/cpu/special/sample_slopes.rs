//! How a draw moves with the parameter of its distribution: implicit gradients of gamma and beta draws.
//!
//! For a distribution function F(x; a) with density f, a draw held at its quantile moves by `-(dF/da) / f`
//! (M. Figurnov and others, "Implicit reparameterization gradients", 2018). F is written as its density times a series
//! or continued fraction, so that the density cancels; the sums are differentiated term by term.
//! Refuses draws outside the distribution's support: NaN. Read next: `gamma`.

use super::digamma;

/// Terms after which a series must have ended; those in use need some hundreds.
const MAX_TERMS: usize = 20_000;

/// Smallest size of a denominator of the continued fraction.
const TINY: f64 = 1e-290;

/// `dx/da` of a draw `x` of the gamma distribution of shape `a` and rate 1.
pub fn gamma_slope(a: f64, x: f64) -> f64 {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return 0.0;
    }
    if x.is_infinite() || a.is_infinite() {
        return f64::NAN;
    }
    if x < a + 1.0 {
        // DLMF 8.7.1: P = density · x/a · sum x^n / ((a+1) … (a+n))
        let (mut term, mut slope) = (1.0, 0.0);
        let (mut sum, mut sum_slope) = (1.0, 0.0);
        for n in 1..MAX_TERMS {
            let below = a + n as f64;
            slope = (slope - term / below) * (x / below);
            term *= x / below;
            sum += term;
            sum_slope += slope;
            if slope.abs() <= sum_slope.abs() * (f64::EPSILON / 4.0) {
                break;
            }
        }
        return -(x / a) * (sum * (x.ln() - digamma(a + 1.0)) + sum_slope);
    }
    let (fraction, slope) = upper_fraction(a, x);
    x * (fraction * (x.ln() - digamma(a)) + slope)
}

/// Gamma(a, x) / (x^a e^-x) and its derivative by `a`: the continued fraction of DLMF 8.9.2 in Lentz's way.
fn upper_fraction(a: f64, x: f64) -> (f64, f64) {
    let keep = |value: f64| if value.abs() < TINY { TINY } else { value };
    // The denominators b_n = x + 2n + 1 - a have the derivative -1.
    let mut b = x + 1.0 - a;
    let (mut c, mut c_slope) = (1.0 / TINY, 0.0);
    let mut d = 1.0 / keep(b);
    let mut d_slope = d * d;
    let (mut value, mut slope) = (d, d_slope);
    for n in 1..MAX_TERMS {
        let n = n as f64;
        let (over, over_slope) = (-n * (n - a), n);
        b += 2.0;
        let below = keep(b + over * d);
        let below_slope = -1.0 + over_slope * d + over * d_slope;
        d = 1.0 / below;
        d_slope = -below_slope * d * d;
        let next_c = keep(b + over / c);
        c_slope = -1.0 + over_slope / c - over * c_slope / (c * c);
        c = next_c;
        let (factor, factor_slope) = (c * d, c_slope * d + c * d_slope);
        slope = slope * factor + value * factor_slope;
        value *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON && factor_slope.abs() <= f64::EPSILON * (1.0 + (slope / value).abs()) {
            break;
        }
    }
    (value, slope)
}

/// `dx/da / (1 - x)` of a draw `x` of the beta distribution of `a` and `total - a`, the latter held.
pub fn dirichlet_slope(x: f64, a: f64, total: f64) -> f64 {
    let b = total - a;
    if x.is_nan() || a.is_nan() || b.is_nan() || a <= 0.0 || b <= 0.0 || !(0.0..=1.0).contains(&x) {
        return f64::NAN;
    }
    if x == 0.0 || total.is_infinite() {
        return 0.0;
    }
    if x <= (a + 1.0) / (total + 2.0) {
        // DLMF 8.17.8: I_x(a, b) = density · x (1-x) / a · sum (a+b)_n / (a+1)_n x^n
        let (sum, slope) = hypergeometric(total, a, x, true);
        return -(x / a) * (sum * (x.ln() - digamma(a) + digamma(total) - 1.0 / a) + slope);
    }
    // I_x(a, b) = 1 - I_{1-x}(b, a)
    let (sum, slope) = hypergeometric(total, b, 1.0 - x, false);
    (x / b) * (sum * (x.ln() - digamma(a) + digamma(total)) + slope)
}

/// `sum (total)_n / (a+1)_n x^n` and its derivative: by `total` and, if asked, by `a` as well.
fn hypergeometric(total: f64, a: f64, x: f64, by_both: bool) -> (f64, f64) {
    let (mut term, mut log_slope) = (1.0, 0.0);
    let (mut sum, mut sum_slope) = (1.0, 0.0);
    for n in 1..MAX_TERMS {
        let n = n as f64;
        let (over, below) = (total + n - 1.0, a + n);
        term *= over / below * x;
        log_slope += 1.0 / over - if by_both { 1.0 / below } else { 0.0 };
        sum += term;
        let slope = term * log_slope;
        sum_slope += slope;
        if term <= sum * (f64::EPSILON / 4.0) && slope.abs() <= sum_slope.abs() * (f64::EPSILON / 4.0) {
            break;
        }
    }
    (sum, sum_slope)
}

#[cfg(test)]
mod tests {
    use super::super::igamma;
    use super::*;

    /// `-(dF/da) / (dF/dx)` by differences.
    fn by_differences(function: impl Fn(f64, f64) -> f64, a: f64, x: f64) -> f64 {
        let (step_a, step_x) = (1e-5 * a, 1e-5 * x);
        let by_a = (function(a + step_a, x) - function(a - step_a, x)) / (2.0 * step_a);
        let by_x = (function(a, x + step_x) - function(a, x - step_x)) / (2.0 * step_x);
        -by_a / by_x
    }

    #[test]
    fn gamma_moves_as_its_quantile() {
        for (a, x) in [
            (0.3, 0.01),
            (0.3, 2.0),
            (1.0, 1.0),
            (2.5, 0.4),
            (2.5, 7.0),
            (30.0, 25.0),
            (30.0, 44.0),
        ] {
            let wanted = by_differences(igamma, a, x);
            assert!((gamma_slope(a, x) / wanted - 1.0).abs() < 1e-6, "{a} {x}: {wanted}");
        }
        // The exponential distribution: at a = 1 the slope has a closed form no simpler, but it is continuous.
        let (below, above) = (gamma_slope(4.0, 5.0 - 1e-9), gamma_slope(4.0, 5.0 + 1e-9));
        assert!((below - above).abs() < 1e-8);
        assert_eq!(gamma_slope(2.0, 0.0), 0.0);
        assert!(gamma_slope(-1.0, 1.0).is_nan() && gamma_slope(1.0, f64::NAN).is_nan());
        // Draws of large shapes are normal: x = a + z sqrt(a), so dx/da = 1 + z / (2 sqrt(a)).
        assert!((gamma_slope(1e6, 1e6 + 2e3) - 1.001).abs() < 1e-5);
    }

    #[test]
    fn beta_moves_as_its_quantile() {
        // With b = 1 the distribution function is x^a, so that dx/da = -x ln(x) / a.
        for (a, x) in [(0.4, 0.2), (2.0, 0.3), (2.0, 0.95), (9.0, 0.999)] {
            let wanted: f64 = -x * f64::ln(x) / a / (1.0 - x);
            assert!((dirichlet_slope(x, a, a + 1.0) / wanted - 1.0).abs() < 1e-10, "{a} {x}");
        }
        // With a = 1 it is 1 - (1-x)^b; both branches meet at the border.
        let (below, above) = (
            dirichlet_slope(0.4 - 1e-9, 3.0, 8.0),
            dirichlet_slope(0.4 + 1e-9, 3.0, 8.0),
        );
        assert!((below - above).abs() < 1e-7);
        assert!(dirichlet_slope(1.5, 1.0, 2.0).is_nan() && dirichlet_slope(0.5, 3.0, 2.0).is_nan());
    }
}
