//! The positions that sort each line of a dimension: stable, NaN counted as largest.
//!
//! Elements become unsigned keys in their order. Keys of 32 bits are sorted together with their
//! positions as one number, wider ones as pairs; equal keys fall to the position, which is stability.
//! Refuses to move values: callers gather.

use super::Operand;
use super::buffer::{Buffer, Element, for_dtype, try_filled, try_vec};
use super::strided::{contiguous, fresh_view, scatter};
use crate::error::{Error, Result};
use crate::view::View;

/// An element whose order is that of an unsigned number.
pub trait SortKey: Element {
    /// `u32` or `u64`.
    type Key: Copy + Into<u64>;

    /// True if a key has no more than 32 bits.
    const IS_NARROW: bool;

    /// The number in the element's order.
    fn key(self) -> Self::Key;
}

macro_rules! integer_keys {
    ($($element:ident: $key:ident, $offset:expr;)*) => {$(
        impl SortKey for $element {
            type Key = $key;
            const IS_NARROW: bool = $key::BITS <= 32;
            fn key(self) -> $key {
                // Adding half the range makes the smallest number zero.
                (self as $key) ^ $offset
            }
        }
    )*};
}

integer_keys! {
    bool: u32, 0;
    u8: u32, 0;
    i8: u32, 1 << 31;
    i16: u32, 1 << 31;
    i32: u32, 1 << 31;
    i64: u64, 1 << 63;
}

impl SortKey for f32 {
    type Key = u32;
    const IS_NARROW: bool = true;
    fn key(self) -> u32 {
        if self.is_nan() {
            return u32::MAX;
        }
        // Both zeros are equal; negative numbers grow backwards.
        let bits = (self + 0.0).to_bits();
        if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
    }
}

impl SortKey for f64 {
    type Key = u64;
    const IS_NARROW: bool = false;
    fn key(self) -> u64 {
        if self.is_nan() {
            return u64::MAX;
        }
        let bits = (self + 0.0).to_bits();
        if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    }
}

macro_rules! half_keys {
    ($($element:ty)*) => {$(
        impl SortKey for $element {
            type Key = u32;
            const IS_NARROW: bool = true;
            fn key(self) -> u32 {
                self.to_f32().key()
            }
        }
    )*};
}
half_keys!(half::f16 half::bf16);

/// The positions that sort each line along `dim`, in the operand's shape.
pub fn arg_sort(dim: usize, descending: bool, operand: Operand<'_>) -> Result<Buffer> {
    for_dtype!(operand.buffer.dtype(), T => arg_sort_typed::<T>(dim, descending, operand))
}

fn arg_sort_typed<T: SortKey>(dim: usize, descending: bool, operand: Operand<'_>) -> Result<Buffer> {
    let len = operand.view.shape[dim];
    if u32::try_from(len).is_err() {
        return Err(Error::runtime(
            "sort: a dimension of more than 2^32 - 1 elements is too long",
        ));
    }
    let (order, view) = rows_along(dim, operand.view);
    let elements = contiguous::<T>(operand.buffer, &view)?;
    let mut lines = try_vec(elements.len())?;
    for line in elements.chunks_exact(len.max(1)) {
        if T::IS_NARROW {
            sort_narrow(line, descending, &mut lines)?;
        } else {
            sort_wide(line, descending, &mut lines)?;
        }
    }
    positions_in_shape(lines, &operand.view.shape, &order)
}

/// The order of dimensions that puts `dim` last, and the view in it.
pub fn rows_along(dim: usize, view: &View) -> (Vec<usize>, View) {
    let order: Vec<usize> = (0..view.rank()).filter(|&kept| kept != dim).chain([dim]).collect();
    let rows = view.permute(&order);
    (order, rows)
}

/// Positions found line by line, laid out in `shape`, whose dimensions the lines have in `order`.
pub fn positions_in_shape(lines: Vec<i64>, shape: &[usize], order: &[usize]) -> Result<Buffer> {
    if order.is_sorted() {
        return Ok(Buffer::I64(lines));
    }
    let mut result = try_filled(lines.len(), 0i64)?;
    scatter(&mut result, &fresh_view(shape).permute(order), &lines);
    Ok(Buffer::I64(result))
}

/// Key above, position below, in one number.
fn sort_narrow<T: SortKey>(line: &[T], descending: bool, result: &mut Vec<i64>) -> Result<()> {
    let flip = if descending { u64::from(u32::MAX) } else { 0 };
    let mut keys: Vec<u64> = try_vec(line.len())?;
    keys.extend(
        (0u64..)
            .zip(line)
            .map(|(position, &x)| (x.key().into() ^ flip) << 32 | position),
    );
    keys.sort_unstable();
    result.extend(keys.iter().map(|key| (key & u64::from(u32::MAX)) as i64));
    Ok(())
}

fn sort_wide<T: SortKey>(line: &[T], descending: bool, result: &mut Vec<i64>) -> Result<()> {
    let flip = if descending { u64::MAX } else { 0 };
    let mut keys: Vec<(u64, u32)> = try_vec(line.len())?;
    keys.extend(
        (0u32..)
            .zip(line)
            .map(|(position, &x)| (x.key().into() ^ flip, position)),
    );
    keys.sort_unstable();
    result.extend(keys.iter().map(|&(_, position)| i64::from(position)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    fn order(buffer: &Buffer, view: &View, dim: usize, descending: bool) -> Vec<i64> {
        match arg_sort(dim, descending, Operand { buffer, view }) {
            Ok(Buffer::I64(positions)) => positions,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nan_is_largest_and_zeros_are_equal() {
        let numbers = vec![0.0, f32::NAN, -1.0, f32::INFINITY, -0.0, f32::NEG_INFINITY];
        let view = View::contiguous(&[6]);
        let single = Buffer::F32(numbers.clone());
        let double = Buffer::F64(numbers.iter().map(|&x| f64::from(x)).collect());
        for buffer in [&single, &double] {
            assert_eq!(order(buffer, &view, 0, false), [5, 2, 0, 4, 3, 1]);
            assert_eq!(order(buffer, &view, 0, true), [1, 3, 0, 4, 2, 5]);
        }
    }

    #[test]
    fn equal_elements_keep_their_order() {
        let view = View::contiguous(&[2, 3]);
        let bools = Buffer::Bool(vec![true, false, true, false, true, false]);
        assert_eq!(order(&bools, &view, 1, false), [1, 0, 2, 0, 2, 1]);
        assert_eq!(order(&bools, &view, 1, true), [0, 2, 1, 1, 0, 2]);
        assert_eq!(order(&bools, &view, 0, false), [1, 0, 1, 0, 1, 0]);
        assert_eq!(order(&bools, &view.permute(&[1, 0]), 0, false), [1, 0, 0, 2, 2, 1]);
    }

    #[test]
    fn integers_sort_by_sign() {
        let view = View::contiguous(&[4]);
        assert_eq!(
            order(&Buffer::I8(vec![1, -128, 127, -1]), &view, 0, false),
            [1, 3, 0, 2]
        );
        let wide = Buffer::I64(vec![i64::MAX, i64::MIN, (1 << 60) + 1, 1 << 60]);
        assert_eq!(order(&wide, &view, 0, false), [1, 3, 2, 0]);
        assert_eq!(
            order(&Buffer::I64(vec![]), &View::contiguous(&[0]), 0, false),
            [] as [i64; 0]
        );
    }
}
