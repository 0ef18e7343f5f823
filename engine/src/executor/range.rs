//! Results of int64 arithmetic that do not fit the 32 bits which hold them: one flag on the device, looked at in every read.
//!
//! Kernels raise the flag (`shaders/lib/range.wgsl`); its word travels with whatever is read next, which then fails, and
//! the values that may be wrong answer every later use with the reason.
//! Refuses to know which of several suspected values it was.

use std::collections::BTreeSet;

use super::Executor;
use super::cache::{Launch, Prepared};
use super::run::refused;
use super::table::Entry;
use crate::backend::wgpu::buffers::PooledBuffer;
use crate::backend::wgpu::device::Gpu;
use crate::backend::wgpu::errors::Failure;
use crate::plan::Plan;
use crate::plan::kernel::{Access, Value};
use crate::wire::{Flush, Program, ValueId};

/// The flag, and whom it would be about.
#[derive(Debug, Default)]
pub(super) struct RangeWatch {
    flag: Option<PooledBuffer>,
    /// Kernels that may raise the flag ran since it was last looked at.
    may_be_raised: bool,
    /// Values that they wrote since then, and what was computed from those.
    suspects: BTreeSet<ValueId>,
}

impl RangeWatch {
    /// The flag's word, once a kernel needed it.
    pub const fn flag(&self) -> Option<&PooledBuffer> {
        self.flag.as_ref()
    }

    /// True if the next read must look.
    pub const fn may_be_raised(&self) -> bool {
        self.may_be_raised
    }

    /// Notes what a flush is about to run.
    pub fn watch(&mut self, gpu: &Gpu, prepared: &Prepared, flush: &Flush) {
        if prepared.launches.iter().any(|launch| launch.reports_range) {
            self.may_be_raised = true;
            self.flag.get_or_insert_with(|| PooledBuffer::zero_word(&gpu.device));
        }
        if flush.input_ids.iter().any(|id| self.suspects.contains(id)) {
            self.suspects.extend(&flush.output_ids);
        } else {
            let ids = prepared.suspects.iter();
            self.suspects
                .extend(ids.filter_map(|&number| flush.output_ids.get(number)));
        }
    }

    /// Forgets a value that is freed.
    pub fn forget(&mut self, id: ValueId) {
        self.suspects.remove(&id);
    }

    /// Looks at the flag as it was read, and lowers it.
    pub fn look(&mut self, gpu: &Gpu, word: &[u8]) -> Option<Failure> {
        self.may_be_raised = false;
        if word.iter().all(|&byte| byte == 0) {
            self.suspects.clear();
            return None;
        }
        if let Some(flag) = &self.flag {
            gpu.queue.write_buffer(&flag.buffer, 0, &[0; 4]);
        }
        Some(refused(
            "an int64 result does not fit the 32 bits in which device 'webgpu' holds integers: one of those computed since \
             the last read, from which this tensor may come. Compute it on the CPU, or in floating point.",
        ))
    }
}

impl Executor {
    /// Later uses of what may be wrong fail as well.
    pub(super) fn fail_suspects(&mut self, failure: &Failure) {
        for id in std::mem::take(&mut self.range.suspects) {
            self.keep(id, Entry::Failed(failure.clone()));
        }
    }
}

/// Outputs that reporting kernels write, or that are computed from what they write.
pub(super) fn suspects(program: &Program, plan: &Plan, launches: &[Launch]) -> Vec<usize> {
    let mut tainted: BTreeSet<Value> = BTreeSet::new();
    for (kernel, launch) in plan.kernels.iter().zip(launches) {
        let arrays = kernel.arrays();
        let reads_tainted = arrays.iter().any(|(value, _)| tainted.contains(value));
        if launch.reports_range || reads_tainted {
            let written = arrays.iter().filter(|(_, access)| *access == Access::Write);
            tainted.extend(written.map(|(value, _)| *value));
        }
    }
    let outputs = program.outputs.iter().enumerate();
    let is_tainted = |&(_, &node): &(usize, &u32)| tainted.contains(&Value::Node(node));
    outputs.filter(is_tainted).map(|output| output.0).collect()
}
