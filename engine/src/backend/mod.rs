//! What runs modules: today wgpu alone, natively on Vulkan and in the browser on WebGPU.
//!
//! Refuses to plan and to know values: it is handed text, buffers and grids.
//! Read next: `wgpu`.

pub mod wgpu;
