//! Dense linear algebra on the CPU: decompositions, and solving with triangles.
//!
//! Everything is computed in f64, matrix by matrix, also for f32: results are then right to the last digit
//! of f32, and there is one version of every algorithm. Matrices that have no decomposition are reported in
//! the result (see `prim::Factor`), never as an error. Refuses batching rules and errors: see `ops::linalg`.
//! Read next: `householder`, `symmetric`, `singular`.

mod householder;
mod singular;
mod symmetric;
mod triangular;

use super::Operand;
use super::buffer::{Buffer, try_filled};
use super::cast::{as_contiguous, narrow};
use crate::error::{Error, Result};
use crate::prim::Factor;
use crate::prim::infer::Meta;
use crate::scalar::Scalar;

pub use triangular::solve_triangular;

/// Decomposes each matrix of a batch; the parts are packed in a row of the result.
pub fn factor(factor: Factor, operand: Operand<'_>, params: &[Scalar], output: &Meta) -> Result<Buffer> {
    let &[batch, m, n] = operand.view.shape.as_slice() else {
        return Err(Error::runtime("a decomposition needs a batch of matrices"));
    };
    let matrices = as_contiguous::<f64>(operand)?;
    let len = factor.packed_len(m, n);
    let mut packed = try_filled(batch * len, 0.0f64)?;
    if len > 0 {
        for (index, row) in packed.chunks_exact_mut(len).enumerate() {
            let matrix = &matrices[index * m * n..][..m * n];
            decompose(factor, matrix, m, n, params, row)?;
        }
    }
    narrow(Buffer::F64(packed), output.dtype)
}

fn decompose(factor: Factor, matrix: &[f64], m: usize, n: usize, params: &[Scalar], row: &mut [f64]) -> Result<()> {
    let k = m.min(n);
    match factor {
        Factor::Lu => {
            let (lu, rest) = row.split_at_mut(m * n);
            lu.copy_from_slice(matrix);
            let (pivots, info) = rest.split_at_mut(k);
            info[0] = triangular::lu(lu, m, n, pivots) as f64;
        }
        Factor::Cholesky => {
            let (l, info) = row.split_at_mut(n * n);
            info[0] = triangular::cholesky(matrix, n, l) as f64;
        }
        Factor::Qr { complete } => {
            let inner = if complete { m } else { k };
            let (mut columns, tau) = householder::reflect(matrix, m, n)?;
            let q_columns = householder::form_q(&columns, m, k, &tau, inner)?;
            let (q, r) = row.split_at_mut(m * inner);
            transpose_into(&q_columns, inner, m, q);
            householder::clear_below(&mut columns, m);
            for (position, to) in r.iter_mut().enumerate() {
                *to = columns[(position % n) * m + position / n];
            }
        }
        Factor::Householder => {
            let (columns, tau) = householder::reflect(matrix, m, n)?;
            let (a, factors) = row.split_at_mut(m * n);
            transpose_into(&columns, n, m, a);
            factors.copy_from_slice(&tau);
        }
        Factor::Eigen => {
            let found = symmetric::eigen(matrix, n)?;
            let (values, rest) = row.split_at_mut(n);
            let (vectors, info) = rest.split_at_mut(n * n);
            values.copy_from_slice(&found.values);
            transpose_into(&found.vectors, n, n, vectors);
            info[0] = f64::from(u8::from(!found.is_converged));
        }
        Factor::Svd { full } => {
            let found = singular::svd(matrix, m, n, full)?;
            let (u, rest) = row.split_at_mut(found.u.len());
            let (values, rest) = rest.split_at_mut(k);
            let (v, info) = rest.split_at_mut(found.v.len());
            transpose_into(&found.u, u.len() / m.max(1), m, u);
            values.copy_from_slice(&found.values);
            v.copy_from_slice(&found.v);
            info[0] = f64::from(u8::from(!found.is_converged));
        }
        Factor::PseudoInverse => {
            let limit = |index: usize| params.get(index).map_or(0.0, |param| param.as_f64());
            let found = if limit(2) != 0.0 && m == n {
                singular::svd(&symmetric::from_lower(matrix, n)?, m, n, false)?
            } else {
                singular::svd(matrix, m, n, false)?
            };
            pseudo_inverse(&found, m, n, [limit(0), limit(1)], row);
        }
    }
    Ok(())
}

/// `V diag(1 / s) U^T` over the singular values above `max(absolute, relative * largest)`.
fn pseudo_inverse(svd: &singular::Svd, m: usize, n: usize, [absolute, relative]: [f64; 2], inverse: &mut [f64]) {
    if !svd.is_converged {
        inverse.fill(f64::NAN);
        return;
    }
    let limit = absolute.max(relative * svd.values.first().copied().unwrap_or(0.0));
    for (index, &value) in svd.values.iter().enumerate().filter(|&(_, &value)| value > limit) {
        let (u, v) = (&svd.u[index * m..][..m], &svd.v[index * n..][..n]);
        for (line, &x) in inverse.chunks_exact_mut(m).zip(v) {
            add_scaled(line, x / value, u);
        }
    }
}

/// Writes a row-major matrix transposed.
fn transpose_into(matrix: &[f64], rows: usize, columns: usize, to: &mut [f64]) {
    for row in 0..rows {
        for column in 0..columns {
            to[column * rows + row] = matrix[row * columns + column];
        }
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    // Four sums, so that the compiler may use lanes.
    let (x_parts, y_parts) = (x.chunks_exact(4), y.chunks_exact(4));
    let rest: f64 = x_parts
        .remainder()
        .iter()
        .zip(y_parts.remainder())
        .map(|(a, b)| a * b)
        .sum();
    let sums = x_parts.zip(y_parts).fold([0.0f64; 4], |mut sums, (a, b)| {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
        sums
    });
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// `y += factor * x`
fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y += factor * x);
}

/// Turns two vectors by an angle: `(c x + s y, c y - s x)`.
fn rotate(x: &mut [f64], y: &mut [f64], c: f64, s: f64) {
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (c * *x + s * *y, c * *y - s * *x);
    }
}

/// Two different rows of a row-major matrix, the first before the second.
fn two_rows(matrix: &mut [f64], len: usize, first: usize, second: usize) -> (&mut [f64], &mut [f64]) {
    let (head, tail) = matrix.split_at_mut(second * len);
    (&mut head[first * len..][..len], &mut tail[..len])
}
