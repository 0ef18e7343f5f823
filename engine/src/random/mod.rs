//! Random numbers as PyTorch's CPU generator draws them, bit for bit.
//!
//! Seeds and printed numbers of tutorials depend on every conversion here, so each one states which bits
//! it uses; `engine/tests/random.rs` compares them with recorded PyTorch.
//! Refuses to know tensors and devices: results are flat buffers.
//! Read next: `mt19937` (the bits), `generator` (the state), then one file a distribution.

mod bernoulli;
pub mod counter;
mod counts;
mod gamma;
pub mod generator;
mod mt19937;
mod multinomial;
mod normal;
mod polynomial;
mod transformed;
mod uniform;

pub use counter::CounterState;
pub use generator::Generator;
pub use normal::Filled;
