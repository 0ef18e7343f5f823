//! The wgpu backend, and the only place that names wgpu.
//!
//! One device; buffers from a pool by size class; pipelines by WGSL text; one encoder and one submit a
//! flush. Errors arrive late and by callback, so they are collected in `errors` and handed out with the
//! next reply. Refuses to block: on the web nothing can, natively `readback` polls.
//! Read next: `device`, then `encode`.

pub mod buffers;
pub mod device;
pub mod encode;
pub mod errors;
pub mod pipelines;
pub mod readback;
pub mod uploads;
