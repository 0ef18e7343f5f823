//! Draws of zero or one.
//!
//! A tensor of float32 probabilities takes one short draw an element; a number takes a long one,
//! whatever the dtype drawn. Refuses probabilities outside `[0, 1]`.

use half::{bf16, f16};

use super::generator::Generator;
use crate::cpu::Buffer;
use crate::cpu::buffer::try_vec;
use crate::dtype::DType;
use crate::error::{Error, Result};

impl Generator {
    /// One draw for every probability (`torch.bernoulli(p)`): dtype and length of `probabilities`, row-major floats.
    pub fn bernoulli(&mut self, probabilities: &Buffer) -> Result<Buffer> {
        match probabilities {
            Buffer::F16(p) => self.draw_each(
                p,
                |&p| p.to_f64(),
                Generator::draw_single,
                |one| f16::from_f32(f32::from(one)),
            ),
            Buffer::BF16(p) => self.draw_each(
                p,
                |&p| p.to_f64(),
                Generator::draw_single,
                |one| bf16::from_f32(f32::from(one)),
            ),
            Buffer::F32(p) => self.draw_each(p, |&p| f64::from(p), Generator::draw_single, f32::from),
            Buffer::F64(p) => self.draw_each(p, |&p| p, Generator::draw_fraction, f64::from),
            _ => Err(Error::UnsupportedDType {
                op: "bernoulli_tensor_cpu_p_",
                dtype: probabilities.dtype(),
                device: "cpu",
            }),
        }
    }

    /// `n` draws with one probability, as `tensor.bernoulli_(p)` and dropout make them; any dtype.
    pub fn bernoulli_scalar(&mut self, dtype: DType, n: usize, probability: f64) -> Result<Buffer> {
        check(probability)?;
        let draw = |generator: &mut Generator| u8::from(generator.draw_fraction() < probability);
        match dtype {
            DType::Bool => self.fill(n, |generator| draw(generator) == 1),
            DType::U8 => self.fill(n, draw),
            DType::I8 => self.fill(n, |generator| draw(generator) as i8),
            DType::I16 => self.fill(n, |generator| i16::from(draw(generator))),
            DType::I32 => self.fill(n, |generator| i32::from(draw(generator))),
            DType::I64 => self.fill(n, |generator| i64::from(draw(generator))),
            DType::F16 => self.fill(n, |generator| f16::from_f32(f32::from(draw(generator)))),
            DType::BF16 => self.fill(n, |generator| bf16::from_f32(f32::from(draw(generator)))),
            DType::F32 => self.fill(n, |generator| f32::from(draw(generator))),
            DType::F64 => self.fill(n, |generator| f64::from(draw(generator))),
            DType::U16 | DType::U32 | DType::U64 => Err(Error::UnsupportedDType {
                op: "bernoulli_scalar_cpu_",
                dtype,
                device: "cpu",
            }),
        }
    }

    fn draw_single(&mut self) -> f64 {
        self.draw_short_fraction()
    }

    fn draw_each<T>(
        &mut self,
        probabilities: &[T],
        widen: impl Fn(&T) -> f64,
        draw: impl Fn(&mut Generator) -> f64,
        convert: impl Fn(u8) -> T,
    ) -> Result<Buffer>
    where
        Buffer: From<Vec<T>>,
    {
        let mut elements = try_vec(probabilities.len())?;
        for probability in probabilities.iter().map(widen) {
            check(probability)?;
            elements.push(convert(u8::from(draw(self) < probability)));
        }
        Ok(Buffer::from(elements))
    }
}

fn check(probability: f64) -> Result<()> {
    if (0.0..=1.0).contains(&probability) {
        Ok(())
    } else {
        Err(Error::runtime(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If so, please report an \
             enhancement request to PyTorch.)",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_draws() {
        let mut generator = Generator::new(3);
        assert_eq!(
            generator.bernoulli(&Buffer::F32(vec![0.0, 1.0])),
            Ok(Buffer::F32(vec![0.0, 1.0]))
        );
        assert_eq!(
            generator.bernoulli_scalar(DType::Bool, 2, 1.0),
            Ok(Buffer::Bool(vec![true, true]))
        );
        assert!(generator.bernoulli(&Buffer::F64(vec![f64::NAN])).is_err());
        assert!(generator.bernoulli(&Buffer::I64(vec![1])).is_err());
        assert!(generator.bernoulli_scalar(DType::F32, 2, 1.5).is_err());
    }
}
