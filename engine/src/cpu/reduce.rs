//! Folds over dimensions: sum, prod, max, min, any, all.
//!
//! The input becomes rows to fold (reduced dimensions innermost) or a stack of rows to fold into one
//! (other dimensions innermost); both are loops that vectorise. Sums run over short blocks
//! whose totals add up in double precision, so the error does not grow with the length.
//! Refuses means and variances: they are compositions. Read next: `fold`, `arg_reduce`.

use std::borrow::Cow;
use std::ops::AddAssign;

use super::Operand;
use super::buffer::{Buffer, try_filled, try_vec};
use super::cast::{Computed, Convert, elements_of, narrow};
use super::float::Float;
use super::fold::{fold_slice, sum_slice};
use crate::error::{Error, Result};
use crate::prim::Reduce;
use crate::prim::infer::Meta;

/// Rows that are summed into one before the totals move to double precision.
const SUM_ROWS: usize = 16;

/// Folds `dims` (ascending) of the operand.
pub fn reduce(op: Reduce, dims: &[usize], operand: Operand<'_>, output: &Meta) -> Result<Buffer> {
    let computed = Computed::of(operand.buffer.dtype());
    let result = match op {
        Reduce::Sum => match computed {
            Computed::F32 => Stack::<f32>::new(operand, dims)?.sum(),
            Computed::F64 => Stack::<f64>::new(operand, dims)?.sum(),
            Computed::I64 => Stack::<i64>::new(operand, dims)?.fold(0, i64::wrapping_add),
        },
        Reduce::Prod => match computed {
            Computed::F32 => Stack::<f32>::new(operand, dims)?.fold(1.0, |x, y| x * y),
            Computed::F64 => Stack::<f64>::new(operand, dims)?.fold(1.0, |x, y| x * y),
            Computed::I64 => Stack::<i64>::new(operand, dims)?.fold(1, i64::wrapping_mul),
        },
        Reduce::Max => {
            check_not_empty("max", dims, operand)?;
            match computed {
                Computed::F32 => Stack::<f32>::new(operand, dims)?.fold(f32::NEG_INFINITY, Float::maximum_nan),
                Computed::F64 => Stack::<f64>::new(operand, dims)?.fold(f64::NEG_INFINITY, Float::maximum_nan),
                Computed::I64 => Stack::<i64>::new(operand, dims)?.fold(i64::MIN, Ord::max),
            }
        }
        Reduce::Min => {
            check_not_empty("min", dims, operand)?;
            match computed {
                Computed::F32 => Stack::<f32>::new(operand, dims)?.fold(f32::INFINITY, Float::minimum_nan),
                Computed::F64 => Stack::<f64>::new(operand, dims)?.fold(f64::INFINITY, Float::minimum_nan),
                Computed::I64 => Stack::<i64>::new(operand, dims)?.fold(i64::MAX, Ord::min),
            }
        }
        Reduce::Any => Stack::<bool>::new(operand, dims)?.fold(false, |x, y| x | y),
        Reduce::All => Stack::<bool>::new(operand, dims)?.fold(true, |x, y| x & y),
    };
    narrow(result?, output.dtype)
}

