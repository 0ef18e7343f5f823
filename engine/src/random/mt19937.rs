//! The Mersenne Twister with 32-bit output, kept in the form in which PyTorch stores its state.
//!
//! Refuses to convert bits to numbers: see `generator`.
//! Source: <http://www.math.sci.hiroshima-u.ac.jp/m-mat/MT/ARTICLES/mt.pdf>

/// Words of state.
pub const NUM_WORDS: usize = 624;

/// Distance between the two words that the recurrence joins.
const SHIFT: usize = 397;

/// State words, and how far they have been handed out.
#[derive(Clone, Debug, PartialEq)]
pub struct Mt19937 {
    /// The words.
    pub words: [u32; NUM_WORDS],
    /// Draws left before the words are renewed, counting the one that renews them.
    pub left: usize,
    /// The next word to hand out; at most [`NUM_WORDS`].
    pub next: usize,
}

impl Mt19937 {
    /// The state after `init_genrand(seed)` of the paper.
    pub fn new(seed: u32) -> Mt19937 {
        let mut words = [seed; NUM_WORDS];
        let mut previous = seed;
        for (index, word) in words.iter_mut().enumerate().skip(1) {
            previous = 1_812_433_253u32
                .wrapping_mul(previous ^ (previous >> 30))
                .wrapping_add(index as u32);
            *word = previous;
        }
        Mt19937 {
            words,
            left: 1,
            next: 0,
        }
    }

    /// The next 32 bits.
    pub fn draw(&mut self) -> u32 {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || self.next >= NUM_WORDS {
            self.renew();
        }
        let word = self.words[self.next];
        self.next += 1;
        let mut bits = word ^ (word >> 11);
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    fn renew(&mut self) {
        for index in 0..NUM_WORDS {
            let following = self.words[(index + 1) % NUM_WORDS];
            let joined = (self.words[index] & 0x8000_0000) | (following & 0x7fff_ffff);
            let twist = if following & 1 == 1 { 0x9908_b0df } else { 0 };
            self.words[index] = self.words[(index + SHIFT) % NUM_WORDS] ^ (joined >> 1) ^ twist;
        }
        self.left = NUM_WORDS;
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_stream() {
        // The ten-thousandth draw for seed 5489, as the C++ standard states it ([rand.predef]).
        let mut twister = Mt19937::new(5489);
        let last = (0..10_000).map(|_| twister.draw()).last();
        assert_eq!(last, Some(4_123_659_995));
    }
}
