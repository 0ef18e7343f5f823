//! Whether the user wants what runs to stop: asked now and then by loops that take long.
//!
//! The wasm shares its thread with Python, which cannot look for interrupts while an operator runs. A loop counts its work
//! with [`is_asked_after`] and leaves early when the answer is true; what it then gives is worthless, and whoever called it
//! turns it into an error with [`settle`]. Refuses to know where the question goes: the border sets that.
//! Read next: `cpu::compute`, `ffi::wasm`.

use std::cell::{Cell, RefCell};

use crate::error::{Error, Result};

/// Elementary steps (multiplications, say) between two questions: a few milliseconds.
const STEPS_BETWEEN: usize = 1 << 22;

type Question = Box<dyn Fn() -> bool>;

thread_local! {
    static QUESTION: RefCell<Option<Question>> = const { RefCell::new(None) };
    static NUM_STEPS: Cell<usize> = const { Cell::new(0) };
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// From now on this is asked. An answer of true has been delivered by that, and is not given again.
pub fn ask_with(question: impl Fn() -> bool + 'static) {
    QUESTION.replace(Some(Box::new(question)));
}

/// Counts steps that were done; true if the loop that did them should end.
pub fn is_asked_after(steps: usize) -> bool {
    if IS_ASKED.get() {
        return true;
    }
    let num_steps = NUM_STEPS.get().saturating_add(steps);
    if num_steps < STEPS_BETWEEN {
        NUM_STEPS.set(num_steps);
        return false;
    }
    NUM_STEPS.set(0);
    let is_asked = QUESTION.with_borrow(|question| question.as_ref().is_some_and(|question| question()));
    IS_ASKED.set(is_asked);
    is_asked
}

/// Whether the answer was true since the last [`settle`]: loops around other loops leave early too, without asking again.
pub fn is_asked() -> bool {
    IS_ASKED.get()
}

/// The error of work that was left early, once.
pub fn settle() -> Result<()> {
    if IS_ASKED.replace(false) {
        return Err(Error::interrupted());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::rc::Rc;

    #[test]
    fn work_is_counted_and_an_interrupt_is_told_once() {
        let (num_asked, answer) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let (asked, given) = (num_asked.clone(), answer.clone());
        ask_with(move || {
            asked.set(asked.get() + 1);
            given.get()
        });
        for _ in 0..8 {
            assert!(!is_asked_after(STEPS_BETWEEN / 4));
        }
        assert_eq!((num_asked.get(), settle()), (2, Ok(())));
        answer.set(true);
        assert!(!is_asked() && is_asked_after(usize::MAX) && is_asked_after(1) && is_asked());
        assert_eq!(num_asked.get(), 3);
        assert_eq!(settle().map_err(|error| error.kind()), Err(ErrorKind::Interrupted));
        assert_eq!(settle(), Ok(()));
    }
}