/// An extreme of nothing does not exist; a fold that leaves no element asks for none.
pub fn check_not_empty(name: &str, dims: &[usize], operand: Operand<'_>) -> Result<()> {
    let shape = &operand.view.shape;
    let Some(&empty_dim) = dims.iter().find(|&&dim| shape[dim] == 0) else {
        return Ok(());
    };
    let leaves_nothing = (0..shape.len()).any(|dim| shape[dim] == 0 && !dims.contains(&dim));
    if leaves_nothing {
        return Ok(());
    }
    if dims.len() == shape.len() && dims.len() > 1 {
        return Err(Error::runtime(format!(
            "{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        )));
    }
    Err(Error::index(format!(
        "{name}(): Expected reduction dim {empty_dim} to have non-zero size."
    )))
}

/// The operand as `outer` stacks of `len` rows of `inner` elements; each stack folds into one row.
struct Stack<'a, T: Convert> {
    elements: Cow<'a, [T]>,
    outer: usize,
    len: usize,
    inner: usize,
}

impl<'a, T: Convert> Stack<'a, T> {
    fn new(operand: Operand<'a>, dims: &[usize]) -> Result<Stack<'a, T>> {
        let view = operand.view;
        let kept = (0..view.rank()).filter(|dim| !dims.contains(dim));
        let innermost = view.permute(&kept.chain(dims.iter().copied()).collect::<Vec<usize>>());
        let len: usize = dims.iter().map(|&dim| view.shape[dim]).product();
        let count: usize = view
            .shape
            .iter()
            .zip(0..)
            .filter(|(_, dim)| !dims.contains(dim))
            .map(|(&size, _)| size)
            .product();
        let (first, last) = (
            dims.first().copied().unwrap_or_default(),
            dims.last().copied().unwrap_or_default(),
        );
        let is_one_stretch = (first..last).all(|dim| dims.contains(&dim) || view.shape[dim] == 1);
        if is_one_stretch && view.is_contiguous() && !innermost.is_contiguous() {
            let outer = view.shape[..first].iter().product();
            let inner = view.shape[last + 1..].iter().product();
            return Ok(Stack {
                elements: elements_of(operand.buffer, view)?,
                outer,
                len,
                inner,
            });
        }
        Ok(Stack {
            elements: elements_of(operand.buffer, &innermost)?,
            outer: count,
            len,
            inner: 1,
        })
    }

    /// Folds with an associative function.
    fn fold(&self, initial: T, combine: impl Fn(T, T) -> T) -> Result<Buffer> {
        let mut result = try_filled(self.outer * self.inner, initial)?;
        if self.len == 0 {
            return Ok(T::into_buffer(result));
        }
        if self.inner == 1 {
            for (total, row) in result.iter_mut().zip(self.elements.chunks_exact(self.len)) {
                *total = fold_slice(row, initial, &combine);
            }
        } else if self.inner > 1 {
            let stacks = self.elements.chunks_exact(self.len * self.inner);
            for (totals, stack) in result.chunks_exact_mut(self.inner).zip(stacks) {
                for row in stack.chunks_exact(self.inner) {
                    totals
                        .iter_mut()
                        .zip(row)
                        .for_each(|(total, &element)| *total = combine(*total, element));
                }
            }
        }
        Ok(T::into_buffer(result))
    }
}

impl<T: Convert + AddAssign> Stack<'_, T> {
    fn sum(&self) -> Result<Buffer> {
        if self.len == 1 {
            let mut result = try_vec(self.elements.len())?;
            result.extend_from_slice(&self.elements);
            return Ok(T::into_buffer(result));
        }
        let mut result = try_vec(self.outer * self.inner)?;
        if self.len == 0 {
            result.resize(self.outer * self.inner, 0.0);
        } else if self.inner == 1 {
            result.extend(self.elements.chunks_exact(self.len).map(sum_slice));
        } else if self.inner > 1 {
            let mut block_totals = try_filled(self.inner, T::default())?;
            for stack in self.elements.chunks_exact(self.len * self.inner) {
                let first = result.len();
                result.resize(first + self.inner, 0.0);
                for block in stack.chunks(SUM_ROWS * self.inner) {
                    block_totals.fill(T::default());
                    for row in block.chunks_exact(self.inner) {
                        block_totals
                            .iter_mut()
                            .zip(row)
                            .for_each(|(total, &element)| *total += element);
                    }
                    result[first..]
                        .iter_mut()
                        .zip(&block_totals)
                        .for_each(|(total, part)| *total += part.to_f64());
                }
            }
        }
        Ok(Buffer::F64(result))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::view::View;

    fn fold(op: Reduce, dims: &[usize], buffer: &Buffer, view: &View) -> Result<Buffer> {
        let dtype = match op {
            Reduce::Sum | Reduce::Prod if !buffer.dtype().is_float() => DType::I64,
            Reduce::Any | Reduce::All => DType::Bool,
            _ => buffer.dtype(),
        };
        let mut shape = view.shape.clone();
        dims.iter().for_each(|&dim| shape[dim] = 1);
        reduce(op, dims, Operand { buffer, view }, &Meta { shape, dtype })
    }

    #[test]
    fn every_choice_of_dimensions() {
        let buffer = Buffer::I32((0..24).collect());
        let view = View::contiguous(&[2, 3, 4]);
        assert_eq!(
            fold(Reduce::Sum, &[0, 1, 2], &buffer, &view),
            Ok(Buffer::I64(vec![276]))
        );
        assert_eq!(
            fold(Reduce::Sum, &[2], &buffer, &view),
            Ok(Buffer::I64(vec![6, 22, 38, 54, 70, 86]))
        );
        assert_eq!(
            fold(Reduce::Sum, &[0, 1], &buffer, &view),
            Ok(Buffer::I64(vec![60, 66, 72, 78]))
        );
        assert_eq!(
            fold(Reduce::Max, &[1], &buffer, &view),
            Ok(Buffer::I32(vec![8, 9, 10, 11, 20, 21, 22, 23]))
        );
        assert_eq!(
            fold(Reduce::Min, &[0, 2], &buffer, &view),
            Ok(Buffer::I32(vec![0, 4, 8]))
        );
        let transposed = view.permute(&[2, 0, 1]);
        assert_eq!(
            fold(Reduce::Sum, &[1, 2], &buffer, &transposed),
            Ok(Buffer::I64(vec![60, 66, 72, 78]))
        );
        assert_eq!(
            fold(Reduce::Sum, &[0], &buffer, &transposed),
            Ok(Buffer::I64(vec![6, 22, 38, 54, 70, 86]))
        );
        let expanded = View::contiguous(&[2, 1]).expand(&[2, 5]).unwrap();
        assert_eq!(fold(Reduce::Sum, &[1], &buffer, &expanded), Ok(Buffer::I64(vec![0, 5])));
    }

    #[test]
    fn float_sums_stay_accurate() {
        let buffer = Buffer::F32(vec![0.1; 1_000_000]);
        let Ok(Buffer::F32(total)) = fold(Reduce::Sum, &[0], &buffer, &View::contiguous(&[1_000_000])) else {
            panic!()
        };
        assert!((total[0] - 100_000.0).abs() < 0.02, "{}", total[0]);
        let Ok(Buffer::F32(totals)) = fold(Reduce::Sum, &[0], &buffer, &View::contiguous(&[100_000, 10])) else {
            panic!()
        };
        assert!(
            totals.iter().all(|total| (total - 10_000.0).abs() < 0.005),
            "{totals:?}"
        );
    }

    #[test]
    fn nan_wins_and_truth_folds() {
        let view = View::contiguous(&[3]);
        let buffer = Buffer::F32(vec![1.0, f32::NAN, 2.0]);
        for op in [Reduce::Max, Reduce::Min, Reduce::Sum, Reduce::Prod] {
            assert!(matches!(fold(op, &[0], &buffer, &view), Ok(Buffer::F32(result)) if result[0].is_nan()));
        }
        assert_eq!(fold(Reduce::All, &[0], &buffer, &view), Ok(Buffer::Bool(vec![true])));
        assert_eq!(
            fold(Reduce::Any, &[0], &Buffer::F64(vec![0.0; 3]), &view),
            Ok(Buffer::Bool(vec![false]))
        );
        assert_eq!(
            fold(Reduce::Max, &[0], &Buffer::Bool(vec![false, true, false]), &view),
            Ok(Buffer::Bool(vec![true]))
        );
        assert_eq!(
            fold(Reduce::Sum, &[0], &Buffer::Bool(vec![true; 3]), &view),
            Ok(Buffer::I64(vec![3]))
        );
    }

    #[test]
    fn folds_of_nothing() {
        let buffer = Buffer::F16(vec![]);
        let view = View::contiguous(&[0, 2]);
        assert_eq!(
            fold(Reduce::Sum, &[0], &buffer, &view),
            narrow(Buffer::F32(vec![0.0; 2]), DType::F16)
        );
        assert_eq!(
            fold(Reduce::Prod, &[0, 1], &buffer, &view),
            narrow(Buffer::F32(vec![1.0]), DType::F16)
        );
        assert_eq!(fold(Reduce::All, &[0], &buffer, &view), Ok(Buffer::Bool(vec![true; 2])));
        assert!(fold(Reduce::Max, &[0], &buffer, &view).is_err());
        assert_eq!(fold(Reduce::Max, &[1], &buffer, &view), Ok(Buffer::F16(vec![])));
    }

    #[test]
    fn sums_of_single_elements_are_copies() {
        let buffer = Buffer::F32(vec![1.0, f32::INFINITY, -2.5, 1e-45]);
        let row = View::contiguous(&[1, 4]);
        assert_eq!(fold(Reduce::Sum, &[0], &buffer, &row), Ok(buffer.clone()));
        let column = View::contiguous(&[4, 1]);
        assert_eq!(fold(Reduce::Sum, &[1], &buffer, &column), Ok(buffer.clone()));
    }

    #[test]
    fn short_rows_and_ragged_ends_are_summed() {
        for len in [1usize, 2, 15, 16, 17, 63, 64, 255, 256, 257, 300] {
            let buffer = Buffer::F32((0..3 * len).map(|index| (index % 31) as f32 - 7.0).collect());
            let Buffer::F32(elements) = &buffer else { panic!() };
            let expected: Vec<f32> = elements.chunks(len).map(|row| row.iter().sum()).collect();
            let greatest: Vec<f32> = elements
                .chunks(len)
                .map(|row| row.iter().copied().fold(f32::MIN, f32::max))
                .collect();
            let view = View::contiguous(&[3, len]);
            assert_eq!(fold(Reduce::Sum, &[1], &buffer, &view), Ok(Buffer::F32(expected)));
            assert_eq!(fold(Reduce::Max, &[1], &buffer, &view), Ok(Buffer::F32(greatest)));
        }
    }
}
