//! Running folds along a dimension: sums, products, extremes and their positions, logsumexp.
//!
//! The dimension is walked once with one accumulator a line, so any dimension is read in storage order.
//! Floats accumulate in doubles, as PyTorch's CPU kernels do; integers wrap in i64 and are then cut.
//! Refuses zero-dim operands: callers make them vectors.

use super::Operand;
use super::buffer::{Buffer, Element, try_vec};
use super::cast::{Computed, Convert, as_contiguous, narrow};
use crate::error::Result;
use crate::prim::Scan;
use crate::prim::infer::Meta;

/// The running fold along `dim`.
pub fn scan(op: Scan, dim: usize, operand: Operand<'_>, output: &Meta) -> Result<Buffer> {
    let shape = &operand.view.shape;
    let extent = Extent {
        len: shape[dim],
        inner: shape[dim + 1..].iter().product(),
    };
    let result = match Computed::of(operand.buffer.dtype()) {
        Computed::F32 => floats(op, &as_contiguous::<f32>(operand)?, extent)?,
        Computed::F64 => floats(op, &as_contiguous::<f64>(operand)?, extent)?,
        Computed::I64 => integers(op, &as_contiguous::<i64>(operand)?, extent)?,
    };
    narrow(result, output.dtype)
}

/// The dimension walked, and how many lines lie side by side.
#[derive(Clone, Copy)]
struct Extent {
    len: usize,
    inner: usize,
}

fn floats<T: Convert>(op: Scan, x: &[T], extent: Extent) -> Result<Buffer> {
    let value = |state: &f64| T::from_f64(*state);
    match op {
        Scan::Sum => walk(x, extent, 0.0, |sum, x, _| *sum += x.to_f64(), value),
        Scan::Prod => walk(x, extent, 1.0, |product, x, _| *product *= x.to_f64(), value),
        Scan::LogSumExp => walk(
            x,
            extent,
            f64::NEG_INFINITY,
            |sum, x, _| *sum = log_add_exp(*sum, x.to_f64()),
            value,
        ),
        Scan::Max => extremes(
            x,
            extent,
            f64::NEG_INFINITY,
            float_wins(f64::ge),
            Convert::to_f64,
            T::from_f64,
        ),
        Scan::Min => extremes(
            x,
            extent,
            f64::INFINITY,
            float_wins(f64::le),
            Convert::to_f64,
            T::from_f64,
        ),
        Scan::ArgMax => positions(x, extent, f64::NEG_INFINITY, float_wins(f64::ge), Convert::to_f64),
        Scan::ArgMin => positions(x, extent, f64::INFINITY, float_wins(f64::le), Convert::to_f64),
    }
}

fn integers(op: Scan, x: &[i64], extent: Extent) -> Result<Buffer> {
    let value = |state: &i64| *state;
    let same = |x| x;
    match op {
        Scan::Sum => walk(x, extent, 0, |sum, x, _| *sum = i64::wrapping_add(*sum, x), value),
        // Sums of exponentials are refused by `infer`; the product keeps the match total.
        Scan::Prod | Scan::LogSumExp => walk(
            x,
            extent,
            1,
            |product, x, _| *product = i64::wrapping_mul(*product, x),
            value,
        ),
        Scan::Max => extremes(x, extent, i64::MIN, |x, best| x >= best, same, same),
        Scan::Min => extremes(x, extent, i64::MAX, |x, best| x <= best, same, same),
        Scan::ArgMax => positions(x, extent, i64::MIN, |x, best| x >= best, same),
        Scan::ArgMin => positions(x, extent, i64::MAX, |x, best| x <= best, same),
    }
}

/// NaN beats every number and keeps its place.
fn float_wins(compare: impl Fn(&f64, &f64) -> bool) -> impl Fn(f64, f64) -> bool {
    move |x, best| x.is_nan() || compare(&x, &best)
}

fn extremes<T: Copy, S: Copy, R: Element>(
    x: &[T],
    extent: Extent,
    initial: S,
    wins: impl Fn(S, S) -> bool,
    load: impl Fn(T) -> S,
    store: impl Fn(S) -> R,
) -> Result<Buffer> {
    walk(
        x,
        extent,
        initial,
        |best, x, _| {
            let x = load(x);
            if wins(x, *best) {
                *best = x;
            }
        },
        |best| store(*best),
    )
}

fn positions<T: Copy, S: Copy>(
    x: &[T],
    extent: Extent,
    initial: S,
    wins: impl Fn(S, S) -> bool,
    load: impl Fn(T) -> S,
) -> Result<Buffer> {
    walk(
        x,
        extent,
        (initial, 0i64),
        |best, x, position| {
            let x = load(x);
            if wins(x, best.0) {
                *best = (x, position as i64);
            }
        },
        |best| best.1,
    )
}

/// `log(exp(x) + exp(y))` without overflow.
fn log_add_exp(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let (low, high) = if x < y { (x, y) } else { (y, x) };
    if high.is_infinite() {
        return high;
    }
    high + (low - high).exp().ln_1p()
}

