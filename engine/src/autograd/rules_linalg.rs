//! Backward rules of decompositions and of solving with triangles.
//!
//! A decomposition's gradient comes packed like the decomposition (see `prim::Factor`); rules take both apart,
//! and use only `ops`, so that they differentiate again. Where vectors are not unique (equal eigenvalues), a
//! gradient that does not depend on the choice is exact, and any other is infinite or NaN.
//! Refuses nothing but a complete QR of a tall matrix. Sources: <https://arxiv.org/abs/1602.07527>,
//! <https://arxiv.org/abs/1909.02659>

use crate::error::{Error, Result};
use crate::ops::{copy, creation, elementwise as e, index, linalg, matmul, movement, split};
use crate::prim::Factor;
use crate::shape::num_elements;
use crate::tensor::Tensor;

/// Gradient of the matrices, from that of the packed rows, the matrices (for the pseudo-inverse) and the packed rows.
pub(super) fn factor(factor: Factor, g: &Tensor, x: &Tensor, packed: &Tensor, [m, n]: [usize; 2]) -> Result<Tensor> {
    let (batch, parts) = (packed.size(0), factor.parts(m, n));
    if num_elements(&[batch, m, n]) == 0 {
        return creation::zeros(&[batch, m, n], g.dtype(), g.device());
    }
    let take = |from: &Tensor, part: usize| {
        let start: usize = parts[..part].iter().map(|[rows, columns]| rows * columns).sum();
        let [rows, columns] = parts[part];
        let row = movement::narrow(from, 1, start as i64, (rows * columns) as i64)?;
        movement::reshape_to(&row, &[batch, rows, columns])
    };
    match factor {
        Factor::Lu => lu(&take(g, 0)?, &take(packed, 0)?, &take(packed, 1)?),
        Factor::Cholesky => cholesky(&take(g, 0)?, &take(packed, 0)?),
        Factor::Qr { complete } if complete && m > n => Err(Error::runtime(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols",
        )),
        Factor::Qr { .. } => qr([&take(g, 0)?, &take(g, 1)?], [&take(packed, 0)?, &take(packed, 1)?]),
        Factor::Householder => Err(Error::not_implemented("the derivative for 'geqrf' is not implemented.")),
        Factor::Eigen => eigen([&take(g, 0)?, &take(g, 1)?], [&take(packed, 0)?, &take(packed, 1)?]),
        Factor::Svd { .. } => {
            let k = m.min(n) as i64;
            // Columns beyond K span what is left, whichever way: nothing may depend on them.
            let three = |from: &Tensor| -> Result<[Tensor; 3]> {
                Ok([
                    movement::narrow(&take(from, 0)?, 2, 0, k)?,
                    take(from, 1)?,
                    movement::narrow(&take(from, 2)?, 1, 0, k)?,
                ])
            };
            svd(&three(g)?, &three(packed)?)
        }
        Factor::PseudoInverse => pseudo_inverse(&take(g, 0)?, x, &take(packed, 0)?),
    }
}

/// Gradient of B in `A X = B`.
pub(super) fn solve_triangular_b(upper: bool, unit: bool, g: &Tensor, a: &Tensor) -> Result<Tensor> {
    linalg::solve_batch(&turned(a)?, g, !upper, unit)
}

/// Gradient of A in `A X = B`, from that of B.
pub(super) fn solve_triangular_a(upper: bool, unit: bool, b: &Tensor, x: &Tensor) -> Result<Tensor> {
    let whole = e::neg(&matmul::batched(b, &turned(x)?)?)?;
    let diagonal = i64::from(unit);
    creation::triangle(&whole, if upper { diagonal } else { -diagonal }, !upper)
}

