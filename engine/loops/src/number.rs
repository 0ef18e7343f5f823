//! One f32, or the four of a SIMD register: what the functions of `lanes` compute with.
//!
//! Loops over single floats become SIMD by the compiler, but it never chooses the instructions of relaxed SIMD, which
//! multiply and add with one rounding. The module that has them computes with `Quad` instead; see [`map`].
//! Refuses to know functions; read next: `lanes`.

use core::ops::{Add, Div, Mul, Neg, Sub};

/// Bits of a float's mantissa without the leading one.
const MANTISSA_DIGITS: u32 = 23;
/// Where they lie.
const MANTISSA_BITS: u32 = 0x007f_ffff;
/// The bits of 0.5.
const HALF_BITS: u32 = 0x3f00_0000;

/// A float, or floats side by side.
pub trait Number:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The bits as signed integers.
    type Bits: Copy;
    /// The same number in every place.
    fn of(number: f32) -> Self;
    /// `self * factor + addend`, with one rounding if the build has an instruction for that.
    fn multiply_add(self, factor: Self, addend: Self) -> Self;
    /// The bound where that is larger; NaN stays.
    fn at_least(self, bound: f32) -> Self;
    /// The bound where that is smaller; NaN stays.
    fn at_most(self, bound: f32) -> Self;
    /// Without the sign.
    fn absolute(self) -> Self;
    /// With the sign of another.
    fn with_sign_of(self, other: Self) -> Self;
    /// One where `self` is less than the bound, the other elsewhere.
    fn choose_below(self, bound: f32, below: Self, other: Self) -> Self;
    /// One where `self` is at least the bound, the other elsewhere and for NaN.
    fn choose_at_least(self, bound: f32, at_least: Self, other: Self) -> Self;
    /// One where `self` equals the number, the other elsewhere.
    fn choose_equal(self, number: f32, equal: Self, other: Self) -> Self;
    /// A positive number's mantissa, scaled into 0.5..1, and its biased exponent.
    fn split(self) -> (Self, Self);
    /// The bits.
    fn bits(self) -> Self::Bits;
    /// Bits as the sum of two halves.
    fn halves(bits: Self::Bits) -> [Self::Bits; 2];
    /// The power of two whose biased exponent the low bits hold; what lies above is shifted out.
    fn power_of_two(exponent: Self::Bits) -> Self;
}

impl Number for f32 {
    type Bits = i32;

    #[inline(always)]
    fn of(number: f32) -> Self {
        number
    }

    #[inline(always)]
    fn multiply_add(self, factor: Self, addend: Self) -> Self {
        #[cfg(target_feature = "fma")]
        return self.mul_add(factor, addend);
        #[cfg(not(target_feature = "fma"))]
        return self * factor + addend;
    }

    #[inline(always)]
    fn at_least(self, bound: f32) -> Self {
        if self < bound { bound } else { self }
    }

    #[inline(always)]
    fn at_most(self, bound: f32) -> Self {
        if self > bound { bound } else { self }
    }

    #[inline(always)]
    fn absolute(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn with_sign_of(self, other: Self) -> Self {
        self.copysign(other)
    }

    #[inline(always)]
    fn choose_below(self, bound: f32, below: Self, other: Self) -> Self {
        if self < bound { below } else { other }
    }

    #[inline(always)]
    fn choose_at_least(self, bound: f32, at_least: Self, other: Self) -> Self {
        if self >= bound { at_least } else { other }
    }

    #[inline(always)]
    fn choose_equal(self, number: f32, equal: Self, other: Self) -> Self {
        if self == number { equal } else { other }
    }

    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let bits = self.to_bits();
        let mantissa = f32::from_bits((bits & MANTISSA_BITS) | HALF_BITS);
        (mantissa, (bits >> MANTISSA_DIGITS) as i32 as f32)
    }

    #[inline(always)]
    fn bits(self) -> i32 {
        self.to_bits() as i32
    }

    #[inline(always)]
    fn halves(bits: i32) -> [i32; 2] {
        let half = bits >> 1;
        [half, bits.wrapping_sub(half)]
    }

