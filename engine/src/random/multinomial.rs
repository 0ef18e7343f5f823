//! Draws of category numbers by weight, row by row (`torch.multinomial`).
//!
//! Without replacement, and for a single draw, PyTorch divides the weights by exponential draws and
//! takes the largest quotients; with replacement it searches the cumulative distribution.
//! Refuses weights that are negative, infinite, NaN or all zero.

use super::generator::Generator;
use crate::cpu::Buffer;
use crate::cpu::buffer::try_vec;
use crate::cpu::memory::try_collect;
use crate::error::{Error, Result};

impl Generator {
    /// `weights` holds `num_rows` rows of floats, row-major; gives int64 `[num_rows, num_samples]`.
    pub fn multinomial(
        &mut self,
        weights: &Buffer,
        num_rows: usize,
        num_samples: usize,
        replacement: bool,
    ) -> Result<Buffer> {
        if num_samples == 0 {
            return Err(Error::runtime("cannot sample n_sample <= 0 samples"));
        }
        let num_categories = weights.len().checked_div(num_rows).unwrap_or_default();
        if !replacement && num_samples > num_categories {
            return Err(Error::runtime(
                "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
            ));
        }
        if weights.len() != num_rows * num_categories {
            return Err(Error::runtime("multinomial expects rows of one length"));
        }
        let wide: Vec<f64> = match weights {
            Buffer::F16(elements) => try_collect(elements.iter().map(|weight| weight.to_f64()))?,
            Buffer::BF16(elements) => try_collect(elements.iter().map(|weight| weight.to_f64()))?,
            Buffer::F32(elements) => try_collect(elements.iter().copied().map(f64::from))?,
            Buffer::F64(elements) => try_collect(elements.iter().copied())?,
            _ => {
                return Err(Error::runtime(
                    "multinomial only supports floating-point dtypes for input",
                ));
            }
        };
        if num_rows == 0 {
            return Ok(Buffer::I64(Vec::new()));
        }
        if num_categories == 0 {
            return Err(Error::runtime("prob_dist must have at least one category"));
        }
        check(&wide, num_categories)?;
        let is_double = matches!(weights, Buffer::F64(_));
        let mut chosen = try_vec(num_rows.saturating_mul(num_samples))?;
        for row in wide.chunks_exact(num_categories) {
            if replacement && num_samples > 1 {
                self.search(row, is_double, num_samples, &mut chosen)?;
            } else {
                self.race(row, is_double, num_samples, &mut chosen)?;
            }
        }
        Ok(Buffer::I64(chosen))
    }

    /// The categories whose weight divided by an exponential draw is largest, in falling order.
    fn race(&mut self, row: &[f64], is_double: bool, num_samples: usize, chosen: &mut Vec<i64>) -> Result<()> {
        let mut racers: Vec<(f64, i64)> = try_collect(row.iter().enumerate().map(|(category, &weight)| {
            let draw = -(-self.draw_fraction()).ln_1p();
            (
                if is_double {
                    weight / draw
                } else {
                    f64::from(weight as f32 / draw as f32)
                },
                category as i64,
            )
        }))?;
        // The first of equals wins; sorting in place takes no memory.
        racers.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        chosen.extend(racers.iter().take(num_samples).map(|&(_, category)| category));
        Ok(())
    }

    /// Categories found by where uniform draws fall in the cumulative distribution.
    fn search(&mut self, row: &[f64], is_double: bool, num_samples: usize, chosen: &mut Vec<i64>) -> Result<()> {
        let round = |value: f64| if is_double { value } else { f64::from(value as f32) };
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = try_collect(row.iter().map(|&weight| {
            sum = round(sum + weight);
            sum
        }))?;
        cumulative.iter_mut().for_each(|value| *value = round(*value / sum));
        if let Some(last) = cumulative.last_mut() {
            *last = 1.0;
        }
        for _ in 0..num_samples {
            let draw = self.draw_fraction();
            chosen.push(cumulative.partition_point(|&value| value < draw) as i64);
        }
        Ok(())
    }
}

fn check(weights: &[f64], num_categories: usize) -> Result<()> {
    if !weights.iter().all(|&weight| (0.0..f64::INFINITY).contains(&weight)) {
        return Err(Error::runtime(
            "probability tensor contains either `inf`, `nan` or element < 0",
        ));
    }
    if weights
        .chunks_exact(num_categories)
        .any(|row| row.iter().all(|&weight| weight == 0.0))
    {
        return Err(Error::runtime(
            "invalid multinomial distribution (sum of probabilities <= 0)",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weightless_categories_are_never_drawn() {
        let mut generator = Generator::new(1);
        let weights = Buffer::F32(vec![0.0, 1.0, 0.0, 0.5, 0.0, 0.0]);
        assert_eq!(
            generator.multinomial(&weights, 2, 1, false),
            Ok(Buffer::I64(vec![1, 0]))
        );
        assert_eq!(
            generator.multinomial(&weights, 2, 2, true),
            Ok(Buffer::I64(vec![1, 1, 0, 0]))
        );
    }

    #[test]
    fn wrong_weights_are_errors() {
        let mut generator = Generator::new(1);
        for bad in [-1.0, f32::NAN, f32::INFINITY] {
            assert!(generator.multinomial(&Buffer::F32(vec![1.0, bad]), 1, 1, true).is_err());
        }
        assert!(generator.multinomial(&Buffer::F32(vec![0.0, 0.0]), 1, 1, true).is_err());
        assert!(generator.multinomial(&Buffer::F32(vec![1.0]), 1, 2, false).is_err());
        assert!(generator.multinomial(&Buffer::F32(vec![]), 1, 1, true).is_err());
        assert!(generator.multinomial(&Buffer::I64(vec![1]), 1, 1, true).is_err());
        assert_eq!(
            generator.multinomial(&Buffer::F32(vec![]), 0, 1, true),
            Ok(Buffer::I64(vec![]))
        );
    }
}
