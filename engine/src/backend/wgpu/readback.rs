//! Bytes back from the GPU: a staging buffer, mapped when the queue has come that far.
//!
//! On the web the map resolves by itself, if late: the browser's GPU process looks whether work is done when it gets
//! a message, and otherwise every two milliseconds (Chromium). So a short wait is spent asking it something.
//! Natively somebody must poll, and that is done here, where the result is wanted at once anyway.
//! Refuses to keep a mapped buffer, and to go on asking while long work runs.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use super::device::Gpu;
use crate::error::{Error, Result};
use crate::plan::memory::size_class;
use crate::wire::codec::roomy;

/// A buffer that the GPU copies into and the processor reads.
pub type StagingBuffer = wgpu::Buffer;

/// Most questions asked while a map is awaited: at about 0.15 ms each, they shorten waits of some milliseconds. In
/// longer ones, two milliseconds matter less than leaving the GPU process alone.
const MAX_QUESTIONS: usize = 24;

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

impl Signal {
    /// Whether the buffer was mapped, once that is known.
    fn poll(signal: &Mutex<Signal>, context: &Context<'_>) -> Poll<bool> {
        let mut signal = signal.lock().unwrap_or_else(PoisonError::into_inner);
        match signal.done {
            Some(mapped) => Poll::Ready(mapped),
            None => {
                signal.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Waits for the signal; while it has not come, asks the GPU process something small that it answers at once.
async fn mapped(device: &wgpu::Device, signal: &Mutex<Signal>) -> bool {
    for _ in 0..MAX_QUESTIONS {
        // An empty error scope is a round trip that leaves no trace.
        let mut answer = pin!(device.push_error_scope(wgpu::ErrorFilter::Validation).pop());
        let found = poll_fn(|context| match Signal::poll(signal, context) {
            Poll::Ready(mapped) => Poll::Ready(Some(mapped)),
            Poll::Pending => answer.as_mut().poll(context).map(|_| None),
        });
        if let Some(mapped) = found.await {
            return mapped;
        }
    }
    poll_fn(|context| Signal::poll(signal, context)).await
}

impl Staging {
    /// A buffer for so many bytes, which a buffer of this device can have.
    pub fn take(&mut self, gpu: &Gpu, bytes: u64) -> StagingBuffer {
        let class = size_class(bytes).min((gpu.max_buffer_bytes & !3).max(bytes));
        match self.spare.take() {
            Some(buffer) if buffer.size() == class => buffer,
            _ => gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size: class,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        }
    }

    /// Waits until the copies into a staging buffer are done and its first `bytes` bytes can be read.
    pub async fn map(&self, gpu: &Gpu, buffer: &StagingBuffer, bytes: u64) -> Result<()> {
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
        if mapped(&gpu.device, &signal).await {
            Ok(())
        } else {
            Err(Error::runtime("the GPU could not give its results back"))
        }
    }

    /// Bytes of a mapped buffer; an error if they cannot be had or there is no memory for them.
    pub fn copy(&self, buffer: &StagingBuffer, offset: u64, bytes: u64) -> Result<Vec<u8>> {
        let mut result = roomy(bytes as usize)?;
        if bytes > 0 {
            let view = buffer
                .slice(offset..offset + bytes)
                .get_mapped_range()
                .map_err(|error| Error::runtime(format!("the GPU's results cannot be read: {error}")))?;
            result.extend_from_slice(&view);
        }
        Ok(result)
    }

    /// Takes a buffer back when all that was wanted of it is copied.
    pub fn give(&mut self, buffer: StagingBuffer) {
        buffer.unmap();
        self.spare = Some(buffer);
    }
}
