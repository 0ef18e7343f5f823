//! Rows of dense linear algebra. Each decomposition gives its parts, then what tells of failure.

use crate::ffi::table::Row;
use crate::ops::linalg;
use crate::prim::Factor;
use crate::scalar::Scalar;

/// The rows.
pub const ROWS: &[Row] = &[
    // LU, pivots, info
    ("linalg_lu T -> Ts", |a| {
        Ok(linalg::factor(&a.tensor()?, Factor::Lu, &[])?.into())
    }),
    // L, info
    ("linalg_cholesky T -> Ts", |a| {
        Ok(linalg::factor(&a.tensor()?, Factor::Cholesky, &[])?.into())
    }),
    // Q, R
    ("linalg_qr T b -> Ts", |a| {
        let (x, complete) = (a.tensor()?, a.bool()?);
        Ok(linalg::factor(&x, Factor::Qr { complete }, &[])?.into())
    }),
    // reflectors and R, tau
    ("linalg_householder T -> Ts", |a| {
        Ok(linalg::factor(&a.tensor()?, Factor::Householder, &[])?.into())
    }),
    // eigenvalues, eigenvectors, info
    ("linalg_eigen T -> Ts", |a| {
        Ok(linalg::factor(&a.tensor()?, Factor::Eigen, &[])?.into())
    }),
    // U, S, Vh, info
    ("linalg_svd T b -> Ts", |a| {
        let (x, full) = (a.tensor()?, a.bool()?);
        Ok(linalg::factor(&x, Factor::Svd { full }, &[])?.into())
    }),
    // matrix, absolute limit, relative limit, symmetric
    ("linalg_pinv T f f b -> T", |a| {
        let x = a.tensor()?;
        let params = [
            Scalar::Float(a.float()?),
            Scalar::Float(a.float()?),
            Scalar::Bool(a.bool()?),
        ];
        Ok(linalg::pseudo_inverse(&x, &params)?.into())
    }),
    // triangle, right side, upper, unit diagonal
    ("linalg_solve_triangular T T b b -> T", |a| {
        Ok(linalg::solve_triangular(&a.tensor()?, &a.tensor()?, a.bool()?, a.bool()?)?.into())
    }),
    // pivots, rows, inverse
    ("linalg_row_order T i b -> T", |a| {
        Ok(linalg::row_order(&a.tensor()?, a.size()?, a.bool()?)?.into())
    }),
];
