//! The executor for native callers that wait: tests, and the library that CPython loads.
//!
//! Refuses nothing the executor does not.

use crate::error::Result;
use crate::plan::Fusion;
use crate::wire::Stats;

/// An executor whose calls return when the work is done.
#[derive(Debug)]
pub struct Executor {
    inner: super::Executor,
}

impl Executor {
    /// Requests adapter and device.
    pub fn new() -> Result<Executor> {
        Ok(Executor {
            inner: pollster::block_on(super::Executor::new())?,
        })
    }

    /// Chooses kernels as for a device whose workgroup memory is near, whatever the adapter: tests meet both kinds.
    pub const fn choose_as_hardware(&mut self) {
        self.inner.choose_as_hardware();
    }

    /// Times the two families of kernels by the caller's clock, in milliseconds, and keeps to the faster one.
    pub fn measure(&mut self, now_ms: impl Fn() -> f64) {
        pollster::block_on(self.inner.measure(now_ms));
    }

    /// True if the adapter computes on the CPU; then nothing need be measured.
    pub fn is_on_software(&self) -> bool {
        self.inner.is_on_software()
    }

    /// Holds float16 in 32 bits, as where the adapter has nothing else: tests meet both. To be called while there are no values.
    pub const fn hold_halves_wide(&mut self) {
        self.inner.hold_halves_wide();
    }

    /// Says whether nodes may share kernels from now on: tests hold one against the other.
    pub const fn set_fusion(&mut self, fusion: Fusion) {
        self.inner.set_fusion(fusion);
    }

    /// Executes an encoded flush; the answer is an encoded reply.
    pub fn execute(&mut self, message: &[u8]) -> Vec<u8> {
        pollster::block_on(self.inner.execute(message))
    }

    /// Destroys the device, as a driver that is reset does. For tests of what happens then.
    pub fn destroy_device(&self) {
        self.inner.destroy_device();
    }

    /// Says that there was an executor before this one, whose values are gone for this reason.
    pub fn lose_earlier(&mut self, reason: &str) {
        self.inner.lose_earlier(reason);
    }

    /// Sets the most bytes that buffers may have together.
    pub const fn set_memory_limit(&mut self, bytes: u64) {
        self.inner.set_memory_limit(bytes);
    }

    /// Name, backend and limits of the device as JSON.
    pub fn info(&self) -> String {
        self.inner.info()
    }

    /// Counters since the start.
    pub const fn stats(&self) -> Stats {
        self.inner.stats()
    }
}
