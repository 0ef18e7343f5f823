//! `Full` and `Arange`: tensors made from numbers.
//!
//! Refuses infinite or negative lengths: the output's shape was decided by the caller.

use super::buffer::{Buffer, Element, for_dtype, try_filled, try_vec};
use super::cast::Convert;
use crate::dtype::DType;
use crate::error::Result;
use crate::prim::infer::Meta;
use crate::scalar::Scalar;
use crate::shape::num_elements;

/// A tensor filled with one number.
pub fn full(value: Scalar, output: &Meta) -> Result<Buffer> {
    for_dtype!(output.dtype, T => Ok(T::into_buffer(try_filled(num_elements(&output.shape), T::from_scalar(value))?)))
}

/// Elements of a register of 256 bits: PyTorch makes ranges of floats by registers, two at a time.
const fn lanes(dtype: DType) -> usize {
    32 / dtype.size_bytes()
}

/// One float of a range. Within the blocks that PyTorch computes by registers, the first element of a register is
/// rounded to the dtype and the others count from it; what is left over at the end counts from the start.
/// Source: <https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp>
fn float_of_range<T: Convert>(start: f64, step: f64, index: usize, len: usize, lanes: usize) -> T {
    // Doubles are rounded once a step; for narrower floats that is far below their own rounding.
    let sum_of = |start: f64, count: usize| match T::DTYPE {
        DType::F64 => step.mul_add(count as f64, start),
        _ => start + step * count as f64,
    };
    if index >= len - len % (2 * lanes) {
        return T::from_f64(sum_of(start, index));
    }
    let lane = index % lanes;
    let first = T::from_f64(sum_of(start, index - lane)).to_f64();
    T::from_f64(sum_of(first, lane))
}

/// `start + i * step` over the flat index; floats are computed in double precision and rounded as PyTorch rounds.
pub fn arange(start: Scalar, step: Scalar, output: &Meta) -> Result<Buffer> {
    fn series<T: Convert>(start: Scalar, step: Scalar, len: usize) -> Result<Buffer> {
        let mut result = try_vec(len)?;
        if T::IS_FLOAT {
            let (start, step) = (start.as_f64(), step.as_f64());
            let lanes = lanes(T::DTYPE);
            result.extend((0..len).map(|index| float_of_range::<T>(start, step, index, len, lanes)));
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

    #[test]
    fn ranges_of_floats_round_by_registers() {
        let output = Meta {
            shape: vec![20],
            dtype: DType::F32,
        };
        let Ok(Buffer::F32(found)) = arange(Scalar::Float(0.0), Scalar::Float(0.1), &output) else {
            panic!("a range of f32");
        };
        let first = f64::from(0.8f32);
        assert_eq!(found[7], 0.7f64 as f32);
        assert_eq!(found[13], (first + 5.0 * 0.1) as f32);
        assert_eq!(found[17], (17.0 * 0.1) as f32);
    }

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
