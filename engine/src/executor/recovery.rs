//! After a lost device: what it held is gone, what comes next runs on a new one.
//!
//! A device is lost when the driver is reset, the GPU process dies or the machine changes graphics cards; no work
//! brings its memory back. Values that were on it answer every later use with what happened.
//! Refuses to hide the loss: work that needs a lost value fails.

use super::Executor;
use super::cache::PlanCache;
use super::range::RangeWatch;
use crate::backend::wgpu::buffers::BufferPool;
use crate::backend::wgpu::device::Gpu;
use crate::backend::wgpu::encode::ParamBuffer;
use crate::backend::wgpu::errors::Failure;
use crate::backend::wgpu::pipelines::PipelineCache;
use crate::backend::wgpu::readback::Staging;
use crate::error::ErrorKind;

impl Executor {
    /// Marks every value as lost, and asks for another adapter and device. An error if there is none now.
    pub(super) async fn recover(&mut self, lost: &Failure) -> Result<(), Failure> {
        self.values.lose_all(&gone(&lost.message));
        let compiled = self.pipelines.compiled;
        self.pool = BufferPool::with_limit(self.pool.limit_bytes);
        self.pipelines = PipelineCache::default();
        self.pipelines.compiled = compiled;
        self.params = ParamBuffer::default();
        self.staging = Staging::default();
        self.plans = PlanCache::default();
        self.late.clear();
        self.range = RangeWatch::default();
        match Gpu::request().await {
            Ok(gpu) => {
                // What was found out about the same device still holds.
                let mut known = (gpu.info.name == self.gpu.info.name).then_some(self.gpu.caps);
                if let Some(caps) = &mut known {
                    caps.halves &= gpu.has_halves;
                }
                self.gpu = gpu;
                match known {
                    Some(caps) => self.choose(caps),
                    None => self.measured_gain = None,
                }
                Ok(())
            }
            Err(error) => Err(Failure {
                kind: ErrorKind::DeviceLost,
                message: format!(
                    "{}, and there is no other now: {error}. Tensors on the CPU are unharmed.",
                    lost.message
                ),
            }),
        }
    }

    /// Says that there was an executor before this one, whose values are gone for this reason.
    pub fn lose_earlier(&mut self, reason: &str) {
        self.values.lost_before = Some(gone(reason));
    }

    /// Destroys the device, as a driver that is reset does. For tests of what happens then.
    pub fn destroy_device(&self) {
        self.gpu.device.destroy();
    }

    /// Sets the most bytes that buffers may have together.
    pub const fn set_memory_limit(&mut self, bytes: u64) {
        self.pool.limit_bytes = bytes;
    }
}

/// What a use of a lost value says.
pub(super) fn gone(reason: &str) -> Failure {
    Failure {
        kind: ErrorKind::DeviceLost,
        message: format!(
            "{reason}. This tensor was on it and is gone, or is computed from one that is; tensors on the CPU are \
             unharmed, and new tensors can be made on the GPU."
        ),
    }
}
