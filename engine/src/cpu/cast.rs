//! Conversions between dtypes, and the widening and narrowing that kernels of few types rely on.
//!
//! Floats become integers by truncation; what does not fit becomes what PyTorch's x86 builds give:
//! the smallest integer of the intermediate type, then wrapped. Integers wrap. Anything not zero is true.
//! Doubles become half types by way of f32, as PyTorch converts them. Refuses to know operators.

use std::borrow::Cow;

use half::{bf16, f16};

use super::Operand;
use super::buffer::{Buffer, Element, for_dtype, for_dtype_of};
use super::strided::{contiguous, gather, gather_map};
use super::unsigned;
use crate::dtype::DType;
use crate::error::Result;
use crate::scalar::Scalar;
use crate::view::View;

/// The type that CPU kernels compute a dtype in: [`as_contiguous`] brings operands to it, [`narrow`] takes results back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computed {
    /// Also half types, which are rounded afterwards.
    F32,
    /// float64 alone.
    F64,
    /// Integers and bool, which are wrapped afterwards.
    I64,
}

impl Computed {
    /// The type of a dtype.
    pub const fn of(dtype: DType) -> Computed {
        match dtype {
            DType::F16 | DType::BF16 | DType::F32 => Computed::F32,
            DType::F64 => Computed::F64,
            DType::Bool
            | DType::U8
            | DType::I8
            | DType::I16
            | DType::I32
            | DType::I64
            | DType::U16
            | DType::U32
            | DType::U64 => Computed::I64,
        }
    }
}

/// An element that converts to and from the widest type of its kind.
pub trait Convert: Element {
    /// True for floats.
    const IS_FLOAT: bool;
    /// The value as a double.
    fn to_f64(self) -> f64;
    /// The value as an integer.
    fn to_i64(self) -> i64;
    /// From a double.
    fn from_f64(value: f64) -> Self;
    /// From an integer.
    fn from_i64(value: i64) -> Self;

    /// From a Python number.
    fn from_scalar(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool(value) => Self::from_i64(i64::from(value)),
            Scalar::Int(value) => Self::from_i64(value),
            Scalar::Unsigned(value) if Self::IS_FLOAT => Self::from_f64(value as f64),
            Scalar::Unsigned(value) => Self::from_i64(value as i64),
            Scalar::Float(value) => Self::from_f64(value),
        }
    }

    /// From another element.
    fn convert_from<S: Convert>(element: S) -> Self {
        if S::IS_FLOAT {
            Self::from_f64(element.to_f64())
        } else {
            Self::from_i64(element.to_i64())
        }
    }
}

/// Truncation to int64 with the smallest one for NaN and whatever does not fit.
pub fn truncate_to_i64(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// Truncation to int32 with the smallest one for NaN and whatever does not fit.
fn truncate_to_i32(value: f64) -> i32 {
    if value > -2_147_483_649.0 && value < 2_147_483_648.0 {
        value as i32
    } else {
        i32::MIN
    }
}

macro_rules! convert_integer {
    ($integer:ident, $truncate:expr) => {
        impl Convert for $integer {
            const IS_FLOAT: bool = false;
            fn to_f64(self) -> f64 {
                self as f64
            }
            fn to_i64(self) -> i64 {
                self as i64
            }
            fn from_f64(value: f64) -> Self {
                $truncate(value) as $integer
            }
            fn from_i64(value: i64) -> Self {
                value as $integer
            }
        }
    };
}

convert_integer!(u8, truncate_to_i64);
convert_integer!(i8, truncate_to_i32);
convert_integer!(i16, truncate_to_i32);
convert_integer!(i32, truncate_to_i32);
convert_integer!(i64, truncate_to_i64);

macro_rules! convert_float {
    ($float:ident, $to:expr, $from_f64:expr, $from_i64:expr) => {
        impl Convert for $float {
            const IS_FLOAT: bool = true;
            fn to_f64(self) -> f64 {
                $to(self)
            }
            fn to_i64(self) -> i64 {
                truncate_to_i64($to(self))
            }
            fn from_f64(value: f64) -> Self {
                $from_f64(value)
            }
            fn from_i64(value: i64) -> Self {
                $from_i64(value)
            }
        }
    };
}

convert_float!(f16, f16::to_f64, |value| f16::from_f32(value as f32), |value| {
    f16::from_f32(value as f32)
});
convert_float!(bf16, bf16::to_f64, |value| bf16::from_f32(value as f32), |value| {
    bf16::from_f32(value as f32)
});
convert_float!(f32, f64::from, |value| value as f32, |value| value as f32);
convert_float!(f64, f64::from, |value| value, |value| value as f64);

impl Convert for bool {
    const IS_FLOAT: bool = false;
    fn to_f64(self) -> f64 {
        f64::from(u8::from(self))
    }
    fn to_i64(self) -> i64 {
        i64::from(self)
    }
    fn from_f64(value: f64) -> Self {
        value != 0.0
    }
    fn from_i64(value: i64) -> Self {
        value != 0
    }
}

/// The operand's elements converted to `dtype`, row-major.
pub fn cast(operand: Operand<'_>, dtype: DType) -> Result<Buffer> {
    if operand.buffer.dtype() == dtype {
        return copy(operand);
    }
    if operand.buffer.dtype().is_wide_unsigned() || dtype.is_wide_unsigned() {
        return unsigned::cast(operand, dtype);
    }
    for_dtype!(dtype, T => widen::<T>(operand).map(Buffer::from))
}

/// The operand's elements, row-major, in a buffer of their own.
pub fn copy(operand: Operand<'_>) -> Result<Buffer> {
    let dtype = operand.buffer.dtype();
    for_dtype_of!(operand.buffer, elements => Ok(Buffer::from(gather(elements, operand.view)?).tagged(dtype)))
}

/// The operand's elements as another type, row-major.
pub fn widen<T: Convert>(operand: Operand<'_>) -> Result<Vec<T>> {
    if operand.buffer.dtype().is_wide_unsigned() {
        let converted = unsigned::cast(operand, T::DTYPE)?;
        return gather(T::slice(&converted)?, &View::contiguous(&[converted.len()]));
    }
    for_dtype_of!(operand.buffer, elements => gather_map(elements, operand.view, T::convert_from))
}

/// The operand's elements as `T`, row-major; borrowed if they are `T` and lie so.
pub fn as_contiguous<'a, T: Convert>(operand: Operand<'a>) -> Result<Cow<'a, [T]>> {
    elements_of(operand.buffer, operand.view)
}

