//! The operators: functions on tensors that compose primitives, one small file a family.
//!
//! They promote, broadcast and check as PyTorch does, then call `apply`; autograd comes along because
//! the primitives record themselves. Refuses to touch buffers except where an operator has no
//! primitive yet (`sort`, `random`) or must look at index values (`index_values`).
//! Read next: `promote`, `elementwise`.

pub mod accepted;
pub mod advanced_index;
pub mod attention;
pub mod clip;
pub mod convolution;
pub mod copy;
pub mod creation;
mod device_random;
pub mod elementwise;
pub mod index;
pub mod index_values;
pub mod linalg;
pub mod loss;
pub mod matmul;
pub mod movement;
pub mod nn;
pub mod normalization;
pub mod optim;
pub mod padding;
pub mod pool;
pub mod pool_window;
pub mod promote;
pub mod random;
pub mod recurrent;
pub mod recurrent_layer;
pub mod reduce;
pub mod sampling;
pub mod scan;
pub mod scatter;
pub mod softmax;
pub mod sort;
pub mod split;
pub mod statistics;
