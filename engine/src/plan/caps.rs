//! What planning must know of the device, and what follows from it for sizes.
//!
//! Refuses to ask the device: see `backend::wgpu::device`.

use super::kernel::Element;
use crate::dtype::DType;

/// Runs sorted in workgroup memory: keys and positions take 8 bytes each.
const WORKGROUP_RUN: usize = 1024;

/// Runs sorted by counting, where workgroup memory is missing or dear.
const COUNTED_RUN: usize = 32;

/// What planning must know of the device. Read from the adapter, never assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Storage buffers that one kernel may bind.
    pub max_storage_buffers: usize,
    /// Workgroups along one dimension of a dispatch.
    pub max_workgroups: u32,
    /// Invocations of one workgroup.
    pub max_invocations: u32,
    /// Bytes of workgroup memory.
    pub workgroup_bytes: u32,
    /// Bytes of the largest buffer that can be bound.
    pub max_buffer_bytes: u64,
    /// Barriers and workgroup memory are dear, as where the adapter computes on the CPU: known by its kind, or measured.
    pub software: bool,
    /// Folds use subgroups: the device has them, and they were measured to pay.
    pub subgroups: bool,
    /// Kernels take 16-bit floats, so float16 is held in two bytes.
    pub halves: bool,
}

impl Default for Caps {
    /// What every WebGPU device has.
    fn default() -> Caps {
        Caps {
            max_storage_buffers: 8,
            max_workgroups: 65_535,
            max_invocations: 256,
            workgroup_bytes: 16_384,
            max_buffer_bytes: 128 << 20,
            software: false,
            subgroups: false,
            halves: false,
        }
    }
}

impl Caps {
    /// Bytes of a value's buffer: copies and bindings want whole words.
    pub const fn value_bytes(&self, dtype: DType, num_elements: usize) -> u64 {
        let element = match Element::of(dtype, self.halves) {
            Some(element) => element.bytes(),
            None => 4,
        };
        (num_elements as u64 * element).next_multiple_of(4)
    }

    /// Length of the runs that sorting begins with.
    pub const fn sorted_run(&self) -> usize {
        if self.sorts_in_workgroups() {
            WORKGROUP_RUN
        } else {
            COUNTED_RUN
        }
    }

    /// True if runs are sorted in workgroup memory. On a CPU its barriers cost more than counting.
    pub const fn sorts_in_workgroups(&self) -> bool {
        !self.software && self.workgroup_bytes as usize >= 8 * WORKGROUP_RUN && self.max_invocations >= 256
    }
}
