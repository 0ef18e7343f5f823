//! Storage buffers from a pool by size class.
//!
//! A freed buffer waits for the next value of its class: work is ordered by the queue, so it can be
//! handed out again at once. What waits is capped by bytes. Nothing is smaller than four bytes, and
//! a value without elements has a buffer too, since bindings need one.
//! Refuses to know values.

use std::collections::BTreeMap;

use crate::plan::memory::size_class;

/// Most bytes that wait in the pool.
const MAX_POOLED_BYTES: u64 = 512 << 20;

/// A storage buffer in use.
#[derive(Debug)]
pub struct PooledBuffer {
    /// The buffer; its size is a size class.
    pub buffer: wgpu::Buffer,
    /// Bytes of the value in it, at least four.
    pub bytes: u64,
}

/// Buffers that wait, and the books over all.
#[derive(Debug, Default)]
pub struct BufferPool {
    waiting: BTreeMap<u64, Vec<wgpu::Buffer>>,
    waiting_bytes: u64,
    used_bytes: u64,
    /// Buffers created since the pool was made.
    pub created: u32,
}

impl BufferPool {
    /// A buffer for so many bytes; its contents are arbitrary.
    pub fn take(&mut self, device: &wgpu::Device, bytes: u64) -> PooledBuffer {
        let bytes = bytes.max(4);
        let class = size_class(bytes);
        self.used_bytes += class;
        if let Some(buffer) = self.waiting.get_mut(&class).and_then(Vec::pop) {
            self.waiting_bytes -= class;
            return PooledBuffer { buffer, bytes };
        }
        self.created += 1;
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: class,
            usage,
            mapped_at_creation: false,
        });
        PooledBuffer { buffer, bytes }
    }

    /// Gives a buffer back.
    pub fn give(&mut self, pooled: PooledBuffer) {
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
