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
        temper(word)
    }

    /// The next draws, as many as there is room for: the same ones that [`Mt19937::draw`] gives, in less time.
    pub fn fill(&mut self, draws: &mut [u32]) {
        let mut done = 0;
        while done < draws.len() {
            let rest = &mut draws[done..];
            let unread = NUM_WORDS.saturating_sub(self.next).min(self.left.saturating_sub(1));
            let count = unread.min(rest.len());
            if count == 0 {
                rest[0] = self.draw();
                done += 1;
                continue;
            }
            let words = &self.words[self.next..self.next + count];
            rest.iter_mut().zip(words).for_each(|(to, &word)| *to = temper(word));
            self.left -= count;
            self.next += count;
            done += count;
        }
    }

    fn renew(&mut self) {
        const WRAPS: usize = NUM_WORDS - SHIFT;
        // Three loops instead of remainders, so that the compiler can work on several words at once.
        let words = &mut self.words;
        for index in 0..WRAPS {
            words[index] = words[index + SHIFT] ^ twist(words[index], words[index + 1]);
        }
        for index in WRAPS..NUM_WORDS - 1 {
            words[index] = words[index - WRAPS] ^ twist(words[index], words[index + 1]);
        }
        words[NUM_WORDS - 1] = words[SHIFT - 1] ^ twist(words[NUM_WORDS - 1], words[0]);
        self.left = NUM_WORDS;
        self.next = 0;
    }
}

/// The high bit of one word and the low bits of the next, moved on by one step of the recurrence.
const fn twist(word: u32, following: u32) -> u32 {
    let joined = (word & 0x8000_0000) | (following & 0x7fff_ffff);
    (joined >> 1) ^ (0x9908_b0df & (following & 1).wrapping_neg())
}

/// A word of the state as it is handed out.
const fn temper(word: u32) -> u32 {
    let mut bits = word ^ (word >> 11);
    bits ^= (bits << 7) & 0x9d2c_5680;
    bits ^= (bits << 15) & 0xefc6_0000;
    bits ^ (bits >> 18)
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
    #[test]
    fn many_draws_are_the_single_ones() {
        let (mut one, mut many) = (Mt19937::new(3), Mt19937::new(3));
        for count in [0, 1, 5, 617, 1, 700, 3000, 2] {
            let mut draws = vec![0; count];
            many.fill(&mut draws);
            let expected: Vec<u32> = (0..count).map(|_| one.draw()).collect();
            assert_eq!(draws, expected, "{count}");
            assert_eq!(many, one, "{count}");
        }
    }
}
