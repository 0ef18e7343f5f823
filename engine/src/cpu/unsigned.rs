//! The wide unsigned integers: what their bits, held as signed elements of the same width, need beside the signed kernels.
//!
//! Copies, indexing, sums, products, bitwise operators and equality are the same in two's complement, so the signed
//! kernels compute them. Conversions go by way of a type that holds every value. What depends on the order of the
//! elements is computed on bits whose sign is flipped, since that maps the unsigned order onto the signed one.
//! Refuses what PyTorch has no kernels for and signed ones would get wrong. Read next: `buffer`, `cast`.
//! Floats become integers as PyTorch's x86 builds convert them: <https://github.com/pytorch/pytorch/issues/58734>

use super::Operand;
use super::buffer::{Buffer, Element};
use super::cast::{self, narrow, truncate_to_i64, widen};
use super::strided::gather_map;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::prim::infer::Meta;
use crate::prim::{Binary, Prim, Reduce, Scan, Scatter, Unary};
use crate::scalar::Scalar;
use crate::view::View;

/// The operand's elements converted to `dtype`, row-major. One of both dtypes is a wide unsigned one.
pub fn cast(operand: Operand<'_>, dtype: DType) -> Result<Buffer> {
    let source = operand.buffer.dtype();
    if source.is_wide_unsigned() {
        return narrow(exact(operand, dtype)?, dtype);
    }
    let bits = match dtype {
        DType::U64 if source.is_float() => {
            let elements = widen::<f64>(operand)?;
            let view = View::contiguous(&[elements.len()]);
            gather_map(&elements, &view, |value| truncate_to_u64(value) as i64)?.into()
        }
        DType::U32 if source.is_float() => narrow(Buffer::I64(widen(operand)?), DType::I32)?,
        _ => cast::cast(operand, dtype.held_as())?,
    };
    Ok(bits.tagged(dtype))
}

/// The elements of a wide unsigned operand in a type from which the conversion to `dtype` is that of their values.
fn exact(operand: Operand<'_>, dtype: DType) -> Result<Buffer> {
    let view = operand.view;
    Ok(match operand.buffer {
        Buffer::U16(bits) => gather_map(bits, view, |bits| i32::from(bits as u16))?.into(),
        Buffer::U32(bits) => gather_map(bits, view, |bits| i64::from(bits as u32))?.into(),
        Buffer::U64(bits) if dtype == DType::F64 => gather_map(bits, view, |bits| bits as u64 as f64)?.into(),
        Buffer::U64(bits) if dtype.is_float() => gather_map(bits, view, |bits| bits as u64 as f32)?.into(),
        buffer => gather_map(i64::slice(buffer)?, view, |bits| bits)?.into(),
    })
}

/// Truncation to uint64: negative numbers wrap; NaN and what is too large give what x86 gives.
fn truncate_to_u64(value: f64) -> u64 {
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    if value >= HALF {
        truncate_to_i64(value - HALF) as u64 ^ (1 << 63)
    } else {
        truncate_to_i64(value) as u64
    }
}

/// A number as a kernel of signed elements is to be given it, to write the bits that an unsigned dtype has for it.
pub fn fill_value(value: Scalar, dtype: DType) -> Scalar {
    match (value, dtype) {
        (Scalar::Float(value), DType::U64) => Scalar::Int(truncate_to_u64(value) as i64),
        (Scalar::Float(value), DType::U16 | DType::U32) => Scalar::Int(truncate_to_i64(value)),
        _ => value,
    }
}

/// True if a primitive compares elements by size.
const fn orders(prim: &Prim) -> bool {
    match prim {
        Prim::Binary(op) => matches!(
            op,
            Binary::Lt
                | Binary::Le
                | Binary::Gt
                | Binary::Ge
                | Binary::Maximum
                | Binary::Minimum
                | Binary::Fmax
                | Binary::Fmin
        ),
        Prim::Reduce { op, .. } => matches!(op, Reduce::Max | Reduce::Min),
        Prim::Scan { op, .. } => matches!(op, Scan::Max | Scan::Min | Scan::ArgMax | Scan::ArgMin),
        Prim::Scatter { op, .. } => matches!(op, Scatter::Max | Scatter::Min),
        Prim::ArgReduce { .. } | Prim::ArgSort { .. } => true,
        _ => false,
    }
}