/// Steps through every line, an accumulator each, and collects what they show after each step.
fn walk<T: Copy, S: Copy, R: Element>(
    x: &[T],
    Extent { len, inner }: Extent,
    initial: S,
    step: impl Fn(&mut S, T, usize),
    show: impl Fn(&S) -> R,
) -> Result<Buffer> {
    let mut result = try_vec(x.len())?;
    if inner == 1 {
        for line in x.chunks_exact(len.max(1)) {
            let mut state = initial;
            result.extend(line.iter().enumerate().map(|(position, &x)| {
                step(&mut state, x, position);
                show(&state)
            }));
        }
        return Ok(R::into_buffer(result));
    }
    for block in x.chunks_exact((len * inner).max(1)) {
        let mut states = try_vec(inner)?;
        states.resize(inner, initial);
        for (position, row) in block.chunks_exact(inner).enumerate() {
            result.extend(row.iter().zip(&mut states).map(|(&x, state)| {
                step(state, x, position);
                show(state)
            }));
        }
    }
    Ok(R::into_buffer(result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::view::View;

    fn run(op: Scan, dim: usize, buffer: Buffer, view: &View) -> Buffer {
        let dtype = match op {
            Scan::ArgMax | Scan::ArgMin => DType::I64,
            _ => buffer.dtype(),
        };
        let output = Meta {
            shape: view.shape.clone(),
            dtype,
        };
        scan(op, dim, Operand { buffer: &buffer, view }, &output).unwrap()
    }

    #[test]
    fn every_dimension_is_walked() {
        let numbers = || Buffer::F32(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let view = View::contiguous(&[2, 3]);
        assert_eq!(
            run(Scan::Sum, 1, numbers(), &view),
            Buffer::F32(vec![1.0, 3.0, 6.0, 4.0, 9.0, 15.0])
        );
        assert_eq!(
            run(Scan::Prod, 0, numbers(), &view),
            Buffer::F32(vec![1.0, 2.0, 3.0, 4.0, 10.0, 18.0])
        );
        assert_eq!(
            run(Scan::Sum, 1, numbers(), &view.permute(&[1, 0])),
            Buffer::F32(vec![1.0, 5.0, 2.0, 7.0, 3.0, 9.0])
        );
        assert_eq!(
            run(Scan::Sum, 0, Buffer::F32(vec![]), &View::contiguous(&[0, 3])),
            Buffer::F32(vec![])
        );
        assert_eq!(
            run(Scan::Sum, 0, Buffer::F32(vec![]), &View::contiguous(&[3, 0])),
            Buffer::F32(vec![])
        );
    }

    #[test]
    fn integers_wrap_in_their_width() {
        let view = View::contiguous(&[3]);
        assert_eq!(
            run(Scan::Sum, 0, Buffer::U8(vec![200, 100, 1]), &view),
            Buffer::U8(vec![200, 44, 45])
        );
    }

    #[test]
    fn the_last_of_equals_and_nan_win() {
        let view = View::contiguous(&[6]);
        let numbers = || Buffer::F32(vec![1.0, 3.0, 3.0, 2.0, f32::NAN, 9.0]);
        assert_eq!(
            run(Scan::ArgMax, 0, numbers(), &view),
            Buffer::I64(vec![0, 1, 2, 2, 4, 4])
        );
        assert_eq!(
            run(Scan::ArgMin, 0, numbers(), &view),
            Buffer::I64(vec![0, 0, 0, 0, 4, 4])
        );
        let Buffer::F32(largest) = run(Scan::Max, 0, numbers(), &view) else {
            panic!()
        };
        assert_eq!(largest[..4], [1.0, 3.0, 3.0, 3.0]);
        assert!(largest[4].is_nan() && largest[5].is_nan());
        let integers = || Buffer::I64(vec![2, 1, 1, 5, 0, 0]);
        assert_eq!(
            run(Scan::ArgMin, 0, integers(), &view),
            Buffer::I64(vec![0, 1, 2, 2, 4, 5])
        );
        assert_eq!(
            run(Scan::Min, 0, integers(), &view),
            Buffer::I64(vec![2, 1, 1, 1, 0, 0])
        );
    }

    #[test]
    fn sums_of_exponentials_do_not_overflow() {
        let view = View::contiguous(&[4]);
        let numbers = Buffer::F64(vec![f64::NEG_INFINITY, 1000.0, 1000.0, f64::INFINITY]);
        let Buffer::F64(sums) = run(Scan::LogSumExp, 0, numbers, &view) else {
            panic!()
        };
        assert_eq!(sums[0], f64::NEG_INFINITY);
        assert!((sums[2] - 1000.0 - std::f64::consts::LN_2).abs() < 1e-12);
        assert_eq!((sums[1], sums[3]), (1000.0, f64::INFINITY));
    }
}
