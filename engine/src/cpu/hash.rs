//! A number that tells tensors apart: the exclusive or of the elements' bits, as `torch.hash_tensor` folds them.
//!
//! Floats count as the bits of their value in double precision, integers and bool as those of their value in 64 bits.
//! Refuses to give anything but uint64. Source: <https://docs.pytorch.org/docs/stable/generated/torch.hash_tensor.html>

use super::Operand;
use super::buffer::{Buffer, try_filled};
use super::cast::widen;
use crate::error::Result;

/// Folds `dims` of the operand; the rest stays in order. A fold of nothing is 0.
pub fn hash(dims: &[usize], operand: Operand<'_>) -> Result<Buffer> {
    let shape = &operand.view.shape;
    let kept: Vec<usize> = (0..shape.len()).filter(|dim| !dims.contains(dim)).collect();
    let len: usize = dims.iter().map(|&dim| shape[dim]).product();
    let mut result = try_filled(kept.iter().map(|&dim| shape[dim]).product(), 0i64)?;
    let rows = operand.view.permute(&[kept.as_slice(), dims].concat());
    let rows = Operand {
        buffer: operand.buffer,
        view: &rows,
    };
    if operand.buffer.dtype().is_float() {
        fold(&mut result, &widen::<f64>(rows)?, len, |value| value.to_bits() as i64);
    } else {
        fold(&mut result, &widen::<i64>(rows)?, len, |value| value);
    }
    Ok(Buffer::U64(result))
}

fn fold<T: Copy>(result: &mut [i64], elements: &[T], len: usize, bits: impl Fn(T) -> i64) {
    for (folded, row) in result.iter_mut().zip(elements.chunks_exact(len.max(1))) {
        *folded = row.iter().fold(0, |folded, &element| folded ^ bits(element));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    fn hashed(buffer: &Buffer, shape: &[usize], dims: &[usize]) -> Buffer {
        let view = View::contiguous(shape);
        hash(dims, Operand { buffer, view: &view }).unwrap()
    }

    #[test]
    fn bits_of_64_are_folded() {
        let floats = Buffer::F32(vec![1.5, -2.0, 0.0, 4.0]);
        let bits = |value: f64| value.to_bits() as i64;
        assert_eq!(
            hashed(&floats, &[2, 2], &[1]),
            Buffer::U64(vec![bits(1.5) ^ bits(-2.0), bits(4.0)])
        );
        assert_eq!(
            hashed(&floats, &[2, 2], &[0]),
            Buffer::U64(vec![bits(1.5), bits(-2.0) ^ bits(4.0)])
        );
        assert_eq!(hashed(&Buffer::I8(vec![-1, 1]), &[2], &[0]), Buffer::U64(vec![-2]));
        assert_eq!(hashed(&Buffer::U16(vec![-1, 1]), &[2], &[0]), Buffer::U64(vec![0xFFFE]));
        assert_eq!(hashed(&Buffer::Bool(vec![true]), &[], &[]), Buffer::U64(vec![1]));
        assert_eq!(hashed(&Buffer::F64(vec![]), &[0, 2], &[0]), Buffer::U64(vec![0, 0]));
        assert_eq!(hashed(&Buffer::F64(vec![]), &[2, 0], &[0]), Buffer::U64(vec![]));
    }
}
