//! Unary and binary elementwise kernels: the `float` and `int` columns of `prim::elementwise`.
//!
//! Each type that is computed in (`cast::Computed`) has loops of its own. A new row of the table needs nothing here.
//! Refuses to promote or broadcast: operands have one dtype and one shape.

use std::borrow::Cow;

use super::Operand;
use super::buffer::{Buffer, Element, try_vec};
use super::cast::{Computed, Convert, as_contiguous, narrow};
use super::float::{
    Float, c_floor_divide_int, c_gcd_int, c_lcm_int, c_pow_int, c_remainder_int, c_shift_left_int, c_shift_right_int,
};
use super::lanes::Lanes;
use super::special;
use super::strided::{Runs, fresh_view};
use crate::dtype::DType;
use crate::error::Result;
use crate::prim::infer::Meta;
use crate::prim::{Binary, Unary};
use crate::view::View;

/// Applies a unary primitive.
pub fn unary(op: Unary, operand: Operand<'_>, output: &Meta) -> Result<Buffer> {
    let dtype = operand.buffer.dtype();
    // Inverting the bits of 0 and 1 would give two values that are both true.
    let op = match (op, dtype) {
        (Unary::BitwiseNot, DType::Bool) => Unary::LogicalNot,
        _ => op,
    };
    let result = match Computed::of(dtype) {
        Computed::F32 => unary_lanes(op, &as_contiguous::<f32>(operand)?)?,
        Computed::F64 => unary_f64(op, &as_contiguous::<f64>(operand)?)?,
        Computed::I64 => unary_i64(op, &as_contiguous::<i64>(operand)?)?,
    };
    narrow(result, output.dtype)
}

/// Applies a binary primitive.
pub fn binary(op: Binary, x: Operand<'_>, y: Operand<'_>, output: &Meta) -> Result<Buffer> {
    let result = match Computed::of(x.buffer.dtype()) {
        Computed::F32 => binary_f32(op, &Pair::new(x, y)?)?,
        Computed::F64 => binary_f64(op, &Pair::new(x, y)?)?,
        Computed::I64 => binary_i64(op, &Pair::new(x, y)?)?,
    };
    narrow(result, output.dtype)
}

/// As the table says; the functions of many coefficients with those in registers.
fn unary_lanes(op: Unary, x: &[f32]) -> Result<Buffer> {
    let lanes = Lanes::hoisted();
    match op {
        Unary::Exp => map_one(x, |x| lanes.exp(x)),
        Unary::Log => map_one(x, |x| lanes.ln(x)),
        Unary::Tanh => map_one(x, |x| lanes.tanh(x)),
        Unary::Sigmoid => map_one(x, |x| lanes.sigmoid(x)),
        Unary::Erf => map_one(x, |x| lanes.erf(x)),
        _ => unary_f32(op, x),
    }
}

macro_rules! expand_unary {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $class:ident, wgsl: $wgsl:literal, float: $float:expr, int: $int:expr, vjp: ($($v:ident),*) => $vjp:expr;)*) => {
        #[allow(unstable_name_collisions, reason = "erf is the trait's as long as the library's is not stable")]
        #[allow(clippy::approx_constant, clippy::excessive_precision, reason = "a row is of f32 and of f64")]
        fn unary_f32(op: Unary, x: &[f32]) -> Result<Buffer> {
            match op { $(Unary::$variant => map_one(x, $float)),* }
        }

        #[allow(unstable_name_collisions, reason = "erf is the trait's as long as the library's is not stable")]
        #[allow(clippy::approx_constant, clippy::excessive_precision, reason = "a row is of f32 and of f64")]
        fn unary_f64(op: Unary, x: &[f64]) -> Result<Buffer> {
            match op { $(Unary::$variant => map_one(x, $float)),* }
        }

        fn unary_i64(op: Unary, x: &[i64]) -> Result<Buffer> {
            match op { $(Unary::$variant => map_one(x, $int)),* }
        }
    };
}
crate::for_each_unary!(expand_unary);

macro_rules! expand_binary {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $class:ident, wgsl: $wgsl:literal, float: $float:expr, int: $int:expr, vjp: ($($v:ident),*) => $vjp:tt;)*) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, reason = "a row is of f32 and of f64")]
        fn binary_f32(op: Binary, pair: &Pair<'_, f32>) -> Result<Buffer> {
            match op { $(Binary::$variant => map_two(pair, $float)),* }
        }

        #[allow(clippy::approx_constant, clippy::excessive_precision, reason = "a row is of f32 and of f64")]
        fn binary_f64(op: Binary, pair: &Pair<'_, f64>) -> Result<Buffer> {
            match op { $(Binary::$variant => map_two(pair, $float)),* }
        }

        fn binary_i64(op: Binary, pair: &Pair<'_, i64>) -> Result<Buffer> {
            match op { $(Binary::$variant => map_two(pair, $int)),* }
        }
    };
}
crate::for_each_binary!(expand_binary);

