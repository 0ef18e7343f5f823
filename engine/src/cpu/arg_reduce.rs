//! Positions of extremes along a dimension: argmax and argmin.
//!
//! Two passes a row, both of which vectorise: the extreme, then its first position. NaN wins.
//! Refuses several dimensions: callers flatten.

use super::Operand;
use super::buffer::{Buffer, try_vec};
use super::cast::{Computed, Convert, as_contiguous};
use super::float::Float;
use super::fold::fold_slice;
use super::reduce::check_not_empty;
use crate::error::Result;
use crate::prim::ArgReduce;

/// The position of the extreme along `dim`.
pub fn arg_reduce(op: ArgReduce, dim: usize, operand: Operand<'_>) -> Result<Buffer> {
    let name = match op {
        ArgReduce::Max => "argmax",
        ArgReduce::Min => "argmin",
    };
    check_not_empty(name, &[dim], operand)?;
    let order: Vec<usize> = (0..operand.view.rank())
        .filter(|&kept| kept != dim)
        .chain([dim])
        .collect();
    let view = operand.view.permute(&order);
    let rows = Operand {
        buffer: operand.buffer,
        view: &view,
    };
    let len = operand.view.shape[dim];
    match (op, Computed::of(operand.buffer.dtype())) {
        (ArgReduce::Max, Computed::F32) => positions::<f32>(rows, len, Float::maximum_nan),
        (ArgReduce::Min, Computed::F32) => positions::<f32>(rows, len, Float::minimum_nan),
        (ArgReduce::Max, Computed::F64) => positions::<f64>(rows, len, Float::maximum_nan),
        (ArgReduce::Min, Computed::F64) => positions::<f64>(rows, len, Float::minimum_nan),
        (ArgReduce::Max, Computed::I64) => positions::<i64>(rows, len, Ord::max),
        (ArgReduce::Min, Computed::I64) => positions::<i64>(rows, len, Ord::min),
    }
}

fn positions<T: Convert>(rows: Operand<'_>, len: usize, combine: impl Fn(T, T) -> T) -> Result<Buffer> {
    let elements = as_contiguous::<T>(rows)?;
    let mut result = try_vec(elements.len().checked_div(len).unwrap_or_default())?;
    for row in elements.chunks_exact(len.max(1)) {
        let extreme = fold_slice(row, row[0], &combine);
        // Only NaN differs from itself.
        let is_nan = |element: T| element.partial_cmp(&element).is_none();
        let position = if is_nan(extreme) {
            row.iter().position(|&element| is_nan(element))
        } else {
            row.iter().position(|&element| element == extreme)
        };
        result.push(position.unwrap_or_default() as i64);
    }
    Ok(Buffer::I64(result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    fn positions_of(op: ArgReduce, dim: usize, buffer: Buffer, view: &View) -> Vec<i64> {
        match arg_reduce(op, dim, Operand { buffer: &buffer, view }) {
            Ok(Buffer::I64(positions)) => positions,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn first_of_equals_and_nan_wins() {
        let view = View::contiguous(&[2, 3]);
        let buffer = Buffer::F32(vec![1.0, 5.0, 5.0, 0.0, f32::NAN, f32::NAN]);
        assert_eq!(positions_of(ArgReduce::Max, 1, buffer.clone(), &view), [1, 1]);
        assert_eq!(positions_of(ArgReduce::Min, 1, buffer.clone(), &view), [0, 1]);
        assert_eq!(positions_of(ArgReduce::Max, 0, buffer, &view), [0, 1, 1]);
        assert_eq!(
            positions_of(ArgReduce::Min, 0, Buffer::U8(vec![3, 1, 2, 2, 1, 9]), &view),
            [1, 0, 0]
        );
    }

    #[test]
    fn long_rows() {
        let mut elements = vec![0i64; 100];
        elements[77] = 5;
        elements[93] = 5;
        assert_eq!(
            positions_of(ArgReduce::Max, 0, Buffer::I64(elements), &View::contiguous(&[100])),
            [77]
        );
    }

    #[test]
    fn nothing_has_no_extreme() {
        let buffer = Buffer::F32(vec![]);
        let empty = |shape: &[usize]| {
            arg_reduce(
                ArgReduce::Max,
                0,
                Operand {
                    buffer: &buffer,
                    view: &View::contiguous(shape),
                },
            )
        };
        assert!(empty(&[0, 3]).is_err());
        assert_eq!(empty(&[3, 0]), Ok(Buffer::I64(vec![])));
    }
}
