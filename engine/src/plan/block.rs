//! Scalar expressions: what is computed for one index, from which elements, and where it goes.
//!
//! Refuses everything that is not elementwise: see `body`. Read next: `codegen::block`.

use crate::dtype::DType;
use crate::prim::{Binary, Draw, Unary};

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
