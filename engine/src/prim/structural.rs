//! The list of primitives with their static attributes, and what every layer asks of each.
//!
//! Refuses rules of shapes and dtypes: see `infer`.

use super::{
    ArgReduce, Attention, Binary, Convolution, Draw, Factor, Pool, Recurrent, Reduce, Scan, Scatter, Unary, Window,
};
use crate::dtype::DType;
use crate::shape::Shape;

/// A primitive operator with its static attributes. Every output is a fresh row-major tensor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Prim {
    /// `x -> f(x)`, same shape. Input dtype is the compute dtype.
    Unary(Unary),
    /// `(x, y) -> f(x, y)`; both inputs expanded to one shape and of one dtype.
    Binary(Binary),
    /// `(condition: bool, x, y)`; all expanded to one shape, x and y of one dtype.
    Where,
    /// Conversion to a dtype, as `Tensor.to(dtype)` converts.
    Cast(DType),
    /// The elements of a view in row-major order: a copy.
    Copy,
    /// A tensor filled with the scalar parameter 0.
    Full,
    /// `parameter 0 + i * parameter 1` over the flat index `i`.
    Arange,
    /// Fold over `dims` (ascending), which stay as size 1.
    Reduce {
        /// The fold.
        op: Reduce,
        /// Dimensions folded, ascending, not empty.
        dims: Vec<usize>,
    },
    /// Position of an extreme along `dim`, which stays as size 1; gives int64.
    ArgReduce {
        /// Largest or smallest.
        op: ArgReduce,
        /// The dimension searched.
        dim: usize,
    },
    /// `[B, M, K] x [B, K, N] -> [B, M, N]`; any strides, batch expanded.
    Matmul,
    /// `exp(x - max) / sum` over the last dimension.
    Softmax,
    /// As `Softmax`, but a row that is -inf all over becomes zeros, not NaN: attention where nothing may be looked at.
    SafeSoftmax,
    /// `x - max - log(sum(exp(x - max)))` over the last dimension.
    LogSoftmax,
    /// `torch.gather(x, dim, index)`: inputs x, index (int64) of the same rank. Indices are in range.
    Gather {
        /// The dimension indexed.
        dim: usize,
    },
    /// Zeros of `shape` with `source` added at `index` along `dim`: inputs index, source. Backward of gather.
    ScatterAdd {
        /// The dimension indexed.
        dim: usize,
        /// Output shape.
        shape: Shape,
    },
    /// Rows `x[index]`: inputs x `[D, ...]`, index `[K]`; output `[K, ...]`. Indices are in `0..D`.
    IndexSelect,
    /// `base` with rows `index` replaced by (or increased by) `source`: inputs base `[D, ...]`,
    /// index `[K]`, source `[K, ...]`. Of repeated indices the last wins, or all add in order.
    IndexPut {
        /// Add instead of replacing.
        accumulate: bool,
    },
    /// A flat storage with a strided region replaced: inputs base `[L]`, source of `shape`.
    /// The region's offset is parameter 0. How in-place writes through views are recorded.
    ViewWrite {
        /// Shape of the region.
        shape: Shape,
        /// Strides of the region, in elements.
        strides: Vec<usize>,
    },
    /// A convolution of inputs as [`Convolution`] lists them.
    Convolve {
        /// Forward, or which gradient.
        op: Convolution,
        /// The spatial geometry, always that of the forward convolution.
        window: Box<Window>,
        /// Groups of channels that do not meet; divides both channel counts.
        groups: usize,
    },
    /// Pooling of inputs as [`Pool`] lists them.
    Pool {
        /// What is done with a window.
        op: Pool,
        /// The spatial geometry, always that of the forward pooling.
        window: Box<Window>,
    },
    /// A running fold along `dim`, same shape.
    Scan {
        /// The fold.
        op: Scan,
        /// The dimension walked.
        dim: usize,
    },
    /// The positions (int64) that sort each line along `dim`, same shape; stable; NaN counts as largest.
    ArgSort {
        /// The dimension sorted.
        dim: usize,
        /// Largest first.
        descending: bool,
    },
    /// `base` with `source` brought in at `index` along `dim`, as `torch.scatter` and `scatter_reduce` do:
    /// inputs base, index (int64, no larger than base but along `dim`), source of index's shape. Indices are in range.
    Scatter {
        /// How values meet.
        op: Scatter,
        /// The dimension indexed.
        dim: usize,
    },
    /// Draws of a counter-based generator: element `i` is a function of the seed (parameters 0 and 1, its low and
    /// high 32 bits) and of `parameter 2 + i`, so results do not depend on how the work is laid out. f32, or int64 for bits.
    Random(Draw),
    /// A decomposition of each matrix of `[B, M, N]` (f32 or f64), packed as [`Factor::parts`] tells: `[B, packed_len]`.
    Factor(Factor),
    /// `X` with `A X = B`: inputs A `[B, N, N]`, of which one triangle is read, and B `[B, N, K]`.
    SolveTriangular {
        /// The upper triangle, not the lower.
        upper: bool,
        /// The diagonal counts as ones and is not read.
        unit: bool,
    },
    /// A recurrent layer in one direction, or its gradient: inputs and result as [`RecurrentPart`] lists them; f32 or f64.
    Recurrent(Recurrent),
    /// A kernel of attention. The planner alone makes it: it is not recorded, sent, or computed on the CPU.
    Attention(Attention),
}

