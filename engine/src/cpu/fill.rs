//! `Full` and `Arange`: tensors made from numbers.
//!
//! Refuses infinite or negative lengths: the output's shape was decided by the caller.

use super::buffer::{Buffer, Element, for_dtype, try_filled, try_vec};
use super::cast::Convert;
use crate::error::Result;
use crate::prim::infer::Meta;
use crate::scalar::Scalar;
use crate::shape::num_elements;

/// A tensor filled with one number.
pub fn full(value: Scalar, output: &Meta) -> Result<Buffer> {
    for_dtype!(output.dtype, T => Ok(T::into_buffer(try_filled(num_elements(&output.shape), T::from_scalar(value))?)))
}

/// `start + i * step` over the flat index; floats are computed in double precision and rounded once.
pub fn arange(start: Scalar, step: Scalar, output: &Meta) -> Result<Buffer> {
    fn series<T: Convert>(start: Scalar, step: Scalar, len: usize) -> Result<Buffer> {
        let mut result = try_vec(len)?;
        if T::IS_FLOAT {
            let (start, step) = (start.as_f64(), step.as_f64());
            result.extend((0..len).map(|index| T::from_f64(start + index as f64 * step)));
        } else {
            let (start, step) = (start.as_i64(), step.as_i64());
            result.extend((0..len as i64).map(|index| T::from_i64(start.wrapping_add(index.wrapping_mul(step)))));
        }
        Ok(T::into_buffer(result))
    }
    for_dtype!(output.dtype, T => series::<T>(start, step, num_elements(&output.shape)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;

    #[test]
    fn fills_and_counts() {
        let output = |dtype| Meta { shape: vec![3], dtype };
        assert_eq!(
            full(Scalar::Float(1.5), &output(DType::I32)),
            Ok(Buffer::I32(vec![1; 3]))
        );
        assert_eq!(
            full(Scalar::Int(2), &output(DType::Bool)),
            Ok(Buffer::Bool(vec![true; 3]))
        );
        let (start, step) = (Scalar::Float(0.5), Scalar::Float(0.25));
        assert_eq!(
            arange(start, step, &output(DType::F32)),
            Ok(Buffer::F32(vec![0.5, 0.75, 1.0]))
        );
        assert_eq!(
            arange(Scalar::Int(5), Scalar::Int(-2), &output(DType::I64)),
            Ok(Buffer::I64(vec![5, 3, 1]))
        );
        let empty = Meta {
            shape: vec![0],
            dtype: DType::F32,
        };
        assert_eq!(arange(start, step, &empty), Ok(Buffer::F32(vec![])));
    }
}
