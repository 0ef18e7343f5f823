//! Uniform draws: floats in an interval, integers in a range, permutations, and exponential draws.
//!
//! How many random bits a number takes depends on its dtype, and so does the rest of the stream.
//! Refuses dtypes that PyTorch refuses.

use half::{bf16, f16};

use super::generator::{Generator, short_fraction};
use crate::cpu::Buffer;
use crate::cpu::buffer::try_vec;
use crate::dtype::DType;
use crate::error::{Error, Result};

/// Ranges from here on take 64-bit draws, so that the remainder's skew stays small.
const WIDE_RANGE: u64 = 1 << 28;

/// Permutations of this many elements and more take 64-bit draws and another algorithm.
const LARGE_PERMUTATION: usize = u32::MAX as usize / 20;

impl Generator {
    /// `n` draws from `[from, to)` of a float dtype.
    pub fn uniform(&mut self, dtype: DType, n: usize, from: f64, to: f64) -> Result<Buffer> {
        if from > to {
            return Err(Error::runtime(format!(
                "uniform_ expects to return a [from, to) range, but found from={from} > to={to}"
            )));
        }
        match dtype {
            // The halves are drawn in single precision; what rounds to the upper bound becomes the lower one.
            DType::F16 => {
                let (first, end) = (f16::from_f64(from), f16::from_f64(to));
                let round = |draw| Some(f16::from_f32(draw)).filter(|&half| half != end).unwrap_or(first);
                Ok(Buffer::F16(self.uniform_in_f32(n, from as f32, to as f32, round)?))
            }
            DType::BF16 => {
                let (first, end) = (bf16::from_f64(from), bf16::from_f64(to));
                let round = |draw| Some(bf16::from_f32(draw)).filter(|&half| half != end).unwrap_or(first);
                Ok(Buffer::BF16(self.uniform_in_f32(n, from as f32, to as f32, round)?))
            }
            DType::F32 => Ok(Buffer::F32(
                self.uniform_in_f32(n, from as f32, to as f32, |draw| draw)?,
            )),
            DType::F64 => self.fill(n, |generator| generator.draw_fraction() * (to - from) + from),
            _ => Err(Error::UnsupportedDType {
                op: "check_uniform_bounds",
                dtype,
                device: "cpu",
            }),
        }
    }

    /// `n` draws from an interval in single precision, each made an element.
    fn uniform_in_f32<T>(&mut self, n: usize, from: f32, to: f32, make: impl Fn(f32) -> T) -> Result<Vec<T>> {
        let (from, span) = (f64::from(from), f64::from(to - from));
        let mut elements = try_vec(n)?;
        self.extend_from_draws(&mut elements, n, |draw| {
            make((short_fraction(draw) * span + from) as f32)
        });
        Ok(elements)
    }

    /// `n` exponential draws with rate `lambda`, of a float dtype.
    pub fn exponential(&mut self, dtype: DType, n: usize, lambda: f64) -> Result<Buffer> {
        if lambda.is_nan() || lambda <= 0.0 {
            return Err(Error::runtime(format!(
                "exponential_ expects lambda > 0.0, but found lambda={lambda}"
            )));
        }
        if !dtype.is_float() {
            return Err(Error::runtime(format!(
                "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you specified {}",
                dtype.scalar_type_name()
            )));
        }
        self.fill_as(dtype, n, |generator| -(-generator.draw_fraction()).ln_1p() / lambda)
    }

    /// `n` integers from `low..high`; int64.
    pub fn randint(&mut self, n: usize, low: i64, high: i64) -> Result<Buffer> {
        if low >= high {
            return Err(Error::runtime(format!(
                "random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
            )));
        }
        let range = high.wrapping_sub(low) as u64;
        if range >= WIDE_RANGE {
            self.fill(n, |generator| low.wrapping_add((generator.draw_u64() % range) as i64))
        } else {
            self.fill(n, |generator| {
                low.wrapping_add((u64::from(generator.draw_u32()) % range) as i64)
            })
        }
    }

