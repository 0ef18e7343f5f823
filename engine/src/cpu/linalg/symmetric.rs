//! Eigenvalues and eigenvectors of symmetric matrices: reduced to three diagonals by reflections, which
//! rotations with Wilkinson's shift then empty.
//!
//! Refuses matrices with NaN or infinities: they do not converge.

use super::super::buffer::{try_filled, try_vec};
use super::householder::{apply, reflector};
use super::{add_scaled, dot, rotate, two_rows};
use crate::error::Result;
use crate::stop::{is_asked_after, settle};

/// Rotation sweeps allowed for each eigenvalue; three suffice almost always.
const MAX_SWEEPS: usize = 60;

/// Eigenvalues in ascending order, and the eigenvectors one after another.
#[derive(Debug)]
pub struct Eigen {
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// The vectors; each is contiguous.
    pub vectors: Vec<f64>,
    /// False if the values were not found.
    pub is_converged: bool,
}

/// The eigenvalues and eigenvectors of the symmetric matrix whose lower triangle is given.
pub fn eigen(lower: &[f64], n: usize) -> Result<Eigen> {
    let mut a = from_lower(lower, n)?;
    let largest = a.iter().fold(0.0f64, |max, value| {
        if value.is_nan() {
            f64::INFINITY
        } else {
            max.max(value.abs())
        }
    });
    if !largest.is_finite() {
        return Ok(Eigen {
            values: try_filled(n, f64::NAN)?,
            vectors: try_filled(n * n, f64::NAN)?,
            is_converged: false,
        });
    }
    let scale = if largest == 0.0 { 1.0 } else { largest };
    a.iter_mut().for_each(|value| *value /= scale);
    let (mut diagonal, mut beside, mut vectors) = tridiagonalise(&mut a, n)?;
    let is_converged = empty_beside(&mut diagonal, &mut beside, &mut vectors);
    let mut order: Vec<usize> = try_vec(n)?;
    order.extend(0..n);
    order.sort_by(|&x, &y| diagonal[x].total_cmp(&diagonal[y]));
    let mut sorted = try_vec(n * n)?;
    for &index in &order {
        sorted.extend_from_slice(&vectors[index * n..][..n]);
    }
    Ok(Eigen {
        values: order.iter().map(|&index| diagonal[index] * scale).collect(),
        vectors: sorted,
        is_converged,
    })
}

/// The symmetric matrix that a lower triangle stands for.
pub fn from_lower(lower: &[f64], n: usize) -> Result<Vec<f64>> {
    let mut a = try_filled(n * n, 0.0f64)?;
    for row in 0..n {
        for column in 0..=row {
            a[row * n + column] = lower[row * n + column];
            a[column * n + row] = lower[row * n + column];
        }
    }
    Ok(a)
}

/// `A = Q T Q^T`: T's diagonal, the elements beside it, and Q's columns, each contiguous.
fn tridiagonalise(a: &mut [f64], n: usize) -> Result<(Vec<f64>, Vec<f64>, Vec<f64>)> {
    let (mut diagonal, mut beside) = (try_vec(n)?, try_vec(n)?);
    let mut reflectors: Vec<(f64, Vec<f64>)> = try_vec(n)?;
    for step in 0..n {
        diagonal.push(a[step * n + step]);
        let rest = n - step - 1;
        if is_asked_after(3 * rest * rest) {
            settle()?;
        }
        if rest == 0 {
            break;
        }
        let mut v = try_vec(rest)?;
        v.extend_from_slice(&a[step * n + step + 1..][..rest]);
        let tau = reflector(&mut v);
        beside.push(v[0]);
        v[0] = 1.0;
        if tau != 0.0 {
            // A' = A - v w^T - w v^T over the rows and columns that are left.
            let mut w: Vec<f64> = try_vec(rest)?;
            w.extend((0..rest).map(|row| tau * dot(&a[(step + 1 + row) * n + step + 1..][..rest], &v)));
            let half = 0.5 * tau * dot(&w, &v);
            add_scaled(&mut w, -half, &v);
            for row in 0..rest {
                let line = &mut a[(step + 1 + row) * n + step + 1..][..rest];
                add_scaled(line, -v[row], &w);
                add_scaled(line, -w[row], &v);
            }
        }
        reflectors.push((tau, v));
    }
    let mut vectors = try_filled(n * n, 0.0)?;
    for index in 0..n {
        vectors[index * n + index] = 1.0;
    }
    for (step, (tau, v)) in reflectors.iter().enumerate().rev() {
        if is_asked_after(2 * (n - step) * (n - step)) {
            settle()?;
        }
        for column in vectors.chunks_exact_mut(n).skip(step + 1) {
            apply(*tau, &v[1..], &mut column[step + 1..]);
        }
    }
    Ok((diagonal, beside, vectors))
}

/// Rotates until the elements beside the diagonal are zero. False if that does not end.
fn empty_beside(d: &mut [f64], e: &mut [f64], vectors: &mut [f64]) -> bool {
    let n = d.len();
    let (mut end, mut sweeps) = (n.saturating_sub(1), 0);
    while end > 0 {
        for index in 0..end {
            if e[index].abs() <= f64::EPSILON * (d[index].abs() + d[index + 1].abs())
                || e[index].abs() < f64::MIN_POSITIVE
            {
                e[index] = 0.0;
            }
        }
        if e[end - 1] == 0.0 {
            (end, sweeps) = (end - 1, 0);
            continue;
        }
        sweeps += 1;
        if sweeps > MAX_SWEEPS || is_asked_after(6 * n * end) {
            return false;
        }
        let start = (0..end)
            .rev()
            .find(|&index| index == 0 || e[index - 1] == 0.0)
            .unwrap_or(0);
        sweep(d, e, vectors, start, end);
    }
    true
}

/// One implicit QR step over the block `start..=end`.
fn sweep(d: &mut [f64], e: &mut [f64], vectors: &mut [f64], start: usize, end: usize) {
    let n = d.len();
    let last = e[end - 1];
    let delta = (d[end - 1] - d[end]) / 2.0;
    let shift = d[end] - last * (last / (delta + delta.hypot(last).copysign(delta)));
    let (mut x, mut z) = (d[start] - shift, e[start]);
    for k in start..end {
        let length = x.hypot(z);
        let (c, s) = if length == 0.0 {
            (1.0, 0.0)
        } else {
            (x / length, z / length)
        };
        if k > start {
            e[k - 1] = length;
        }
        let (first, second, between) = (d[k], d[k + 1], e[k]);
        d[k] = c * c * first + 2.0 * c * s * between + s * s * second;
        d[k + 1] = s * s * first - 2.0 * c * s * between + c * c * second;
        e[k] = c * s * (second - first) + (c * c - s * s) * between;
        if k + 1 < end {
            (x, z) = (e[k], s * e[k + 1]);
            e[k + 1] *= c;
        }
        let (one, two) = two_rows(vectors, n, k, k + 1);
        rotate(one, two, c, s);
    }
}
