//! The functions of the module, under the names by which the engine asks for them, and their types.
//!
//! All take pointers into the engine's memory. Natively and in the recorder they are ordinary functions, which tests call.
//! Refuses to check: the engine's `cpu::loops` does that. Read next: `products`.

use super::products::{self, Block};
use super::vector::{F32s, F64s};

/// Adds the product of two packed blocks.
pub type MultiplyBlocks<T> = unsafe extern "C" fn(&Block<T>);
/// The sum of the products of `len` elements.
pub type Dot<T> = unsafe extern "C" fn(x: *const T, y: *const T, len: usize) -> T;

macro_rules! products {
    ($blocks:ident, $dot:ident, $element:ident, $vector:ident) => {
        /// See [`MultiplyBlocks`].
        ///
        /// # Safety
        /// As [`products::multiply_blocks`].
        #[allow(
            unsafe_code,
            reason = "the module's functions are found by their names, and take pointers"
        )]
        #[cfg_attr(target_feature = "relaxed-simd", unsafe(no_mangle))]
        pub unsafe extern "C" fn $blocks(block: &Block<$element>) {
            // SAFETY: the caller's.
            unsafe { products::multiply_blocks::<$vector>(*block) }
        }

        /// See [`Dot`].
        ///
        /// # Safety
        /// As [`products::dot`].
        #[allow(
            unsafe_code,
            reason = "the module's functions are found by their names, and take pointers"
        )]
        #[cfg_attr(target_feature = "relaxed-simd", unsafe(no_mangle))]
        pub unsafe extern "C" fn $dot(x: *const $element, y: *const $element, len: usize) -> $element {
            // SAFETY: the caller's.
            unsafe { products::dot::<$vector>(x, y, len) }
        }
    };
}
products!(multiply_blocks_f32, dot_f32, f32, F32s);
products!(multiply_blocks_f64, dot_f64, f64, F64s);
