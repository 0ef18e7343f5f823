//! Bytes to the GPU.
//!
//! Natively they pass through a buffer made here: the queue's own writes lose the whole device when there is no memory
//! for theirs. Browsers have a process beside them that sees to it. Refuses to say what was wanted: the executor knows.
//! Read next: `executor::room`.

use super::device::Gpu;

/// Writes bytes, a multiple of four, at the start of a buffer; false if there is no memory for them on their way.
#[cfg(target_arch = "wasm32")]
pub async fn write(gpu: &Gpu, buffer: &wgpu::Buffer, bytes: &[u8]) -> bool {
    gpu.queue.write_buffer(buffer, 0, bytes);
    true
}

/// Writes bytes, a multiple of four, at the start of a buffer; false if there is no memory for them on their way.
#[cfg(not(target_arch = "wasm32"))]
pub async fn write(gpu: &Gpu, buffer: &wgpu::Buffer, bytes: &[u8]) -> bool {
    let size = bytes.len() as u64;
    let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let passing = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("upload"),
        size,
        usage: wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: true,
    });
    // A buffer that was refused must not be touched.
    if scope.pop().await.is_some() {
        return false;
    }
    match passing.slice(..).get_mapped_range_mut() {
        Ok(mut view) => view.copy_from_slice(bytes),
        Err(_) => return false,
    }
    passing.unmap();
    let mut encoder = gpu
        .device
        .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encoder.copy_buffer_to_buffer(&passing, 0, buffer, 0, size);
    gpu.queue.submit([encoder.finish()]);
    true
}
