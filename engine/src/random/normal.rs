//! Normal draws: `tensor.normal_(mean, std)`, and with it `randn`.
//!
//! PyTorch has two paths. Fewer than 16 elements, and elements that do not lie row-major, are drawn one by one in double
//! precision, in pairs whose second half waits in the generator. From 16 on all elements become uniform draws first,
//! then each block of 16 turns into 8 pairs; a last partial block is drawn again together with the elements
//! before it. Halves are drawn in single precision, and of theirs only whole blocks. Refuses negative deviations.

use half::{bf16, f16};

use super::generator::{Generator, RUN, short_fraction};
use super::polynomial;
use crate::cpu::Buffer;
use crate::cpu::buffer::try_vec;
use crate::cpu::memory::try_collect;
use crate::dtype::DType;
use crate::error::{Error, Result};

/// Elements of a block, and the count from which the block path is taken.
const BLOCK: usize = 16;

/// How the elements lie that normal draws fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// One after another.
    RowMajor,
    /// Otherwise: the draws are made in the order in which the elements lie in memory.
    Strided,
}

/// What happens to a last partial block.
#[derive(Clone, Copy)]
enum Rest {
    /// Its elements have been drawn with the others, and are drawn again.
    DrawnTwice,
    /// It has not been drawn before.
    DrawnOnce,
}

impl Generator {
    /// `n` normal draws of a float dtype, as `normal_(mean, std)` fills a tensor whose elements lie like this.
    pub fn normal(&mut self, dtype: DType, n: usize, filled: Filled, mean: f64, std: f64) -> Result<Buffer> {
        if std < 0.0 {
            return Err(Error::runtime(format!(
                "normal expects std >= 0.0, but found std {std}"
            )));
        }
        if n < BLOCK || filled == Filled::Strided {
            let draws = (0..n).map(|_| self.draw_normal() * std + mean);
            return match dtype {
                DType::F16 => Ok(Buffer::F16(try_collect(draws.map(f16::from_f64))?)),
                DType::BF16 => Ok(Buffer::BF16(try_collect(draws.map(bf16::from_f64))?)),
                DType::F32 => Ok(Buffer::F32(try_collect(draws.map(|draw| draw as f32))?)),
                DType::F64 => Ok(Buffer::F64(try_collect(draws)?)),
                _ => Err(unsupported(dtype)),
            };
        }
        match dtype {
            DType::F32 => Ok(Buffer::F32(self.blocks_in_f32(n, Rest::DrawnTwice, mean, std)?)),
            DType::F64 => {
                let draw = |generator: &mut Generator, elements: &mut Vec<f64>, count: usize| {
                    elements.extend((0..count).map(|_| generator.draw_fraction()));
                };
                Ok(Buffer::F64(self.blocks(n, Rest::DrawnTwice, draw, |block| {
                    block_f64(block, mean, std);
                })?))
            }
            DType::F16 => {
                let draws = self.blocks_in_f32(n, Rest::DrawnOnce, mean, std)?;
                Ok(Buffer::F16(try_collect(draws.into_iter().map(f16::from_f32))?))
            }
            DType::BF16 => {
                let draws = self.blocks_in_f32(n, Rest::DrawnOnce, mean, std)?;
                Ok(Buffer::BF16(try_collect(draws.into_iter().map(bf16::from_f32))?))
            }
            _ => Err(unsupported(dtype)),
        }
    }

    /// One standard normal draw in double precision; every second one was drawn with its predecessor.
    pub(super) fn draw_normal(&mut self) -> f64 {
        if let Some(pending) = self.pending_normal.take() {
            return pending;
        }
        let turn = self.draw_fraction();
        let fraction = self.draw_fraction();
        let radius = (-2.0 * (-fraction).ln_1p()).sqrt();
        let angle = std::f64::consts::TAU * turn;
        self.pending_normal = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// Uniform draws turned to normal ones block by block.
    fn blocks<T: Copy>(
        &mut self,
        n: usize,
        rest: Rest,
        draw: impl Fn(&mut Generator, &mut Vec<T>, usize),
        convert: impl Fn(&mut [T]),
    ) -> Result<Vec<T>> {
        let mut elements = try_vec(n)?;
        // A run is converted while it lies in the cache; a whole number of blocks each, but for the last.
        let num_drawn = match rest {
            Rest::DrawnTwice => n,
            Rest::DrawnOnce => n - n % BLOCK,
        };
        while elements.len() < num_drawn {
            let first = elements.len();
            draw(self, &mut elements, RUN.min(num_drawn - first));
            elements[first..].chunks_exact_mut(BLOCK).for_each(&convert);
        }
        if !n.is_multiple_of(BLOCK) {
            elements.truncate(n - BLOCK);
            draw(self, &mut elements, BLOCK);
            convert(&mut elements[n - BLOCK..]);
        }
        Ok(elements)
    }

    /// The block path in single precision.
    fn blocks_in_f32(&mut self, n: usize, rest: Rest, mean: f64, std: f64) -> Result<Vec<f32>> {
        let (mean, std) = (mean as f32, std as f32);
        let draw = |generator: &mut Generator, elements: &mut Vec<f32>, count: usize| {
            generator.extend_from_draws(elements, count, |draw| short_fraction(draw) as f32);
        };
        self.blocks(n, rest, draw, |block| block_f32(block, mean, std))
    }
}

fn block_f32(block: &mut [f32], mean: f32, std: f32) {
    let (first, second) = block.split_at_mut(BLOCK / 2);
    for (x, y) in first.iter_mut().zip(second) {
        let radius = (-2.0 * polynomial::ln(1.0 - *x)).sqrt();
        let (sine, cosine) = polynomial::sin_cos(std::f32::consts::TAU * *y);
        *x = polynomial::fused(radius * cosine, std, mean);
        *y = polynomial::fused(radius * sine, std, mean);
    }
}

fn block_f64(block: &mut [f64], mean: f64, std: f64) {
    let (first, second) = block.split_at_mut(BLOCK / 2);
    for (x, y) in first.iter_mut().zip(second) {
        let radius = (-2.0 * (1.0 - *x).ln()).sqrt();
        let angle = std::f64::consts::TAU * *y;
        *x = radius * angle.cos() * std + mean;
        *y = radius * angle.sin() * std + mean;
    }
}

fn unsupported(dtype: DType) -> Error {
    Error::UnsupportedDType {
        op: "normal_kernel_cpu",
        dtype,
        device: "cpu",
    }
}
