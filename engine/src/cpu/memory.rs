//! Memory whose size the user chooses: asked for, never taken for granted.
//!
//! An allocation that fails aborts the whole worker, so everything that grows with a tensor goes through
//! [`try_vec`], and [`ensure_room`] asks before a kernel starts. Refuses to count what is in use.

use std::cell::Cell;

use crate::error::{Error, Result};

/// Room that must be left beside a result, for the small things that nobody asks for: shapes, handles, messages.
const SLACK_BYTES: usize = 256 << 10;

thread_local! {
    /// The most bytes that one allocation may have; tests lower it.
    static LIMIT: Cell<usize> = const { Cell::new(isize::MAX as usize) };
}

/// Sets the most bytes that one allocation may have on this thread; gives what it was.
pub fn set_limit(bytes: usize) -> usize {
    LIMIT.replace(bytes)
}

/// PyTorch's error when the processor's memory does not suffice.
pub fn exhausted(bytes: u128) -> Error {
    Error::runtime(format!(
        "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate \
         {bytes} bytes. Error code 12 (Cannot allocate memory)"
    ))
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

/// An error unless so many bytes, and a little more, could be had now.
pub fn ensure_room(bytes: usize) -> Result<()> {
    let wanted = bytes.saturating_add(SLACK_BYTES);
    let mut probe: Vec<u8> = Vec::new();
    if bytes > LIMIT.get() || probe.try_reserve_exact(wanted).is_err() {
        return Err(exhausted(bytes as u128));
    }
    // The allocator would otherwise be free to leave out a block that nobody uses.
    std::hint::black_box(&probe);
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
}
