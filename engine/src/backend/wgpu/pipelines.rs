//! Compute pipelines, found again by their WGSL text.
//!
//! Layouts are explicit, because the parameter words sit at a dynamic offset; they are shared by
//! signature. Refuses to compile one text twice.

use std::collections::HashMap;
use std::rc::Rc;

use crate::codegen::kernel::Module;
use crate::plan::kernel::{Access, Kernel};

/// What the bindings of a kernel look like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Signature {
    accesses: Vec<Access>,
    param_bytes: u64,
    reports_range: bool,
}

/// A compiled kernel.
#[derive(Debug)]
pub struct Pipeline {
    /// The pipeline.
    pub pipeline: wgpu::ComputePipeline,
    /// Layout of its one bind group.
    pub layout: wgpu::BindGroupLayout,
}

/// Every pipeline made so far.
#[derive(Debug, Default)]
pub struct PipelineCache {
    by_text: HashMap<String, Rc<Pipeline>>,
    layouts: HashMap<Signature, (wgpu::BindGroupLayout, wgpu::PipelineLayout)>,
    /// Pipelines compiled.
    pub compiled: u32,
}

/// Bytes of a kernel's parameter words as its uniform declares them.
pub fn param_bytes(kernel: &Kernel) -> u64 {
    kernel.num_words().div_ceil(4) as u64 * 16
}

impl PipelineCache {
    /// The pipeline of a kernel's text.
    pub fn get(&mut self, device: &wgpu::Device, kernel: &Kernel, text: &Module) -> Rc<Pipeline> {
        let wgsl = text.wgsl.as_str();
        if let Some(known) = self.by_text.get(wgsl) {
            return Rc::clone(known);
        }
        self.compiled += 1;
        let (layout, pipeline_layout) = self.layout(device, kernel, text.reports_range);
        let source = wgpu::ShaderSource::Wgsl(wgsl.into());
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            // Every workgroup array is written before it is read.
            compilation_options: wgpu::PipelineCompilationOptions {
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        let made = Rc::new(Pipeline { pipeline, layout });
        self.by_text.insert(wgsl.to_owned(), Rc::clone(&made));
        made
    }

    /// Forgets a text whose compilation failed, so that a later try reports again.
    pub fn forget(&mut self, wgsl: &str) {
        self.by_text.remove(wgsl);
    }

    fn layout(
        &mut self,
        device: &wgpu::Device,
        kernel: &Kernel,
        reports_range: bool,
    ) -> (wgpu::BindGroupLayout, wgpu::PipelineLayout) {
        let accesses: Vec<Access> = kernel.bindings.iter().map(|binding| binding.access).collect();
        let signature = Signature {
            accesses,
            param_bytes: param_bytes(kernel),
            reports_range,
        };
        if let Some(known) = self.layouts.get(&signature) {
            return known.clone();
        }
        let entries = layout_entries(&signature);
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &entries,
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let made = (layout, pipeline_layout);
        self.layouts.insert(signature, made.clone());
        made
    }
}

fn layout_entries(signature: &Signature) -> Vec<wgpu::BindGroupLayoutEntry> {
    let entry = |binding: usize, ty: wgpu::BufferBindingType, dynamic: bool, size: Option<wgpu::BufferSize>| {
        wgpu::BindGroupLayoutEntry {
            binding: binding as u32,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: dynamic,
                min_binding_size: size,
            },
            count: None,
        }
    };
    let storage = |access: &Access| wgpu::BufferBindingType::Storage {
        read_only: *access == Access::Read,
    };
    let accesses = signature.accesses.iter().enumerate();
    let mut entries: Vec<_> = accesses
        // How much a kernel reads at least depends on its vectors; that is checked when it is dispatched.
        .map(|(binding, access)| entry(binding, storage(access), false, None))
        .collect();
    if signature.param_bytes > 0 {
        entries.push(entry(
            entries.len(),
            wgpu::BufferBindingType::Uniform,
            true,
            wgpu::BufferSize::new(signature.param_bytes),
        ));
    }
    if signature.reports_range {
        entries.push(entry(entries.len(), storage(&Access::Write), false, None));
    }
    entries
}
