//! Draws of counts: Poisson and binomial, one for every rate or probability.
//!
//! Small means are counted out draw by draw, large ones found by transformed rejection: W. Hörmann, "The transformed
//! rejection method for generating Poisson random variables" (1993) and "The generation of binomial random variates"
//! (1993), with the constants and the order of draws of PyTorch. Refuses to check parameters: see `ops::sampling`.

use super::generator::Generator;

/// Means from here on are drawn by rejection.
const LARGE_MEAN: f64 = 10.0;

/// What Stirling's formula lacks of the logarithm of `k!`, for small `k`.
const STIRLING_TAIL: [f64; 10] = [
    0.081_061_466_795_327_8,
    0.041_340_695_955_409_3,
    0.027_677_925_684_998_3,
    0.020_790_672_103_765_1,
    0.016_644_691_189_821_2,
    0.013_876_128_823_070_7,
    0.011_896_709_945_891_8,
    0.010_411_265_261_972,
    0.009_255_462_182_712_73,
    0.008_330_563_433_362_87,
];

impl Generator {
    /// A number of events where `rate` are expected.
    pub fn poisson(&mut self, rate: f64) -> f64 {
        if rate >= LARGE_MEAN {
            return self.poisson_by_rejection(rate);
        }
        if rate == 0.0 {
            return 0.0;
        }
        let limit = (-rate).exp();
        let (mut count, mut product) = (0.0, 1.0);
        loop {
            product *= self.draw_fraction();
            // A NaN is no larger than the limit, so the loop ends.
            if product > limit {
                count += 1.0;
            } else {
                return count;
            }
        }
    }

    fn poisson_by_rejection(&mut self, rate: f64) -> f64 {
        let log_rate = rate.ln();
        let b = 0.931 + 2.53 * rate.sqrt();
        let a = -0.059 + 0.02483 * b;
        let log_inverse_alpha = (1.1239 + 1.1328 / (b - 3.4)).ln();
        let v_r = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = self.draw_fraction() - 0.5;
            let v = self.draw_fraction();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + rate + 0.43).floor();
            if us >= 0.07 && v <= v_r {
                return k;
            }
            if k < 0.0 || (us < 0.013 && v > us) {
                continue;
            }
            if v.ln() + log_inverse_alpha - (a / (us * us) + b).ln() <= -rate + k * log_rate - libm::lgamma(k + 1.0) {
                return k;
            }
            if !rate.is_finite() {
                return f64::NAN;
            }
        }
    }

    /// How many of `count` trials succeed.
    pub fn binomial(&mut self, count: f64, p: f64) -> f64 {
        if count <= 0.0 || p <= 0.0 {
            0.0
        } else if p >= 1.0 {
            count
        } else if p <= 0.5 {
            self.rare_successes(count, p)
        } else if p > 0.5 {
            count - self.rare_successes(count, 1.0 - p)
        } else {
            f64::NAN
        }
    }

    fn rare_successes(&mut self, count: f64, p: f64) -> f64 {
        if count * p >= LARGE_MEAN && count.is_finite() {
            return self.binomial_by_rejection(count, p);
        }
        let scale = (-p).ln_1p();
        let (mut trials, mut successes) = (0.0, 0.0);
        loop {
            trials += (self.draw_fraction().ln() / scale).ceil();
            // Also the way out for a count that is NaN.
            if !(trials <= count && count.is_finite()) {
                return successes;
            }
            successes += 1.0;
        }
    }

    fn binomial_by_rejection(&mut self, count: f64, p: f64) -> f64 {
        let deviation = (count * p * (1.0 - p)).sqrt();
        let b = 1.15 + 2.53 * deviation;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let center = count * p + 0.5;
        let v_r = 0.92 - 4.2 / b;
        let odds = p / (1.0 - p);
        let alpha = (2.83 + 5.1 / b) * deviation;
        let m = ((count + 1.0) * p).floor();
        loop {
            let u = self.draw_fraction() - 0.5;
            let v = self.draw_fraction();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + center).floor();
            if k < 0.0 || k > count {
                continue;
            }
            if us >= 0.07 && v <= v_r {
                return k;
            }
            let height = (v * alpha / (a / (us * us) + b)).ln();
            let bound = (m + 0.5) * ((m + 1.0) / (odds * (count - m + 1.0))).ln()
                + (count + 1.0) * ((count - m + 1.0) / (count - k + 1.0)).ln()
                + (k + 0.5) * (odds * (count - k + 1.0) / (k + 1.0)).ln()
                + stirling_tail(m)
                + stirling_tail(count - m)
                - stirling_tail(k)
                - stirling_tail(count - k);
            if height <= bound {
                return k;
            }
        }
    }
}

fn stirling_tail(k: f64) -> f64 {
    if let Some(&known) = STIRLING_TAIL.get(k as usize) {
        return known;
    }
    let square = (k + 1.0) * (k + 1.0);
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / (k + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_and_variance(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let draws: Vec<f64> = (0..40_000).map(|_| draw()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let squares = draws.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
        (mean, squares / draws.len() as f64)
    }

    #[test]
    fn moments() {
        let mut generator = Generator::new(5);
        for rate in [0.3, 4.0, 30.0, 1000.0] {
            let (mean, variance) = mean_and_variance(|| generator.poisson(rate));
            assert!((mean - rate).abs() < 0.05 * rate.max(0.5), "{rate}: {mean}");
            assert!((variance - rate).abs() < 0.08 * rate.max(0.5), "{rate}: {variance}");
        }
        for (count, p) in [(5.0, 0.2), (40.0, 0.5), (100.0, 0.9), (1e4, 0.3)] {
            let (mean, variance) = mean_and_variance(|| generator.binomial(count, p));
            assert!((mean / (count * p) - 1.0).abs() < 0.03, "{count} {p}: {mean}");
            assert!(
                (variance / (count * p * (1.0 - p)) - 1.0).abs() < 0.06,
                "{count} {p}: {variance}"
            );
        }
    }

    #[test]
    fn every_parameter_ends() {
        let mut generator = Generator::new(5);
        assert_eq!(generator.poisson(0.0), 0.0);
        assert_eq!(generator.binomial(7.0, 1.0), 7.0);
        assert_eq!(generator.binomial(7.0, 0.0), 0.0);
        for strange in [f64::NAN, f64::INFINITY, 1e300] {
            generator.poisson(strange);
            generator.binomial(strange, 0.5);
            generator.binomial(strange, 1e-3);
            generator.binomial(3.0, strange);
        }
    }
}