fn map_one<T: Copy, R: Element>(x: &[T], function: impl Fn(T) -> R) -> Result<Buffer> {
    let mut result = try_vec(x.len())?;
    result.extend(x.iter().map(|&x| function(x)));
    Ok(R::into_buffer(result))
}

/// Two operands whose runs are contiguous or one repeated element, so that the loops of every
/// operator have three short forms only.
struct Pair<'a, T: Element> {
    x: Cow<'a, [T]>,
    y: Cow<'a, [T]>,
    /// `None` where all elements are one run.
    runs: Option<Runs<2>>,
    /// Whether the runs of each operand are one repeated element.
    repeats: [bool; 2],
    run_len: usize,
    len: usize,
}

impl<'a, T: Convert> Pair<'a, T> {
    fn new(x: Operand<'a>, y: Operand<'a>) -> Result<Pair<'a, T>> {
        let len = x.view.num_elements();
        if let (Some((x, x_repeats)), Some((y, y_repeats))) = (one_run(x, len)?, one_run(y, len)?) {
            return Ok(Pair {
                x: Cow::Borrowed(x),
                y: Cow::Borrowed(y),
                runs: None,
                repeats: [x_repeats, y_repeats],
                run_len: len,
                len,
            });
        }
        let [x_step, y_step] = Runs::new([x.view, y.view]).steps();
        let (x_elements, x_view) = with_simple_runs(x, x_step)?;
        let (y_elements, y_view) = with_simple_runs(y, y_step)?;
        let runs = Runs::new([&x_view, &y_view]);
        Ok(Pair {
            x: x_elements,
            y: y_elements,
            repeats: runs.steps().map(|step| step == 0),
            run_len: runs.run_len(),
            runs: Some(runs),
            len,
        })
    }
}

/// The elements of an operand that has the type and is one run, and whether that is one element repeated.
fn one_run<T: Element>(operand: Operand<'_>, len: usize) -> Result<Option<(&[T], bool)>> {
    if operand.buffer.dtype() != T::DTYPE || len == 0 {
        return Ok(None);
    }
    let elements = &T::slice(operand.buffer)?[operand.view.offset..];
    if operand.view.is_contiguous() {
        return Ok(Some((&elements[..len], false)));
    }
    let repeats = operand.view.strides.iter().all(|&stride| stride == 0);
    Ok(repeats.then_some((&elements[..1], true)))
}

/// The operand as it is if it has the type and its runs have step 0 or 1; else a row-major copy.
fn with_simple_runs<'a, T: Convert>(operand: Operand<'a>, step: usize) -> Result<(Cow<'a, [T]>, Cow<'a, View>)> {
    if operand.buffer.dtype() == T::DTYPE && step <= 1 {
        return Ok((Cow::Borrowed(T::slice(operand.buffer)?), Cow::Borrowed(operand.view)));
    }
    if operand.view.strides.iter().all(|&stride| stride == 0) && operand.view.num_elements() > 0 {
        // One element repeated: convert it alone.
        let single = View {
            shape: Vec::new(),
            strides: Vec::new(),
            offset: operand.view.offset,
        };
        let element = as_contiguous::<T>(Operand {
            buffer: operand.buffer,
            view: &single,
        })?;
        return Ok((
            Cow::Owned(element.into_owned()),
            Cow::Owned(View {
                offset: 0,
                ..operand.view.clone()
            }),
        ));
    }
    let elements = as_contiguous::<T>(operand)?;
    Ok((elements, Cow::Owned(fresh_view(&operand.view.shape))))
}

