//! One flush as one command buffer: every dispatch in one compute pass, then the copies for reads.
//!
//! The parameter words of all dispatches go into one uniform buffer, written once; each dispatch sees its
//! own slice by a dynamic offset. Refuses to know what the dispatches compute.

use std::rc::Rc;

use super::buffers::PooledBuffer;
use super::device::Gpu;
use super::pipelines::Pipeline;

/// One dispatch.
#[derive(Debug)]
pub struct Dispatch<'a> {
    /// The compiled kernel.
    pub pipeline: Rc<Pipeline>,
    /// Buffers in binding order.
    pub buffers: Vec<Bound<'a>>,
    /// Parameter words; empty if the kernel has none.
    pub params: Vec<u32>,
    /// Workgroups.
    pub grid: [u32; 2],
    /// Raised by int64 results that do not fit, if the kernel has such.
    pub range_flag: Option<&'a PooledBuffer>,
}

/// What a binding sees of a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a> {
    /// The buffer.
    pub buffer: &'a wgpu::Buffer,
    /// Where the binding begins.
    pub offset: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Bytes of the values in it that the kernel touches.
    pub moved: u64,
    /// Other bindings may see other values in the buffer.
    pub is_shared: bool,
}

impl PooledBuffer {
    /// The value as a binding.
    pub const fn bound(&self) -> Bound<'_> {
        Bound {
            buffer: &self.buffer,
            offset: self.offset,
            bytes: self.bytes,
            moved: self.bytes,
            is_shared: self.is_shared(),
        }
    }
}

/// A value to be copied out.
#[derive(Debug)]
pub struct CopyOut<'a> {
    /// Where it is.
    pub source: &'a PooledBuffer,
    /// The staging buffer.
    pub target: &'a wgpu::Buffer,
    /// Position in it.
    pub offset: u64,
}

/// The uniform buffer that is written once a flush; it grows as needed.
#[derive(Debug, Default)]
pub struct ParamBuffer {
    buffer: Option<wgpu::Buffer>,
}

/// Smallest uniform buffer.
const MIN_PARAM_BYTES: u64 = 64 << 10;

impl ParamBuffer {
    /// Writes all words; gives the buffer and each dispatch's offset.
    fn write(&mut self, gpu: &Gpu, dispatches: &[Dispatch<'_>]) -> (Option<wgpu::Buffer>, Vec<u32>) {
        let mut bytes: Vec<u8> = Vec::new();
        let mut offsets = Vec::with_capacity(dispatches.len());
        for dispatch in dispatches {
            offsets.push(bytes.len() as u32);
            if dispatch.params.is_empty() {
                continue;
            }
            bytes.extend(dispatch.params.iter().flat_map(|word| word.to_le_bytes()));
            let padded = (bytes.len() as u64).next_multiple_of(gpu.uniform_alignment.max(16));
            bytes.resize(padded as usize, 0);
        }
        if bytes.is_empty() {
            return (None, offsets);
        }
        let needed = bytes.len() as u64;
        let buffer = match self.buffer.take() {
            Some(buffer) if buffer.size() >= needed => buffer,
            _ => gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("parameters"),
                size: needed.next_power_of_two().max(MIN_PARAM_BYTES),
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        gpu.queue.write_buffer(&buffer, 0, &bytes);
        self.buffer = Some(buffer.clone());
        (Some(buffer), offsets)
    }
}

/// Encodes and submits: one encoder, at most one pass, one submit.
pub fn submit(gpu: &Gpu, params: &mut ParamBuffer, dispatches: &[Dispatch<'_>], copies: &[CopyOut<'_>]) {
    let (uniform, offsets) = params.write(gpu, dispatches);
    let mut encoder = gpu
        .device
        .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    if !dispatches.is_empty() {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for (dispatch, &offset) in dispatches.iter().zip(&offsets) {
            let group = bind_group(&gpu.device, dispatch, uniform.as_ref());
            pass.set_pipeline(&dispatch.pipeline.pipeline);
            let dynamic: &[u32] = if dispatch.params.is_empty() { &[] } else { &[offset] };
            pass.set_bind_group(0, &group, dynamic);
            pass.dispatch_workgroups(dispatch.grid[0], dispatch.grid[1], 1);
        }
    }
    for copy in copies {
        let source = copy.source;
        encoder.copy_buffer_to_buffer(&source.buffer, source.offset, copy.target, copy.offset, source.bytes);
    }
    gpu.queue.submit([encoder.finish()]);
}

/// Copies values of equal sizes from the first buffers to the second, in a submit of its own.
pub fn copy(gpu: &Gpu, copies: &[(PooledBuffer, Bound<'_>)]) {
    let mut encoder = gpu
        .device
        .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    for (source, target) in copies {
        encoder.copy_buffer_to_buffer(
            &source.buffer,
            source.offset,
            target.buffer,
            target.offset,
            source.bytes,
        );
    }
    gpu.queue.submit([encoder.finish()]);
}

fn bind_group(device: &wgpu::Device, dispatch: &Dispatch<'_>, uniform: Option<&wgpu::Buffer>) -> wgpu::BindGroup {
    let window = |buffer, offset, bytes| {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset,
            size: wgpu::BufferSize::new(bytes),
        })
    };
    let mut entries: Vec<wgpu::BindGroupEntry<'_>> = dispatch
        .buffers
        .iter()
        .enumerate()
        .map(|(binding, bound)| wgpu::BindGroupEntry {
            binding: binding as u32,
            resource: window(bound.buffer, bound.offset, bound.bytes),
        })
        .collect();
    if let (false, Some(uniform)) = (dispatch.params.is_empty(), uniform) {
        let bytes = dispatch.params.len() as u64 * 4;
        entries.push(wgpu::BindGroupEntry {
            binding: entries.len() as u32,
            resource: window(uniform, 0, bytes),
        });
    }
    if let Some(flag) = dispatch.range_flag {
        entries.push(wgpu::BindGroupEntry {
            binding: entries.len() as u32,
            resource: window(&flag.buffer, 0, flag.bytes),
        });
    }
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &dispatch.pipeline.layout,
        entries: &entries,
    })
}