    /// `n` non-negative integers of a dtype's whole range, as `tensor.random_()` without bounds draws them: floats
    /// get every integer that they hold exactly.
    pub fn random(&mut self, dtype: DType, n: usize) -> Result<Buffer> {
        match dtype {
            DType::I64 => self.fill(n, |generator| generator.draw_u64() as i64 & i64::MAX),
            DType::F64 => self.fill(n, |generator| (generator.draw_u64() % ((1 << 53) + 1)) as f64),
            DType::F32 => self.fill(n, |generator| (generator.draw_u32() % ((1 << 24) + 1)) as f32),
            DType::F16 => self.fill(n, |generator| {
                f16::from_f64(f64::from(generator.draw_u32() % ((1 << 11) + 1)))
            }),
            DType::BF16 => self.fill(n, |generator| {
                bf16::from_f64(f64::from(generator.draw_u32() % ((1 << 8) + 1)))
            }),
            DType::Bool => self.fill(n, |generator| generator.draw_u32() & 1 == 1),
            DType::U8 => self.fill(n, |generator| generator.draw_u32() as u8),
            DType::I8 => self.fill(n, |generator| (generator.draw_u32() & 0x7f) as i8),
            DType::I16 => self.fill(n, |generator| (generator.draw_u32() & 0x7fff) as i16),
            DType::I32 => self.fill(n, |generator| (generator.draw_u32() & 0x7fff_ffff) as i32),
            // The words as they are drawn: bits of numbers without a sign.
            DType::U16 => self.fill(n, |generator| generator.draw_u32() as i16),
            DType::U32 => self.fill(n, |generator| generator.draw_u32() as i32),
            DType::U64 => self.fill(n, |generator| generator.draw_u64() as i64),
        }
        .map(|buffer| buffer.tagged(dtype))
    }

    /// A permutation of `0..n`; int64.
    pub fn randperm(&mut self, n: usize) -> Result<Buffer> {
        let mut elements: Vec<i64> = try_vec(n)?;
        elements.extend(0..n as i64);
        if n < LARGE_PERMUTATION {
            for index in 0..n.saturating_sub(1) {
                let other = index + self.draw_u32() as usize % (n - index);
                elements.swap(index, other);
            }
        } else {
            for index in 0..n {
                let other = (self.draw_u64() % (index as u64 + 1)) as usize;
                elements[index] = elements[other];
                elements[other] = index as i64;
            }
        }
        Ok(Buffer::I64(elements))
    }

    /// `n` elements of a dtype other than bool, from one draw in double precision each.
    pub(super) fn fill_as(
        &mut self,
        dtype: DType,
        n: usize,
        mut draw: impl FnMut(&mut Generator) -> f64,
    ) -> Result<Buffer> {
        match dtype {
            DType::F16 => self.fill(n, |generator| f16::from_f64(draw(generator))),
            DType::BF16 => self.fill(n, |generator| bf16::from_f64(draw(generator))),
            DType::F32 => self.fill(n, |generator| draw(generator) as f32),
            DType::F64 => self.fill(n, draw),
            DType::U8 => self.fill(n, |generator| draw(generator) as u8),
            DType::I8 => self.fill(n, |generator| draw(generator) as i8),
            DType::I16 => self.fill(n, |generator| draw(generator) as i16),
            DType::I32 => self.fill(n, |generator| draw(generator) as i32),
            DType::I64 => self.fill(n, |generator| draw(generator) as i64),
            DType::Bool => self.fill(n, |generator| draw(generator) != 0.0),
            DType::U16 | DType::U32 | DType::U64 => Err(Error::UnsupportedDType {
                op: "geometric_cpu",
                dtype,
                device: "cpu",
            }),
        }
    }

    /// `n` elements from one draw each.
    pub(super) fn fill<T>(&mut self, n: usize, mut draw: impl FnMut(&mut Generator) -> T) -> Result<Buffer>
    where
        Buffer: From<Vec<T>>,
    {
        let mut elements = try_vec(n)?;
        elements.extend((0..n).map(|_| draw(self)));
        Ok(Buffer::from(elements))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_bounds_are_errors() {
        let mut generator = Generator::new(0);
        assert!(generator.uniform(DType::F32, 1, 1.0, 0.0).is_err());
        assert!(generator.uniform(DType::I64, 1, 0.0, 1.0).is_err());
        assert!(generator.randint(1, 3, 3).is_err());
        assert!(generator.exponential(DType::F32, 1, 0.0).is_err());
        assert!(generator.exponential(DType::F32, 1, f64::NAN).is_err());
    }

    #[test]
    fn nothing_is_drawn_for_nothing() {
        let mut generator = Generator::new(0);
        assert_eq!(generator.randperm(0), Ok(Buffer::I64(vec![])));
        assert_eq!(generator.randperm(1), Ok(Buffer::I64(vec![0])));
        assert_eq!(generator.uniform(DType::F16, 0, 0.0, 1.0), Ok(Buffer::F16(vec![])));
        assert_eq!(generator, Generator::new(0));
    }

    #[test]
    fn extreme_ranges_do_not_overflow() {
        let mut generator = Generator::new(0);
        assert!(generator.randint(10, i64::MIN, i64::MAX).is_ok());
    }
}
