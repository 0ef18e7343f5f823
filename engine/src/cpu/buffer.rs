//! Typed CPU storage: a flat vector of one dtype, and the element trait that kernels are generic over.
//!
//! A wide unsigned dtype has a variant of its own, whose vector holds the bits as signed elements of the same width:
//! kernels are made for the signed type alone (see `unsigned`). Refuses to know shapes and strides (see `view`), and refuses to abort when memory runs out:
//! every allocation whose size the user chooses is made by [`try_vec`].
//! Read next: `strided`, then the kernels.

use half::{bf16, f16};

use crate::dtype::DType;
use crate::error::{Error, Result};

/// One element on the CPU.
pub trait Element: Copy + Default + PartialEq + PartialOrd + 'static {
    /// The dtype whose buffers hold this type.
    const DTYPE: DType;

    /// The elements of a buffer of this dtype, or the bits of one of the unsigned dtype of its width; an error for
    /// a buffer of another.
    fn slice(buffer: &Buffer) -> Result<&[Self]>;

    /// The elements of a buffer of this dtype, to be changed; an error for a buffer of another.
    fn slice_mut(buffer: &mut Buffer) -> Result<&mut [Self]>;

    /// A buffer over these elements.
    fn into_buffer(elements: Vec<Self>) -> Buffer;

    /// The element from its little-endian bytes; missing bytes count as zero.
    fn from_le_slice(bytes: &[u8]) -> Self;

    /// Appends the element's little-endian bytes.
    fn push_le_bytes(self, bytes: &mut Vec<u8>);
}