/// With `P^T A = L U`, and the wide part of U (or the tall part of L) solved for by itself.
fn lu(g: &Tensor, both: &Tensor, pivots: &Tensor) -> Result<Tensor> {
    let (m, n) = (g.size(1), g.size(2));
    let k = m.min(n) as i64;
    let square = |x: &Tensor| movement::narrow(&movement::narrow(x, 1, 0, k)?, 2, 0, k);
    let (lower, upper) = (square(both)?, square(both)?);
    let (g_lower, g_upper) = (creation::triangle(g, -1, true)?, creation::triangle(g, 0, false)?);
    let gradient = if m <= n {
        let whole_upper = creation::triangle(both, 0, false)?;
        let l = movement::narrow(&g_lower, 2, 0, k)?;
        let inner = e::sub(
            &matmul::batched(&turned(&unit_lower(&lower)?)?, &l)?,
            &matmul::batched(&g_upper, &turned(&whole_upper)?)?,
        )?;
        let inner = right_solve_transposed(&creation::triangle(&inner, -1, true)?, &upper)?;
        let inner = e::add(&g_upper, &padded(&inner, 2, n)?)?;
        linalg::solve_batch(&turned(&lower)?, &inner, true, true)?
    } else {
        let whole_lower = e::add(&creation::triangle(both, -1, true)?, &identity(m, k as usize, g)?)?;
        let u = movement::narrow(&g_upper, 1, 0, k)?;
        let inner = e::sub(
            &matmul::batched(&u, &turned(&creation::triangle(&upper, 0, false)?)?)?,
            &matmul::batched(&turned(&whole_lower)?, &g_lower)?,
        )?;
        let inner = linalg::solve_batch(&turned(&lower)?, &creation::triangle(&inner, 0, false)?, true, true)?;
        right_solve_transposed(&e::add(&g_lower, &padded(&inner, 1, m)?)?, &upper)?
    };
    // Row i of L U is row order[i] of A.
    let pivots = movement::reshape_to(
        &copy::to_dtype(pivots, crate::dtype::DType::I32)?,
        &[g.size(0), k as usize],
    )?;
    let places = linalg::row_order(&pivots, m, true)?;
    let places = movement::expand(&movement::unsqueeze(&places, 2)?, &[g.size(0), m, n])?;
    index::gather_unchecked(&gradient, 1, &places)
}

/// `L^-T sym(L^T gL) L^-1`
fn cholesky(g: &Tensor, l: &Tensor) -> Result<Tensor> {
    let inner = creation::triangle(&matmul::batched(&turned(l)?, g)?, 0, true)?;
    let inner = e::add(&inner, &turned(&creation::triangle(&inner, -1, true)?)?)?;
    let half = e::mul_scalar(&inner, 0.5)?;
    let left = linalg::solve_batch(&turned(l)?, &half, true, false)?;
    // (L^-T (L^-T S)^T)^T, the same as from the right.
    turned(&linalg::solve_batch(&turned(l)?, &turned(&left)?, true, false)?)
}

/// `[gQ + Q sym(triu(gR R^T - Q^T gQ))] R^-T`, where a wide matrix's right part goes its own way by `V = Q^T Y`.
fn qr([g_q, g_r]: [&Tensor; 2], [q, r]: [&Tensor; 2]) -> Result<Tensor> {
    let (m, n) = (q.size(1), r.size(2));
    if m < n {
        let (rows, rest) = (m as i64, (n - m) as i64);
        let (u, v) = (movement::narrow(r, 2, 0, rows)?, movement::narrow(r, 2, rows, rest)?);
        let (g_u, g_v) = (
            movement::narrow(g_r, 2, 0, rows)?,
            movement::narrow(g_r, 2, rows, rest)?,
        );
        let y = matmul::batched(q, &v)?;
        let g_q = e::add(g_q, &matmul::batched(&y, &turned(&g_v)?)?)?;
        let left = qr([&g_q, &g_u], [q, &u])?;
        return split::cat(&[left, matmul::batched(q, &g_v)?], 2);
    }
    let inner = e::sub(&matmul::batched(g_r, &turned(r)?)?, &matmul::batched(&turned(q)?, g_q)?)?;
    let inner = creation::triangle(&inner, 0, false)?;
    let inner = e::add(&inner, &turned(&creation::triangle(&inner, 1, false)?)?)?;
    right_solve_transposed(&e::add(g_q, &matmul::batched(q, &inner)?)?, r)
}

/// `V (diag(gw) + skew(V^T gV) / 2E) V^T` with `E[i, j] = w[j] - w[i]`: symmetric, whichever triangle was read.
fn eigen([g_values, g_vectors]: [&Tensor; 2], [values, vectors]: [&Tensor; 2]) -> Result<Tensor> {
    let gaps = e::sub(values, &turned(values)?)?;
    let inner = matmul::batched(&turned(vectors)?, g_vectors)?;
    let inner = e::mul_scalar(&e::sub(&inner, &turned(&inner)?)?, 0.5)?;
    let inner = e::add(&over_gaps(&inner, &gaps)?, &diagonal(g_values)?)?;
    matmul::batched(&matmul::batched(vectors, &inner)?, &turned(vectors)?)
}

