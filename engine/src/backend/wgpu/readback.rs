//! Bytes back from the GPU: a staging buffer, mapped when the queue has come that far.
//!
//! On the web the map resolves by itself; natively somebody must poll, and that is done here, where the
//! result is wanted at once anyway. Refuses to keep a mapped buffer.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use super::device::Gpu;
use crate::error::{Error, Result};
use crate::plan::memory::size_class;

/// A buffer that the GPU copies into and the processor reads.
pub type StagingBuffer = wgpu::Buffer;

/// The staging buffer that served last; reads of a training loop are alike.
#[derive(Debug, Default)]
pub struct Staging {
    spare: Option<StagingBuffer>,
}

/// What the map's callback leaves for the waiting future.
#[derive(Debug, Default)]
struct Signal {
    done: Option<bool>,
    waker: Option<Waker>,
}

impl Staging {
    /// A buffer for so many bytes.
    pub fn take(&mut self, device: &wgpu::Device, bytes: u64) -> StagingBuffer {
        let class = size_class(bytes);
        match self.spare.take() {
            Some(buffer) if buffer.size() == class => buffer,
            _ => device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size: class,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        }
    }

    /// The first `bytes` bytes of a staging buffer whose copies were submitted.
    pub async fn read(&mut self, gpu: &Gpu, buffer: wgpu::Buffer, bytes: u64) -> Result<Vec<u8>> {
        let slice = buffer.slice(0..bytes);
        let signal = Arc::new(Mutex::new(Signal::default()));
        let callback_signal = Arc::clone(&signal);
        slice.map_async(wgpu::MapMode::Read, move |result| {
            let mut signal = callback_signal.lock().unwrap_or_else(PoisonError::into_inner);
            signal.done = Some(result.is_ok());
            if let Some(waker) = signal.waker.take() {
                waker.wake();
            }
        });
        // Does nothing on the web; natively it waits for the queue and runs the callback.
        let polled = gpu.device.poll(wgpu::PollType::wait_indefinitely());
        polled.map_err(|error| Error::runtime(format!("waiting for the GPU failed: {error}")))?;
        let mapped = poll_fn(|context| {
            let mut signal = signal.lock().unwrap_or_else(PoisonError::into_inner);
            match signal.done {
                Some(mapped) => Poll::Ready(mapped),
                None => {
                    signal.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        });
        if !mapped.await {
            return Err(Error::runtime("the GPU could not give its results back"));
        }
        let view = slice
            .get_mapped_range()
            .map_err(|error| Error::runtime(format!("the GPU's results cannot be read: {error}")))?;
        let result = view.to_vec();
        drop(view);
        buffer.unmap();
        self.spare = Some(buffer);
        Ok(result)
    }
}
