//! The kinds of movements, what each makes of a view, and how a moved tensor is recorded.
//!
//! Refuses to check what a user asked for: see the files of the operators.

use crate::autograd::{Rule, record_rule, record_view};
use crate::error::{Error, Result};
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::view::View;

/// One movement, as autograd remembers it.
#[derive(Clone, Debug, PartialEq)]
pub enum Movement {
    /// Another shape over the same elements.
    Reshape(Shape),
    /// Dimensions reordered.
    Permute(Vec<usize>),
    /// Size-1 dimensions repeated.
    Expand(Shape),
    /// Part of one dimension.
    Slice {
        /// The dimension.
        dim: usize,
        /// First index.
        start: usize,
        /// Distance between indices.
        step: usize,
        /// Number of indices.
        length: usize,
    },
    /// One index of one dimension, which goes.
    Select {
        /// The dimension.
        dim: usize,
        /// The index.
        index: usize,
    },
    /// A diagonal of two dimensions, which becomes the last dimension.
    Diagonal {
        /// Distance from the main diagonal.
        offset: i64,
        /// First dimension.
        first: usize,
        /// Second dimension.
        second: usize,
    },
}

impl Movement {
    /// The name in the node's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Movement::Reshape(_) => "View",
            Movement::Permute(_) => "Permute",
            Movement::Expand(_) => "Expand",
            Movement::Slice { .. } => "Slice",
            Movement::Select { .. } => "Select",
            Movement::Diagonal { .. } => "Diagonal",
        }
    }

    /// The view that the movement makes of `view`, or `None` if strides cannot express it.
    pub fn apply(&self, view: &View) -> Option<View> {
        match self {
            Movement::Reshape(shape) => view.reshape(shape),
            Movement::Permute(dims) => Some(view.permute(dims)),
            Movement::Expand(shape) => view.expand(shape).ok(),
            Movement::Slice {
                dim,
                start,
                step,
                length,
            } => Some(view.slice(*dim, *start, *step, *length)),
            Movement::Select { dim, index } => {
                let mut view = view.slice(*dim, *index, 1, 1);
                view.shape.remove(*dim);
                view.strides.remove(*dim);
                Some(view)
            }
            Movement::Diagonal { offset, first, second } => Some(diagonal_view(view, *offset, *first, *second)),
        }
    }
}

fn diagonal_view(view: &View, offset: i64, first: usize, second: usize) -> View {
    let (rows, columns) = (view.shape[first] as i64, view.shape[second] as i64);
    let length = if offset >= 0 {
        rows.min(columns - offset)
    } else {
        (rows + offset).min(columns)
    }
    .max(0) as usize;
    let mut result = view.clone();
    if length > 0 {
        result.offset += if offset >= 0 {
            offset as usize * view.strides[second]
        } else {
            offset.unsigned_abs() as usize * view.strides[first]
        };
    }
    let stride = view.strides[first] + view.strides[second];
    for dim in [first.max(second), first.min(second)] {
        result.shape.remove(dim);
        result.strides.remove(dim);
    }
    result.shape.push(length);
    result.strides.push(stride);
    result
}

/// The tensor moved, with its history; `None` if strides cannot express it.
pub(super) fn moved(x: &Tensor, movement: Movement) -> Option<Tensor> {
    let view = movement.apply(&x.view())?;
    let result = record_rule(Rule::Movement(movement), &[x], x.alias(view));
    Some(record_view(result, x))
}

/// The same for movements that strides always express.
pub(super) fn moved_always(x: &Tensor, movement: Movement) -> Result<Tensor> {
    let text = movement.name();
    moved(x, movement).ok_or_else(|| Error::runtime(format!("{text} does not apply to this tensor")))
}
