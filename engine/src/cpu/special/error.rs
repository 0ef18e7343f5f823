//! Relatives of the error function: scaled complement, inverses, and those of the normal distribution.
//!
//! erf and erfc themselves come from the mathematical library.
//! Inverses are Newton's method from M. Giles' polynomials ("Approximating the erfinv function", 2010).

use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// 2 / sqrt(pi)
const SLOPE: f64 = std::f64::consts::FRAC_2_SQRT_PI;

/// Beyond this `exp(x²)` and `erfc(x)` leave the doubles; the asymptotic series has all digits there.
const LARGE: f64 = 25.0;

/// `exp(x²) erfc(x)`
pub fn erfcx(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 * (x * x).exp() - erfcx(-x);
    }
    if x < LARGE {
        return (x * x).exp() * libm::erfc(x);
    }
    // DLMF 7.12.1
    let z = 0.5 / (x * x);
    (1.0 - z * (1.0 - 3.0 * z * (1.0 - 5.0 * z * (1.0 - 7.0 * z)))) * SLOPE / 2.0 / x
}

/// The normal distribution function.
pub fn ndtr(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// The x with `erf(x) = y`.
pub fn erfinv(y: f64) -> f64 {
    let size = y.abs();
    if size > 1.0 || y.is_nan() {
        return f64::NAN;
    }
    if size > 0.5 {
        return erfc_inverse(1.0 - size).copysign(y);
    }
    let mut x = y * giles(-((1.0 - y) * (1.0 + y)).ln());
    for _ in 0..2 {
        x -= (libm::erf(x) - y) / (SLOPE * (-x * x).exp());
    }
    x
}

/// The x with `erfc(x) = c`, for c up to a half: Newton's method on the logarithm, which keeps its digits as c vanishes.
fn erfc_inverse(c: f64) -> f64 {
    if c <= 0.0 {
        return f64::INFINITY;
    }
    let log = c.ln();
    let mut x = if c > 1e-6 {
        (1.0 - c) * giles(-(c * (2.0 - c)).ln())
    } else {
        // The first terms of the expansion for vanishing c.
        (-log - 0.5 * (-PI * log).ln()).sqrt()
    };
    for _ in 0..4 {
        let scaled = erfcx(x);
        x += (scaled.ln() - x * x - log) * scaled / SLOPE;
    }
    x
}

/// `erfinv(y) / y` to seven digits, from `w = -log(1 - y²)`.
fn giles(w: f64) -> f64 {
    let (w, coefficients) = if w < 5.0 {
        (
            w - 2.5,
            [
                2.810_226_36e-8,
                3.432_739_39e-7,
                -3.523_387_7e-6,
                -4.391_506_54e-6,
                0.000_218_580_87,
                -0.001_253_725_03,
                -0.004_177_681_640,
                0.246_640_727,
                1.501_409_41,
            ],
        )
    } else {
        (
            w.sqrt() - 3.0,
            [
                -0.000_200_214_257,
                0.000_100_950_558,
                0.001_349_343_22,
                -0.003_673_428_44,
                0.005_739_507_73,
                -0.007_622_461_3,
                0.009_438_870_47,
                1.001_674_06,
                2.832_976_82,
            ],
        )
    };
    coefficients.iter().fold(0.0, |sum, coefficient| sum * w + coefficient)
}

/// The x below which a standard normal number falls with probability p.
pub fn ndtri(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p < 0.25 {
        -SQRT_2 * erfc_inverse(2.0 * p)
    } else if p > 0.75 {
        SQRT_2 * erfc_inverse(2.0 * (1.0 - p))
    } else {
        SQRT_2 * erfinv(2.0 * p - 1.0)
    }
}

/// The logarithm of the probability that a standard normal number falls below x.
pub fn log_ndtr(x: f64) -> f64 {
    let t = x * FRAC_1_SQRT_2;
    if x < -1.0 {
        (erfcx(-t) / 2.0).ln() - t * t
    } else {
        (-libm::erfc(t) / 2.0).ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} instead of {expected}");
    }

    #[test]
    fn known_values() {
        close(erfcx(1.0), 0.427_583_576_155_807);
        close(erfcx(-1.0), 5.008_980_080_762_283);
        close(erfcx(100.0), 0.005_641_613_782_989_433);
        close(erfcx(LARGE), erfcx(LARGE * (1.0 - 1e-15)));
        close(erfinv(0.5), 0.476_936_276_204_469_9);
        close(ndtri(0.975), 1.959_963_984_540_054);
        close(log_ndtr(-1.0), -1.841_021_645_009_263_8);
        close(log_ndtr(-40.0), -804.608_442_013_754);
    }

    #[test]
    fn inverses_invert() {
        for y in [1e-300, 1e-9, 0.1, 0.499, 0.501, 0.9, 0.999_999_9] {
            close(libm::erf(erfinv(y)), y);
            assert_eq!(erfinv(-y), -erfinv(y));
        }
        for p in [1e-300, 1e-30, 1e-7, 0.01, 0.2, 0.25, 0.6, 0.9] {
            close(log_ndtr(ndtri(p)), f64::ln(p));
        }
    }

    #[test]
    fn corners() {
        assert_eq!(
            (erfinv(1.0), erfinv(-1.0), erfinv(0.0)),
            (f64::INFINITY, f64::NEG_INFINITY, 0.0)
        );
        assert!(erfinv(1.5).is_nan() && ndtri(-0.1).is_nan() && erfinv(f64::NAN).is_nan());
        assert_eq!((ndtri(0.0), ndtri(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!((erfcx(f64::INFINITY), erfcx(-30.0)), (0.0, f64::INFINITY));
        assert_eq!(
            (log_ndtr(f64::INFINITY), log_ndtr(f64::NEG_INFINITY)),
            (0.0, f64::NEG_INFINITY)
        );
    }
}
