//! The planner's result language: kernels made of a body and scalar expressions around it.
//!
//! A body is what cannot be expressed elementwise (a fold, a matrix product, …). The expressions before
//! it (`loads`) say how each of its operands is computed from memory; those after it (`store`) say what
//! is done with each result before it is written. An elementwise kernel is a store block alone.
//! Refuses to know WGSL text, buffers and wgpu.
//! Read next: `block` and `body`, then `codegen::kernel`, which turns a kernel into text.

pub use super::block::{Block, Expr, ExprId, Op, Position, PositionId, ROOT, Store, Window};
pub use super::body::{Body, Fold, Pass, pooled_elements};
pub use super::sizes::{Attending, Convolving, Joined, Recurring, Scattering, Word};
use crate::dtype::DType;

/// How an element is held on the GPU: in four bytes, or float16 in two where kernels can. Other narrow dtypes are held in
/// wide elements, and every result is brought to a value that the dtype has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// 32-bit float; all float dtypes but float64, and but float16 where kernels hold it in two bytes.
    F32,
    /// 16-bit float, computed with as 32-bit float.
    F16,
    /// 32-bit signed integer; all integer dtypes.
    I32,
    /// 0 or 1 in 32 bits.
    Bool,
}

impl Element {
    /// The element of a dtype, or `None` for those that the GPU does not hold. `halves`: kernels take 16-bit floats.
    pub const fn of(dtype: DType, halves: bool) -> Option<Element> {
        match dtype {
            DType::F16 if halves => Some(Element::F16),
            DType::Bool => Some(Element::Bool),
            DType::U8 | DType::I8 | DType::I16 | DType::I32 | DType::I64 => Some(Element::I32),
            DType::F16 | DType::BF16 | DType::F32 => Some(Element::F32),
            DType::F64 | DType::U16 | DType::U32 | DType::U64 => None,
        }
    }

    /// Bytes of one element.
    pub const fn bytes(self) -> u64 {
        match self {
            Element::F16 => 2,
            Element::F32 | Element::I32 | Element::Bool => 4,
        }
    }
}

/// A flat array that a kernel reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// The n-th input of the program.
    Input(u32),
    /// The output of the n-th node.
    Node(u32),
    /// An intermediate array that the planner added.
    Partial(u32),
    /// The n-th joint array: values of a joined kernel's parts, in one buffer.
    Joint(u32),
}

/// Whether a kernel reads or writes a binding. Never both: WebGPU forbids it for distinct bindings of
/// one buffer, and reuse in place is decided before bindings are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// `var<storage, read>`
    Read,
    /// `var<storage, read_write>`
    Write,
}

/// One storage buffer of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Binding {
    /// The array.
    pub value: Value,
    /// Its dtype.
    pub dtype: DType,
    /// Read or written.
    pub access: Access,
    /// It holds 16-bit floats. The planner says so last: what is built before does not depend on it.
    pub halves: bool,
}

impl Binding {
    /// A binding of four bytes an element.
    pub const fn new(value: Value, dtype: DType, access: Access) -> Binding {
        Binding {
            value,
            dtype,
            access,
            halves: false,
        }
    }
}

/// One dispatch, still without text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// What is not elementwise.
    pub body: Body,
    /// Buffers, in binding order.
    pub bindings: Vec<Binding>,
    /// The program's parameter words that this kernel reads, in the order it numbers them.
    pub params: Vec<u32>,
    /// How the body's operands are computed.
    pub loads: Vec<Block>,
    /// What happens to each result.
    pub store: Block,
}

impl Kernel {
    /// Number of results that the body hands to the store block; nothing is dispatched for none.
    pub fn num_results(&self) -> usize {
        self.body.num_results()
    }

    /// The arrays that the kernel touches, those of joint arrays one by one.
    pub fn arrays(&self) -> Vec<(Value, Access)> {
        let lanes = match &self.body {
            Body::Joined(joined) => joined.lanes.as_slice(),
            _ => &[],
        };
        let mut arrays = Vec::with_capacity(self.bindings.len());
        for (number, binding) in self.bindings.iter().enumerate() {
            match lanes.get(number).and_then(Option::as_ref) {
                Some(values) => arrays.extend(values.iter().map(|&value| (value, binding.access))),
                None => arrays.push((binding.value, binding.access)),
            }
        }
        arrays
    }

    /// Words of the uniform that the kernel reads: its parameters, then a joined kernel's records.
    pub fn num_words(&self) -> usize {
        match &self.body {
            Body::Joined(joined) => {
                self.params.len().next_multiple_of(4) + joined.lengths.len() * joined.record_words()
            }
            _ => self.params.len(),
        }
    }

    /// True if the kernel writes the value.
    pub fn writes(&self, value: Value) -> bool {
        self.bindings
            .iter()
            .any(|binding| binding.access == Access::Write && binding.value == value)
    }
}
