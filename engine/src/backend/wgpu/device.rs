//! The adapter and its device: what is asked for, and what is there.
//!
//! Limits are raised to what the adapter offers; of its features subgroups and 16-bit floats are asked for.
//! Capabilities are read, never assumed. Refuses to pick among adapters beyond asking for the fast one.

use super::errors::{ErrorLog, Failure};
use crate::error::{Error, Result};
use crate::plan::Caps;

/// More buffers than this are not bound even where allowed: native devices count uniforms and others
/// against a further limit, and kernels with so many results gain nothing by growing.
const MAX_USEFUL_BUFFERS: u32 = 16;

/// A device, its queue, and what is known of it.
#[derive(Debug)]
pub struct Gpu {
    /// Creates buffers and pipelines.
    pub device: wgpu::Device,
    /// Takes work.
    pub queue: wgpu::Queue,
    /// What planning must know.
    pub caps: Caps,
    /// The adapter's description.
    pub info: wgpu::AdapterInfo,
    /// Largest buffer that can be bound.
    pub max_buffer_bytes: u64,
    /// Alignment of uniform offsets.
    pub uniform_alignment: u64,
    /// Kernels may use subgroups. This version of wgpu does not know how to ask a browser: there the
    /// worker does, and says so.
    pub has_subgroups: bool,
    /// Kernels may use 16-bit floats.
    pub has_halves: bool,
    /// Late errors.
    pub errors: ErrorLog,
}

impl Gpu {
    /// Requests adapter and device.
    pub async fn request() -> Result<Gpu> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance
            .request_adapter(&options)
            .await
            .map_err(|error| Error::runtime(format!("no GPU adapter is available: {error}")))?;
        let offered = adapter.limits();
        let limits = wgpu::Limits {
            max_storage_buffers_per_shader_stage: offered.max_storage_buffers_per_shader_stage,
            max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
            max_buffer_size: offered.max_buffer_size,
            max_compute_workgroup_storage_size: offered.max_compute_workgroup_storage_size,
            max_compute_invocations_per_workgroup: offered.max_compute_invocations_per_workgroup,
            max_compute_workgroup_size_x: offered.max_compute_workgroup_size_x,
            ..wgpu::Limits::default()
        };
        let features = adapter.features() & (wgpu::Features::SUBGROUP | wgpu::Features::SHADER_F16);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("carrel"),
            required_limits: limits,
            required_features: features,
            ..Default::default()
        };
        let (device, queue) = adapter
            .request_device(&descriptor)
            .await
            .map_err(|error| Error::runtime(format!("the GPU adapter gave no device: {error}")))?;
        let errors = ErrorLog::default();
        errors.watch(&device);
        let limits = device.limits();
        let info = adapter.get_info();
        let caps = Caps {
            max_storage_buffers: limits.max_storage_buffers_per_shader_stage.min(MAX_USEFUL_BUFFERS) as usize,
            max_workgroups: limits.max_compute_workgroups_per_dimension,
            max_invocations: limits
                .max_compute_invocations_per_workgroup
                .min(limits.max_compute_workgroup_size_x),
            workgroup_bytes: limits.max_compute_workgroup_storage_size,
            max_buffer_bytes: limits.max_buffer_size.min(limits.max_storage_buffer_binding_size),
            software: is_software(&info),
            subgroups: false,
            // The executor tries them first.
            halves: false,
        };
        Ok(Gpu {
            caps,
            max_buffer_bytes: limits.max_buffer_size.min(limits.max_storage_buffer_binding_size),
            uniform_alignment: u64::from(limits.min_uniform_buffer_offset_alignment),
            has_subgroups: features.contains(wgpu::Features::SUBGROUP),
            has_halves: features.contains(wgpu::Features::SHADER_F16),
            device,
            queue,
            info,
            errors,
        })
    }

    /// Why the device is gone, if it is.
    pub fn lost(&self) -> Option<Failure> {
        // Natively callbacks run only when somebody polls; in the browser this does nothing. What it would report is
        // reported by callback too.
        self.device.poll(wgpu::PollType::Poll).ok();
        self.errors.lost()
    }
}

/// Browsers hide the device type, but software adapters give themselves away by name.
pub fn is_software(info: &wgpu::AdapterInfo) -> bool {
    let name = format!("{} {} {}", info.name, info.driver, info.driver_info).to_lowercase();
    info.device_type == wgpu::DeviceType::Cpu
        || ["swiftshader", "llvmpipe", "lavapipe"]
            .iter()
            .any(|known| name.contains(known))
}
