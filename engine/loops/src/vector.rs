//! Registers of two f64 or four f32, which sums of products are held in.
//!
//! With relaxed SIMD they are the browser's; in every other build arrays stand in for them, so that the loops over them can be
//! tested natively. Refuses everything that sums of products do not need; see `number` for functions.

use core::ops::AddAssign;

/// Numbers side by side.
#[allow(unsafe_code, reason = "registers are read and written through pointers")]
pub trait Vector: Copy {
    /// One number.
    type Element: Copy + AddAssign;
    /// How many there are.
    const WIDTH: usize;

    /// Zeros.
    fn zero() -> Self;
    /// One number in every place.
    fn repeat(element: Self::Element) -> Self;
    /// Reads neighbours in memory.
    ///
    /// # Safety
    /// As many numbers can be read.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// Writes neighbours in memory.
    ///
    /// # Safety
    /// As many numbers can be written.
    unsafe fn store(self, to: *mut Self::Element);
    /// The sums place by place.
    fn plus(self, other: Self) -> Self;
    /// `self * factor + addend` with one rounding, where the build has an instruction for that.
    fn multiply_add(self, factor: Self, addend: Self) -> Self;
    /// The first number.
    fn first(self) -> Self::Element;
    /// The sum of all, halves added to halves.
    fn sum(self) -> Self::Element;
}

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
mod register {
    use core::arch::wasm32::{
        f32x4_add, f32x4_extract_lane, f32x4_relaxed_madd, f32x4_splat, f64x2_add, f64x2_extract_lane,
        f64x2_relaxed_madd, f64x2_splat, v128, v128_load, v128_store,
    };

    use super::Vector;

    macro_rules! register {
        ($name:ident, $element:ident, $width:literal, $splat:ident, $add:ident, $multiply_add:ident, $extract:ident, $sum:expr) => {
            #[doc = concat!("A register of ", stringify!($element), ".")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name(v128);

            #[allow(unsafe_code, reason = "registers are read and written through pointers")]
            impl Vector for $name {
                type Element = $element;
                const WIDTH: usize = $width;

                #[inline(always)]
                fn zero() -> Self {
                    $name($splat(0.0))
                }

                #[inline(always)]
                fn repeat(element: $element) -> Self {
                    $name($splat(element))
                }

                #[inline(always)]
                unsafe fn load(from: *const $element) -> Self {
                    // SAFETY: the caller's; the instruction needs no alignment.
                    $name(unsafe { v128_load(from.cast()) })
                }

                #[inline(always)]
                unsafe fn store(self, to: *mut $element) {
                    // SAFETY: the caller's; the instruction needs no alignment.
                    unsafe { v128_store(to.cast(), self.0) }
                }

                #[inline(always)]
                fn plus(self, other: Self) -> Self {
                    $name($add(self.0, other.0))
                }

                #[inline(always)]
                fn multiply_add(self, factor: Self, addend: Self) -> Self {
                    $name($multiply_add(self.0, factor.0, addend.0))
                }

                #[inline(always)]
                fn first(self) -> $element {
                    $extract::<0>(self.0)
                }

                #[inline(always)]
                fn sum(self) -> $element {
                    $sum(self.0)
                }
            }
        };
    }

    register!(
        F32s,
        f32,
        4,
        f32x4_splat,
        f32x4_add,
        f32x4_relaxed_madd,
        f32x4_extract_lane,
        |x| {
            (f32x4_extract_lane::<0>(x) + f32x4_extract_lane::<2>(x))
                + (f32x4_extract_lane::<1>(x) + f32x4_extract_lane::<3>(x))
        }
    );
    register!(
        F64s,
        f64,
        2,
        f64x2_splat,
        f64x2_add,
        f64x2_relaxed_madd,
        f64x2_extract_lane,
        |x| f64x2_extract_lane::<0>(x) + f64x2_extract_lane::<1>(x)
    );
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
mod register {
    use super::Vector;

    macro_rules! register {
        ($name:ident, $element:ident, $width:literal) => {
            #[doc = concat!("Numbers in the place of a register of ", stringify!($element), ".")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name([$element; $width]);

            #[allow(unsafe_code, reason = "registers are read and written through pointers")]
            impl Vector for $name {
                type Element = $element;
                const WIDTH: usize = $width;

                #[inline(always)]
                fn zero() -> Self {
                    $name([0.0; $width])
                }

                #[inline(always)]
                fn repeat(element: $element) -> Self {
                    $name([element; $width])
                }

                #[inline(always)]
                unsafe fn load(from: *const $element) -> Self {
                    // SAFETY: the caller's; an array of elements has their alignment.
                    $name(unsafe { *from.cast() })
                }

                #[inline(always)]
                unsafe fn store(self, to: *mut $element) {
                    // SAFETY: the caller's; an array of elements has their alignment.
                    unsafe { *to.cast() = self.0 }
                }

                #[inline(always)]
                fn plus(self, other: Self) -> Self {
                    $name(core::array::from_fn(|place| self.0[place] + other.0[place]))
                }

                #[inline(always)]
                fn multiply_add(self, factor: Self, addend: Self) -> Self {
                    $name(core::array::from_fn(|place| {
                        let (x, y, z) = (self.0[place], factor.0[place], addend.0[place]);
                        #[cfg(target_feature = "fma")]
                        return x.mul_add(y, z);
                        #[cfg(not(target_feature = "fma"))]
                        return x * y + z;
                    }))
                }

                #[inline(always)]
                fn first(self) -> $element {
                    self.0[0]
                }

                #[inline(always)]
                fn sum(self) -> $element {
                    let mut sums = self.0;
                    let mut width = $width / 2;
                    while width > 0 {
                        for place in 0..width {
                            sums[place] += sums[place + width];
                        }
                        width /= 2;
                    }
                    sums[0]
                }
            }
        };
    }

    register!(F32s, f32, 4);
    register!(F64s, f64, 2);
}

pub use register::{F32s, F64s};
