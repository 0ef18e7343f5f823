//! Attention, found in products and a softmax: `softmax(q kᵀ · scale + bias, masked) · dropout @ v`, however it was
//! written, alone or with its backward pass, becomes kernels that never hold the scores in memory.
//!
//! What is found is described in `found`; `find` looks for it, `backward` for its gradients, and `rewrite` puts the
//! kernels in its place. Every value in between must be wanted by nothing else, so whoever keeps the weights gets them,
//! computed as they were written. Refuses biases that get gradients, and narrow floats. Read next: `kernels::attention`.

mod backward;
mod find;
mod found;
mod operands;
mod rewrite;

pub(super) use rewrite::attend;
