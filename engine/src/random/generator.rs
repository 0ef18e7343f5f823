//! The generator behind `torch.manual_seed`, and every distribution drawn from it.

use crate::cpu::Buffer;
use crate::dtype::DType;
use crate::error::{Error, Result};

/// PyTorch's CPU generator.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
}

fn todo_result() -> Result<Buffer> {
    Err(Error::not_implemented("random"))
}

#[expect(clippy::unused_self, unused_variables, reason = "signatures first")]
impl Generator {
    /// A generator in the state that `manual_seed(seed)` gives.
    pub fn new(seed: u64) -> Generator {
        Generator { seed }
    }

    /// Restarts the stream.
    pub fn manual_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// The seed last set.
    pub fn initial_seed(&self) -> u64 {
        self.seed
    }

    /// The state as `torch.Generator.get_state` gives it.
    pub fn get_state(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Restores a state that [`Generator::get_state`] gave.
    pub fn set_state(&mut self, state: &[u8]) -> Result<()> {
        Ok(())
    }

    /// `n` draws from `[from, to)`; a float dtype.
    pub fn uniform(&mut self, dtype: DType, n: usize, from: f64, to: f64) -> Result<Buffer> {
        todo_result()
    }

    /// `n` normal draws, as `tensor.normal_(mean, std)` on a contiguous tensor.
    pub fn normal(&mut self, dtype: DType, n: usize, mean: f64, std: f64) -> Result<Buffer> {
        todo_result()
    }

    /// A permutation of `0..n`; int64.
    pub fn randperm(&mut self, n: usize) -> Result<Buffer> {
        todo_result()
    }

    /// `n` integers from `low..high`; int64.
    pub fn randint(&mut self, n: usize, low: i64, high: i64) -> Result<Buffer> {
        todo_result()
    }

    /// One draw of 0 or 1 for every probability (`torch.bernoulli(p)`); dtype and length of `probabilities` (row-major).
    pub fn bernoulli(&mut self, probabilities: &Buffer) -> Result<Buffer> {
        todo_result()
    }

    /// `n` draws of 0 or 1 with one probability, as `tensor.bernoulli_(p)` and dropout draw them; any dtype.
    pub fn bernoulli_scalar(&mut self, dtype: DType, n: usize, probability: f64) -> Result<Buffer> {
        todo_result()
    }

    /// `n` exponential draws with rate `lambda`; a float dtype.
    pub fn exponential(&mut self, dtype: DType, n: usize, lambda: f64) -> Result<Buffer> {
        todo_result()
    }

    /// Row-wise category draws: `weights` is a row-major float buffer of `num_rows` rows; int64 `[num_rows, num_samples]`.
    pub fn multinomial(&mut self, weights: &Buffer, num_rows: usize, num_samples: usize, replacement: bool) -> Result<Buffer> {
        todo_result()
    }
}
