//! Householder's reflections: QR with LAPACK's signs.
//!
//! Matrices are kept column by column (a column is contiguous), since reflections work on columns.
//! Refuses to pivot. A reflection is `I - tau v v^T` with `v[0] = 1`, which is not stored.

use super::super::buffer::{try_filled, try_vec};
use super::{add_scaled, dot};
use crate::error::Result;
use crate::stop::{is_asked_after, settle};

/// Reflects a row-major matrix to R: its columns with R above and the reflectors below the diagonal, and their factors.
pub fn reflect(matrix: &[f64], m: usize, n: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    let mut columns = try_filled(m * n, 0.0)?;
    super::transpose_into(matrix, m, n, &mut columns);
    let tau = reflect_columns(&mut columns, m, n)?;
    Ok((columns, tau))
}

/// Reflects `n` columns of `m` elements in place and gives the reflectors' factors.
pub fn reflect_columns(columns: &mut [f64], m: usize, n: usize) -> Result<Vec<f64>> {
    let k = m.min(n);
    let mut tau = try_vec(k)?;
    for step in 0..k {
        let (done, rest) = columns.split_at_mut((step + 1) * m);
        let column = &mut done[step * m + step..];
        let factor = reflector(column);
        tau.push(factor);
        if is_asked_after((m - step) * (n - step)) {
            settle()?;
        }
        if factor != 0.0 {
            let tail = &column[1..];
            for other in rest.chunks_exact_mut(m) {
                apply(factor, tail, &mut other[step..]);
            }
        }
    }
    Ok(tau)
}

/// As [`reflect`], taking the largest column that is left in each step: also gives which column came when.
pub fn reflect_pivoted(matrix: &[f64], m: usize, n: usize) -> Result<(Vec<f64>, Vec<f64>, Vec<usize>)> {
    let mut columns = try_filled(m * n, 0.0)?;
    super::transpose_into(matrix, m, n, &mut columns);
    let (mut tau, mut order) = (try_vec(m.min(n))?, try_vec(n)?);
    order.extend(0..n);
    for step in 0..m.min(n) {
        let squares = columns.chunks_exact(m).skip(step).map(|column| {
            let rest = &column[step..];
            dot(rest, rest)
        });
        let largest = squares
            .enumerate()
            .max_by(|(_, x), (_, y)| x.total_cmp(y))
            .map_or(step, |(index, _)| step + index);
        if largest != step {
            let (first, second) = super::two_rows(&mut columns, m, step, largest);
            first.swap_with_slice(second);
            order.swap(step, largest);
        }
        let (done, rest) = columns.split_at_mut((step + 1) * m);
        let column = &mut done[step * m + step..];
        let factor = reflector(column);
        tau.push(factor);
        if is_asked_after((m - step) * (n - step)) {
            settle()?;
        }
        for other in rest.chunks_exact_mut(m) {
            apply(factor, &column[1..], &mut other[step..]);
        }
    }
    Ok((columns, tau, order))
}

/// Turns a column into its reflection (one number) and the reflector below it; gives tau.
pub fn reflector(column: &mut [f64]) -> f64 {
    let Some((alpha, tail)) = column.split_first_mut() else {
        return 0.0;
    };
    let below = norm(tail);
    if below == 0.0 {
        return 0.0;
    }
    let beta = -alpha.hypot(below).copysign(*alpha);
    let tau = (beta - *alpha) / beta;
    let divisor = *alpha - beta;
    tail.iter_mut().for_each(|x| *x /= divisor);
    *alpha = beta;
    tau
}

/// Reflects a vector: `tail` is the reflector without its leading 1.
pub fn apply(tau: f64, tail: &[f64], vector: &mut [f64]) {
    if let Some((head, rest)) = vector.split_first_mut() {
        let amount = tau * (*head + dot(tail, rest));
        *head -= amount;
        add_scaled(rest, -amount, tail);
    }
}

/// The first `count` columns of Q, contiguous, from `k` reflectors in columns of `m` elements.
pub fn form_q(columns: &[f64], m: usize, k: usize, tau: &[f64], count: usize) -> Result<Vec<f64>> {
    let mut q = try_filled(m * count, 0.0)?;
    for column in 0..count.min(m) {
        q[column * m + column] = 1.0;
    }
    for step in (0..k).rev() {
        let tail = &columns[step * m + step + 1..(step + 1) * m];
        if tau[step] != 0.0 {
            // Columns before this one have only zeros where the reflection acts.
            for column in q.chunks_exact_mut(m).skip(step) {
                apply(tau[step], tail, &mut column[step..]);
            }
        }
    }
    Ok(q)
}

/// Clears the reflectors, which leaves R.
pub fn clear_below(columns: &mut [f64], m: usize) {
    if m > 0 {
        for (index, column) in columns.chunks_exact_mut(m).enumerate() {
            column.iter_mut().skip(index + 1).for_each(|x| *x = 0.0);
        }
    }
}

/// Orthonormal columns that complete `count` orthonormal columns of `m` elements to `total`.
pub fn complete(orthonormal: &[f64], m: usize, count: usize, total: usize) -> Result<Vec<f64>> {
    let mut columns = try_vec(orthonormal.len())?;
    columns.extend_from_slice(orthonormal);
    let tau = reflect_columns(&mut columns, m, count)?;
    let mut q = form_q(&columns, m, count.min(m), &tau, total)?;
    Ok(q.split_off(count * m))
}

/// Euclid's norm, scaled where squares would leave the range of doubles.
pub fn norm(x: &[f64]) -> f64 {
    let plain = dot(x, x);
    if plain.is_normal() {
        return plain.sqrt();
    }
    let largest = x.iter().fold(0.0f64, |max, value| max.max(value.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return if plain.is_nan() { plain } else { largest };
    }
    let sum: f64 = x.iter().map(|value| (value / largest) * (value / largest)).sum();
    largest * sum.sqrt()
}
