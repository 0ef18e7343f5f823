//! The generator behind `torch.manual_seed`: its seed, its state, and the raw draws.
//!
//! The distributions are further `impl` blocks in the neighbouring files.
//! Refuses to seed itself from the clock: the caller brings the seed.

use super::mt19937::{Mt19937, NUM_WORDS};
use crate::error::{Error, Result};

/// The seed of a generator that nobody has seeded, as in PyTorch.
pub const DEFAULT_SEED: u64 = 67_280_421_310_721;

/// Bytes of the state that PyTorch's `get_state` returns on the CPU.
const STATE_BYTES: usize = 5056;
/// Where the state words begin; before them seed, `left`, `seeded` and `next`.
const WORDS_AT: usize = 24;
/// Where the pending normal draw lies, and the flag that says whether there is one.
const PENDING_AT: usize = WORDS_AT + 8 * NUM_WORDS + 8;
const PENDING_FLAG_AT: usize = PENDING_AT + 16;

/// Draws that are made at once: they stay in the first-level cache. A multiple of the blocks of normal draws.
pub(super) const RUN: usize = 1024;

/// A number in `[0, 1)` from the low 24 bits of a draw: as many as single precision holds.
pub(super) fn short_fraction(draw: u32) -> f64 {
    f64::from(draw & ((1 << 24) - 1)) / f64::from(1u32 << 24)
}

/// PyTorch's CPU generator.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    seed: u64,
    twister: Mt19937,
    /// The second half of the last pair that the scalar normal path drew.
    pub(super) pending_normal: Option<f64>,
}

impl Default for Generator {
    fn default() -> Generator {
        Generator::new(DEFAULT_SEED)
    }
}

impl Generator {
    /// A generator in the state that `manual_seed(seed)` gives.
    pub fn new(seed: u64) -> Generator {
        // Only the low 32 bits seed the twister; the whole number is reported by `initial_seed`.
        Generator {
            seed,
            twister: Mt19937::new(seed as u32),
            pending_normal: None,
        }
    }

    /// Restarts the stream.
    pub fn manual_seed(&mut self, seed: u64) {
        *self = Generator::new(seed);
    }

    /// The seed last set.
    pub const fn initial_seed(&self) -> u64 {
        self.seed
    }

    /// The next 32 bits.
    pub fn draw_u32(&mut self) -> u32 {
        self.twister.draw()
    }

    /// The next 64 bits: the earlier draw is the high half.
    pub fn draw_u64(&mut self) -> u64 {
        let high = u64::from(self.twister.draw());
        (high << 32) | u64::from(self.twister.draw())
    }

    /// Appends elements made of one 32-bit draw each. Draws are made and turned in runs, in loops of their own.
    pub(super) fn extend_from_draws<T>(&mut self, elements: &mut Vec<T>, count: usize, turn: impl Fn(u32) -> T) {
        let mut draws = [0; RUN];
        let mut rest = count;
        while rest > 0 {
            let run = &mut draws[..rest.min(RUN)];
            self.twister.fill(run);
            elements.extend(run.iter().map(|&draw| turn(draw)));
            rest -= run.len();
        }
    }

    /// A number in `[0, 1)` with 24 random bits: one 32-bit draw.
    pub(super) fn draw_short_fraction(&mut self) -> f64 {
        short_fraction(self.draw_u32())
    }

    /// A number in `[0, 1)` with 53 random bits: one 64-bit draw.
    pub(super) fn draw_fraction(&mut self) -> f64 {
        (self.draw_u64() & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64
    }

    /// The state as `torch.Generator.get_state` gives it, little-endian.
    pub fn get_state(&self) -> Vec<u8> {
        let mut state = Vec::with_capacity(STATE_BYTES);
        state.extend_from_slice(&self.seed.to_le_bytes());
        state.extend_from_slice(&(self.twister.left as u32).to_le_bytes());
        state.extend_from_slice(&1u32.to_le_bytes());
        state.extend_from_slice(&(self.twister.next as u64).to_le_bytes());
        for &word in &self.twister.words {
            state.extend_from_slice(&u64::from(word).to_le_bytes());
        }
        state.resize(PENDING_AT, 0);
        state.extend_from_slice(&self.pending_normal.unwrap_or_default().to_le_bytes());
        state.resize(PENDING_FLAG_AT, 0);
        state.extend_from_slice(&u32::from(self.pending_normal.is_some()).to_le_bytes());
        state.resize(STATE_BYTES, 0);
        state
    }

    /// Restores a state that [`Generator::get_state`] or PyTorch gave.
    pub fn set_state(&mut self, state: &[u8]) -> Result<()> {
        if state.len() != STATE_BYTES {
            return Err(Error::runtime(format!(
                "Expected a CPUGeneratorImplState of size {STATE_BYTES} but found the input RNG state size to be {}",
                state.len()
            )));
        }
        let left = read_number(state, 8, 4) as usize;
        let next = read_number(state, 16, 8) as usize;
        if left == 0 || left > NUM_WORDS || next > NUM_WORDS {
            return Err(Error::runtime("Invalid mt19937 state"));
        }
        let mut words = [0; NUM_WORDS];
        for (index, word) in words.iter_mut().enumerate() {
            *word = read_number(state, WORDS_AT + 8 * index, 8) as u32;
        }
        self.seed = read_number(state, 0, 8);
        self.twister = Mt19937 { words, left, next };
        let pending = f64::from_bits(read_number(state, PENDING_AT, 8));
        self.pending_normal = (read_number(state, PENDING_FLAG_AT, 4) != 0).then_some(pending);
        Ok(())
    }
}

/// A little-endian number of `width` bytes.
fn read_number(state: &[u8], at: usize, width: usize) -> u64 {
    state
        .iter()
        .skip(at)
        .take(width)
        .rev()
        .fold(0, |number, &byte| (number << 8) | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::random::Filled;

    #[test]
    fn state_round_trips_in_the_middle_of_a_pair() {
        let mut generator = Generator::new(7);
        assert!(generator.normal(DType::F32, 3, Filled::RowMajor, 0.0, 1.0).is_ok());
        let state = generator.get_state();
        assert_eq!(state.len(), 5056);
        let mut restored = Generator::new(0);
        assert_eq!(restored.set_state(&state), Ok(()));
        assert_eq!(restored, generator);
        assert_eq!(
            restored.normal(DType::F32, 5, Filled::RowMajor, 0.0, 1.0),
            generator.normal(DType::F32, 5, Filled::RowMajor, 0.0, 1.0)
        );
    }

    #[test]
    fn bad_states_are_errors() {
        let mut generator = Generator::new(7);
        assert!(generator.set_state(&[0; 10]).is_err());
        assert!(generator.set_state(&[255; 5056]).is_err());
        assert_eq!(generator, Generator::new(7));
    }

    #[test]
    fn long_seeds_are_reported_whole() {
        assert_eq!(Generator::new(1 << 40).initial_seed(), 1 << 40);
        assert_eq!(Generator::new(1 << 40).draw_u32(), Generator::new(0).draw_u32());
    }
}
