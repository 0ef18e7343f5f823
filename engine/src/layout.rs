//! The order in which results lie in memory, where it is not row-major: PyTorch's rules for it.
//!
//! Results of elementwise operators follow their inputs (`TensorIterator` sorts dimensions by the strides of the
//! operands, the first operand first), copies keep a dense order, and convolutions, pools and the like hand on
//! that channels lie last. Knows views only, and refuses to move elements: see `apply` and `ops::copy`.
//! Rules: <https://pytorch.org/blog/tensor-memory-format-matters/>, <https://github.com/pytorch/pytorch/wiki/How-to-use-TensorIterator>

use std::cmp::Ordering;

use crate::view::View;

/// An order of elements in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The dimensions from the outermost to the innermost in memory.
    pub dims: Vec<usize>,
    /// The strides that a dense tensor of that order has, by dimension.
    pub strides: Vec<usize>,
}

impl Order {
    /// The order with these dimensions from the outermost to the innermost, for a shape.
    pub fn from_dims(dims: Vec<usize>, shape: &[usize]) -> Order {
        let mut strides = vec![1; shape.len()];
        let mut step = 1;
        for &dim in dims.iter().rev() {
            strides[dim] = step;
            step *= shape[dim].max(1);
        }
        Order { dims, strides }
    }

    /// Channels last, for a shape of rank 4 or 5.
    pub fn channels_last(shape: &[usize]) -> Order {
        let mut dims: Vec<usize> = (0..shape.len()).collect();
        dims[1..].rotate_left(1);
        Order::from_dims(dims, shape)
    }

    /// The position of each dimension in `dims`: undoes the permutation.
    pub fn inverse(&self) -> Vec<usize> {
        let mut inverse = vec![0; self.dims.len()];
        for (position, &dim) in self.dims.iter().enumerate() {
            inverse[dim] = position;
        }
        inverse
    }

    /// A view of a fresh storage in this order.
    pub fn view(&self, shape: &[usize]) -> View {
        View {
            shape: shape.to_vec(),
            strides: self.strides.clone(),
            offset: 0,
        }
    }
}

/// The order of the result of an elementwise operator on operands of one shape; `None` for row-major.
pub fn of_elementwise(operands: &[View]) -> Option<Order> {
    let first = operands.first()?;
    // The common case costs one look: the first operand decides, unless it is broadcast.
    if first.rank() < 2 || first.is_contiguous() || first.num_elements() == 0 {
        return None;
    }
    let dims = sorted(operands);
    if dims.is_sorted() {
        return None;
    }
    let order = Order::from_dims(dims, &first.shape);
    let is_one_layout = operands.iter().all(|operand| operand.strides == first.strides) && is_dense(first);
    Some(if is_one_layout {
        Order {
            strides: first.strides.clone(),
            ..order
        }
    } else {
        order
    })
}

/// True if the elements fill a stretch of memory, each place once, in whatever order.
pub fn is_dense(view: &View) -> bool {
    let mut dims: Vec<(usize, usize)> = view
        .strides
        .iter()
        .copied()
        .zip(view.shape.iter().copied())
        .filter(|&(_, size)| size != 1)
        .collect();
    dims.sort_unstable();
    let mut expected = 1;
    dims.into_iter().all(|(stride, size)| {
        let fits = stride == expected;
        expected *= size;
        fits
    }) || view.num_elements() == 0
}

/// True if the strides say that channels lie last and not that they lie as usual: what convolutions hand on.
pub fn suggests_channels_last(view: &View) -> bool {
    if !matches!(view.rank(), 4 | 5) || view.strides[1] == 0 {
        return false;
    }
    let spatial = (2..view.rank()).rev();
    let mut least = 0;
    for dim in std::iter::once(1).chain(spatial).chain(std::iter::once(0)) {
        let (size, stride) = (view.shape[dim], view.strides[dim]);
        // A batch of single elements looks like both; it is taken for the usual order.
        if size == 0 || stride < least || (dim == 0 && least == view.strides[1]) {
            return false;
        }
        least = stride.saturating_mul(size.max(1));
    }
    true
}

/// The dimensions from the outermost to the innermost, by the first operand that has an opinion on two of them.
fn sorted(operands: &[View]) -> Vec<usize> {
    let rank = operands[0].rank();
    // From the innermost on, as the rules are written; sorted by insertion, since ties stay where they are.
    let mut dims: Vec<usize> = (0..rank).rev().collect();
    for start in 1..rank {
        let mut moving = start;
        for other in (0..start).rev() {
            match compare(operands, dims[other], dims[moving]) {
                Ordering::Greater => {
                    dims.swap(other, moving);
                    moving = other;
                }
                Ordering::Less => break,
                Ordering::Equal => {}
            }
        }
    }
    dims.reverse();
    dims
}

fn compare(operands: &[View], inner: usize, outer: usize) -> Ordering {
    for operand in operands {
        let (inner_stride, outer_stride) = (operand.strides[inner], operand.strides[outer]);
        if inner_stride == 0 || outer_stride == 0 {
            continue;
        }
        match inner_stride.cmp(&outer_stride) {
            Ordering::Equal if operand.shape[inner] > operand.shape[outer] => return Ordering::Greater,
            Ordering::Equal => {}
            decided => return decided,
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strided(shape: &[usize], strides: &[usize]) -> View {
        View {
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            offset: 0,
        }
    }

    #[test]
    fn the_first_operand_with_an_opinion_decides() {
        let row_major = View::contiguous(&[3, 4]);
        let transposed = strided(&[3, 4], &[1, 3]);
        let repeated = strided(&[3, 4], &[0, 1]);
        let strides = |operands: &[View]| of_elementwise(operands).map(|order| order.strides);
        assert_eq!(strides(&[row_major.clone(), transposed.clone()]), None);
        assert_eq!(strides(&[transposed.clone(), row_major.clone()]), Some(vec![1, 3]));
        assert_eq!(strides(&[repeated.clone(), transposed]), Some(vec![1, 3]));
        assert_eq!(strides(&[repeated, row_major]), None);
        // Gaps close.
        assert_eq!(strides(&[strided(&[3, 4], &[2, 12])]), Some(vec![1, 3]));
    }

    #[test]
    fn channels_last_is_told_from_the_usual_order() {
        assert!(suggests_channels_last(
            &Order::channels_last(&[2, 3, 4, 5]).view(&[2, 3, 4, 5])
        ));
        assert!(suggests_channels_last(
            &Order::channels_last(&[2, 3, 4, 5, 6]).view(&[2, 3, 4, 5, 6])
        ));
        assert!(!suggests_channels_last(&View::contiguous(&[2, 3, 4, 5])));
        assert!(!suggests_channels_last(&View::contiguous(&[2, 1, 1, 1])));
        assert!(!suggests_channels_last(&View::contiguous(&[2, 3, 4])));
    }

    #[test]
    fn dense_is_without_gaps_and_repeats() {
        assert!(is_dense(&strided(&[3, 4], &[1, 3])));
        assert!(!is_dense(&strided(&[3, 4], &[0, 1])));
        assert!(!is_dense(&strided(&[3, 4], &[8, 2])));
        assert!(is_dense(&strided(&[3, 0], &[7, 7])));
    }
}