macro_rules! buffers {
    ($($(#[$doc:meta])* $variant:ident $(and $twin:ident)?: $element:ident;)*) => {
        /// A flat vector of elements of one dtype.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Buffer { $($(#[$doc])* $variant(Vec<$element>), $(#[doc = "The unsigned dtype of that width: its bits."] $twin(Vec<$element>),)?)* }

        impl Buffer {
            /// The dtype of the elements.
            pub const fn dtype(&self) -> DType { match self { $(Buffer::$variant(_) => DType::$variant, $(Buffer::$twin(_) => DType::$twin,)?)* } }

            /// The number of elements.
            pub fn len(&self) -> usize { match self { $(Buffer::$variant(elements) $(| Buffer::$twin(elements))? => elements.len()),* } }

            /// True if there are no elements.
            pub fn is_empty(&self) -> bool { self.len() == 0 }

            /// Where the elements lie, for who may write bytes there directly. Valid until the buffer is dropped.
            pub fn address(&mut self) -> *mut u8 { match self { $(Buffer::$variant(elements) $(| Buffer::$twin(elements))? => elements.as_mut_ptr().cast()),* } }

            /// `len` zeros.
            pub fn zeros(dtype: DType, len: usize) -> Result<Buffer> {
                Ok(match dtype {
                    $(DType::$variant $(| DType::$twin)? => Buffer::$variant(try_filled(len, <$element>::default())?)),*
                }.tagged(dtype))
            }

            /// The same bits as elements of another dtype, if either is the wide unsigned dtype of the other's width;
            /// otherwise the buffer as it is.
            #[must_use]
            pub fn tagged(self, dtype: DType) -> Buffer {
                match (self, dtype) {
                    $($(
                        (Buffer::$variant(elements), DType::$twin) => Buffer::$twin(elements),
                        (Buffer::$twin(elements), DType::$variant) => Buffer::$variant(elements),
                    )?)*
                    (buffer, _) => buffer,
                }
            }

            /// Elements from their little-endian bytes in storage order.
            pub fn from_bytes(dtype: DType, bytes: &[u8]) -> Result<Buffer> {
                if !bytes.len().is_multiple_of(dtype.size_bytes()) {
                    return Err(Error::value(format!("{} bytes are no whole number of {dtype} elements", bytes.len())));
                }
                Ok(match dtype { $(DType::$variant $(| DType::$twin)? => {
                    let mut elements = try_vec(bytes.len() / dtype.size_bytes())?;
                    elements.extend(bytes.chunks_exact(dtype.size_bytes()).map(<$element>::from_le_slice));
                    Buffer::$variant(elements)
                }),* }.tagged(dtype))
            }
        }

        $(impl From<Vec<$element>> for Buffer {
            fn from(elements: Vec<$element>) -> Buffer { Buffer::$variant(elements) }
        })*

        $(impl Element for $element {
            const DTYPE: DType = DType::$variant;

            fn slice(buffer: &Buffer) -> Result<&[Self]> {
                if let Buffer::$variant(elements) $(| Buffer::$twin(elements))? = buffer { Ok(elements) } else { Err(wrong_dtype(buffer, DType::$variant)) }
            }

            fn slice_mut(buffer: &mut Buffer) -> Result<&mut [Self]> {
                if let Buffer::$variant(elements) $(| Buffer::$twin(elements))? = buffer { Ok(elements) } else { Err(wrong_dtype(buffer, DType::$variant)) }
            }

            fn into_buffer(elements: Vec<Self>) -> Buffer { Buffer::$variant(elements) }

            fn from_le_slice(bytes: &[u8]) -> Self { from_le!(bytes, $element) }

            fn push_le_bytes(self, bytes: &mut Vec<u8>) { push_le!(self, bytes, $element) }
        })*
    };
}

macro_rules! from_le {
    ($bytes:expr, bool) => {
        $bytes.first().is_some_and(|&byte| byte != 0)
    };
    ($bytes:expr, $element:ty) => {{
        let mut array = [0; size_of::<$element>()];
        for (to, &from) in array.iter_mut().zip($bytes) {
            *to = from;
        }
        <$element>::from_le_bytes(array)
    }};
}

macro_rules! push_le {
    ($element:expr, $bytes:expr, bool) => {
        $bytes.push(u8::from($element))
    };
    ($element:expr, $bytes:expr, $type:ty) => {
        $bytes.extend_from_slice(&$element.to_le_bytes())
    };
}

buffers! {
    /// `torch.bool`
    Bool: bool;
    /// `torch.uint8`
    U8: u8;
    /// `torch.int8`
    I8: i8;
    /// `torch.int16`
    I16 and U16: i16;
    /// `torch.int32`
    I32 and U32: i32;
    /// `torch.int64`
    I64 and U64: i64;
    /// `torch.float16`
    F16: f16;
    /// `torch.bfloat16`
    BF16: bf16;
    /// `torch.float32`
    F32: f32;
    /// `torch.float64`
    F64: f64;
}

/// Runs the body with `$elements` bound to the vector inside, whatever its dtype: to the bits of a wide unsigned one.
macro_rules! for_dtype_of {
    ($buffer:expr, $elements:ident => $body:expr) => {
        match $buffer {
            $crate::cpu::buffer::Buffer::Bool($elements) => $body,
            $crate::cpu::buffer::Buffer::U8($elements) => $body,
            $crate::cpu::buffer::Buffer::I8($elements) => $body,
            $crate::cpu::buffer::Buffer::I16($elements) | $crate::cpu::buffer::Buffer::U16($elements) => $body,
            $crate::cpu::buffer::Buffer::I32($elements) | $crate::cpu::buffer::Buffer::U32($elements) => $body,
            $crate::cpu::buffer::Buffer::I64($elements) | $crate::cpu::buffer::Buffer::U64($elements) => $body,
            $crate::cpu::buffer::Buffer::F16($elements) => $body,
            $crate::cpu::buffer::Buffer::BF16($elements) => $body,
            $crate::cpu::buffer::Buffer::F32($elements) => $body,
            $crate::cpu::buffer::Buffer::F64($elements) => $body,
        }
    };
}
pub(crate) use for_dtype_of;

/// Runs the body with `$element` naming the element type of a dtype, or the signed type that holds its bits.
macro_rules! for_dtype {
    ($dtype:expr, $element:ident => $body:expr) => {
        match $dtype {
            $crate::dtype::DType::Bool => {
                type $element = bool;
                $body
            }
            $crate::dtype::DType::U8 => {
                type $element = u8;
                $body
            }
            $crate::dtype::DType::I8 => {
                type $element = i8;
                $body
            }
            $crate::dtype::DType::I16 | $crate::dtype::DType::U16 => {
                type $element = i16;
                $body
            }
            $crate::dtype::DType::I32 | $crate::dtype::DType::U32 => {
                type $element = i32;
                $body
            }
            $crate::dtype::DType::I64 | $crate::dtype::DType::U64 => {
                type $element = i64;
                $body
            }
            $crate::dtype::DType::F16 => {
                type $element = half::f16;
                $body
            }
            $crate::dtype::DType::BF16 => {
                type $element = half::bf16;
                $body
            }
            $crate::dtype::DType::F32 => {
                type $element = f32;
                $body
            }
            $crate::dtype::DType::F64 => {
                type $element = f64;
                $body
            }
        }
    };
}
pub(crate) use for_dtype;

pub use super::memory::{try_filled, try_vec};

fn wrong_dtype(buffer: &Buffer, wanted: DType) -> Error {
    Error::runtime(format!("expected a buffer of {wanted}, got {}", buffer.dtype()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_make_elements() {
        assert_eq!(
            Buffer::from_bytes(DType::Bool, &[0, 7]),
            Ok(Buffer::Bool(vec![false, true]))
        );
        assert_eq!(
            Buffer::from_bytes(DType::I16, &[1, 0, 255, 255]),
            Ok(Buffer::I16(vec![1, -1]))
        );
        assert_eq!(
            Buffer::from_bytes(DType::F32, &1.5f32.to_le_bytes()),
            Ok(Buffer::F32(vec![1.5]))
        );
        assert!(Buffer::from_bytes(DType::F32, &[0; 3]).is_err());
    }

    #[test]
    fn impossible_sizes_are_errors() {
        assert!(Buffer::zeros(DType::F64, usize::MAX / 4).is_err());
        assert_eq!(Buffer::zeros(DType::U8, 2), Ok(Buffer::U8(vec![0, 0])));
    }
}
