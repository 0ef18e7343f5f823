//! The catalogue of primitives: all that a backend must know how to compute.
//!
//! PyTorch's functions are compositions of these (`ops`); backward rules are too (`autograd`).
//! Elementwise primitives are rows of the table in `elementwise`; the structural ones of [`Prim`] are matched
//! without a wildcard in `infer`, `wire`, `cpu`, `autograd::rules` and `plan`, so the compiler lists
//! what a new one still lacks. Movement (reshape, permute, expand, slice) is no primitive: see `view`.
//! Refuses to hold tensors or values; scalars travel beside a primitive as parameters.
//! Read next: `elementwise`, `structural`.

pub mod attention;
pub mod elementwise;
pub mod factor;
pub mod infer;
mod kinds;
pub mod recurrent;
mod structural;
pub mod window;

pub use attention::{Attention, AttentionPart, Scaling};
pub use elementwise::{Binary, OperandClass, Unary};
pub use factor::Factor;
pub use kinds::{ArgReduce, Draw, Reduce, Scan, Scatter};
pub use recurrent::{Cell, Recurrent, RecurrentPart};
pub use structural::Prim;
pub use window::{Convolution, Pool, Window};
