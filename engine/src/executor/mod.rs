//! The executor: takes flushes from the recorder, answers replies.
//!
//! It owns the table from value ids to buffers and the cache of plans; everything else is asked of
//! `plan`, `codegen` and `backend`. Each flush becomes at most one submit. Errors go into the reply and
//! mark the values that were to be made, so that later uses fail with the same reason.
//! Refuses to panic on any message, and to answer a flush more or less than once.
//! Read next: `run`, then `room`, `joint`, `reading`, `range`, `recovery`, `cache`, `measure`, `halves`.

mod cache;
mod halves;
mod joint;
mod measure;
mod range;
mod reading;
mod recovery;
mod room;
mod run;
mod table;

#[cfg(not(target_arch = "wasm32"))]
pub mod blocking;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

use std::fmt;
use std::pin::Pin;

use crate::backend::wgpu::buffers::BufferPool;
use crate::backend::wgpu::device::{Gpu, is_software};
use crate::backend::wgpu::encode::ParamBuffer;
use crate::backend::wgpu::errors::Failure;
use crate::backend::wgpu::pipelines::PipelineCache;
use crate::backend::wgpu::readback::Staging;
use crate::error::Result;
use crate::plan::Fusion;
use crate::wire::{Flush, Reply, ReplyItem, Stats};
use cache::PlanCache;
use range::RangeWatch;
use table::ValueTable;

/// What the error scopes of a flush will have caught.
type Caught = Pin<Box<dyn Future<Output = Vec<Failure>>>>;

/// Runs flushes on one device.
pub struct Executor {
    gpu: Gpu,
    pool: BufferPool,
    pipelines: PipelineCache,
    params: ParamBuffer,
    staging: Staging,
    plans: PlanCache,
    fusion: Fusion,
    /// How many times faster kernels with workgroup memory were than those without, if that was measured.
    measured_gain: Option<f64>,
    values: ValueTable,
    /// Error scopes of flushes that did not wait for them.
    late: Vec<Caught>,
    range: RangeWatch,
    stats: Stats,
}

impl fmt::Debug for Executor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Executor")
            .field("gpu", &self.gpu)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}

impl Executor {
    /// Requests adapter and device.
    pub async fn new() -> Result<Executor> {
        let mut executor = Executor {
            gpu: Gpu::request().await?,
            pool: BufferPool::default(),
            pipelines: PipelineCache::default(),
            params: ParamBuffer::default(),
            staging: Staging::default(),
            plans: PlanCache::default(),
            fusion: Fusion::default(),
            measured_gain: None,
            values: ValueTable::default(),
            late: Vec::new(),
            range: RangeWatch::default(),
            stats: Stats::default(),
        };
        executor.try_halves().await;
        Ok(executor)
    }

    /// As new: no plans, no buffers, no counts. There must be no values.
    fn forget_work(&mut self) {
        self.pool = BufferPool::with_limit(self.pool.limit_bytes);
        self.pipelines = PipelineCache::default();
        self.staging = Staging::default();
        self.plans = PlanCache::default();
        self.late.clear();
        self.stats = Stats::default();
    }

    /// Executes an encoded flush; the answer is an encoded reply.
    pub async fn execute(&mut self, message: &[u8]) -> Vec<u8> {
        let items = match Flush::decode(message) {
            Ok(flush) => self.run(flush).await,
            Err(error) => vec![ReplyItem::Failure {
                kind: error.kind(),
                message: error.to_string(),
            }],
        };
        self.stats.pipelines = self.pipelines.compiled;
        self.stats.buffer_bytes = self.pool.total_bytes();
        self.stats.used_bytes = self.pool.used_bytes();
        self.stats.peak_bytes = self.pool.peak_bytes;
        Reply {
            items,
            stats: self.stats,
        }
        .encode()
    }

    /// Name, backend and limits of the device as JSON.
    pub fn info(&self) -> String {
        let (info, caps) = (&self.gpu.info, &self.gpu.caps);
        let name = [&info.name, &info.driver_info, &info.driver]
            .into_iter()
            .find(|text| !text.is_empty());
        serde_json::json!({
            "name": name.map_or("WebGPU device", String::as_str),
            "backend": info.backend.to_string(),
            "software": is_software(info),
            "kernels": if caps.software { "registers" } else { "workgroup memory" },
            "measured_gain_of_workgroup_memory": self.measured_gain,
            "limits": {
                "max_storage_buffers": caps.max_storage_buffers,
                "max_buffer_bytes": self.gpu.max_buffer_bytes,
                "max_invocations": caps.max_invocations,
                "workgroup_bytes": caps.workgroup_bytes,
            },
            "features": {
                "subgroups": self.gpu.has_subgroups,
                "subgroups_used": caps.subgroups,
                "shader_f16": self.gpu.has_halves,
                "shader_f16_used": caps.halves,
            },
        })
        .to_string()
    }

    /// Notes whether kernels may use subgroups, where somebody else asked the device for them.
    #[cfg(target_arch = "wasm32")]
    const fn note_subgroups(&mut self, has_subgroups: bool) {
        self.gpu.has_subgroups = has_subgroups;
    }

    /// True if the adapter computes on the CPU.
    pub fn is_on_software(&self) -> bool {
        is_software(&self.gpu.info)
    }

    /// Chooses kernels as for a device whose workgroup memory is near, whatever the adapter.
    #[cfg(not(target_arch = "wasm32"))]
    const fn choose_as_hardware(&mut self) {
        self.gpu.caps.software = false;
        self.gpu.caps.subgroups = self.gpu.has_subgroups;
    }

    /// Holds float16 in 32 bits, as where the adapter has nothing else. To be called while there are no values.
    #[cfg(not(target_arch = "wasm32"))]
    const fn hold_halves_wide(&mut self) {
        self.gpu.has_halves = false;
        self.gpu.caps.halves = false;
    }

    /// Says whether nodes may share kernels from now on.
    #[cfg(not(target_arch = "wasm32"))]
    const fn set_fusion(&mut self, fusion: Fusion) {
        self.fusion = fusion;
    }

    /// Counters since the start.
    pub const fn stats(&self) -> Stats {
        self.stats
    }
}
