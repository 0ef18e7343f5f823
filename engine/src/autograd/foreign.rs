//! What Python keeps for a node or a tensor (a function's context, hooks, packed tensors), known here by number.
//!
//! When the last holder of a number goes, the number is noted, and Python lets go of what it kept.
//! Refuses to know what a number stands for. Read next: `question`, `saved`.

use std::cell::RefCell;

thread_local! {
    static RELEASED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// The number of something that Python keeps.
#[derive(Debug, PartialEq, Eq)]
pub struct Foreign(u64);

impl Foreign {
    /// Wraps a number that Python has chosen.
    pub const fn new(number: u64) -> Foreign {
        Foreign(number)
    }

    /// The number.
    pub const fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        // When the thread ends there is nobody left to tell.
        RELEASED
            .try_with(|released| released.borrow_mut().push(self.0))
            .unwrap_or_default();
    }
}

/// At most `limit` of the numbers that nobody holds any more; each is given once.
pub fn take_released(limit: usize) -> Vec<u64> {
    RELEASED.with_borrow_mut(|released| {
        let start = released.len().saturating_sub(limit);
        released.split_off(start)
    })
}
