//! Reading and writing by index tensors.
//!
//! Index values are data that `prim::infer` cannot see: each kernel checks all of them first and
//! answers with PyTorch's `IndexError`. Refuses negative indices: callers have made them positive.

use super::Operand;
use super::buffer::{Buffer, Element, for_dtype, try_filled, try_vec};
use super::cast::Convert;
use super::strided::{Runs, contiguous, gather};
use crate::error::{Error, Result};
use crate::shape::num_elements;
use crate::view::{View, contiguous_strides};

/// `torch.gather(x, dim, index)`.
pub fn gather_dim(dim: usize, x: Operand<'_>, index: Operand<'_>) -> Result<Buffer> {
    check_extent(dim, &index.view.shape, &x.view.shape)?;
    check_indices(index, dim, x.view.shape[dim])?;
    for_dtype!(x.buffer.dtype(), T => gather_typed::<T>(dim, x, index))
}

fn gather_typed<T: Element>(dim: usize, x: Operand<'_>, index: Operand<'_>) -> Result<Buffer> {
    let (elements, indices) = (T::slice(x.buffer)?, i64::slice(index.buffer)?);
    let lines = lines_along(dim, &index.view.shape, &x.view.strides, x.view.offset);
    let runs = Runs::new([&lines, index.view]);
    let (len, [x_step, index_step], stride) = (runs.run_len(), runs.steps(), x.view.strides[dim]);
    let mut result = try_vec(index.view.num_elements())?;
    runs.for_each(|[start, index_start]| {
        result.extend((0..len).map(|i| {
            let place = indices[index_start + i * index_step] as usize;
            elements[start + i * x_step + place * stride]
        }));
    });
    Ok(T::into_buffer(result))
}

/// Zeros of `shape` with `source` added at `index` along `dim`.
pub fn scatter_add(dim: usize, shape: &[usize], index: Operand<'_>, source: Operand<'_>) -> Result<Buffer> {
    check_extent(dim, &index.view.shape, shape)?;
    check_indices(index, dim, shape[dim])?;
    for_dtype!(source.buffer.dtype(), T => scatter_add_typed::<T>(dim, shape, index, source))
}

fn scatter_add_typed<T: Convert>(
    dim: usize,
    shape: &[usize],
    index: Operand<'_>,
    source: Operand<'_>,
) -> Result<Buffer> {
    let (elements, indices) = (T::slice(source.buffer)?, i64::slice(index.buffer)?);
    let strides = contiguous_strides(shape);
    let lines = lines_along(dim, &index.view.shape, &strides, 0);
    let runs = Runs::new([&lines, index.view, source.view]);
    let (len, [line_step, index_step, source_step]) = (runs.run_len(), runs.steps());
    let mut result = try_filled(num_elements(shape), T::default())?;
    runs.for_each(|[start, index_start, source_start]| {
        for i in 0..len {
            let place = indices[index_start + i * index_step] as usize;
            let to = &mut result[start + i * line_step + place * strides[dim]];
            *to = sum(*to, elements[source_start + i * source_step]);
        }
    });
    Ok(T::into_buffer(result))
}

/// Rows `x[index]`.
pub fn index_select(x: Operand<'_>, index: Operand<'_>) -> Result<Buffer> {
    check_indices(index, 0, x.view.shape[0])?;
    let rows = contiguous::<i64>(index.buffer, index.view)?;
    for_dtype!(x.buffer.dtype(), T => index_select_typed::<T>(x, &rows))
}

fn index_select_typed<T: Element>(x: Operand<'_>, rows: &[i64]) -> Result<Buffer> {
    let elements = T::slice(x.buffer)?;
    let mut row = View {
        shape: x.view.shape[1..].to_vec(),
        strides: x.view.strides[1..].to_vec(),
        offset: 0,
    };
    let (row_len, is_contiguous) = (row.num_elements(), row.is_contiguous());
    let mut result = try_vec(rows.len() * row_len)?;
    if row_len == 0 {
        return Ok(T::into_buffer(result));
    }
    for &place in rows {
        row.offset = x.view.offset + place as usize * x.view.strides[0];
        if is_contiguous {
            result.extend_from_slice(&elements[row.offset..row.offset + row_len]);
        } else {
            result.extend(gather(elements, &row)?);
        }
    }
    Ok(T::into_buffer(result))
}