/// `U [(skew(U^T gU) / E) S + S (skew(V^T gV) / E) + diag(gS)] V^T` and what leads out of the two spaces.
fn svd([g_u, g_s, g_vh]: &[Tensor; 3], [u, s, vh]: &[Tensor; 3]) -> Result<Tensor> {
    let (m, n, k) = (u.size(1), vh.size(2), s.size(2));
    let squares = e::mul(s, s)?;
    let gaps = e::sub(&squares, &turned(&squares)?)?;
    let skew = |x: &Tensor| e::sub(x, &turned(x)?);
    let u_part = matmul::batched(&turned(u)?, g_u)?;
    let v_part = matmul::batched(vh, &turned(g_vh)?)?;
    let column = turned(s)?;
    let mut inner = e::mul(&over_gaps(&skew(&u_part)?, &gaps)?, s)?;
    inner = e::add(&inner, &e::mul(&column, &over_gaps(&skew(&v_part)?, &gaps)?)?)?;
    inner = e::add(&inner, &diagonal(g_s)?)?;
    let mut gradient = matmul::batched(&matmul::batched(u, &inner)?, vh)?;
    if m > k {
        let outside = e::sub(g_u, &matmul::batched(u, &u_part)?)?;
        gradient = e::add(&gradient, &matmul::batched(&quotient(&outside, s)?, vh)?)?;
    }
    if n > k {
        let outside = e::sub(g_vh, &matmul::batched(&turned(&v_part)?, vh)?)?;
        gradient = e::add(&gradient, &matmul::batched(u, &quotient(&outside, &column)?)?)?;
    }
    Ok(gradient)
}

/// `-P^T g P^T + (I - A P) g^T (P P^T) + (P^T P) g^T (I - P A)`, all transposed to A's shape.
fn pseudo_inverse(g: &Tensor, a: &Tensor, p: &Tensor) -> Result<Tensor> {
    let (p_t, g_t) = (turned(p)?, turned(g)?);
    let product = matmul::batched;
    let direct = product(&product(&p_t, g)?, &p_t)?;
    let wide = product(&product(&g_t, p)?, &p_t)?;
    let wide = e::sub(&wide, &product(&product(a, p)?, &wide)?)?;
    let tall = product(&product(&p_t, p)?, &g_t)?;
    let tall = e::sub(&tall, &product(&product(&tall, p)?, a)?)?;
    e::sub(&e::add(&wide, &tall)?, &direct)
}

fn turned(x: &Tensor) -> Result<Tensor> {
    movement::transpose(x, 1, 2)
}

/// `x U^-T` for an upper triangle U.
fn right_solve_transposed(x: &Tensor, upper: &Tensor) -> Result<Tensor> {
    turned(&linalg::solve_batch(upper, &turned(x)?, true, false)?)
}

fn unit_lower(x: &Tensor) -> Result<Tensor> {
    e::add(&creation::triangle(x, -1, true)?, &identity(x.size(1), x.size(2), x)?)
}

fn identity(rows: usize, columns: usize, like: &Tensor) -> Result<Tensor> {
    creation::eye(rows, columns, like.dtype(), like.device())
}

/// `[B, 1, K]` on the diagonals of `[B, K, K]`.
fn diagonal(x: &Tensor) -> Result<Tensor> {
    e::mul(&identity(x.size(2), x.size(2), x)?, x)
}

/// Zeros appended along a dimension up to `size`.
fn padded(x: &Tensor, dim: usize, size: usize) -> Result<Tensor> {
    let mut shape = x.shape();
    if shape[dim] == size {
        return Ok(x.clone());
    }
    shape[dim] = size - shape[dim];
    split::cat(
        &[x.clone(), creation::zeros(&shape, x.dtype(), x.device())?],
        dim as i64,
    )
}

/// `x / gaps` off the diagonal, zero on it.
fn over_gaps(x: &Tensor, gaps: &Tensor) -> Result<Tensor> {
    let is_diagonal = e::eq_scalar(&identity(x.size(1), x.size(2), x)?, 1.0)?;
    let off = e::where_mask(&e::logical_not(&is_diagonal)?, x)?;
    let safe = e::add(gaps, &identity(x.size(1), x.size(2), x)?)?;
    quotient(&off, &safe)
}

/// `x / y`, and zero where both are: no gradient arrives there, so none leaves.
fn quotient(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let is_zero = e::mul(&e::eq_scalar(x, 0.0)?, &e::eq_scalar(y, 0.0)?)?;
    let one = creation::ones(&[], y.dtype(), y.device())?;
    e::div(x, &e::where_(&is_zero, &one, y)?)
}
