//! Walking strided views: runs along the innermost dimension, and contiguous copies.
//!
//! Neighbouring dimensions are merged where the strides of every view allow, so most tensors are a few
//! long runs, and kernels only need loops over runs. The caller has checked that views lie inside their
//! buffers ([`check_bounds`]). Refuses to compute anything.

use std::borrow::Cow;

use super::buffer::{Buffer, Element, try_vec};
use crate::error::{Error, Result};
use crate::view::{View, contiguous_strides};

/// Largest edge of the square blocks in which transposed elements are copied.
const TRANSPOSE_BLOCK: usize = 16;

/// The elements of `N` views of one shape in row-major order, as runs.
#[derive(Debug)]
pub struct Runs<const N: usize> {
    sizes: Vec<usize>,
    strides: Vec<[usize; N]>,
    starts: [usize; N],
}

impl<const N: usize> Runs<N> {
    /// Runs over views that all have the shape of the first.
    pub fn new(views: [&View; N]) -> Runs<N> {
        let mut runs = Runs {
            sizes: Vec::new(),
            strides: Vec::new(),
            starts: views.map(|view| view.offset),
        };
        let shape = views.first().map(|view| view.shape.as_slice()).unwrap_or_default();
        for (dim, &size) in shape.iter().enumerate() {
            if size != 1 {
                runs.push(size, views.map(|view| view.strides[dim]));
            }
        }
        if runs.sizes.is_empty() {
            runs.sizes.push(1);
            runs.strides.push([1; N]);
        }
        runs
    }

    fn push(&mut self, size: usize, strides: [usize; N]) {
        if let (Some(outer_size), Some(outer_strides)) = (self.sizes.last_mut(), self.strides.last_mut())
            && outer_strides
                .iter()
                .zip(&strides)
                .all(|(&outer, &inner)| outer == inner * size)
        {
            *outer_size *= size;
            *outer_strides = strides;
            return;
        }
        self.sizes.push(size);
        self.strides.push(strides);
    }

    /// The number of elements in each run.
    pub fn run_len(&self) -> usize {
        self.sizes.last().copied().unwrap_or(1)
    }

    /// The distance between neighbours of a run in each view.
    pub fn steps(&self) -> [usize; N] {
        self.strides.last().copied().unwrap_or([1; N])
    }

    /// Calls `visit` with the positions at which each run begins.
    pub fn for_each(&self, mut visit: impl FnMut([usize; N])) {
        let rank = self.sizes.len().saturating_sub(1);
        if self.sizes.contains(&0) {
            return;
        }
        let mut index = vec![0; rank];
        let mut starts = self.starts;
        loop {
            visit(starts);
            let mut dim = rank;
            loop {
                if dim == 0 {
                    return;
                }
                dim -= 1;
                index[dim] += 1;
                if index[dim] < self.sizes[dim] {
                    starts
                        .iter_mut()
                        .zip(&self.strides[dim])
                        .for_each(|(start, &stride)| *start += stride);
                    break;
                }
                index[dim] = 0;
                let back = self.sizes[dim] - 1;
                starts
                    .iter_mut()
                    .zip(&self.strides[dim])
                    .for_each(|(start, &stride)| *start -= stride * back);
            }
        }
    }
}

/// The elements of a view in row-major order; borrowed where they already lie so.
pub fn contiguous<'a, T: Element>(buffer: &'a Buffer, view: &View) -> Result<Cow<'a, [T]>> {
    let elements = T::slice(buffer)?;
    if view.is_contiguous() {
        let start = view.offset.min(elements.len());
        return Ok(Cow::Borrowed(&elements[start..start + view.num_elements()]));
    }
    Ok(Cow::Owned(gather(elements, view)?))
}

/// A copy of the elements of a view in row-major order.
pub fn gather<T: Copy>(elements: &[T], view: &View) -> Result<Vec<T>> {
    gather_map(elements, view, |element| element)
}

/// The converted elements of a view in row-major order.
pub fn gather_map<T: Copy, R: Copy>(elements: &[T], view: &View, convert: impl Fn(T) -> R) -> Result<Vec<R>> {
    let runs = Runs::new([view]);
    let (len, [step]) = (runs.run_len(), runs.steps());
    if let Some((rows, row_step)) = transposed(&runs) {
        return gather_transposed(&elements[view.offset..], [rows, len], [row_step, step], convert);
    }
    let mut result = try_vec(view.num_elements())?;
    runs.for_each(|[start]| match step {
        0 => result.extend(std::iter::repeat_n(convert(elements[start]), len)),
        1 => result.extend(elements[start..start + len].iter().map(|&element| convert(element))),
        _ => result.extend(
            elements[start..]
                .iter()
                .step_by(step)
                .take(len)
                .map(|&element| convert(element)),
        ),
    });
    Ok(result)
}

/// Rows and row stride of a matrix whose columns, not rows, are contiguous.
fn transposed(runs: &Runs<1>) -> Option<(usize, usize)> {
    match (runs.sizes.as_slice(), runs.strides.as_slice()) {
        ([rows, columns], [[1], [step]]) if *step > 1 && rows.min(columns) >= &TRANSPOSE_BLOCK => Some((*rows, 1)),
        _ => None,
    }
}

