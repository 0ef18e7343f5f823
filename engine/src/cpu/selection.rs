//! Picking positions from each line of a dimension: the k best, the k-th smallest, the median.
//!
//! Refuses values: callers gather them. Refuses whole orders: see `arg_sort`.
//! Read next: `partial_sort`, `ops::sort`.

use super::Operand;
use super::arg_sort::{SortKey, positions_in_shape, rows_along};
use super::buffer::{Buffer, for_dtype, try_vec};
use super::memory::ensure_room;
use super::partial_sort::{quick_select, select_nth, sort, sort_first};
use super::strided::contiguous;
use super::unsigned::in_signed_order;
use crate::error::Result;
use crate::view::View;

/// Lines at least this many times longer than what is wanted of them are always given in order.
const FEW_OF_MANY: usize = 64;

/// What is picked from a line.
#[derive(Clone, Copy, Debug)]
pub enum Selection {
    /// The `k` largest or smallest, best first.
    Best {
        /// How many; at most the line's length.
        k: usize,
        /// The largest, not the smallest.
        largest: bool,
        /// In order; otherwise as the selection leaves them.
        sorted: bool,
    },
    /// The k-th smallest, counted from zero.
    Nth(usize),
    /// The lower median. A NaN is the median of its line, unless they are ignored.
    Median {
        /// NaNs do not count.
        ignore_nan: bool,
    },
}

/// The positions picked from each line along `dim`, which is as long as what was picked. Lines are not empty.
pub fn select(selection: Selection, dim: usize, operand: Operand<'_>) -> Result<Buffer> {
    if let Some(buffer) = in_signed_order(&operand)? {
        let view = View::contiguous(&operand.view.shape);
        return select(
            selection,
            dim,
            Operand {
                buffer: &buffer,
                view: &view,
            },
        );
    }
    for_dtype!(operand.buffer.dtype(), T => select_typed::<T>(selection, dim, operand))
}

fn select_typed<T: SortKey>(selection: Selection, dim: usize, operand: Operand<'_>) -> Result<Buffer> {
    let (order, view) = rows_along(dim, operand.view);
    let len = operand.view.shape[dim];
    let picked = match selection {
        Selection::Best { k, .. } => k.min(len),
        Selection::Nth(_) | Selection::Median { .. } => len.min(1),
    };
    let elements = contiguous::<T>(operand.buffer, &view)?;
    let mut result = try_vec(elements.len().checked_div(len).unwrap_or_default() * picked)?;
    let mut keys: Vec<u64> = try_vec(len)?;
    let mut positions: Vec<usize> = try_vec(len)?;
    // Sorting takes as much again, at most, and takes it for granted.
    ensure_room(len.saturating_mul(size_of::<usize>()))?;
    for line in elements.chunks_exact(len.max(1)) {
        keys.clear();
        keys.extend(line.iter().map(|&element| element.key().into()));
        positions.clear();
        positions.extend(0..len);
        let first = match selection {
            Selection::Best { k, largest, sorted } => {
                best(&keys, &mut positions, k, largest, sorted);
                0
            }
            Selection::Nth(nth) => {
                quick_select(&mut positions, nth, |a, b| keys[a] > keys[b]);
                nth
            }
            Selection::Median { ignore_nan } => {
                let nan_count = line
                    .iter()
                    .filter(|element| element.partial_cmp(element).is_none())
                    .count();
                median(line, &keys, &mut positions, nan_count, ignore_nan)
            }
        };
        result.extend(
            positions
                .iter()
                .skip(first)
                .take(picked)
                .map(|&position| position as i64),
        );
    }
    let mut shape = operand.view.shape.clone();
    shape[dim] = picked;
    positions_in_shape(result, &shape, &order)
}

fn best(keys: &[u64], positions: &mut [usize], k: usize, largest: bool, sorted: bool) {
    let Some(last) = k.checked_sub(1) else { return };
    let before = |a: usize, b: usize| {
        if largest { keys[a] > keys[b] } else { keys[a] < keys[b] }
    };
    if k.saturating_mul(FEW_OF_MANY) <= keys.len() {
        sort_first(positions, k, before);
        return;
    }
    select_nth(positions, last, before);
    if sorted {
        sort(&mut positions[..last], before);
    }
}

/// Arranges the positions and returns where the median's is.
fn median<T: PartialOrd>(
    line: &[T],
    keys: &[u64],
    positions: &mut [usize],
    nan_count: usize,
    ignore_nan: bool,
) -> usize {
    if nan_count > 0 && !ignore_nan {
        return line
            .iter()
            .position(|element| element.partial_cmp(element).is_none())
            .unwrap_or_default();
    }
    let middle = (line.len() - nan_count).saturating_sub(1) / 2;
    select_nth(positions, middle, |a, b| keys[a] < keys[b]);
    middle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(selection: Selection, dim: usize, buffer: &Buffer, view: &View) -> Vec<i64> {
        match select(selection, dim, Operand { buffer, view }) {
            Ok(Buffer::I64(positions)) => positions,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn best_of_rows_and_columns() {
        let numbers = Buffer::F32(vec![3.0, 1.0, 2.0, f32::NAN, 9.0, 0.0]);
        let view = View::contiguous(&[2, 3]);
        let best = |k, largest| Selection::Best {
            k,
            largest,
            sorted: true,
        };
        assert_eq!(pick(best(2, true), 1, &numbers, &view), [0, 2, 0, 1]);
        assert_eq!(pick(best(2, false), 1, &numbers, &view), [1, 2, 2, 1]);
        assert_eq!(pick(best(1, true), 0, &numbers, &view), [1, 1, 0]);
        assert_eq!(pick(best(0, true), 0, &numbers, &view), [] as [i64; 0]);
    }

    #[test]
    fn medians_and_nan() {
        let numbers = Buffer::F64(vec![f64::NAN, 4.0, 1.0, 3.0]);
        let view = View::contiguous(&[4]);
        assert_eq!(pick(Selection::Median { ignore_nan: false }, 0, &numbers, &view), [0]);
        assert_eq!(pick(Selection::Median { ignore_nan: true }, 0, &numbers, &view), [3]);
        assert_eq!(pick(Selection::Nth(0), 0, &numbers, &view), [2]);
        assert_eq!(pick(Selection::Nth(3), 0, &numbers, &view), [0]);
    }
}
