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
    pub buffers: Vec<&'a PooledBuffer>,
    /// Parameter words; empty if the kernel has none.
    pub params: Vec<u32>,
    /// Workgroups.
    pub grid: [u32; 2],
    /// Raised by int64 results that do not fit, if the kernel has such.
    pub range_flag: Option<&'a PooledBuffer>,
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
        encoder.copy_buffer_to_buffer(&copy.source.buffer, 0, copy.target, copy.offset, copy.source.bytes);
    }
    gpu.queue.submit([encoder.finish()]);
}

fn bind_group(device: &wgpu::Device, dispatch: &Dispatch<'_>, uniform: Option<&wgpu::Buffer>) -> wgpu::BindGroup {
    let window = |buffer, bytes| {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset: 0,
            size: wgpu::BufferSize::new(bytes),
        })
    };
    let mut entries: Vec<wgpu::BindGroupEntry<'_>> = dispatch
        .buffers
        .iter()
        .enumerate()
        .map(|(binding, pooled)| wgpu::BindGroupEntry {
            binding: binding as u32,
            resource: window(&pooled.buffer, pooled.bytes),
        })
        .collect();
    if let (false, Some(uniform)) = (dispatch.params.is_empty(), uniform) {
        let bytes = dispatch.params.len() as u64 * 4;
        entries.push(wgpu::BindGroupEntry {
            binding: entries.len() as u32,
            resource: window(uniform, bytes),
        });
    }
    if let Some(flag) = dispatch.range_flag {
        entries.push(wgpu::BindGroupEntry {
            binding: entries.len() as u32,
            resource: window(&flag.buffer, flag.bytes),
        });
    }
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &dispatch.pipeline.layout,
        entries: &entries,
    })
}