/// The name of the kernel that would read the sign of 64 bits, and which PyTorch has not either.
const fn reads_sign(prim: &Prim) -> Option<&'static str> {
    match prim {
        Prim::Unary(op) => match op {
            Unary::Sign => Some("sign_cpu"),
            Unary::SignBit => Some("signbit_cpu"),
            _ => None,
        },
        Prim::Binary(op) => match op {
            Binary::FloorDivide => Some("div_floor_cpu"),
            Binary::Remainder => Some("remainder_cpu"),
            Binary::Fmod => Some("fmod_cpu"),
            Binary::Pow => Some("pow"),
            Binary::Gcd => Some("gcd_cpu"),
            Binary::Lcm => Some("lcm_cpu"),
            _ => None,
        },
        _ => None,
    }
}

/// Computes a primitive of wide unsigned operands, if the signed kernels would not; `None` if they do.
pub fn compute(prim: &Prim, operands: &[Operand<'_>], params: &[Scalar], output: &Meta) -> Result<Option<Buffer>> {
    let Some(first) = operands
        .iter()
        .find(|operand| operand.buffer.dtype().is_wide_unsigned())
    else {
        return Ok(None);
    };
    let dtype = first.buffer.dtype();
    match prim {
        Prim::Unary(Unary::Abs | Unary::Relu) => return cast::copy(*first).map(Some),
        Prim::Binary(Binary::ShiftRight) if dtype == DType::U64 => return shift_right(operands).map(Some),
        _ if dtype == DType::U64 => {
            if let Some(op) = reads_sign(prim) {
                return Err(Error::UnsupportedDType {
                    op,
                    dtype,
                    device: "cpu",
                });
            }
        }
        _ => {}
    }
    if orders(prim) {
        let meta = Meta {
            dtype: output.dtype.held_as(),
            shape: output.shape.clone(),
        };
        let flipped = operands.iter().map(in_signed_order).collect::<Result<Vec<_>>>()?;
        let views: Vec<View> = operands
            .iter()
            .map(|operand| View::contiguous(&operand.view.shape))
            .collect();
        let signed: Vec<Operand<'_>> = operands
            .iter()
            .zip(flipped.iter().zip(&views))
            .map(|(operand, (flipped, view))| match flipped {
                Some(buffer) => Operand { buffer, view },
                None => *operand,
            })
            .collect();
        let result = super::computed(prim, &signed, params, &meta)?;
        return Ok(Some(if output.dtype.is_wide_unsigned() {
            flip(result).tagged(output.dtype)
        } else {
            result
        }));
    }
    Ok(None)
}

/// A copy of a wide unsigned operand as signed elements in the same order, row-major; `None` for any other operand.
pub fn in_signed_order(operand: &Operand<'_>) -> Result<Option<Buffer>> {
    let dtype = operand.buffer.dtype();
    if !dtype.is_wide_unsigned() {
        return Ok(None);
    }
    Ok(Some(flip(cast::copy(*operand)?).tagged(dtype.held_as())))
}

/// The elements with the other sign bit.
fn flip(mut buffer: Buffer) -> Buffer {
    match &mut buffer {
        Buffer::U16(bits) | Buffer::I16(bits) => bits.iter_mut().for_each(|bits| *bits ^= i16::MIN),
        Buffer::U32(bits) | Buffer::I32(bits) => bits.iter_mut().for_each(|bits| *bits ^= i32::MIN),
        Buffer::U64(bits) | Buffer::I64(bits) => bits.iter_mut().for_each(|bits| *bits ^= i64::MIN),
        _ => {}
    }
    buffer
}

/// `x >> y` of 64 bits, zero where `y` is 64 or more.
fn shift_right(operands: &[Operand<'_>]) -> Result<Buffer> {
    let [x, y] = operands else {
        return Err(Error::runtime("a shift takes two operands"));
    };
    let mut shifted = widen::<i64>(*x)?;
    for (bits, by) in shifted.iter_mut().zip(widen::<i64>(*y)?) {
        *bits = u32::try_from(by)
            .ok()
            .and_then(|by| (*bits as u64).checked_shr(by))
            .unwrap_or_default() as i64;
    }
    Ok(Buffer::U64(shifted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::compute as compute_any;

    const WIDE: [DType; 3] = [DType::U16, DType::U32, DType::U64];

    /// The largest number, and one half of the range.
    fn ends(dtype: DType) -> [u64; 2] {
        let largest = u64::MAX >> (64 - 8 * dtype.size_bytes());
        [largest, largest / 2 + 1]
    }

    fn buffer(dtype: DType, values: &[u64]) -> Buffer {
        let bits = Buffer::I64(values.iter().map(|&value| value as i64).collect());
        narrow(bits, dtype).unwrap()
    }

    fn converted(buffer: &Buffer, dtype: DType) -> Buffer {
        let view = View::contiguous(&[buffer.len()]);
        cast(Operand { buffer, view: &view }, dtype).unwrap()
    }

    fn applied(prim: &Prim, inputs: &[&Buffer], dtype: DType, len: usize) -> Result<Buffer> {
        let views: Vec<View> = inputs.iter().map(|input| View::contiguous(&[input.len()])).collect();
        let operands: Vec<Operand<'_>> = inputs
            .iter()
            .zip(&views)
            .map(|(buffer, view)| Operand { buffer, view })
            .collect();
        let shape = vec![len];
        compute_any(prim, &operands, &[], &Meta { shape, dtype })
    }

    #[test]
    fn values_convert_and_wrap() {
        for dtype in WIDE {
            let [largest, half] = ends(dtype);
            let values = buffer(dtype, &[largest, half, 7]);
            assert_eq!(values.dtype(), dtype);
            assert_eq!(
                converted(&values, DType::F64),
                Buffer::F64(vec![largest as f64, half as f64, 7.0])
            );
            assert_eq!(
                converted(&values, DType::F32),
                Buffer::F32(vec![largest as f32, half as f32, 7.0])
            );
            assert_eq!(
                converted(&values, DType::I64),
                Buffer::I64(vec![largest as i64, half as i64, 7])
            );
            assert_eq!(converted(&values, DType::I8), Buffer::I8(vec![-1, 0, 7]));
            assert_eq!(converted(&values, DType::Bool), Buffer::Bool(vec![true; 3]));
            assert_eq!(converted(&Buffer::I8(vec![-1, 7]), dtype), buffer(dtype, &[largest, 7]));
            let floats = Buffer::F32(vec![-1.9, half as f32, 7.9]);
            assert_eq!(converted(&floats, dtype), buffer(dtype, &[largest, half, 7]));
        }
        let odd = Buffer::F64(vec![f64::NAN, f64::INFINITY, 1.8e19]);
        assert_eq!(
            converted(&odd, DType::U64),
            Buffer::U64(vec![i64::MIN, 0, 1.8e19 as u64 as i64])
        );
        assert_eq!(
            converted(&buffer(DType::U16, &[65535]), DType::U32),
            buffer(DType::U32, &[65535])
        );
    }

    #[test]
    fn order_is_that_of_unsigned_numbers() {
        for dtype in WIDE {
            let [largest, half] = ends(dtype);
            let (x, y) = (buffer(dtype, &[largest, 1, half]), buffer(dtype, &[1, largest, half]));
            assert_eq!(
                applied(&Prim::Binary(Binary::Lt), &[&x, &y], DType::Bool, 3),
                Ok(Buffer::Bool(vec![false, true, false]))
            );
            assert_eq!(
                applied(&Prim::Binary(Binary::Maximum), &[&x, &y], dtype, 3),
                Ok(buffer(dtype, &[largest, largest, half]))
            );
            let sort = Prim::ArgSort {
                dim: 0,
                descending: false,
            };
            assert_eq!(applied(&sort, &[&x], DType::I64, 3), Ok(Buffer::I64(vec![1, 2, 0])));
            let least = Prim::Reduce {
                op: Reduce::Min,
                dims: vec![0],
            };
            assert_eq!(applied(&least, &[&x], dtype, 1), Ok(buffer(dtype, &[1])));
        }
    }

    #[test]
    fn arithmetic_is_modulo_the_width() {
        for dtype in WIDE {
            let [largest, half] = ends(dtype);
            let (x, y) = (buffer(dtype, &[largest, half, 3]), buffer(dtype, &[2, 2, 4]));
            let of = |op| applied(&Prim::Binary(op), &[&x, &y], dtype, 3).unwrap();
            assert_eq!(of(Binary::Add), buffer(dtype, &[1, half + 2, 7]));
            assert_eq!(of(Binary::Sub), buffer(dtype, &[largest - 2, half - 2, largest]));
            assert_eq!(of(Binary::Mul), buffer(dtype, &[largest - 1, 0, 12]));
            assert_eq!(of(Binary::BitwiseXor), buffer(dtype, &[largest - 2, half + 2, 7]));
            assert_eq!(of(Binary::ShiftRight), buffer(dtype, &[largest / 4, half / 4, 0]));
            assert_eq!(of(Binary::ShiftLeft), buffer(dtype, &[largest - 3, 0, 48]));
        }
        let x = buffer(DType::U64, &[u64::MAX]);
        assert!(applied(&Prim::Binary(Binary::FloorDivide), &[&x, &x], DType::U64, 1).is_err());
    }
}
