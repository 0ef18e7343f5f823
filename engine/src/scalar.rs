//! A Python number given to an operator, and how it takes part in type promotion.
//!
//! Refuses to be a zero-dim tensor: those have a dtype of their own.
//! Read next: `dtype`.

use crate::dtype::{Category, DType};

/// A Python `bool`, `int` or `float`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// `True` or `False`.
    Bool(bool),
    /// An `int` that fits 64 bits.
    Int(i64),
    /// A `float`.
    Float(f64),
}

impl Scalar {
    /// Bool, integer or float.
    pub const fn category(self) -> Category {
        match self {
            Scalar::Bool(_) => Category::Bool,
            Scalar::Int(_) => Category::Integer,
            Scalar::Float(_) => Category::Float,
        }
    }

    /// The value as a double.
    pub fn as_f64(self) -> f64 {
        match self {
            Scalar::Bool(value) => f64::from(u8::from(value)),
            Scalar::Int(value) => value as f64,
            Scalar::Float(value) => value,
        }
    }

    /// The value as an integer, truncated toward zero (saturating, NaN gives 0).
    pub fn as_i64(self) -> i64 {
        match self {
            Scalar::Bool(value) => i64::from(value),
            Scalar::Int(value) => value,
            Scalar::Float(value) => value as i64,
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
    fn a_scalar_only_raises_the_category() {
        assert_eq!(Scalar::Float(1.5).result_type(DType::I64, DType::F32), DType::F32);
        assert_eq!(Scalar::Float(1.5).result_type(DType::F16, DType::F32), DType::F16);
        assert_eq!(Scalar::Int(300).result_type(DType::U8, DType::F32), DType::U8);
        assert_eq!(Scalar::Int(1).result_type(DType::Bool, DType::F32), DType::I64);
    }
}
