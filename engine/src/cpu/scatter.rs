//! `Scatter`: elements of a source brought into a copy of a base, where an index says.
//!
//! Sources are taken in row-major order of the index. Index values are checked before anything is
//! written, as in `index`. Refuses negative indices: callers have made them positive.

use std::cmp::Ordering;

use super::Operand;
use super::buffer::{Buffer, for_dtype};
use super::cast::Convert;
use super::index::{check_extent, check_indices, lines_along};
use super::strided::{Runs, gather};
use crate::error::Result;
use crate::prim::Scatter;
use crate::view::contiguous_strides;

/// `base` with `source` brought in at `index` along `dim`.
pub fn scatter(op: Scatter, dim: usize, base: Operand<'_>, index: Operand<'_>, source: Operand<'_>) -> Result<Buffer> {
    check_extent(dim, &index.view.shape, &base.view.shape)?;
    check_indices(index, dim, base.view.shape[dim])?;
    for_dtype!(base.buffer.dtype(), T => match op {
        Scatter::Replace => scatter_typed::<T>(dim, base, index, source, |_, new| new),
        Scatter::Add => scatter_typed::<T>(dim, base, index, source, |old, new| {
            combined(old, new, |x, y| x + y, i64::wrapping_add)
        }),
        Scatter::Prod => scatter_typed::<T>(dim, base, index, source, |old, new| {
            combined(old, new, |x, y| x * y, i64::wrapping_mul)
        }),
        Scatter::Max => scatter_typed::<T>(dim, base, index, source, |old, new| extreme(old, new, Ordering::Greater)),
        Scatter::Min => scatter_typed::<T>(dim, base, index, source, |old, new| extreme(old, new, Ordering::Less)),
    })
}

fn scatter_typed<T: Convert>(
    dim: usize,
    base: Operand<'_>,
    index: Operand<'_>,
    source: Operand<'_>,
    combine: impl Fn(T, T) -> T,
) -> Result<Buffer> {
    let mut result = gather(T::slice(base.buffer)?, base.view)?;
    let (elements, indices) = (
        T::slice(source.buffer)?,
        <i64 as super::buffer::Element>::slice(index.buffer)?,
    );
    let strides = contiguous_strides(&base.view.shape);
    let lines = lines_along(dim, &index.view.shape, &strides, 0);
    let runs = Runs::new([&lines, index.view, source.view]);
    let (len, [line_step, index_step, source_step]) = (runs.run_len(), runs.steps());
    runs.for_each(|[start, index_start, source_start]| {
        for i in 0..len {
            let place = indices[index_start + i * index_step] as usize;
            let to = &mut result[start + i * line_step + place * strides[dim]];
            *to = combine(*to, elements[source_start + i * source_step]);
        }
    });
    Ok(T::into_buffer(result))
}

/// Arithmetic in the element's own type; on bool, or and and.
fn combined<T: Convert>(x: T, y: T, float: impl Fn(f64, f64) -> f64, int: impl Fn(i64, i64) -> i64) -> T {
    if T::IS_FLOAT {
        T::from_f64(float(x.to_f64(), y.to_f64()))
    } else {
        T::from_i64(int(x.to_i64(), y.to_i64()))
    }
}

/// The new element if it compares so with the old, or is NaN, which differs from itself.
fn extreme<T: PartialOrd>(old: T, new: T, wanted: Ordering) -> T {
    if new.partial_cmp(&old) == Some(wanted) || new.partial_cmp(&new).is_none() {
        new
    } else {
        old
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    fn run(op: Scatter, base: &Buffer, index: &[i64], source: &Buffer) -> Result<Buffer> {
        let (index, view) = (Buffer::I64(index.to_vec()), View::contiguous(&[index.len()]));
        let base_view = View::contiguous(&[base.len()]);
        scatter(
            op,
            0,
            Operand {
                buffer: base,
                view: &base_view,
            },
            Operand {
                buffer: &index,
                view: &view,
            },
            Operand {
                buffer: source,
                view: &view,
            },
        )
    }

    #[test]
    fn values_meet_in_order() {
        let (base, source) = (Buffer::F32(vec![1.0, 2.0, 3.0]), Buffer::F32(vec![5.0, -1.0, 7.0]));
        let index = [2, 0, 2];
        let of = |op| run(op, &base, &index, &source).unwrap();
        assert_eq!(of(Scatter::Replace), Buffer::F32(vec![-1.0, 2.0, 7.0]));
        assert_eq!(of(Scatter::Add), Buffer::F32(vec![0.0, 2.0, 15.0]));
        assert_eq!(of(Scatter::Prod), Buffer::F32(vec![-1.0, 2.0, 105.0]));
        assert_eq!(of(Scatter::Max), Buffer::F32(vec![1.0, 2.0, 7.0]));
        assert_eq!(of(Scatter::Min), Buffer::F32(vec![-1.0, 2.0, 3.0]));
        assert!(run(Scatter::Add, &base, &[3, 0, 0], &source).is_err());
        assert!(run(Scatter::Add, &base, &[-1, 0, 0], &source).is_err());
    }

    #[test]
    fn nan_wins_and_bool_stays_bool() {
        let nan = run(
            Scatter::Max,
            &Buffer::F32(vec![1.0]),
            &[0, 0],
            &Buffer::F32(vec![f32::NAN, 2.0]),
        );
        assert!(matches!(nan, Ok(Buffer::F32(x)) if x[0].is_nan()));
        let bools = run(
            Scatter::Add,
            &Buffer::Bool(vec![false]),
            &[0, 0],
            &Buffer::Bool(vec![true, true]),
        );
        assert_eq!(bools, Ok(Buffer::Bool(vec![true])));
    }

    #[test]
    fn columns_of_a_matrix() {
        let (base, index, source) = (
            Buffer::I64(vec![0; 6]),
            Buffer::I64(vec![2, 0]),
            Buffer::I64(vec![7, 8]),
        );
        let (matrix, column) = (View::contiguous(&[2, 3]), View::contiguous(&[2, 1]));
        let operand = |buffer, view| Operand { buffer, view };
        let written = scatter(
            Scatter::Add,
            1,
            operand(&base, &matrix),
            operand(&index, &column),
            operand(&source, &column),
        );
        assert_eq!(written, Ok(Buffer::I64(vec![0, 0, 7, 8, 0, 0])));
    }
}
