//! Element types and PyTorch's promotion rules.
//!
//! One table gives every dtype its name, width and category; promotion is derived from the categories.
//! The wide unsigned integers are stored and given to the CPU kernels as the bits of the signed ones: see `cpu::unsigned`.
//! Refuses to know how values are stored or computed: see `cpu::buffer` and `codegen`.
//! Source: <https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc>

use std::fmt;

use crate::error::{Error, Result};

/// The kind of number a dtype holds, in promotion order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Truth values.
    Bool,
    /// Signed and unsigned integers.
    Integer,
    /// Floating point numbers.
    Float,
}

macro_rules! dtypes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $name:literal, $bytes:literal, $category:ident, $full:literal;)*) => {
        /// An element type. The discriminant is the code used on the wire and by Python.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum DType { $($(#[$doc])* $variant = $code),* }

        impl DType {
            /// Every dtype, in code order.
            pub const ALL: &'static [DType] = &[$(DType::$variant),*];

            /// PyTorch's name without the `torch.` prefix.
            pub const fn name(self) -> &'static str { match self { $(DType::$variant => $name),* } }

            /// Bytes of one element on the CPU.
            pub const fn size_bytes(self) -> usize { match self { $(DType::$variant => $bytes),* } }

            /// Bool, integer or float.
            pub const fn category(self) -> Category { match self { $(DType::$variant => Category::$category),* } }

            /// The scalar type's name in PyTorch's error messages ("Float", "Long").
            pub const fn scalar_type_name(self) -> &'static str { match self { $(DType::$variant => $full),* } }

            /// The dtype with this code, if there is one.
            pub const fn from_code(code: u8) -> Option<DType> { match code { $($code => Some(DType::$variant),)* _ => None } }
        }
    };
}

dtypes! {
    /// `torch.bool`
    Bool = 0, "bool", 1, Bool, "Bool";
    /// `torch.uint8`
    U8 = 1, "uint8", 1, Integer, "Byte";
    /// `torch.int8`
    I8 = 2, "int8", 1, Integer, "Char";
    /// `torch.int16`
    I16 = 3, "int16", 2, Integer, "Short";
    /// `torch.int32`
    I32 = 4, "int32", 4, Integer, "Int";
    /// `torch.int64`; held as 32-bit integers on the GPU.
    I64 = 5, "int64", 8, Integer, "Long";
    /// `torch.float16`
    F16 = 6, "float16", 2, Float, "Half";
    /// `torch.bfloat16`
    BF16 = 7, "bfloat16", 2, Float, "BFloat16";
    /// `torch.float32`
    F32 = 8, "float32", 4, Float, "Float";
    /// `torch.float64`; CPU only.
    F64 = 9, "float64", 8, Float, "Double";
    /// `torch.uint16`; CPU only.
    U16 = 10, "uint16", 2, Integer, "UInt16";
    /// `torch.uint32`; CPU only.
    U32 = 11, "uint32", 4, Integer, "UInt32";
    /// `torch.uint64`; CPU only.
    U64 = 12, "uint64", 8, Integer, "UInt64";
}

impl DType {
    /// The C++ type's name in PyTorch's messages about overflow.
    pub const fn c_name(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::U8 => "uint8_t",
            DType::I8 => "int8_t",
            DType::I16 => "int16_t",
            DType::I32 => "int",
            DType::I64 => "int64_t",
            DType::F16 => "at::Half",
            DType::BF16 => "at::BFloat16",
            DType::F32 => "float",
            DType::F64 => "double",
            DType::U16 => "uint16_t",
            DType::U32 => "uint32_t",
            DType::U64 => "uint64_t",
        }
    }

    /// Bytes of one element on its way to the GPU and back: half types travel as they are, all else in 32 bits.
    pub const fn wire_bytes(self) -> usize {
        if self.is_half() { 2 } else { 4 }
    }

    /// True for the float types of two bytes.
    pub const fn is_half(self) -> bool {
        matches!(self, DType::F16 | DType::BF16)
    }

    /// True for floating point dtypes.
    pub const fn is_float(self) -> bool {
        matches!(self.category(), Category::Float)
    }

    /// True for integers, not for bool.
    pub const fn is_integer(self) -> bool {
        matches!(self.category(), Category::Integer)
    }

    /// True for the unsigned integers wider than a byte, for which PyTorch has few kernels and no promotion.
    pub const fn is_wide_unsigned(self) -> bool {
        matches!(self, DType::U16 | DType::U32 | DType::U64)
    }

    /// The dtype as whose elements the bits of this one are held: the signed integer of the same width for a wide
    /// unsigned one, else the dtype itself.
    pub const fn held_as(self) -> DType {
        match self {
            DType::U16 => DType::I16,
            DType::U32 => DType::I32,
            DType::U64 => DType::I64,
            _ => self,
        }
    }

    /// The dtype that both operands of a binary operator are converted to (`torch.promote_types`). A wide unsigned
    /// integer meets itself and floats only, as in PyTorch.
    pub fn promote(self, other: DType) -> Result<DType> {
        use DType::{BF16, F16, F32, I8, I16, U8};
        if self == other {
            return Ok(self);
        }
        let is_wide_unsigned = self.is_wide_unsigned() || other.is_wide_unsigned();
        if is_wide_unsigned && !self.is_float() && !other.is_float() {
            return Err(Error::runtime(format!(
                "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote {} and {}",
                self.scalar_type_name(),
                other.scalar_type_name()
            )));
        }
        let (low, high) = if self.category() <= other.category() {
            (self, other)
        } else {
            (other, self)
        };
        if low.category() < high.category() {
            return Ok(high);
        }
        Ok(match (self, other) {
            // Neither half type holds the other's values.
            (F16, BF16) | (BF16, F16) => F32,
            // An unsigned byte and a signed one meet in the next wider signed type.
            (U8, I8) | (I8, U8) => I16,
            // Wider wins; U8 against any wider signed type is that type.
            _ => {
                if self.size_bytes() >= other.size_bytes() {
                    self
                } else {
                    other
                }
            }
        })
    }
}

impl fmt::Display for DType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "torch.{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        for &dtype in DType::ALL {
            assert_eq!(DType::from_code(dtype as u8), Some(dtype));
        }
        assert_eq!(DType::from_code(200), None);
    }

    #[test]
    fn promotion_follows_pytorch() {
        assert_eq!(DType::U8.promote(DType::I8), Ok(DType::I16));
        assert_eq!(DType::I64.promote(DType::F16), Ok(DType::F16));
        assert_eq!(DType::F16.promote(DType::BF16), Ok(DType::F32));
        assert_eq!(DType::Bool.promote(DType::U8), Ok(DType::U8));
        assert_eq!(DType::I32.promote(DType::I64), Ok(DType::I64));
        assert_eq!(DType::F32.promote(DType::F64), Ok(DType::F64));
    }

    #[test]
    fn wide_unsigned_integers_meet_floats_only() {
        assert_eq!(DType::U16.promote(DType::U16), Ok(DType::U16));
        assert_eq!(DType::U64.promote(DType::F16), Ok(DType::F16));
        assert_eq!(DType::BF16.promote(DType::U32), Ok(DType::BF16));
        assert_eq!(
            DType::U16.promote(DType::I64).map_err(|error| error.to_string()),
            Err(
                "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote UInt16 and Long"
                    .into()
            )
        );
        assert!(DType::Bool.promote(DType::U32).is_err() && DType::U16.promote(DType::U32).is_err());
    }
}