/// The elements of a view as `T`, row-major; borrowed from the buffer if they are `T` and lie so.
pub fn elements_of<'a, T: Convert>(buffer: &'a Buffer, view: &View) -> Result<Cow<'a, [T]>> {
    if buffer.dtype() == T::DTYPE {
        contiguous(buffer, view)
    } else {
        widen(Operand { buffer, view }).map(Cow::Owned)
    }
}

/// A kernel's result brought to the output dtype; nothing is copied if it has that dtype.
pub fn narrow(result: Buffer, dtype: DType) -> Result<Buffer> {
    if result.dtype() == dtype.held_as() {
        return Ok(result.tagged(dtype));
    }
    let view = View::contiguous(&[result.len()]);
    cast(
        Operand {
            buffer: &result,
            view: &view,
        },
        dtype,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(buffer: Buffer, dtype: DType) -> Buffer {
        let view = View::contiguous(&[buffer.len()]);
        cast(
            Operand {
                buffer: &buffer,
                view: &view,
            },
            dtype,
        )
        .unwrap()
    }

    #[test]
    fn floats_truncate_and_wrap() {
        let floats = Buffer::F32(vec![-1.7, 2.9, 300.0, f32::NAN]);
        assert_eq!(
            converted(floats.clone(), DType::I64),
            Buffer::I64(vec![-1, 2, 300, i64::MIN])
        );
        assert_eq!(converted(floats.clone(), DType::U8), Buffer::U8(vec![255, 2, 44, 0]));
        assert_eq!(
            converted(floats.clone(), DType::I32),
            Buffer::I32(vec![-1, 2, 300, i32::MIN])
        );
        assert_eq!(converted(floats, DType::Bool), Buffer::Bool(vec![true; 4]));
    }

    #[test]
    fn integers_wrap_and_round() {
        let integers = Buffer::I64(vec![-1, 257, (1 << 24) + 1]);
        assert_eq!(converted(integers.clone(), DType::U8), Buffer::U8(vec![255, 1, 1]));
        assert_eq!(
            converted(integers.clone(), DType::F32),
            Buffer::F32(vec![-1.0, 257.0, 16_777_216.0])
        );
        assert_eq!(converted(integers, DType::Bool), Buffer::Bool(vec![true; 3]));
    }

    #[test]
    fn every_pair_of_dtypes_converts() {
        for &from in DType::ALL {
            for &to in DType::ALL {
                let one = converted(Buffer::Bool(vec![true, false]), from);
                assert_eq!(
                    converted(converted(one, to), DType::I32),
                    Buffer::I32(vec![1, 0]),
                    "{from} to {to}"
                );
            }
        }
    }
}
