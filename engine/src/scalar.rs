//! A Python number given to an operator, and how it takes part in type promotion.
//!
//! Refuses to be a zero-dim tensor: those have a dtype of their own.
//! Read next: `dtype`.

use crate::dtype::{Category, DType};
use crate::error::{Error, Result};

/// A Python `bool`, `int` or `float`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// `True` or `False`.
    Bool(bool),
    /// An `int` that fits 64 bits with a sign.
    Int(i64),
    /// An `int` that fits 64 bits without a sign only.
    Unsigned(u64),
    /// A `float`.
    Float(f64),
}

impl Scalar {
    /// Bool, integer or float.
    pub const fn category(self) -> Category {
        match self {
            Scalar::Bool(_) => Category::Bool,
            Scalar::Int(_) | Scalar::Unsigned(_) => Category::Integer,
            Scalar::Float(_) => Category::Float,
        }
    }

    /// The value as a double.
    pub fn as_f64(self) -> f64 {
        match self {
            Scalar::Bool(value) => f64::from(u8::from(value)),
            Scalar::Int(value) => value as f64,
            Scalar::Unsigned(value) => value as f64,
            Scalar::Float(value) => value,
        }
    }

    /// The value as an integer, truncated toward zero (saturating, NaN gives 0); of an unsigned one the bits.
    pub fn as_i64(self) -> i64 {
        match self {
            Scalar::Bool(value) => i64::from(value),
            Scalar::Int(value) => value,
            Scalar::Unsigned(value) => value as i64,
            Scalar::Float(value) => value as i64,
        }
    }

    /// The number itself, or PyTorch's error if a tensor of this dtype cannot hold it. Negative integers wrap in unsigned dtypes.
    pub fn fitting(self, dtype: DType) -> Result<Scalar> {
        let bits = 8 * dtype.size_bytes() as u32;
        let is_unsigned = dtype == DType::U8 || dtype.is_wide_unsigned();
        let largest = match dtype {
            DType::F16 => 65504.0,
            DType::BF16 => 3.389_531_389_251_535_5e38,
            DType::F32 => f64::from(f32::MAX),
            DType::F64 => f64::MAX,
            DType::Bool => return Ok(self),
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => 2f64.powi(bits as i32),
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => 2f64.powi(bits as i32 - 1) - 1.0,
        };
        let fits = match self {
            Scalar::Bool(_) => true,
            Scalar::Unsigned(value) if dtype.is_float() => value as f64 <= largest,
            Scalar::Unsigned(_) => dtype == DType::U64,
            Scalar::Int(_) if bits >= 64 && !dtype.is_float() => true,
            Scalar::Int(value) if is_unsigned => value.unsigned_abs() < 1 << bits,
            Scalar::Int(value) if !dtype.is_float() => value == (value << (64 - bits)) >> (64 - bits),
            Scalar::Int(value) => (value as f64).abs() <= largest,
            Scalar::Float(value) if dtype.is_float() => !value.is_finite() || value.abs() <= largest,
            Scalar::Float(value) => {
                let smallest = if is_unsigned { 0.0 } else { -largest - 1.0 };
                value >= smallest && if is_unsigned { value < largest } else { value <= largest }
            }
        };
        if fits {
            Ok(self)
        } else {
            Err(Error::runtime(format!(
                "value cannot be converted to type {} without overflow",
                dtype.c_name()
            )))
        }
    }

    /// The dtype of `tensor op scalar`: a scalar changes the dtype only by a higher category, and then
    /// to that category's default (`int64`, or the given default float).
    pub fn result_type(self, tensor: DType, default_float: DType) -> DType {
        if self.category() <= tensor.category() {
            return tensor;
        }
        match self.category() {
            Category::Bool => DType::Bool,
            Category::Integer => DType::I64,
            Category::Float => default_float,
        }
    }
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Scalar {
        Scalar::Float(value)
    }
}

impl From<i64> for Scalar {
    fn from(value: i64) -> Scalar {
        Scalar::Int(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(Scalar::Int(300).fitting(DType::U8).is_err());
        assert!(Scalar::Int(-1).fitting(DType::U8).is_ok());
        assert!(Scalar::Int(i64::MIN).fitting(DType::I64).is_ok());
        assert!(Scalar::Int(128).fitting(DType::I8).is_err());
        assert!(Scalar::Float(f64::NEG_INFINITY).fitting(DType::I64).is_err());
        assert!(Scalar::Float(f64::INFINITY).fitting(DType::F16).is_ok());
        assert!(Scalar::Float(1e5).fitting(DType::F16).is_err());
        assert!(Scalar::Float(1.5).fitting(DType::I32).is_ok());
        assert!(Scalar::Int(65535).fitting(DType::U16).is_ok() && Scalar::Int(65536).fitting(DType::U16).is_err());
        assert!(Scalar::Int(-1).fitting(DType::U64).is_ok() && Scalar::Float(-1.0).fitting(DType::U64).is_err());
        assert!(Scalar::Unsigned(1 << 63).fitting(DType::U64).is_ok());
        assert!(Scalar::Unsigned(1 << 63).fitting(DType::I64).is_err());
        assert!(Scalar::Float(255.0).fitting(DType::U8).is_ok() && Scalar::Float(256.0).fitting(DType::U8).is_err());
    }

    #[test]
    fn a_scalar_only_raises_the_category() {
        assert_eq!(Scalar::Float(1.5).result_type(DType::I64, DType::F32), DType::F32);
        assert_eq!(Scalar::Float(1.5).result_type(DType::F16, DType::F32), DType::F16);
        assert_eq!(Scalar::Int(300).result_type(DType::U8, DType::F32), DType::U8);
        assert_eq!(Scalar::Int(1).result_type(DType::Bool, DType::F32), DType::I64);
    }
}