fn map_two<T: Element, R: Element>(pair: &Pair<'_, T>, function: impl Fn(T, T) -> R) -> Result<Buffer> {
    let mut result: Vec<R> = try_vec(pair.len)?;
    let run_len = pair.run_len;
    let visit: &mut dyn FnMut([usize; 2]) = &mut |[x_start, y_start]| {
        let x = &pair.x[x_start..];
        let y = &pair.y[y_start..];
        match pair.repeats {
            [false, false] => result.extend(x[..run_len].iter().zip(&y[..run_len]).map(|(&x, &y)| function(x, y))),
            [false, true] => {
                let y = y[0];
                result.extend(x[..run_len].iter().map(|&x| function(x, y)));
            }
            [true, false] => {
                let x = x[0];
                result.extend(y[..run_len].iter().map(|&y| function(x, y)));
            }
            [true, true] => result.extend(std::iter::repeat_n(function(x[0], y[0]), run_len)),
        }
    };
    match &pair.runs {
        Some(runs) => runs.for_each(visit),
        None => visit([0, 0]),
    }
    Ok(R::into_buffer(result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prim::OperandClass;

    fn apply(op: Binary, dtype: DType, x: &[i32], y: &[i32]) -> Buffer {
        let [x, y] = [x, y].map(|elements| narrow(Buffer::I32(elements.to_vec()), dtype).unwrap());
        let view = View::contiguous(&[x.len()]);
        let result_dtype = if op.class() == OperandClass::Test {
            DType::Bool
        } else {
            dtype
        };
        let output = Meta {
            shape: vec![x.len()],
            dtype: result_dtype,
        };
        binary(
            op,
            Operand {
                buffer: &x,
                view: &view,
            },
            Operand {
                buffer: &y,
                view: &view,
            },
            &output,
        )
        .unwrap()
    }

    #[test]
    fn the_same_numbers_in_every_dtype() {
        for &dtype in DType::ALL.iter().filter(|&&dtype| dtype != DType::Bool) {
            let expected = narrow(Buffer::I32(vec![9, 7, 8]), dtype).unwrap();
            assert_eq!(apply(Binary::Add, dtype, &[2, 3, 4], &[7, 4, 4]), expected, "{dtype}");
            assert_eq!(
                apply(Binary::Lt, dtype, &[2, 4, 4], &[7, 3, 4]),
                Buffer::Bool(vec![true, false, false])
            );
        }
    }

    #[test]
    fn bool_adds_as_or_and_multiplies_as_and() {
        let (x, y) = ([0, 0, 1, 1], [0, 1, 0, 1]);
        assert_eq!(
            apply(Binary::Add, DType::Bool, &x, &y),
            Buffer::Bool(vec![false, true, true, true])
        );
        assert_eq!(
            apply(Binary::Mul, DType::Bool, &x, &y),
            Buffer::Bool(vec![false, false, false, true])
        );
        assert_eq!(
            apply(Binary::BitwiseXor, DType::Bool, &x, &y),
            Buffer::Bool(vec![false, true, true, false])
        );
    }

    #[test]
    fn bits_of_bool_invert_to_bool() {
        let buffer = Buffer::Bool(vec![true, false]);
        let view = View::contiguous(&[2]);
        let output = Meta {
            shape: vec![2],
            dtype: DType::Bool,
        };
        let result = unary(
            Unary::BitwiseNot,
            Operand {
                buffer: &buffer,
                view: &view,
            },
            &output,
        );
        assert_eq!(result, Ok(Buffer::Bool(vec![false, true])));
    }

    #[test]
    fn broadcast_and_transposed_operands() {
        let matrix = Buffer::F32((0..6u8).map(f32::from).collect());
        let output = Meta {
            shape: vec![2, 3],
            dtype: DType::F32,
        };
        let whole = View::contiguous(&[2, 3]);
        let row = View::contiguous(&[3]).expand(&[2, 3]).unwrap();
        let column = View::contiguous(&[2, 1]).expand(&[2, 3]).unwrap();
        let one = View {
            shape: vec![2, 3],
            strides: vec![0, 0],
            offset: 5,
        };
        let transposed = View::contiguous(&[3, 2]).permute(&[1, 0]);
        let add = |x: &View, y: &View| {
            let [x, y] = [x, y].map(|view| Operand { buffer: &matrix, view });
            binary(Binary::Add, x, y, &output).unwrap()
        };
        assert_eq!(add(&whole, &row), Buffer::F32(vec![0.0, 2.0, 4.0, 3.0, 5.0, 7.0]));
        assert_eq!(add(&column, &whole), Buffer::F32(vec![0.0, 1.0, 2.0, 4.0, 5.0, 6.0]));
        assert_eq!(add(&whole, &one), Buffer::F32(vec![5.0, 6.0, 7.0, 8.0, 9.0, 10.0]));
        assert_eq!(add(&one, &whole), Buffer::F32(vec![5.0, 6.0, 7.0, 8.0, 9.0, 10.0]));
        assert_eq!(add(&one, &one), Buffer::F32(vec![10.0; 6]));
        assert_eq!(
            add(&transposed, &whole),
            Buffer::F32(vec![0.0, 3.0, 6.0, 4.0, 7.0, 10.0])
        );
    }
}