/// Copies block by block, so that both the rows read and the rows written stay in the cache.
fn gather_transposed<T: Copy, R: Copy>(
    elements: &[T],
    [rows, columns]: [usize; 2],
    [row_step, column_step]: [usize; 2],
    convert: impl Fn(T) -> R,
) -> Result<Vec<R>> {
    let mut result = try_vec(rows * columns)?;
    result.resize(rows * columns, convert(elements[0]));
    for row_block in (0..rows).step_by(TRANSPOSE_BLOCK) {
        let row_end = (row_block + TRANSPOSE_BLOCK).min(rows);
        for column_block in (0..columns).step_by(TRANSPOSE_BLOCK) {
            let column_end = (column_block + TRANSPOSE_BLOCK).min(columns);
            for row in row_block..row_end {
                let line = &mut result[row * columns..][column_block..column_end];
                for (to, column) in line.iter_mut().zip(column_block..) {
                    *to = convert(elements[row * row_step + column * column_step]);
                }
            }
        }
    }
    Ok(result)
}

/// Writes row-major elements into the places of a view.
pub fn scatter<T: Copy>(target: &mut [T], view: &View, source: &[T]) {
    let runs = Runs::new([view]);
    let (len, [step]) = (runs.run_len(), runs.steps());
    let mut rows = source.chunks_exact(len.max(1));
    runs.for_each(|[start]| {
        let Some(row) = rows.next() else { return };
        if step == 1 {
            target[start..start + len].copy_from_slice(row);
        } else {
            row.iter()
                .enumerate()
                .for_each(|(index, &element)| target[start + index * step] = element);
        }
    });
}

/// A row-major view of this shape from position 0, for a fresh result.
pub fn fresh_view(shape: &[usize]) -> View {
    View {
        shape: shape.to_vec(),
        strides: contiguous_strides(shape),
        offset: 0,
    }
}

/// An error if a view reaches past the end of a buffer of `len` elements.
pub fn check_bounds(view: &View, len: usize) -> Result<()> {
    let mut last = Some(view.offset);
    for (&size, &stride) in view.shape.iter().zip(&view.strides) {
        if size == 0 {
            return Ok(());
        }
        last = last.and_then(|last| last.checked_add((size - 1).checked_mul(stride)?));
    }
    if view.shape.len() == view.strides.len() && last.is_some_and(|last| last < len) {
        return Ok(());
    }
    Err(Error::runtime(format!(
        "{view:?} is out of bounds for a storage of {len} elements"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(view: &View) -> Vec<usize> {
        let storage: Vec<usize> = (0..2000).collect();
        gather(&storage, view).unwrap()
    }

    #[test]
    fn neighbouring_dimensions_merge() {
        let runs = Runs::new([&View::contiguous(&[2, 3, 4])]);
        assert_eq!((runs.run_len(), runs.steps()), (24, [1]));
        let bias = View::contiguous(&[4]).expand(&[2, 3, 4]).unwrap();
        let runs = Runs::new([&View::contiguous(&[2, 3, 4]), &bias]);
        assert_eq!((runs.run_len(), runs.steps()), (4, [1, 1]));
        assert_eq!(Runs::new([&View::contiguous(&[])]).run_len(), 1);
    }

    #[test]
    fn gathers_every_kind_of_view() {
        assert_eq!(elements(&View::contiguous(&[])), [0]);
        assert!(elements(&View::contiguous(&[3, 0])).is_empty());
        assert_eq!(
            elements(&View::contiguous(&[2, 3]).permute(&[1, 0])),
            [0, 3, 1, 4, 2, 5]
        );
        assert_eq!(
            elements(&View::contiguous(&[2, 1]).expand(&[2, 2]).unwrap()),
            [0, 0, 1, 1]
        );
        assert_eq!(
            elements(&View::contiguous(&[3, 4]).slice(1, 1, 2, 2)),
            [1, 3, 5, 7, 9, 11]
        );
        let large = View::contiguous(&[37, 21]).permute(&[1, 0]);
        let expected: Vec<usize> = (0..21)
            .flat_map(|row| (0..37).map(move |column| column * 21 + row))
            .collect();
        assert_eq!(elements(&large), expected);
    }

    #[test]
    fn scatter_inverts_gather() {
        let view = View::contiguous(&[3, 4]).slice(1, 1, 2, 2).permute(&[1, 0]);
        let mut target = vec![0; 12];
        scatter(&mut target, &view, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(target, [0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6]);
    }

    #[test]
    fn bounds() {
        assert!(check_bounds(&View::contiguous(&[2, 3]), 6).is_ok());
        assert!(check_bounds(&View::contiguous(&[2, 3]), 5).is_err());
        assert!(check_bounds(&View::contiguous(&[0]), 0).is_ok());
        assert!(
            check_bounds(
                &View {
                    shape: vec![usize::MAX],
                    strides: vec![usize::MAX],
                    offset: 1
                },
                5
            )
            .is_err()
        );
    }
}
