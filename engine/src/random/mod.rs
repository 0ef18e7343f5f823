//! Random numbers as PyTorch's CPU generator draws them, bit for bit.
//!
//! Refuses to know tensors and devices: results are flat buffers. Read next: `generator`.

pub mod generator;

pub use generator::Generator;
