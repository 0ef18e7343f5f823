//! Strided views: where the elements of a tensor lie in a flat storage, and the movement operators.
//!
//! A view never copies. Movement functions return a new view or `None`/an error when strides cannot
//! express the result. Refuses to know dtypes and devices; offsets and strides count elements.

use crate::error::{Error, Result};
use crate::shape::{self, Shape};

/// Shape, strides and offset of a tensor over its storage, all in elements.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// Sizes, outermost first.
    pub shape: Shape,
    /// Distance between neighbours along each dimension; never negative, 0 where broadcast.
    pub strides: Vec<usize>,
    /// Position of the first element.
    pub offset: usize,
}

/// Row-major strides of a shape, as PyTorch reports them (a zero size counts as one).
pub fn contiguous_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for dim in (0..shape.len().saturating_sub(1)).rev() {
        strides[dim] = strides[dim + 1] * shape[dim + 1].max(1);
    }
    strides
}

impl View {
    /// The row-major view of a fresh storage.
    pub fn contiguous(shape: &[usize]) -> View {
        View {
            shape: shape.to_vec(),
            strides: contiguous_strides(shape),
            offset: 0,
        }
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The number of elements.
    pub fn num_elements(&self) -> usize {
        shape::num_elements(&self.shape)
    }

    /// True if the elements lie in row-major order without gaps (from any offset).
    pub fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        for (&size, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if size == 0 {
                return true;
            }
            if size != 1 {
                if stride != expected {
                    return false;
                }
                expected *= size;
            }
        }
        true
    }

    /// One past the highest storage position that the view touches; 0 if it has no elements.
    pub fn storage_extent(&self) -> usize {
        if self.num_elements() == 0 {
            return 0;
        }
        let span: usize = self
            .shape
            .iter()
            .zip(&self.strides)
            .map(|(&size, &stride)| (size - 1) * stride)
            .sum();
        self.offset + span + 1
    }

    /// Dimensions reordered: result dimension `i` is input dimension `dims[i]`.
    pub fn permute(&self, dims: &[usize]) -> View {
        View {
            shape: dims.iter().map(|&dim| self.shape[dim]).collect(),
            strides: dims.iter().map(|&dim| self.strides[dim]).collect(),
            offset: self.offset,
        }
    }

    /// Size-1 dimensions (and new leading ones) repeated without copying.
    pub fn expand(&self, shape: &[usize]) -> Result<View> {
        let missing = shape.len().checked_sub(self.rank()).ok_or_else(|| {
            Error::runtime(format!(
                "expand: the number of sizes provided ({}) must be greater or equal to the number of dimensions in the tensor ({})",
                shape.len(),
                self.rank()
            ))
        })?;
        let mut strides = vec![0; shape.len()];
        for dim in 0..self.rank() {
            let (from, to) = (self.shape[dim], shape[missing + dim]);
            if from == to {
                strides[missing + dim] = self.strides[dim];
            } else if from != 1 {
                return Err(Error::runtime(format!(
                    "The expanded size of the tensor ({to}) must match the existing size ({from}) at non-singleton dimension {}.  Target sizes: {}.  Tensor sizes: {}",
                    missing + dim,
                    crate::error::list_text(shape),
                    crate::error::list_text(&self.shape)
                )));
            }
        }
        shape::checked_num_elements(shape)?;
        Ok(View {
            shape: shape.to_vec(),
            strides,
            offset: self.offset,
        })
    }

    /// `length` elements of dimension `dim` from `start`, `step` apart. The caller has clamped the bounds.
    pub fn slice(&self, dim: usize, start: usize, step: usize, length: usize) -> View {
        let mut view = self.clone();
        view.offset += start * self.strides[dim];
        // A step past the end is only seen as a stride that nothing walks; a huge one would not fit.
        let stride = self.strides[dim].checked_mul(step);
        view.strides[dim] = stride
            .filter(|&stride| stride < shape::MAX_ELEMENTS)
            .unwrap_or(self.strides[dim] * self.shape[dim].max(1));
        view.shape[dim] = length;
        view
    }

    /// Another shape over the same elements, or `None` if strides cannot express it and a copy is needed.
    /// The caller has checked that the element counts agree.
    pub fn reshape(&self, shape: &[usize]) -> Option<View> {
        if self.num_elements() == 0 {
            return Some(View {
                shape: shape.to_vec(),
                strides: contiguous_strides(shape),
                offset: self.offset,
            });
        }
        let mut strides = vec![1; shape.len()];
        let mut new_dim = shape.len();
        let mut chunk = 1usize; // elements of the current run of mergeable input dimensions
        let mut chunk_stride = self.strides.last().copied().unwrap_or(1);
        for dim in (0..self.rank()).rev() {
            chunk *= self.shape[dim];
            let ends_chunk = dim == 0 || (self.shape[dim - 1] != 1 && self.strides[dim - 1] != chunk * chunk_stride);
            if !ends_chunk {
                continue;
            }
            let mut filled = 1usize;
            while new_dim > 0 && (filled < chunk || shape[new_dim - 1] == 1) {
                new_dim -= 1;
                strides[new_dim] = filled * chunk_stride;
                filled *= shape[new_dim];
            }
            if filled != chunk {
                return None;
            }
            if dim > 0 {
                chunk = 1;
                chunk_stride = self.strides[dim - 1];
            }
        }
        Some(View {
            shape: shape.to_vec(),
            strides,
            offset: self.offset,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reshape_of_contiguous_and_transposed() {
        let view = View::contiguous(&[2, 3, 4]);
        assert_eq!(view.reshape(&[6, 4]), Some(View::contiguous(&[6, 4])));
        assert_eq!(
            view.reshape(&[2, 1, 12]),
            Some(View {
                shape: vec![2, 1, 12],
                strides: vec![12, 12, 1],
                offset: 0
            })
        );
        let transposed = view.permute(&[1, 0, 2]);
        assert_eq!(transposed.reshape(&[6, 4]), None);
        assert_eq!(
            transposed.reshape(&[3, 2, 2, 2]).map(|v| v.strides),
            Some(vec![4, 12, 2, 1])
        );
    }

    #[test]
    fn reshape_of_scalars_and_empties() {
        assert_eq!(View::contiguous(&[]).reshape(&[1, 1]), Some(View::contiguous(&[1, 1])));
        assert_eq!(View::contiguous(&[1, 1]).reshape(&[]), Some(View::contiguous(&[])));
        assert!(View::contiguous(&[0, 3]).reshape(&[3, 0, 2]).is_some());
    }

    #[test]
    fn expansion() {
        let view = View::contiguous(&[3, 1]);
        assert_eq!(view.expand(&[2, 3, 4]).map(|v| v.strides), Ok(vec![0, 1, 0]));
        assert!(view.expand(&[2, 2]).is_err());
        assert!(view.expand(&[3]).is_err());
    }

    #[test]
    fn extent() {
        assert_eq!(View::contiguous(&[2, 3]).slice(1, 1, 1, 2).storage_extent(), 6);
        assert_eq!(View::contiguous(&[0, 3]).storage_extent(), 0);
    }
}
