//! Values back to the recorder: where each goes in staging buffers, and out of them when the work is done.
//!
//! Reads share a staging buffer until it is as large as the device allows, then take another. Refuses to fail the
//! values themselves when the processor has no memory for their copies: they are as good as before.

use super::Executor;
use super::halves;
use super::range::RangeWatch;
use super::run::refused;
use super::table::ValueTable;
use crate::backend::wgpu::encode::CopyOut;
use crate::backend::wgpu::errors::Failure;
use crate::backend::wgpu::readback::StagingBuffer;
use crate::dtype::DType;
use crate::error::Result;
use crate::wire::{Read, ReplyItem};

/// Mapped ranges begin at multiples of this.
const MAP_ALIGNMENT: u64 = 8;

/// One value to read.
struct Planned {
    read: Read,
    dtype: DType,
    num_elements: usize,
    /// Which staging buffer.
    chunk: usize,
    offset: u64,
    bytes: u64,
}

/// Copies to make for the reads of a flush.
#[derive(Default)]
pub(super) struct ReadPlan {
    copies: Vec<Planned>,
    /// Bytes of each staging buffer.
    chunks: Vec<u64>,
    /// Where the flag of int64 goes, if it may be raised: staging buffer and offset.
    range_flag: Option<(usize, u64)>,
}

/// What reads gave.
#[derive(Default)]
pub(super) struct Gained {
    pub data: Vec<ReplyItem>,
    /// Why the reads have no answer although the values are good.
    pub unread: Option<Failure>,
    /// That int64 results did not fit.
    pub overflow: Option<Failure>,
}

/// Bytes of the flag.
const FLAG_BYTES: u64 = 4;

impl ReadPlan {
    /// True if nothing is copied.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Room for so many bytes: which staging buffer, and where in it.
    fn place(&mut self, bytes: u64, most: u64) -> (usize, u64) {
        let filled = self.chunks.last().copied().unwrap_or_default();
        let mut offset = filled.next_multiple_of(MAP_ALIGNMENT);
        if bytes > 0 && (self.chunks.is_empty() || offset + bytes > most) {
            self.chunks.push(0);
            offset = 0;
        }
        if let (Some(filled), true) = (self.chunks.last_mut(), bytes > 0) {
            *filled = offset + bytes;
        }
        (self.chunks.len().saturating_sub(1), offset)
    }

    /// The copies into these staging buffers.
    pub fn copies<'a>(
        &'a self,
        values: &'a ValueTable,
        range: &'a RangeWatch,
        staging: &'a [StagingBuffer],
    ) -> Vec<CopyOut<'a>> {
        let copy = |planned: &Planned| {
            let source = &values.get(planned.read.id).ok()?.buffer;
            let target = staging.get(planned.chunk)?;
            (planned.bytes > 0).then_some(CopyOut {
                source,
                target,
                offset: planned.offset,
            })
        };
        let flag = || {
            let (chunk, offset) = self.range_flag?;
            let (source, target) = (range.flag()?, staging.get(chunk)?);
            Some(CopyOut { source, target, offset })
        };
        self.copies.iter().filter_map(copy).chain(flag()).collect()
    }
}

impl Executor {
    /// Where each read goes. A value that is not there is a failure.
    pub(super) fn plan_reads(&self, reads: &[Read], failures: &mut Vec<Failure>) -> ReadPlan {
        let mut plan = ReadPlan::default();
        if !failures.is_empty() {
            return plan;
        }
        for &read in reads {
            let (dtype, num_elements) = match self.values.get(read.id) {
                Ok(held) => (held.dtype, held.num_elements),
                Err(failure) => {
                    failures.push(failure);
                    continue;
                }
            };
            let bytes = self.gpu.caps.value_bytes(dtype, num_elements);
            if u32::try_from(bytes).is_err() {
                failures.push(refused(
                    "a value of more than 4 GiB cannot be read from the GPU at once",
                ));
                continue;
            }
            let (chunk, offset) = plan.place(bytes, self.gpu.max_buffer_bytes);
            plan.copies.push(Planned {
                read,
                dtype,
                num_elements,
                chunk,
                offset,
                bytes,
            });
        }
        if !plan.is_empty() && self.range.may_be_raised() {
            plan.range_flag = Some(plan.place(FLAG_BYTES, self.gpu.max_buffer_bytes));
        }
        plan
    }

    /// Staging buffers for a plan.
    pub(super) fn take_staging(&mut self, plan: &ReadPlan) -> Vec<StagingBuffer> {
        let take = |&bytes: &u64| self.staging.take(&self.gpu, bytes);
        plan.chunks.iter().map(take).collect()
    }

    /// What was read.
    pub(super) async fn read(
        &mut self,
        staging: Vec<StagingBuffer>,
        plan: &ReadPlan,
        failures: &mut Vec<Failure>,
    ) -> Gained {
        for (buffer, &bytes) in staging.iter().zip(&plan.chunks) {
            if let Err(error) = self.staging.map(&self.gpu, buffer, bytes).await {
                for caught in std::mem::take(&mut self.late) {
                    failures.extend(caught.await);
                }
                // What was submitted was good, as far as anybody says: then the device is not.
                if failures.is_empty() {
                    self.gpu.errors.lose(&error.to_string());
                }
                failures.push(error.into());
                return Gained::default();
            }
        }
        let mut gained = Gained::default();
        let flag = plan.range_flag.and_then(|(chunk, offset)| {
            let word = self.staging.copy(staging.get(chunk)?, offset, FLAG_BYTES);
            word.ok()
        });
        gained.overflow = flag.and_then(|word| self.range.look(&self.gpu, &word));
        match self.collect(&staging, plan) {
            Ok(items) => gained.data = items,
            Err(error) => gained.unread = Some(error.into()),
        }
        for buffer in staging {
            self.staging.give(buffer);
        }
        gained
    }

    fn collect(&self, staging: &[StagingBuffer], plan: &ReadPlan) -> Result<Vec<ReplyItem>> {
        let item = |planned: &Planned| {
            let bytes = match staging.get(planned.chunk) {
                Some(buffer) => self.staging.copy(buffer, planned.offset, planned.bytes)?,
                // Nothing but values without elements.
                None => Vec::new(),
            };
            Ok(ReplyItem::Data {
                ticket: planned.read.ticket,
                bytes: halves::as_sent(&self.gpu.caps, planned.dtype, planned.num_elements, bytes)?,
            })
        };
        plan.copies.iter().map(item).collect()
    }
}
