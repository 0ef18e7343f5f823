//! Writing through strided views: how in-place operators on views change their storage.
//!
//! Refuses to convert dtypes or broadcast: the source has the region's shape and the storage's dtype.

use super::Operand;
use super::buffer::{Buffer, Element, for_dtype};
use super::strided::{check_bounds, contiguous, scatter};
use crate::error::{Error, Result};
use crate::view::View;

/// A copy of the flat `base` with the region replaced by `source`.
pub fn view_write(base: Operand<'_>, region: &View, source: Operand<'_>) -> Result<Buffer> {
    let mut result = super::cast::copy(base)?;
    write_view(&mut result, region, source)?;
    Ok(result)
}

/// Writes the elements of `source` (of the view's shape and the base's dtype) into a view of `base`.
pub fn write_view(base: &mut Buffer, view: &View, source: Operand<'_>) -> Result<()> {
    fn write<T: Element>(base: &mut Buffer, view: &View, source: Operand<'_>) -> Result<()> {
        let elements = contiguous::<T>(source.buffer, source.view)?;
        scatter(T::slice_mut(base)?, view, &elements);
        Ok(())
    }
    check_bounds(view, base.len())?;
    check_bounds(source.view, source.buffer.len())?;
    if view.shape != source.view.shape {
        return Err(Error::runtime(format!(
            "cannot write a source of shape {:?} into {view:?}",
            source.view.shape
        )));
    }
    for_dtype!(base.dtype(), T => write::<T>(base, view, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(shape: &[usize]) -> View {
        View::contiguous(shape)
    }

    fn numbers(len: u8) -> Buffer {
        Buffer::F32((0..len).map(f32::from).collect())
    }

    #[test]
    fn regions_are_written() {
        let (base, source) = (numbers(6), Buffer::F32(vec![-1.0, -2.0]));
        let (flat, pair) = (whole(&[6]), whole(&[2]));
        let source = Operand {
            buffer: &source,
            view: &pair,
        };
        let region = View {
            shape: vec![2],
            strides: vec![3],
            offset: 1,
        };
        let base = Operand {
            buffer: &base,
            view: &flat,
        };
        assert_eq!(
            view_write(base, &region, source),
            Ok(Buffer::F32(vec![0.0, -1.0, 2.0, 3.0, -2.0, 5.0]))
        );
        let outside = View { offset: 3, ..region };
        assert!(view_write(base, &outside, source).is_err());
        assert!(write_view(&mut Buffer::I64(vec![0; 6]), &pair, source).is_err());
        assert!(write_view(&mut numbers(6), &flat, source).is_err());
    }
}
