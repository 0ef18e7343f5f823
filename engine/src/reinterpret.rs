//! What other dtypes see in the bytes of a storage: the memory behind `tensor.view(dtype)`.
//!
//! Kernels take buffers of their own element type, so every dtype that looks at a storage has a buffer of its own. A buffer
//! is brought up to date before it is lent, if another one of the same memory was written since: all see every write, as if
//! there were one memory. Bytes of a bool are 0 or 1 after a write through a view as bool.
//! Refuses to know tensors. Read next: `storage`.

use std::cell::{Cell, OnceCell, Ref, RefCell, RefMut};

use crate::cpu::buffer::{Element, for_dtype_of};
use crate::cpu::{Buffer, Operand, gather_bytes};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::view::View;

/// One dtype's buffer of the memory.
#[derive(Debug)]
struct Seen {
    buffer: RefCell<Buffer>,
    /// False if the memory was written since, through another dtype.
    is_current: Cell<bool>,
}

/// The buffers of the dtypes that look at one storage of another dtype, the owner.
#[derive(Debug, Default)]
pub struct Reinterpreted {
    /// By code of the dtype.
    seen: [OnceCell<Seen>; DType::ALL.len()],
    /// Through which dtype the memory was written since the owner's buffer was brought up to date.
    newer: Cell<Option<DType>>,
}

impl Reinterpreted {
    /// Brings the owner's buffer up to date.
    pub fn update_owner<'a>(&self, owner_mut: impl FnOnce() -> Result<RefMut<'a, Buffer>>) -> Result<()> {
        let Some(seen) = self.newer.get().and_then(|dtype| self.seen[dtype as usize].get()) else {
            return Ok(());
        };
        let bytes = bytes_of(&*seen.buffer.try_borrow().map_err(|_| in_use())?, 1)?;
        overwrite(&mut *owner_mut()?, &bytes);
        self.newer.set(None);
        Ok(())
    }

    /// The owner's buffer will be written.
    pub fn note_owner_written(&self) {
        self.seen
            .iter()
            .filter_map(OnceCell::get)
            .for_each(|seen| seen.is_current.set(false));
    }

    /// The memory as elements of a dtype.
    pub fn buffer<'a>(
        &self,
        dtype: DType,
        owner: impl FnOnce() -> Result<Ref<'a, Buffer>>,
        owner_mut: impl FnOnce() -> Result<RefMut<'a, Buffer>>,
    ) -> Result<Ref<'_, Buffer>> {
        let seen = self.current(dtype, owner, owner_mut)?;
        seen.buffer.try_borrow().map_err(|_| in_use())
    }

    /// The memory as elements of a dtype, to be changed.
    pub fn buffer_mut<'a>(
        &self,
        dtype: DType,
        owner: impl FnOnce() -> Result<Ref<'a, Buffer>>,
        owner_mut: impl FnOnce() -> Result<RefMut<'a, Buffer>>,
    ) -> Result<RefMut<'_, Buffer>> {
        let seen = self.current(dtype, owner, owner_mut)?;
        let buffer = seen.buffer.try_borrow_mut().map_err(|_| in_use())?;
        self.note_owner_written();
        seen.is_current.set(true);
        self.newer.set(Some(dtype));
        Ok(buffer)
    }

    fn current<'a>(
        &self,
        dtype: DType,
        owner: impl FnOnce() -> Result<Ref<'a, Buffer>>,
        owner_mut: impl FnOnce() -> Result<RefMut<'a, Buffer>>,
    ) -> Result<&Seen> {
        let seen = self.seen[dtype as usize].get_or_init(|| Seen {
            buffer: RefCell::new(Buffer::U8(Vec::new())),
            is_current: Cell::new(false),
        });
        if !seen.is_current.get() {
            self.update_owner(owner_mut)?;
            let bytes = bytes_of(&*owner()?, dtype.size_bytes())?;
            *seen.buffer.try_borrow_mut().map_err(|_| in_use())? = Buffer::from_bytes(dtype, &bytes)?;
            seen.is_current.set(true);
        }
        Ok(seen)
    }
}

fn in_use() -> Error {
    Error::runtime("a view of another dtype is used while its memory is written")
}

/// The bytes of a buffer, as many as make whole elements of `width` bytes.
fn bytes_of(buffer: &Buffer, width: usize) -> Result<Vec<u8>> {
    let view = View::contiguous(&[buffer.len()]);
    let mut bytes = gather_bytes(Operand { buffer, view: &view })?;
    bytes.truncate(bytes.len() / width * width);
    Ok(bytes)
}

/// Writes bytes over the front of a buffer.
fn overwrite(buffer: &mut Buffer, bytes: &[u8]) {
    fn write<T: Element>(elements: &mut [T], bytes: &[u8]) {
        for (to, bytes) in elements.iter_mut().zip(bytes.chunks_exact(size_of::<T>())) {
            *to = T::from_le_slice(bytes);
        }
    }
    for_dtype_of!(buffer, elements => write(elements, bytes));
}

#[cfg(test)]
mod tests {
    use crate::cpu::Buffer;
    use crate::dtype::DType;
    use crate::storage::Storage;

    #[test]
    fn every_dtype_sees_every_write() {
        let bytes = Storage::from_buffer(Buffer::U8(vec![1, 0, 0, 0, 2, 0, 9]));
        let words = bytes.reinterpreted(DType::I32).unwrap();
        let halves = words.reinterpreted(DType::I16).unwrap();
        assert_eq!((words.num_elements, halves.num_elements), (1, 3));
        assert_eq!(*words.buffer().unwrap(), Buffer::I32(vec![1]));
        assert_eq!(*halves.buffer().unwrap(), Buffer::I16(vec![1, 0, 2]));
        *words.buffer_mut().unwrap() = Buffer::I32(vec![0x0003_0004]);
        assert_eq!(*halves.buffer().unwrap(), Buffer::I16(vec![4, 3, 2]));
        assert_eq!(*bytes.buffer().unwrap(), Buffer::U8(vec![4, 0, 3, 0, 2, 0, 9]));
        *bytes.buffer_mut().unwrap() = Buffer::U8(vec![0, 1, 0, 0, 0, 0, 7]);
        assert_eq!(*words.buffer().unwrap(), Buffer::I32(vec![256]));
        assert!(words.is_same_memory(&halves) && halves.is_same_memory(&bytes));
        assert_eq!(halves.reinterpreted(DType::U8).unwrap().num_elements, 7);
    }

    #[test]
    fn empty_memory_and_memory_too_small() {
        let few = Storage::from_buffer(Buffer::U8(vec![1, 2, 3]));
        let words = few.reinterpreted(DType::F64).unwrap();
        assert_eq!(*words.buffer().unwrap(), Buffer::F64(vec![]));
        words.buffer_mut().unwrap();
        assert_eq!(*few.buffer().unwrap(), Buffer::U8(vec![1, 2, 3]));
    }
}
