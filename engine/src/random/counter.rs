//! The state behind draws on the GPU: a seed, and how many numbers were drawn.
//!
//! The numbers themselves are a function of the two, computed by the device (`prim::Draw`).
//! Refuses to give one number twice, before 2^64 were drawn.

/// Where the next draw begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterState {
    /// The seed last set.
    pub seed: u64,
    /// Numbers drawn since.
    pub offset: u64,
}

impl CounterState {
    /// The state that `manual_seed(seed)` gives.
    pub const fn new(seed: u64) -> CounterState {
        CounterState { seed, offset: 0 }
    }

    /// The words of the next `count` draws: seed low, seed high, number of the first.
    pub const fn take(&mut self, count: u64) -> [u32; 3] {
        let low = self.offset & 0xffff_ffff;
        if low + count > 1 << 32 {
            // Numbers are 32 bits wide: a draw that would run over begins with the next seed.
            self.offset = (self.offset - low).wrapping_add(1 << 32);
        }
        let words = [
            self.seed as u32,
            (self.seed >> 32) as u32 ^ (self.offset >> 32) as u32,
            self.offset as u32,
        ];
        self.offset = self.offset.wrapping_add(count);
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_never_overlap() {
        let mut state = CounterState::new(7 << 32 | 5);
        assert_eq!(state.take(10), [5, 7, 0]);
        assert_eq!(state.take(1), [5, 7, 10]);
        state.offset = (1 << 32) - 3;
        assert_eq!(state.take(4), [5, 7 ^ 1, 0]);
        assert_eq!(state.take(4), [5, 7 ^ 1, 4]);
    }
}
