//! The planner's result language: kernels made of a body and scalar expressions around it.
//!
//! A body is what cannot be expressed elementwise (a fold, a matrix product, …). The expressions before
//! it (`loads`) say how each of its operands is computed from memory; those after it (`store`) say what
//! is done with each result before it is written. An elementwise kernel is a store block alone.
//! Refuses to know WGSL text, buffers and wgpu.
//! Read next: `codegen::kernel`, which turns a kernel into text.

pub use super::sizes::{Attending, Convolving, Joined, Recurring, Scattering, Word};
use crate::dtype::DType;
use crate::prim::{self, ArgReduce, Binary, Draw, Pool, Reduce, Scan, Unary};

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

/// Index of an expression in its block.
pub type ExprId = usize;

/// Index of a position in its block.
pub type PositionId = usize;

/// The position at which a block is evaluated; always present.
pub const ROOT: PositionId = 0;

/// A strided window over flat elements. The offset is a runtime word.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// Strides in elements.
    pub strides: Vec<usize>,
    /// The kernel's parameter word that holds the offset; `None` for zero.
    pub offset: Option<u32>,
}

/// A flat element index, as a function of the block's root index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// Where the block is evaluated.
    Root,
    /// In a row kernel's element block: the number of the element's row.
    Row,
    /// `base`, read as a row-major index of the window's shape, looked up in the window.
    Window {
        /// The index looked up.
        base: PositionId,
        /// The window.
        window: Window,
    },
    /// As `Window`, plus a computed index times a stride: what gather and index-select read.
    Indirect {
        /// The index looked up.
        base: PositionId,
        /// The window without the indexed dimension (stride 0 there).
        window: Window,
        /// The computed index, an integer expression.
        index: ExprId,
        /// Distance between neighbours along the indexed dimension.
        stride: usize,
    },
    /// The row-major index within the window of the element that `base` names in the array the window is
    /// of; meaningless outside the window. The window's elements are distinct and in order.
    Within {
        /// The index looked up.
        base: PositionId,
        /// The window.
        window: Window,
    },
}

/// A scalar computation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// An element of a binding.
    Load {
        /// Which binding.
        binding: u32,
        /// Which element.
        position: PositionId,
    },
    /// What the kernel's body computed for the root index.
    Result,
    /// In a row kernel: a value of the row that was computed earlier.
    Register(u32),
    /// True if `base` names an element that the window holds.
    Inside {
        /// The index looked up.
        base: PositionId,
        /// The window, as in [`Position::Within`].
        window: Window,
    },
    /// A runtime word of the kernel, as a value of the expression's dtype.
    Param(u32),
    /// A position as a number of the expression's dtype.
    Index(PositionId),
    /// The coordinate along `dim` of a position read as a row-major index of `shape`.
    Coordinate {
        /// The position.
        position: PositionId,
        /// The shape it indexes.
        shape: Vec<usize>,
        /// The dimension.
        dim: usize,
    },
    /// Draw number `word 2 + position` of the counter-based generator with the seed of words 0 and 1.
    Draw {
        /// What is drawn.
        draw: Draw,
        /// Runtime words.
        words: [u32; 3],
        /// The position.
        position: PositionId,
    },
    /// Zero, or false.
    Zero,
    /// A unary primitive.
    Unary(Unary, ExprId),
    /// A binary primitive.
    Binary(Binary, ExprId, ExprId),
    /// The second where the first is true, else the third.
    Where(ExprId, ExprId, ExprId),
    /// Conversion to the expression's dtype.
    Cast(ExprId),
}

/// A scalar computation and the dtype of its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expr {
    /// The computation.
    pub op: Op,
    /// Dtype of the value.
    pub dtype: DType,
}

/// Writing a value to memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The binding written.
    pub binding: u32,
    /// The element written.
    pub position: PositionId,
    /// The value.
    pub value: ExprId,
}

/// Expressions evaluated together at one root index. Operands come before their users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The expressions.
    pub exprs: Vec<Expr>,
    /// The positions; the first is [`Position::Root`].
    pub positions: Vec<Position>,
    /// What a load block hands to the body.
    pub result: Option<ExprId>,
    /// What a store block writes.
    pub stores: Vec<Store>,
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

