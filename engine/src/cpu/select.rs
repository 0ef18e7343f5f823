//! `Where`: elements of one tensor or another by a condition, without branches.
//!
//! Refuses to broadcast: the operands are expanded views of one shape.

use half::{bf16, f16};

use super::Operand;
use super::buffer::{Buffer, Element, for_dtype, try_vec};
use super::strided::Runs;
use crate::error::Result;

/// `x` where the condition holds, else `y`.
pub fn select(condition: Operand<'_>, x: Operand<'_>, y: Operand<'_>) -> Result<Buffer> {
    for_dtype!(x.buffer.dtype(), T => select_typed::<T>(condition, x, y))
}

/// An element that can be chosen by arithmetic: conditions are as good as random, and a branch a
/// processor cannot foresee costs more than the whole element.
trait Choose: Element {
    /// `x` if the condition holds, else `y`.
    fn choose(condition: bool, x: Self, y: Self) -> Self;
}

macro_rules! choose_integers {
    ($($integer:ident)*) => {$(
        impl Choose for $integer {
            #[inline(always)]
            fn choose(condition: bool, x: Self, y: Self) -> Self {
                let mask = $integer::from(condition).wrapping_neg();
                (x & mask) | (y & !mask)
            }
        }
    )*};
}
choose_integers!(u8 i8 i16 i32 i64);

macro_rules! choose_floats {
    ($($float:ident: $bits:ident)*) => {$(
        impl Choose for $float {
            #[inline(always)]
            fn choose(condition: bool, x: Self, y: Self) -> Self {
                let mask = $bits::from(condition).wrapping_neg();
                $float::from_bits((x.to_bits() & mask) | (y.to_bits() & !mask))
            }
        }
    )*};
}
choose_floats!(f16: u16 bf16: u16 f32: u32 f64: u64);

impl Choose for bool {
    #[inline(always)]
    fn choose(condition: bool, x: Self, y: Self) -> Self {
        (x & condition) | (y & !condition)
    }
}

fn select_typed<T: Choose>(condition: Operand<'_>, x: Operand<'_>, y: Operand<'_>) -> Result<Buffer> {
    let (conditions, xs, ys) = (bool::slice(condition.buffer)?, T::slice(x.buffer)?, T::slice(y.buffer)?);
    let runs = Runs::new([condition.view, x.view, y.view]);
    let (len, [c_step, x_step, y_step]) = (runs.run_len(), runs.steps());
    let mut result: Vec<T> = try_vec(x.view.num_elements())?;
    runs.for_each(|[c_start, x_start, y_start]| {
        let (c, x, y) = (&conditions[c_start..], &xs[x_start..], &ys[y_start..]);
        match (c_step, x_step, y_step) {
            (1, 1, 1) => {
                let triples = c[..len].iter().zip(&x[..len]).zip(&y[..len]);
                result.extend(triples.map(|((&c, &x), &y)| T::choose(c, x, y)));
            }
            // Masked fills: one side is a number.
            (1, 0, 1) => {
                let x = x[0];
                result.extend(c[..len].iter().zip(&y[..len]).map(|(&c, &y)| T::choose(c, x, y)));
            }
            (1, 1, 0) => {
                let y = y[0];
                result.extend(c[..len].iter().zip(&x[..len]).map(|(&c, &x)| T::choose(c, x, y)));
            }
            _ => result.extend((0..len).map(|i| T::choose(c[i * c_step], x[i * x_step], y[i * y_step]))),
        }
    });
    Ok(T::into_buffer(result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    #[test]
    fn chooses_through_any_strides() {
        let condition = Buffer::Bool(vec![true, false, false, true]);
        let x = Buffer::I32(vec![1, 2, 3, 4]);
        let y = Buffer::I32(vec![-1]);
        let square = View::contiguous(&[2, 2]);
        let one = View {
            shape: vec![2, 2],
            strides: vec![0, 0],
            offset: 0,
        };
        let choose = |c: &View, xv: &View| {
            let x = Operand { buffer: &x, view: xv };
            select(
                Operand {
                    buffer: &condition,
                    view: c,
                },
                x,
                Operand { buffer: &y, view: &one },
            )
            .unwrap()
        };
        assert_eq!(choose(&square, &square), Buffer::I32(vec![1, -1, -1, 4]));
        assert_eq!(
            choose(&square, &square.permute(&[1, 0])),
            Buffer::I32(vec![1, -1, -1, 4])
        );
        assert_eq!(choose(&one, &square.permute(&[1, 0])), Buffer::I32(vec![1, 3, 2, 4]));
    }

    #[test]
    fn every_bit_survives() {
        let (nan, subnormal) = (f32::from_bits(0x7fc1_2345), f32::from_bits(1));
        assert_eq!(f32::choose(true, nan, 1.0).to_bits(), nan.to_bits());
        assert_eq!(f32::choose(false, nan, subnormal).to_bits(), subnormal.to_bits());
        assert_eq!(f64::choose(false, f64::NAN, -0.0).to_bits(), (-0.0f64).to_bits());
        assert_eq!(f16::choose(true, f16::NEG_INFINITY, f16::ONE), f16::NEG_INFINITY);
        assert_eq!(bf16::choose(false, bf16::NAN, bf16::MAX), bf16::MAX);
        assert_eq!(
            (i64::choose(true, i64::MIN, 7), i8::choose(false, 1, -128)),
            (i64::MIN, -128)
        );
        assert_eq!((u8::choose(true, 255, 0), i32::choose(false, 1, -1)), (255, -1));
        for (condition, x, y) in [
            (true, true, false),
            (false, true, false),
            (true, false, true),
            (false, false, true),
        ] {
            assert_eq!(bool::choose(condition, x, y), if condition { x } else { y });
        }
    }
}
