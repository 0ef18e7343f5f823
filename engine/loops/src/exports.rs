//! The functions of the module, under the names by which the engine asks for them, and their types.
//!
//! All take pointers into the engine's memory. Natively and in the recorder they are ordinary functions, which tests call.
//! Refuses to check: the engine's `cpu::loops` does that. Read next: `products`, `lanes`.

use super::lanes::Lanes;
use super::products::{self, Block};
use super::vector::{F32s, F64s};

/// Adds the product of two packed blocks.
pub type MultiplyBlocks<T> = unsafe extern "C" fn(&Block<T>);
/// The sum of the products of `len` elements.
pub type Dot<T> = unsafe extern "C" fn(x: *const T, y: *const T, len: usize) -> T;
/// Writes a function of each of `len` elements.
pub type Map = unsafe extern "C" fn(from: *const f32, to: *mut f32, len: usize, lanes: &Lanes);
/// Writes e to the power of each of `len` elements less a shift, as `Lanes::exp_flushed`, and answers their sum.
pub type MapExp = unsafe extern "C" fn(from: *const f32, to: *mut f32, len: usize, lanes: &Lanes, shift: f32) -> f64;

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

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
mod functions {
    use super::Lanes;
    use crate::number::{Number, Quad, WIDTH};

    /// Groups whose sums are added up before the total moves to double precision.
    const SUM_GROUPS: usize = 16;

    /// Writes a function of each element. The last few, which fill no register, are computed one by one, since an array of
    /// them would need a stack.
    ///
    /// # Safety
    /// `len` elements can be read from one and written to the other pointer.
    #[inline(always)]
    #[allow(unsafe_code, reason = "the caller vouches for the pointers")]
    unsafe fn map(from: *const f32, to: *mut f32, len: usize, function: impl Fn(Quad) -> Quad) {
        let whole = len - len % WIDTH;
        for first in (0..whole).step_by(WIDTH) {
            // SAFETY: four elements from `first` on are within `len`.
            unsafe { *to.add(first).cast() = function(Quad::load(&*from.add(first).cast())).floats() }
        }
        for place in whole..len {
            // SAFETY: `place` is less than `len`.
            unsafe { *to.add(place) = function(Quad::of(*from.add(place))).floats()[0] }
        }
    }

    macro_rules! maps {
        ($($name:ident: $method:ident),*) => {$(
            /// See [`super::Map`].
            ///
            /// # Safety
            /// `len` elements can be read from one and written to the other pointer.
            #[allow(unsafe_code, reason = "the module's functions are found by their names, and take pointers")]
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(from: *const f32, to: *mut f32, len: usize, lanes: &Lanes) {
                // Its numbers are read before the first result is written.
                let lanes = *lanes;
                // SAFETY: the caller's.
                unsafe { map(from, to, len, |x| lanes.$method(x)) }
            }
        )*};
    }
    maps!(map_exp: exp, map_log: ln, map_tanh: tanh, map_sigmoid: sigmoid, map_erf: erf);

    /// See [`super::MapExp`].
    ///
    /// # Safety
    /// `len` elements can be read from one and written to the other pointer.
    #[allow(
        unsafe_code,
        reason = "the module's functions are found by their names, and take pointers"
    )]
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn map_exp_shifted(
        from: *const f32,
        to: *mut f32,
        len: usize,
        lanes: &Lanes,
        shift: f32,
    ) -> f64 {
        let lanes = *lanes;
        let shift_all = Quad::of(shift);
        let whole = len - len % WIDTH;
        let mut total = 0.0;
        let mut first = 0;
        while first < whole {
            let end = whole.min(first + SUM_GROUPS * WIDTH);
            let mut sum = Quad::of(0.0);
            while first < end {
                // SAFETY: four elements from `first` on are within `len`.
                unsafe {
                    let result = lanes.exp_flushed(Quad::load(&*from.add(first).cast()) - shift_all);
                    sum = sum + result;
                    *to.add(first).cast() = result.floats();
                }
                first += WIDTH;
            }
            let [a, b, c, d] = sum.floats();
            total += f64::from((a + c) + (b + d));
        }
        for place in whole..len {
            // SAFETY: `place` is less than `len`.
            unsafe {
                let [result, ..] = lanes.exp_flushed(Quad::of(*from.add(place)) - shift_all).floats();
                total += f64::from(result);
                *to.add(place) = result;
            }
        }
        total
    }
}
