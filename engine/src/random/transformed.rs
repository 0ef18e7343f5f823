//! Draws that are a function of one number: Cauchy, log-normal and geometric ones.
//!
//! Each takes double precision draws whatever the dtype, as PyTorch's serial kernels do, so that the stream after
//! them is the same. Refuses parameters that PyTorch refuses.

use super::generator::Generator;
use crate::cpu::Buffer;
use crate::dtype::DType;
use crate::error::{Error, Result};

impl Generator {
    /// `n` Cauchy draws around `median`, of a float dtype.
    pub fn cauchy(&mut self, dtype: DType, n: usize, median: f64, sigma: f64) -> Result<Buffer> {
        if sigma.is_nan() || sigma <= 0.0 {
            return Err(Error::runtime(format!(
                "cauchy_ expects sigma > 0.0, but found sigma={sigma}"
            )));
        }
        if !dtype.is_float() {
            return Err(Error::runtime(format!(
                "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you specified {}",
                dtype.scalar_type_name()
            )));
        }
        self.fill_as(dtype, n, |generator| {
            median + sigma * (std::f64::consts::PI * (generator.draw_fraction() - 0.5)).tan()
        })
    }

    /// `n` draws whose logarithms are normal, of a float dtype.
    pub fn log_normal(&mut self, dtype: DType, n: usize, mean: f64, std: f64) -> Result<Buffer> {
        if std.is_nan() || std <= 0.0 {
            return Err(Error::runtime(format!(
                "log_normal_ expects std > 0.0, but found std={std}"
            )));
        }
        if !dtype.is_float() {
            return Err(Error::UnsupportedDType {
                op: "log_normal_cpu",
                dtype,
                device: "cpu",
            });
        }
        self.fill_as(dtype, n, |generator| (generator.draw_normal() * std + mean).exp())
    }

    /// `n` numbers of trials up to the first success, of any dtype but bool.
    pub fn geometric(&mut self, dtype: DType, n: usize, p: f64) -> Result<Buffer> {
        if p.is_nan() || p <= 0.0 || p >= 1.0 {
            return Err(Error::runtime(format!(
                "geometric_ expects p to be in (0, 1), but got p={p}"
            )));
        }
        if dtype == DType::Bool {
            return Err(Error::UnsupportedDType {
                op: "geometric_cpu",
                dtype,
                device: "cpu",
            });
        }
        let scale = (-p).ln_1p();
        self.fill_as(dtype, n, |generator| (generator.draw_fraction().ln() / scale).ceil())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_parameters_are_errors() {
        let mut generator = Generator::new(0);
        for bad in [0.0, -1.0, f64::NAN] {
            assert!(generator.cauchy(DType::F32, 1, 0.0, bad).is_err());
            assert!(generator.log_normal(DType::F32, 1, 0.0, bad).is_err());
            assert!(generator.geometric(DType::F32, 1, bad).is_err());
        }
        assert!(generator.geometric(DType::I64, 1, 1.0).is_err());
        assert!(generator.geometric(DType::Bool, 1, 0.5).is_err());
        assert!(generator.cauchy(DType::I64, 1, 0.0, 1.0).is_err());
        assert_eq!(generator, Generator::new(0));
    }

    #[test]
    fn trials_are_at_least_one() {
        let mut generator = Generator::new(0);
        let drawn = generator.geometric(DType::I64, 100, 0.5);
        assert!(matches!(drawn, Ok(Buffer::I64(trials)) if trials.iter().all(|&count| count >= 1)));
    }
}
