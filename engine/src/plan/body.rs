//! The parts of kernels that are not elementwise: folds, products, rows, windows, sorts. Sizes are static.
//!
//! Refuses to know their text: see `kernels` and `codegen`. Read next: `sizes`.

use super::block::{Block, ExprId};
use super::sizes::{Attending, Convolving, Joined, Recurring, Scattering};
use crate::dtype::DType;
use crate::prim::{self, ArgReduce, Pool, Reduce, Scan};

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

impl Body {
    /// Number of results that the body hands to the store block; nothing is dispatched for none.
    pub fn num_results(&self) -> usize {
        match self {
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
}

/// Elements that pooling gives for one plane.
pub fn pooled_elements(op: Pool, window: &prim::Window) -> usize {
    match op {
        Pool::ArgMax | Pool::Sum => window.output_elements(),
        Pool::Spread | Pool::Scatter => window.input_elements(),
    }
}