/// The part of a kernel that is not elementwise. Sizes are static.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing: the store block is evaluated for each of so many indices.
    Elementwise {
        /// How many.
        num_elements: usize,
    },
    /// The store block is evaluated for each element of several arrays, each with words of its own.
    Joined(Joined),
    /// A fold. Load 0 is evaluated at the row-major index of the groups.
    Reduce {
        /// The fold.
        op: Reduce,
        /// Dtype it is folded in.
        dtype: DType,
        /// The input's shape with neighbouring dimensions of one kind merged; true where folded.
        groups: Vec<(usize, bool)>,
        /// The folded elements are cut into so many parts; each gives a result of its own.
        parts: usize,
    },
    /// The position of an extreme along the middle dimension of `[outer, length, inner]`.
    ArgReduce {
        /// Largest or smallest.
        op: ArgReduce,
        /// Dtype of the elements compared.
        dtype: DType,
        /// Sizes before, along and after the dimension.
        sizes: [usize; 3],
    },
    /// `[batch, rows, inner] x [batch, inner, columns]`; loads 0 and 1 are the factors.
    Matmul {
        /// Number of products.
        batch: usize,
        /// Rows of the result.
        rows: usize,
        /// Columns of the result.
        columns: usize,
        /// Length of the sums.
        inner: usize,
        /// Dtype of factors and result.
        dtype: DType,
    },
    /// Rows of elements, folded in passes. The passes' blocks take the place of loads and store.
    Rows {
        /// Sizes with neighbouring dimensions of one kind merged; true where folded.
        groups: Vec<(usize, bool)>,
        /// Dtypes of the values that a row keeps from pass to pass; those of folds are arithmetic ones.
        registers: Vec<DType>,
        /// In order.
        passes: Vec<Pass>,
    },
    /// `base` (or zeros) with sources brought in where an index names them. Loads: the base if there is one,
    /// the index, the source, and the order of the sorted index if `is_sorted`.
    Scatter(Scattering),
    /// A convolution or one of its gradients; loads 0 and 1 are its inputs.
    Convolve(Convolving),
    /// Pooling; loads as the primitive's inputs.
    Pool {
        /// What is done with a window.
        op: Pool,
        /// The geometry.
        window: Box<prim::Window>,
        /// Images side by side.
        planes: usize,
        /// Dtype of the elements pooled.
        dtype: DType,
    },
    /// Attention or one of its gradients; loads as the primitive's inputs.
    Attention(Attending),
    /// A recurrent layer or its gradient; loads as the primitive's inputs.
    Recurrent(Recurring),
    /// A running fold along the middle dimension of `[outer, length, inner]`. With more than one part, load 1
    /// gives what precedes each part but the first.
    Scan {
        /// The fold.
        op: Scan,
        /// Dtype it is folded in.
        dtype: DType,
        /// Sizes before, along and after the dimension.
        sizes: [usize; 3],
        /// The lines are cut into so many parts, scanned side by side.
        parts: usize,
    },
    /// One step of sorting along the middle dimension of `[outer, length, inner]`; gives positions.
    Sort {
        /// Largest first.
        descending: bool,
        /// Dtype of the keys.
        dtype: DType,
        /// Sizes before, along and after the dimension.
        sizes: [usize; 3],
        /// Length of the sorted runs that the step makes.
        run: usize,
        /// Load 1 gives positions sorted in runs half as long; if not, the step starts from nothing.
        is_merge: bool,
    },
}

/// One walk along a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Evaluated once at the row's number, before the walk.
    pub row: Block,
    /// Values of `row` that are kept, and the registers that keep them.
    pub kept: Vec<(ExprId, u32)>,
    /// Evaluated at each element of the row.
    pub element: Block,
    /// What is folded during the walk.
    pub folds: Vec<Fold>,
}

/// A fold of a row kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The fold.
    pub op: Reduce,
    /// Dtype it is folded in.
    pub dtype: DType,
    /// The value folded, in the pass's element block.
    pub value: ExprId,
    /// Where the result is kept.
    pub register: u32,
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
        match &self.body {
            Body::Elementwise { num_elements } => *num_elements,
            Body::Joined(joined) => joined.lengths.iter().sum(),
            Body::Reduce { groups, parts, .. } => {
                groups
                    .iter()
                    .filter(|group| !group.1)
                    .map(|group| group.0)
                    .product::<usize>()
                    * parts
            }
            Body::ArgReduce { sizes, .. } => sizes[0] * sizes[2],
            Body::Matmul {
                batch, rows, columns, ..
            } => batch * rows * columns,
            // Nothing is dispatched for an empty domain.
            Body::Rows { groups, .. } => groups.iter().map(|group| group.0).product(),
            Body::Scatter(scattering) => scattering.shape.iter().product(),
            Body::Convolve(convolving) => convolving.num_results() * convolving.parts,
            Body::Pool { op, window, planes, .. } => planes * pooled_elements(*op, window),
            Body::Attention(attending) => attending.result_sizes().iter().product(),
            Body::Recurrent(recurring) => recurring.result_sizes().iter().product(),
            Body::Scan { sizes, .. } | Body::Sort { sizes, .. } => sizes.iter().product(),
        }
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

/// Elements that pooling gives for one plane.
pub fn pooled_elements(op: Pool, window: &prim::Window) -> usize {
    match op {
        Pool::ArgMax | Pool::Sum => window.output_elements(),
        Pool::Spread | Pool::Scatter => window.input_elements(),
    }
}
