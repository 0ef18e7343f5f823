//! Elements as bytes: for Python (the dtype's own width) and for the way to the GPU (`DType::wire_bytes`).
//!
//! To the GPU go floats as f32 or in the two bytes of their half type, integers as i32 and truth values as u32.
//! Refuses float64 there, and int64 values that 32 bits cannot hold.

use super::Operand;
use super::buffer::{Buffer, Element, for_dtype, try_vec};
use super::cast::{as_contiguous, narrow};
use super::strided::{check_bounds, contiguous};
use crate::dtype::{Category, DType};
use crate::error::{Error, Result};

/// The operand's elements as little-endian bytes in row-major order, one byte a bool.
pub fn gather_bytes(operand: Operand<'_>) -> Result<Vec<u8>> {
    fn collect<T: Element>(operand: Operand<'_>) -> Result<Vec<u8>> {
        check_bounds(operand.view, operand.buffer.len())?;
        let elements = contiguous::<T>(operand.buffer, operand.view)?;
        let mut bytes = try_vec(size_of_val(&*elements))?;
        elements.iter().for_each(|element| element.push_le_bytes(&mut bytes));
        Ok(bytes)
    }
    for_dtype!(operand.buffer.dtype(), T => collect::<T>(operand))
}

/// The operand's elements as they travel to the GPU: `DType::wire_bytes` little-endian bytes each, in row-major order.
pub fn to_gpu_bytes(operand: Operand<'_>) -> Result<Vec<u8>> {
    check_bounds(operand.view, operand.buffer.len())?;
    let dtype = operand.buffer.dtype();
    match dtype.category() {
        Category::Float if dtype == DType::F64 => Err(Error::type_error(
            "Cannot convert a tensor to float64 dtype on device 'webgpu' as WebGPU doesn't support float64. Please use float32 instead.",
        )),
        Category::Float if dtype.is_half() => gather_bytes(operand),
        Category::Integer if dtype.is_wide_unsigned() => Err(Error::type_error(format!(
            "Cannot convert a tensor to {0} dtype on device 'webgpu' as WebGPU doesn't support {0}. Please use int64 instead.",
            dtype.name()
        ))),
        Category::Float => collect_words(&as_contiguous::<f32>(operand)?, |element| Ok(element.to_le_bytes())),
        Category::Bool => collect_words(&as_contiguous::<i32>(operand)?, |element| Ok(element.to_le_bytes())),
        Category::Integer => collect_words(&as_contiguous::<i64>(operand)?, |element| {
            Ok(narrow_for_gpu(element)?.to_le_bytes())
        }),
    }
}

/// An integer as the GPU holds it, or the error that says that it cannot.
pub fn narrow_for_gpu(element: i64) -> Result<i32> {
    i32::try_from(element).map_err(|_| {
        Error::runtime(format!(
            "the int64 value {element} does not fit the 32 bits in which device 'webgpu' holds integers"
        ))
    })
}

/// The inverse of [`to_gpu_bytes`].
pub fn from_gpu_bytes(dtype: DType, bytes: &[u8]) -> Result<Buffer> {
    let held_as = match dtype.category() {
        Category::Float if dtype.is_half() => return Buffer::from_bytes(dtype, bytes),
        Category::Float => DType::F32,
        Category::Bool | Category::Integer => DType::I32,
    };
    narrow(Buffer::from_bytes(held_as, bytes)?, dtype)
}

fn collect_words<T: Copy>(elements: &[T], convert: impl Fn(T) -> Result<[u8; 4]>) -> Result<Vec<u8>> {
    let mut bytes = try_vec(elements.len().saturating_mul(4))?;
    for &element in elements {
        bytes.extend_from_slice(&convert(element)?);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    #[test]
    fn bytes_follow_the_view() {
        let buffer = Buffer::I16(vec![1, 2, 3, 4]);
        let view = View::contiguous(&[2, 2]).permute(&[1, 0]);
        assert_eq!(
            gather_bytes(Operand {
                buffer: &buffer,
                view: &view
            }),
            Ok(vec![1, 0, 3, 0, 2, 0, 4, 0])
        );
    }

    #[test]
    fn gpu_bytes_round_trip() {
        let view = View::contiguous(&[2]);
        for &dtype in DType::ALL {
            let buffer = narrow(Buffer::I32(vec![1, 0]), dtype).unwrap();
            let bytes = to_gpu_bytes(Operand {
                buffer: &buffer,
                view: &view,
            });
            if dtype == DType::F64 || dtype.is_wide_unsigned() {
                assert!(bytes.is_err());
            } else {
                let bytes = bytes.unwrap();
                assert_eq!(bytes.len(), 2 * dtype.wire_bytes());
                assert_eq!(from_gpu_bytes(dtype, &bytes), Ok(buffer));
            }
        }
        let wide = Buffer::I64(vec![1 << 31, 0]);
        assert!(
            to_gpu_bytes(Operand {
                buffer: &wide,
                view: &view
            })
            .is_err()
        );
    }
}
