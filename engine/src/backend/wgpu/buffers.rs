//! Storage buffers from a pool by size class.
//!
//! A freed buffer waits for the next value of its class: work is ordered by the queue, so it can be
//! handed out again at once. What waits is capped by bytes. Nothing is smaller than four bytes, and
//! a value without elements has a buffer too, since bindings need one. Values that one kernel binds as one array share a
//! buffer, which waits again when the last of them is given back.
//! Refuses to know values.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::plan::memory::size_class;

/// Most bytes that wait in the pool.
const MAX_POOLED_BYTES: u64 = 512 << 20;

/// Values in a shared buffer begin at multiples of this, where every device can bind them.
const ALIGNMENT: u64 = 256;

/// A storage buffer in use, or the part of one that a value has.
#[derive(Debug)]
pub struct PooledBuffer {
    /// The buffer; its size is a size class.
    pub buffer: wgpu::Buffer,
    /// Where the value begins in it.
    pub offset: u64,
    /// Bytes of the value in it, at least four.
    pub bytes: u64,
    /// The same for all values in a buffer that several share.
    shared: Option<Rc<()>>,
}

/// Buffers that wait, and the books over all.
#[derive(Debug)]
pub struct BufferPool {
    waiting: BTreeMap<u64, Vec<wgpu::Buffer>>,
    waiting_bytes: u64,
    used_bytes: u64,
    /// The most bytes in use since somebody set it back.
    pub peak_bytes: u64,
    /// Buffers created since the pool was made.
    pub created: u32,
    /// Bytes of the buffers created since the pool was made.
    pub created_bytes: u64,
    /// A value left a buffer in which others stay, since somebody looked.
    pub left_behind: bool,
    /// The most bytes that buffers may have together. Devices do not tell theirs: they refuse, or are lost.
    pub limit_bytes: u64,
}

impl Default for BufferPool {
    fn default() -> BufferPool {
        BufferPool::with_limit(u64::MAX)
    }
}

impl PooledBuffer {
    /// A word of zero that belongs to no pool.
    pub fn zero_word(device: &wgpu::Device) -> PooledBuffer {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("flag"),
            size: 4,
            usage,
            mapped_at_creation: false,
        });
        PooledBuffer::alone(buffer, 4)
    }

    const fn alone(buffer: wgpu::Buffer, bytes: u64) -> PooledBuffer {
        PooledBuffer {
            buffer,
            offset: 0,
            bytes,
            shared: None,
        }
    }

    /// True if other values may be in the buffer.
    pub const fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// Tells the buffers that several values share from each other.
    pub fn shared_id(&self) -> Option<usize> {
        self.shared.as_ref().map(|shared| Rc::as_ptr(shared).addr())
    }

    /// True if both are parts of one buffer.
    pub fn shares_with(&self, other: &PooledBuffer) -> bool {
        match (&self.shared, &other.shared) {
            (Some(mine), Some(its)) => Rc::ptr_eq(mine, its),
            _ => false,
        }
    }
}

impl BufferPool {
    /// An empty pool whose buffers may have so many bytes together.
    pub const fn with_limit(limit_bytes: u64) -> BufferPool {
        BufferPool {
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            used_bytes: 0,
            peak_bytes: 0,
            created: 0,
            created_bytes: 0,
            left_behind: false,
            limit_bytes,
        }
    }

    /// A buffer for so many bytes, whose contents are arbitrary; `None` if the limit leaves no room for it.
    /// `largest`: the most bytes that the device lets one buffer have, which the caller has compared with `bytes`.
    pub fn take(&mut self, device: &wgpu::Device, bytes: u64, largest: u64) -> Option<PooledBuffer> {
        let bytes = bytes.max(4);
        let class = class_within(bytes, largest);
        if let Some(buffer) = self.waiting.get_mut(&class).and_then(Vec::pop) {
            self.waiting_bytes -= class;
            self.use_bytes(class);
            return Some(PooledBuffer::alone(buffer, bytes));
        }
        if self.total_bytes().saturating_add(class) > self.limit_bytes {
            self.trim();
            if self.used_bytes.saturating_add(class) > self.limit_bytes {
                return None;
            }
        }
        self.use_bytes(class);
        self.created += 1;
        self.created_bytes += class;
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: class,
            usage,
            mapped_at_creation: false,
        });
        Some(PooledBuffer::alone(buffer, bytes))
    }

    /// One buffer for values of so many bytes each, if the device can have one so large.
    pub fn take_shared(&mut self, device: &wgpu::Device, sizes: &[u64], largest: u64) -> Option<Vec<PooledBuffer>> {
        let total = shared_bytes(sizes);
        let whole = (total <= largest)
            .then(|| self.take(device, total, largest))
            .flatten()?;
        let shared = Rc::new(());
        let mut offset = 0;
        let parts = sizes.iter().map(|&size| {
            let part = PooledBuffer {
                buffer: whole.buffer.clone(),
                offset,
                bytes: size.max(4),
                shared: Some(Rc::clone(&shared)),
            };
            offset += part.bytes.next_multiple_of(ALIGNMENT);
            part
        });
        Some(parts.collect())
    }

    fn use_bytes(&mut self, bytes: u64) {
        self.used_bytes += bytes;
        self.peak_bytes = self.peak_bytes.max(self.used_bytes);
    }

    /// Gives a buffer back.
    pub fn give(&mut self, pooled: PooledBuffer) {
        if pooled.shared.is_some_and(|shared| Rc::strong_count(&shared) > 1) {
            self.left_behind = true;
            return;
        }
        let class = pooled.buffer.size();
        self.used_bytes = self.used_bytes.saturating_sub(class);
        if class > MAX_POOLED_BYTES {
            pooled.buffer.destroy();
            return;
        }
        self.waiting_bytes += class;
        self.waiting.entry(class).or_default().push(pooled.buffer);
        while self.waiting_bytes > MAX_POOLED_BYTES {
            self.drop_largest();
        }
    }

    /// Destroys all that waits, to make room.
    pub fn trim(&mut self) {
        while self.waiting_bytes > 0 {
            self.drop_largest();
        }
    }

    /// Bytes in use.
    pub const fn used_bytes(&self) -> u64 {
        self.used_bytes
    }

    /// Bytes in use and waiting.
    pub const fn total_bytes(&self) -> u64 {
        self.used_bytes + self.waiting_bytes
    }

    fn drop_largest(&mut self) {
        let Some(mut largest) = self.waiting.last_entry() else {
            self.waiting_bytes = 0;
            return;
        };
        let class = *largest.key();
        match largest.get_mut().pop() {
            Some(buffer) => {
                self.waiting_bytes = self.waiting_bytes.saturating_sub(class);
                buffer.destroy();
            }
            None => {
                largest.remove();
            }
        }
    }
}

/// Bytes of one buffer for values of so many bytes each.
pub fn shared_bytes(sizes: &[u64]) -> u64 {
    sizes.iter().map(|&size| size.max(4).next_multiple_of(ALIGNMENT)).sum()
}

/// The size class of so many bytes, or the device's largest buffer where the class is beyond it.
fn class_within(bytes: u64, largest: u64) -> u64 {
    // Copies want sizes that are multiples of four.
    size_class(bytes).min((largest & !3).max(bytes.next_multiple_of(4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_class_is_beyond_the_largest_buffer() {
        const MOST: u64 = (1 << 31) - 1;
        assert_eq!(class_within(1 << 30, MOST), 1 << 30);
        assert_eq!(class_within((1 << 31) - 1000, MOST), (1 << 31) - 4);
        assert_eq!(class_within((1 << 31) - 4, MOST), (1 << 31) - 4);
    }
}
