//! Gamma draws, and from them Dirichlet ones.
//!
//! The method of G. Marsaglia and W. Tsang, "A simple method for generating gamma variables" (2000), in PyTorch's order
//! of draws: a normal one, then a uniform one. Refuses to check parameters: see `ops::sampling`.

use super::generator::Generator;

/// Rounds of rejection after which the parameter must be none: one in twenty is rejected at most.
const MAX_ROUNDS: usize = 10_000;

impl Generator {
    /// A draw from the gamma distribution of shape `alpha` and rate 1. NaN for shapes below zero.
    pub fn gamma(&mut self, alpha: f64) -> f64 {
        if alpha == 0.0 {
            return 0.0;
        }
        if alpha.is_nan() || alpha < 0.0 {
            return f64::NAN;
        }
        let (alpha, scale) = if alpha < 1.0 {
            (alpha + 1.0, (1.0 - self.draw_fraction()).powf(1.0 / alpha))
        } else {
            (alpha, 1.0)
        };
        let d = alpha - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        for _ in 0..MAX_ROUNDS {
            let x = self.draw_normal();
            let y = 1.0 + c * x;
            if y <= 0.0 {
                continue;
            }
            let v = y * y * y;
            let u = 1.0 - self.draw_fraction();
            let xx = x * x;
            if u < 1.0 - 0.0331 * xx * xx || u.ln() < 0.5 * xx + d * (1.0 - v + v.ln()) {
                return scale * d * v;
            }
        }
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let mut generator = Generator::new(3);
        for alpha in [0.1, 0.7, 1.0, 5.5, 200.0] {
            let draws: Vec<f64> = (0..40_000).map(|_| generator.gamma(alpha)).collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / draws.len() as f64;
            assert!((mean / alpha - 1.0).abs() < 0.06, "{alpha}: {mean}");
            assert!((variance / alpha - 1.0).abs() < 0.15, "{alpha}: {variance}");
        }
    }

    #[test]
    fn strange_shapes_end() {
        let mut generator = Generator::new(3);
        assert_eq!(generator.gamma(0.0), 0.0);
        assert!(generator.gamma(-1.0).is_nan());
        assert!(generator.gamma(f64::NAN).is_nan());
        generator.gamma(f64::INFINITY);
        assert!(generator.gamma(1e-300) >= 0.0);
    }
}
