//! The messages between recorder and executor: bytes with a version, decoded with every bound checked.
//!
//! A [`Flush`] is one unit of GPU work. Its [`Program`] holds only structure (primitives, shapes, local
//! indices), so equal work gives equal bytes and the executor caches its plan by them; whatever changes
//! from step to step (value ids, scalars, view offsets, uploaded data) travels beside it.
//! Refuses to trust its input: truncated and malformed messages are errors, never panics.
//! Read next: `program`, `codec`.

pub mod codec;
pub mod flush;
pub mod prim_code;
pub mod program;
pub mod reply;

pub use flush::{Flush, Read, Upload};
pub use program::{Operand, Program, ProgramNode, ValueDecl, ValueRef};
pub use reply::{Reply, ReplyItem, Stats};

/// Version of the format; both sides are built together, a mismatch is an error.
pub const VERSION: u8 = 2;

/// Identity of a value (one flat GPU buffer) across flushes, given by the recorder, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub u64);
