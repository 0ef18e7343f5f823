//! Softmax and log-softmax over the last dimension, row by row in three passes that vectorise.
//!
//! Refuses other dimensions: callers permute.

use std::ops::{AddAssign, Mul, Sub};

use super::Operand;
use super::buffer::{Buffer, try_vec};
use super::cast::{Convert, as_contiguous, narrow};
use super::float::Float;
use super::fold::{fold_slice, sum_slice};
use super::lanes::Lanes;
use crate::dtype::DType;
use crate::error::{Error, Result};

/// What a row becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `exp(x - max) / sum`
    Softmax,
    /// The same, but zeros where every element is -inf.
    SafeSoftmax,
    /// `x - max - log(sum)`
    LogSoftmax,
}

/// Applies softmax or its logarithm to each row of a float operand.
pub fn softmax(kind: Kind, operand: Operand<'_>) -> Result<Buffer> {
    let dtype = operand.buffer.dtype();
    let len = operand.view.shape.last().copied().unwrap_or(1);
    let result = match dtype {
        DType::F32 | DType::F16 | DType::BF16 => rows::<f32>(kind, &as_contiguous::<f32>(operand)?, len)?,
        DType::F64 => rows::<f64>(kind, &as_contiguous::<f64>(operand)?, len)?,
        _ => {
            return Err(Error::UnsupportedDType {
                op: "softmax_lastdim_kernel_impl",
                dtype,
                device: "cpu",
            });
        }
    };
    narrow(result, dtype)
}

fn rows<T>(kind: Kind, elements: &[T], len: usize) -> Result<Buffer>
where
    T: Float + Convert + AddAssign + Sub<Output = T> + Mul<Output = T>,
{
    let mut result: Vec<T> = try_vec(elements.len())?;
    let lanes = Lanes::hoisted();
    for row in elements.chunks_exact(len.max(1)) {
        // The comparison passes over NaN, which every exponential and so the sum then has.
        let max = fold_slice(row, row[0], |x, y| if x < y { y } else { x });
        let first = result.len();
        result.extend(row.iter().map(|&x| (x - max).exp_flushed(&lanes)));
        let exponentials = &mut result[first..];
        let sum = sum_slice(exponentials);
        match kind {
            Kind::SafeSoftmax if max == T::from_f64(f64::NEG_INFINITY) && !row.iter().any(|x| x.to_f64().is_nan()) => {
                exponentials.fill(T::from_f64(0.0));
            }
            Kind::Softmax | Kind::SafeSoftmax => {
                // A division an element would take as long as everything before it.
                let share = T::from_f64(1.0 / sum);
                exponentials.iter_mut().for_each(|x| *x = *x * share);
            }
            Kind::LogSoftmax => {
                let log_sum = T::from_f64(sum.ln());
                exponentials
                    .iter_mut()
                    .zip(row)
                    .for_each(|(to, &x)| *to = x - max - log_sum);
            }
        }
    }
    Ok(T::into_buffer(result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    fn of(kind: Kind, elements: &[f32], shape: &[usize]) -> Vec<f32> {
        let buffer = Buffer::F32(elements.to_vec());
        match softmax(
            kind,
            Operand {
                buffer: &buffer,
                view: &View::contiguous(shape),
            },
        ) {
            Ok(Buffer::F32(result)) => result,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rows_sum_to_one() {
        let elements: Vec<f32> = (0..70).map(|i| (i as f32 * 0.37).sin() * 8.0).collect();
        let soft = of(Kind::Softmax, &elements, &[2, 35]);
        let log = of(Kind::LogSoftmax, &elements, &[2, 35]);
        for row in soft.chunks(35) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
        assert!(soft.iter().zip(&log).all(|(soft, log)| (soft - log.exp()).abs() < 1e-6));
    }

    #[test]
    fn extremes() {
        assert_eq!(of(Kind::Softmax, &[1000.0, -1000.0], &[2]), [1.0, 0.0]);
        assert_eq!(of(Kind::Softmax, &[f32::NEG_INFINITY, 0.0], &[2]), [0.0, 1.0]);
        assert!(
            of(Kind::Softmax, &[f32::NEG_INFINITY; 2], &[2])
                .iter()
                .all(|x| x.is_nan())
        );
        assert!(of(Kind::Softmax, &[f32::NAN, 0.0], &[2]).iter().all(|x| x.is_nan()));
        assert_eq!(of(Kind::SafeSoftmax, &[f32::NEG_INFINITY; 2], &[2]), [0.0, 0.0]);
        assert_eq!(of(Kind::SafeSoftmax, &[f32::NEG_INFINITY, -300.0], &[2]), [0.0, 1.0]);
        for other in [f32::NAN, f32::INFINITY] {
            let row = [f32::NEG_INFINITY, other, f32::NEG_INFINITY];
            assert!(of(Kind::SafeSoftmax, &row, &[3]).iter().any(|x| x.is_nan()));
        }
        assert_eq!(
            of(Kind::LogSoftmax, &[0.0, f32::NEG_INFINITY], &[2]),
            [0.0, f32::NEG_INFINITY]
        );
        // Whichever lane of the maximum a NaN falls into, and though another element is larger.
        for place in [0, 1, 16, 39] {
            let mut row: Vec<f32> = (0..40u8).map(f32::from).collect();
            row[place] = f32::NAN;
            for kind in [Kind::Softmax, Kind::LogSoftmax] {
                assert!(of(kind, &row, &[40]).iter().all(|x| x.is_nan()));
            }
        }
        assert!(of(Kind::Softmax, &[], &[0, 3]).is_empty());
        assert!(of(Kind::Softmax, &[], &[3, 0]).is_empty());
    }
}