/// `base` with rows `index` replaced by, or increased by, the rows of `source`.
pub fn index_put(accumulate: bool, base: Operand<'_>, index: Operand<'_>, source: Operand<'_>) -> Result<Buffer> {
    check_indices(index, 0, base.view.shape[0])?;
    let rows = contiguous::<i64>(index.buffer, index.view)?;
    for_dtype!(base.buffer.dtype(), T => index_put_typed::<T>(accumulate, base, &rows, source))
}

fn index_put_typed<T: Convert>(
    accumulate: bool,
    base: Operand<'_>,
    rows: &[i64],
    source: Operand<'_>,
) -> Result<Buffer> {
    let mut result = gather(T::slice(base.buffer)?, base.view)?;
    let row_len = num_elements(&base.view.shape[1..]);
    let source = contiguous::<T>(source.buffer, source.view)?;
    for (&place, from) in rows.iter().zip(source.chunks_exact(row_len.max(1))) {
        let to = &mut result[place as usize * row_len..][..row_len];
        if accumulate {
            to.iter_mut().zip(from).for_each(|(to, &from)| *to = sum(*to, from));
        } else {
            to.copy_from_slice(from);
        }
    }
    Ok(T::into_buffer(result))
}

/// For each element of `shape`, where its line along `dim` begins in a storage with these strides.
pub(super) fn lines_along(dim: usize, shape: &[usize], strides: &[usize], offset: usize) -> View {
    let mut strides = strides.to_vec();
    strides[dim] = 0;
    View {
        shape: shape.to_vec(),
        strides,
        offset,
    }
}

/// Addition in the element's own type; on bool, or.
fn sum<T: Convert>(x: T, y: T) -> T {
    if T::IS_FLOAT {
        T::from_f64(x.to_f64() + y.to_f64())
    } else {
        T::from_i64(x.to_i64().wrapping_add(y.to_i64()))
    }
}

pub(super) fn check_indices(index: Operand<'_>, dim: usize, size: usize) -> Result<()> {
    match contiguous::<i64>(index.buffer, index.view)?
        .iter()
        .find(|&&index| index < 0 || index >= size as i64)
    {
        None => Ok(()),
        Some(index) => Err(Error::index(format!(
            "index {index} is out of bounds for dimension {dim} with size {size}"
        ))),
    }
}