    #[inline(always)]
    fn power_of_two(exponent: i32) -> Self {
        f32::from_bits((exponent << MANTISSA_DIGITS) as u32)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
mod quad {
    use core::arch::wasm32::{
        f32x4, f32x4_abs, f32x4_add, f32x4_convert_i32x4, f32x4_div, f32x4_eq, f32x4_extract_lane, f32x4_ge, f32x4_gt,
        f32x4_lt, f32x4_mul, f32x4_neg, f32x4_relaxed_madd, f32x4_splat, f32x4_sub, i32x4_shl, i32x4_shr, i32x4_sub,
        u32x4_shr, u32x4_splat, v128, v128_and, v128_bitselect, v128_or,
    };
    use core::ops::{Add, Div, Mul, Neg, Sub};

    use super::{HALF_BITS, MANTISSA_BITS, MANTISSA_DIGITS, Number};

    /// Floats of a register.
    pub const WIDTH: usize = 4;

    /// Four floats in a register.
    #[derive(Clone, Copy, Debug)]
    pub struct Quad(v128);

    impl Quad {
        /// Reads four floats.
        #[inline(always)]
        pub fn load(elements: &[f32; WIDTH]) -> Quad {
            Quad(f32x4(elements[0], elements[1], elements[2], elements[3]))
        }

        /// The four floats.
        #[inline(always)]
        pub fn floats(self) -> [f32; WIDTH] {
            [
                f32x4_extract_lane::<0>(self.0),
                f32x4_extract_lane::<1>(self.0),
                f32x4_extract_lane::<2>(self.0),
                f32x4_extract_lane::<3>(self.0),
            ]
        }

        /// Where a mask is set one, elsewhere the other. By bits: the compiler makes relaxed instructions, which lose NaN,
        /// of choices between the very numbers that were compared.
        #[inline(always)]
        fn choose(mask: v128, chosen: Quad, other: Quad) -> Quad {
            Quad(v128_bitselect(chosen.0, other.0, mask))
        }
    }

    macro_rules! operator {
        ($trait:ident, $method:ident, $instruction:ident) => {
            impl $trait for Quad {
                type Output = Quad;

                #[inline(always)]
                fn $method(self, other: Quad) -> Quad {
                    Quad($instruction(self.0, other.0))
                }
            }
        };
    }
    operator!(Add, add, f32x4_add);
    operator!(Sub, sub, f32x4_sub);
    operator!(Mul, mul, f32x4_mul);
    operator!(Div, div, f32x4_div);

    impl Neg for Quad {
        type Output = Quad;

        #[inline(always)]
        fn neg(self) -> Quad {
            Quad(f32x4_neg(self.0))
        }
    }

    impl Number for Quad {
        type Bits = v128;

        #[inline(always)]
        fn of(number: f32) -> Self {
            Quad(f32x4_splat(number))
        }

        #[inline(always)]
        fn multiply_add(self, factor: Self, addend: Self) -> Self {
            Quad(f32x4_relaxed_madd(self.0, factor.0, addend.0))
        }

        #[inline(always)]
        fn at_least(self, bound: f32) -> Self {
            let bound = Quad::of(bound);
            Quad::choose(f32x4_lt(self.0, bound.0), bound, self)
        }

        #[inline(always)]
        fn at_most(self, bound: f32) -> Self {
            let bound = Quad::of(bound);
            Quad::choose(f32x4_gt(self.0, bound.0), bound, self)
        }

        #[inline(always)]
        fn absolute(self) -> Self {
            Quad(f32x4_abs(self.0))
        }

        #[inline(always)]
        fn with_sign_of(self, other: Self) -> Self {
            Quad::choose(f32x4_splat(-0.0), other, self)
        }

        #[inline(always)]
        fn choose_below(self, bound: f32, below: Self, other: Self) -> Self {
            Quad::choose(f32x4_lt(self.0, f32x4_splat(bound)), below, other)
        }

        #[inline(always)]
        fn choose_at_least(self, bound: f32, at_least: Self, other: Self) -> Self {
            Quad::choose(f32x4_ge(self.0, f32x4_splat(bound)), at_least, other)
        }

        #[inline(always)]
        fn choose_equal(self, number: f32, equal: Self, other: Self) -> Self {
            Quad::choose(f32x4_eq(self.0, f32x4_splat(number)), equal, other)
        }

        #[inline(always)]
        fn split(self) -> (Self, Self) {
            let digits = v128_and(self.0, u32x4_splat(MANTISSA_BITS));
            let exponent = u32x4_shr(self.0, MANTISSA_DIGITS);
            (
                Quad(v128_or(digits, u32x4_splat(HALF_BITS))),
                Quad(f32x4_convert_i32x4(exponent)),
            )
        }

        #[inline(always)]
        fn bits(self) -> v128 {
            self.0
        }

        #[inline(always)]
        fn halves(bits: v128) -> [v128; 2] {
            let half = i32x4_shr(bits, 1);
            [half, i32x4_sub(bits, half)]
        }

        #[inline(always)]
        fn power_of_two(exponent: v128) -> Self {
            Quad(i32x4_shl(exponent, MANTISSA_DIGITS))
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
pub use quad::{Quad, WIDTH};