impl Prim {
    /// How many scalar parameters travel beside the primitive.
    pub const fn num_params(&self) -> usize {
        match self {
            Prim::Full | Prim::ViewWrite { .. } => 1,
            Prim::Arange => 2,
            Prim::Random(_) | Prim::Factor(Factor::PseudoInverse) => 3,
            Prim::Unary(_)
            | Prim::Binary(_)
            | Prim::Where
            | Prim::Cast(_)
            | Prim::Copy
            | Prim::Reduce { .. }
            | Prim::ArgReduce { .. }
            | Prim::Matmul
            | Prim::Softmax
            | Prim::SafeSoftmax
            | Prim::LogSoftmax
            | Prim::Gather { .. }
            | Prim::ScatterAdd { .. }
            | Prim::IndexSelect
            | Prim::IndexPut { .. }
            | Prim::Convolve { .. }
            | Prim::Pool { .. }
            | Prim::Scan { .. }
            | Prim::ArgSort { .. }
            | Prim::Scatter { .. }
            | Prim::Factor(_)
            | Prim::SolveTriangular { .. }
            | Prim::Recurrent(_)
            | Prim::Attention(_) => 0,
        }
    }

    /// How many tensors the primitive takes.
    pub const fn num_inputs(&self) -> usize {
        match self {
            // As many as the planner gives it.
            Prim::Full | Prim::Arange | Prim::Random(_) | Prim::Attention(_) => 0,
            Prim::Unary(_)
            | Prim::Cast(_)
            | Prim::Copy
            | Prim::Reduce { .. }
            | Prim::ArgReduce { .. }
            | Prim::Softmax
            | Prim::SafeSoftmax
            | Prim::LogSoftmax
            | Prim::Scan { .. }
            | Prim::ArgSort { .. }
            | Prim::Factor(_) => 1,
            Prim::Pool { op, .. } => match op {
                Pool::ArgMax | Pool::Sum | Pool::Spread => 1,
                Pool::Scatter => 2,
            },
            Prim::Binary(_)
            | Prim::Matmul
            | Prim::Gather { .. }
            | Prim::ScatterAdd { .. }
            | Prim::IndexSelect
            | Prim::ViewWrite { .. }
            | Prim::Convolve { .. }
            | Prim::SolveTriangular { .. } => 2,
            Prim::Where | Prim::IndexPut { .. } | Prim::Scatter { .. } => 3,
            Prim::Recurrent(kind) => kind.num_inputs(),
        }
    }

    /// True if the GPU executor computes it. The others run on the CPU device, where the caller moves the tensors.
    pub const fn runs_on_gpu(&self) -> bool {
        match self {
            Prim::Unary(op) => op.runs_on_gpu(),
            Prim::Binary(op) => op.runs_on_gpu(),
            // The structural primitives that have no GPU kernel.
            Prim::Factor(_) | Prim::SolveTriangular { .. } => false,
            _ => true,
        }
    }

    /// True if output element `i` depends only on element `i` of each (expanded) input.
    pub const fn is_elementwise(&self) -> bool {
        matches!(
            self,
            Prim::Unary(_) | Prim::Binary(_) | Prim::Where | Prim::Cast(_) | Prim::Copy | Prim::Full | Prim::Arange
        )
    }
}
