//! Gaussian elimination, Cholesky's factor, and solving with triangles: everything by whole rows.
//!
//! Refuses to scale or refine. Row exchanges are counted from 1, as LAPACK does.

use super::super::Operand;
use super::super::buffer::{Buffer, try_vec};
use super::super::cast::{as_contiguous, narrow};
use super::{add_scaled, dot, two_rows};
use crate::error::{Error, Result};
use crate::stop::is_asked_after;

/// LU with partial pivoting in place. Gives the number (from 1) of the first zero pivot, or 0.
pub fn lu(a: &mut [f64], m: usize, n: usize, pivots: &mut [f64]) -> usize {
    let mut info = 0;
    for step in 0..m.min(n) {
        let mut best = step;
        for row in step + 1..m {
            if a[row * n + step].abs() > a[best * n + step].abs() {
                best = row;
            }
        }
        pivots[step] = (best + 1) as f64;
        if best != step {
            let (first, second) = two_rows(a, n, step, best);
            first.swap_with_slice(second);
        }
        let pivot = a[step * n + step];
        if pivot == 0.0 {
            // Then the column below is zero too, and there is nothing to eliminate.
            if info == 0 {
                info = step + 1;
            }
            continue;
        }
        if is_asked_after((m - step) * (n - step)) {
            return info;
        }
        for row in step + 1..m {
            let (upper, line) = two_rows(a, n, step, row);
            let factor = line[step] / pivot;
            line[step] = factor;
            add_scaled(&mut line[step + 1..], -factor, &upper[step + 1..]);
        }
    }
    info
}

/// The lower factor of a matrix whose lower triangle is read. Gives the order of the first leading minor that is
/// not positive, or 0.
pub fn cholesky(a: &[f64], n: usize, l: &mut [f64]) -> usize {
    for row in 0..n {
        if is_asked_after(row * row) {
            return 0;
        }
        let (done, line) = l.split_at_mut(row * n);
        for column in 0..row {
            let upper = &done[column * n..][..n];
            line[column] = (a[row * n + column] - dot(&line[..column], &upper[..column])) / upper[column];
        }
        let square = a[row * n + row] - dot(&line[..row], &line[..row]);
        if square <= 0.0 || square.is_nan() {
            return row + 1;
        }
        line[row] = square.sqrt();
    }
    0
}

/// `X` with `A X = B` for a batch of triangles A.
pub fn solve_triangular(upper: bool, unit: bool, a: Operand<'_>, b: Operand<'_>) -> Result<Buffer> {
    let &[_, n, columns] = b.view.shape.as_slice() else {
        return Err(Error::runtime("solving needs batches of matrices"));
    };
    let triangles = as_contiguous::<f64>(a)?;
    let right = as_contiguous::<f64>(b)?;
    let mut x: Vec<f64> = try_vec(right.len())?;
    x.extend_from_slice(&right);
    if x.is_empty() {
        return narrow(Buffer::F64(x), b.buffer.dtype());
    }
    for (index, x) in x.chunks_exact_mut(n * columns).enumerate() {
        let triangle = &triangles[index * n * n..][..n * n];
        for step in 0..n {
            let row = if upper { n - 1 - step } else { step };
            if is_asked_after(n * columns) {
                break;
            }
            let known = if upper { row + 1..n } else { 0..row };
            let factors = &triangle[row * n..][..n];
            for other in known {
                let (line, solved) = if upper {
                    two_rows(x, columns, row, other)
                } else {
                    let (solved, line) = two_rows(x, columns, other, row);
                    (line, solved)
                };
                add_scaled(line, -factors[other], solved);
            }
            if !unit {
                let pivot = factors[row];
                x[row * columns..][..columns]
                    .iter_mut()
                    .for_each(|value| *value /= pivot);
            }
        }
    }
    narrow(Buffer::F64(x), b.buffer.dtype())
}