/// Away from `dim` the index must not be larger than what it indexes.
pub(super) fn check_extent(dim: usize, index: &[usize], indexed: &[usize]) -> Result<()> {
    let fits = index
        .iter()
        .zip(indexed)
        .enumerate()
        .all(|(at, (index, indexed))| at == dim || index <= indexed);
    if fits || num_elements(index) == 0 {
        return Ok(());
    }
    let list = crate::error::list_text::<usize>;
    Err(Error::runtime(format!(
        "Size does not match at dimension {} expected index {} to be no larger than self {} apart from dimension {dim}",
        index
            .iter()
            .zip(indexed)
            .zip(0..)
            .find(|((index, indexed), at)| *at != dim && index > indexed)
            .map_or(0, |(_, at)| at),
        list(index),
        list(indexed),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(shape: &[usize]) -> View {
        View::contiguous(shape)
    }

    fn long(values: &[i64]) -> Buffer {
        Buffer::I64(values.to_vec())
    }

    fn numbers(len: u8) -> Buffer {
        Buffer::F32((0..len).map(f32::from).collect())
    }

    #[test]
    fn gather_and_its_backward() {
        let (x, index) = (numbers(6), long(&[2, 0, 1, 1]));
        let (x_view, index_view) = (whole(&[2, 3]), whole(&[2, 2]));
        let index = Operand {
            buffer: &index,
            view: &index_view,
        };
        let gathered = gather_dim(
            1,
            Operand {
                buffer: &x,
                view: &x_view,
            },
            index,
        );
        assert_eq!(gathered, Ok(Buffer::F32(vec![2.0, 0.0, 4.0, 4.0])));
        let transposed = x_view.permute(&[1, 0]);
        let gathered = gather_dim(
            0,
            Operand {
                buffer: &x,
                view: &transposed,
            },
            index,
        );
        assert_eq!(gathered, Ok(Buffer::F32(vec![2.0, 3.0, 1.0, 4.0])));
        let source = numbers(4);
        let added = scatter_add(
            1,
            &[2, 3],
            index,
            Operand {
                buffer: &source,
                view: &index_view,
            },
        );
        assert_eq!(added, Ok(Buffer::F32(vec![1.0, 0.0, 0.0, 0.0, 5.0, 0.0])));
    }

    #[test]
    fn rows_are_read_and_written() {
        let (x, index, source) = (numbers(6), long(&[2, 0, 2]), numbers(6));
        let (x_view, index_view) = (whole(&[3, 2]), whole(&[3]));
        let [x, source] = [&x, &source].map(|buffer| Operand { buffer, view: &x_view });
        let index = Operand {
            buffer: &index,
            view: &index_view,
        };
        assert_eq!(
            index_select(x, index),
            Ok(Buffer::F32(vec![4.0, 5.0, 0.0, 1.0, 4.0, 5.0]))
        );
        assert_eq!(
            index_put(false, x, index, source),
            Ok(Buffer::F32(vec![2.0, 3.0, 2.0, 3.0, 4.0, 5.0]))
        );
        assert_eq!(
            index_put(true, x, index, source),
            Ok(Buffer::F32(vec![2.0, 4.0, 2.0, 3.0, 8.0, 11.0]))
        );
        let columns = whole(&[2, 3]).permute(&[1, 0]);
        let x = Operand {
            buffer: x.buffer,
            view: &columns,
        };
        assert_eq!(
            index_select(x, index),
            Ok(Buffer::F32(vec![2.0, 5.0, 0.0, 3.0, 2.0, 5.0]))
        );
    }

    #[test]
    fn wrong_indices_are_errors() {
        let (x, x_view, index_view) = (numbers(6), whole(&[3, 2]), whole(&[1]));
        let x = Operand {
            buffer: &x,
            view: &x_view,
        };
        for bad in [-1, 3, i64::MIN, i64::MAX] {
            let index = long(&[bad]);
            let index = Operand {
                buffer: &index,
                view: &index_view,
            };
            assert!(index_select(x, index).is_err());
            assert!(index_put(true, x, index, x).is_err());
            let square = whole(&[1, 1]);
            let index = Operand {
                buffer: index.buffer,
                view: &square,
            };
            assert!(gather_dim(0, x, index).is_err());
            assert!(scatter_add(1, &[1, 3], index, x).is_err());
        }
        let (index, wide) = (long(&[0; 3]), whole(&[1, 3]));
        assert!(
            gather_dim(
                0,
                x,
                Operand {
                    buffer: &index,
                    view: &wide
                }
            )
            .is_err()
        );
    }

    #[test]
    fn nothing_is_indexed() {
        let (x, none) = (numbers(0), long(&[]));
        let (x_view, index_view) = (whole(&[0, 2]), whole(&[0]));
        let index = Operand {
            buffer: &none,
            view: &index_view,
        };
        let x = Operand {
            buffer: &x,
            view: &x_view,
        };
        assert_eq!(index_select(x, index), Ok(numbers(0)));
        assert_eq!(index_put(false, x, index, x), Ok(numbers(0)));
        let (zero, one, narrow) = (long(&[0]), whole(&[1]), whole(&[1, 0]));
        let narrow = Operand {
            buffer: x.buffer,
            view: &narrow,
        };
        assert_eq!(
            index_select(
                narrow,
                Operand {
                    buffer: &zero,
                    view: &one
                }
            ),
            Ok(numbers(0))
        );
        assert_eq!(
            index_put(
                true,
                narrow,
                Operand {
                    buffer: &zero,
                    view: &one
                },
                narrow
            ),
            Ok(numbers(0))
        );
    }
}
