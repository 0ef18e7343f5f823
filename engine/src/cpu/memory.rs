//! Memory whose size the user chooses: asked for, never taken for granted.
//!
//! An allocation that fails aborts the whole worker, so everything that grows with a tensor goes through
//! [`try_vec`], and [`ensure_room`] asks before a kernel starts. Refuses to count what is in use.

use std::cell::Cell;

use crate::error::{Error, Result};

/// Room that must be left beside a result, for the small things that nobody asks for: shapes, handles, messages.
const SLACK_BYTES: usize = 256 << 10;

/// As much of that room may be used up before it is looked for again.
const SLACK_USED_BYTES: usize = 128 << 10;

/// What a call takes of it beside its result, at most: shapes and handles of a few tensors.
const CALL_BYTES: usize = 2 << 10;

thread_local! {
    /// The most bytes that one allocation may have; tests lower it.
    static LIMIT: Cell<usize> = const { Cell::new(isize::MAX as usize) };
    /// What small results and their calls may have taken since room was last looked for.
    static TAKEN: Cell<usize> = const { Cell::new(SLACK_USED_BYTES) };
}

/// Sets the most bytes that one allocation may have on this thread; gives what it was.
pub fn set_limit(bytes: usize) -> usize {
    LIMIT.replace(bytes)
}

/// PyTorch's error when the processor's memory does not suffice.
pub fn exhausted(bytes: u128) -> Error {
    Error::memory_exhausted(bytes)
}

/// An empty vector with room for `len` elements, or PyTorch's error when there is no such memory.
pub fn try_vec<T>(len: usize) -> Result<Vec<T>> {
    let bytes = len as u128 * size_of::<T>() as u128;
    let mut elements = Vec::new();
    if bytes > LIMIT.get() as u128 || elements.try_reserve_exact(len).is_err() {
        return Err(exhausted(bytes));
    }
    Ok(elements)
}

/// `len` copies of a value, or PyTorch's error when there is no such memory.
pub fn try_filled<T: Copy>(len: usize, value: T) -> Result<Vec<T>> {
    let mut elements = try_vec(len)?;
    elements.resize(len, value);
    Ok(elements)
}

/// The elements that an iterator gives, or PyTorch's error when there is no such memory.
pub fn try_collect<T>(elements: impl ExactSizeIterator<Item = T>) -> Result<Vec<T>> {
    let mut collected = try_vec(elements.len())?;
    collected.extend(elements);
    Ok(collected)
}

/// An error unless so many bytes, and a little more, could be had now. Small results are taken from the room that was found
/// for earlier ones, since looking takes longer than computing them.
pub fn ensure_room(bytes: usize) -> Result<()> {
    let taken = bytes.saturating_add(CALL_BYTES).saturating_add(TAKEN.get());
    if taken <= SLACK_USED_BYTES && bytes <= LIMIT.get() {
        TAKEN.set(taken);
        return Ok(());
    }
    let wanted = bytes.saturating_add(SLACK_BYTES);
    let mut probe: Vec<u8> = Vec::new();
    if bytes > LIMIT.get() || probe.try_reserve_exact(wanted).is_err() {
        return Err(exhausted(bytes as u128));
    }
    // The allocator would otherwise be free to leave out a block that nobody uses.
    std::hint::black_box(&probe);
    TAKEN.set(0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_kept_and_lifted() {
        let before = set_limit(1000);
        assert_eq!(try_vec::<f32>(250).map(|elements| elements.capacity()), Ok(250));
        let error = try_filled(251, 0f32).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("you tried to allocate 1004 bytes")));
        assert!(ensure_room(1001).is_err());
        set_limit(before);
        assert!(ensure_room(1001).is_ok());
        assert!(ensure_room(usize::MAX / 2).is_err());
    }

    #[test]
    fn small_results_take_of_the_room_that_was_found() {
        assert!(ensure_room(SLACK_USED_BYTES).is_ok());
        assert_eq!(TAKEN.get(), 0);
        assert!(ensure_room(100).is_ok());
        assert_eq!(TAKEN.get(), 100 + CALL_BYTES);
        // Room is looked for again before what was found is used up.
        for _ in 0..SLACK_USED_BYTES / CALL_BYTES {
            assert!(ensure_room(100).is_ok());
            assert!(TAKEN.get() <= SLACK_USED_BYTES);
        }
        assert!(TAKEN.get() < SLACK_USED_BYTES / 2);
        let before = set_limit(50);
        assert!(ensure_room(100).is_err());
        set_limit(before);
    }
}
