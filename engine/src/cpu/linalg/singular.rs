//! Singular values and vectors: QR with pivots first, then one-sided Jacobi rotations of the small triangle, which larger
//! matrices begin at the eigenvectors of their products.
//!
//! Refuses matrices with NaN or infinities: they do not converge. Idea: <https://doi.org/10.1137/050639193>

use super::super::buffer::{try_filled, try_vec};
use super::householder::{complete, form_q, norm, reflect_pivoted};
use super::symmetric::eigen;
use super::{add_scaled, dot, rotate, transpose_into, two_rows};
use crate::error::Result;
use crate::stop::is_asked_after;

/// Rounds over all pairs of columns; six to ten suffice.
const MAX_ROUNDS: usize = 60;

/// From this size on the columns are made nearly orthogonal first: fewer rotations pay for it.
const MIN_SIZE_TO_PREPARE: usize = 32;

/// `A = U S V^T`.
#[derive(Debug)]
pub struct Svd {
    /// U's columns, each contiguous.
    pub u: Vec<f64>,
    /// Singular values, descending.
    pub values: Vec<f64>,
    /// V's columns, each contiguous: the rows of V^T.
    pub v: Vec<f64>,
    /// False if they were not found.
    pub is_converged: bool,
}

/// The singular values and vectors of a row-major matrix; `full` asks for all columns of U and V.
pub fn svd(matrix: &[f64], m: usize, n: usize, full: bool) -> Result<Svd> {
    if m >= n {
        return tall(matrix, m, n, full);
    }
    let mut transposed = try_filled(m * n, 0.0)?;
    transpose_into(matrix, m, n, &mut transposed);
    let found = tall(&transposed, n, m, full)?;
    Ok(Svd {
        u: found.v,
        v: found.u,
        ..found
    })
}

fn tall(matrix: &[f64], m: usize, n: usize, full: bool) -> Result<Svd> {
    let u_count = if full { m } else { n };
    let largest = matrix.iter().fold(0.0f64, |max, value| {
        if value.is_nan() {
            f64::INFINITY
        } else {
            max.max(value.abs())
        }
    });
    if !largest.is_finite() {
        return Ok(Svd {
            u: try_filled(m * u_count, f64::NAN)?,
            values: try_filled(n, f64::NAN)?,
            v: try_filled(n * n, f64::NAN)?,
            is_converged: false,
        });
    }
    let scale = if largest == 0.0 { 1.0 } else { largest };
    let mut scaled: Vec<f64> = try_vec(matrix.len())?;
    scaled.extend(matrix.iter().map(|value| value / scale));
    let (columns, tau, pivots) = reflect_pivoted(&scaled, m, n)?;
    // The columns of R^T, a lower triangle with its weight in front, on which the rotations converge fast.
    let mut work = try_filled(n * n, 0.0)?;
    for row in 0..n {
        for column in row..n {
            work[row * n + column] = columns[column * m + row];
        }
    }
    // R^T J = W S, so that A's columns in the pivots' order are (Q J) S W^T.
    let mut turned = try_filled(n * n, 0.0)?;
    for index in 0..n {
        turned[index * n + index] = 1.0;
    }
    if n >= MIN_SIZE_TO_PREPARE {
        prepare(&mut work, &mut turned, n)?;
    }
    let is_converged = orthogonalise(&mut work, &mut turned, n);
    let lengths: Vec<f64> = (0..n).map(|index| norm(&work[index * n..][..n])).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&x, &y| lengths[y].total_cmp(&lengths[x]));

    let (mut v, mut values) = (try_vec(n * n)?, try_vec(n)?);
    for &index in &order {
        values.push(lengths[index] * scale);
        if lengths[index] > f64::MIN_POSITIVE {
            let first = v.len();
            v.resize(first + n, 0.0);
            for (value, &row) in work[index * n..][..n].iter().zip(&pivots) {
                v[first + row] = value / lengths[index];
            }
        }
    }
    let found = v.len() / n.max(1);
    v.extend(complete(&v, n, found, n)?);

    let q = form_q(&columns, m, n, &tau, u_count)?;
    let mut u = try_filled(m * u_count, 0.0)?;
    if m > 0 {
        for (column, &index) in u.chunks_exact_mut(m).zip(&order) {
            for (q_column, &factor) in q.chunks_exact(m).zip(&turned[index * n..][..n]) {
                add_scaled(column, factor, q_column);
            }
        }
        u[n * m..].copy_from_slice(&q[n * m..]);
    }
    Ok(Svd {
        u,
        values,
        v,
        is_converged,
    })
}

/// Turns the columns by the eigenvectors of their products, which leaves little to rotate: what squaring has cost in precision.
fn prepare(columns: &mut Vec<f64>, turned: &mut Vec<f64>, n: usize) -> Result<()> {
    let mut products = try_filled(n * n, 0.0)?;
    for row in 0..n {
        for column in 0..=row {
            products[row * n + column] = dot(&columns[row * n..][..n], &columns[column * n..][..n]);
        }
    }
    let found = eigen(&products, n)?;
    if !found.is_converged {
        return Ok(());
    }
    let mut orthogonal = try_filled(n * n, 0.0)?;
    turned.clear();
    // The largest first.
    for (to, vector) in orthogonal.chunks_exact_mut(n).zip(found.vectors.chunks_exact(n).rev()) {
        turned.extend_from_slice(vector);
        for (column, &factor) in columns.chunks_exact(n).zip(vector) {
            add_scaled(to, factor, column);
        }
    }
    *columns = orthogonal;
    Ok(())
}

/// Rotates pairs of the `n` columns until all are orthogonal. `turned` gathers the rotations.
fn orthogonalise(columns: &mut [f64], turned: &mut [f64], n: usize) -> bool {
    if n == 0 {
        return true;
    }
    // What rounding leaves of the product of two orthogonal columns, relative to their lengths.
    let tolerance = (n as f64).max(4.0) * f64::EPSILON;
    for _ in 0..MAX_ROUNDS {
        let mut is_done = true;
        // Squares of the lengths, kept up to date by the rotations and computed anew each round.
        let mut squares: Vec<f64> = columns.chunks_exact(n).map(|column| dot(column, column)).collect();
        for first in 0..n {
            if is_asked_after(6 * n * (n - first)) {
                return false;
            }
            for second in first + 1..n {
                let (x, y) = two_rows(columns, n, first, second);
                let xy = dot(x, y);
                let (xx, yy) = (squares[first], squares[second]);
                if xy.abs() <= tolerance * (xx * yy).abs().sqrt() || xy.abs() < f64::MIN_POSITIVE {
                    continue;
                }
                is_done = false;
                // The angle that makes the two orthogonal, the smaller of both.
                let zeta = (yy - xx) / (2.0 * xy);
                let t = 1.0f64.copysign(zeta) / (zeta.abs() + zeta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                rotate(x, y, c, -c * t);
                squares[first] = xx - t * xy;
                squares[second] = yy + t * xy;
                let (p, q) = two_rows(turned, n, first, second);
                rotate(p, q, c, -c * t);
            }
        }
        if is_done {
            return true;
        }
    }
    false
}
