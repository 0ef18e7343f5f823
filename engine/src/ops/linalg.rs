//! Decompositions of matrices, and solving with triangles, over any number of batch dimensions.
//!
//! A decomposition comes packed (see `prim::Factor`); here its parts become views with the batch's shape.
//! Refuses to raise for matrices that have no decomposition: results carry a number that tells.
//! Read next: `autograd::rules_linalg`.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::context;
use crate::cpu::{Buffer, memory};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, movement};
use crate::prim::{Factor, Prim};
use crate::scalar::Scalar;
use crate::shape;
use crate::storage::Device;
use crate::tensor::Tensor;

/// The parts of a decomposition of the last two dimensions. Vectors come without their row dimension, and the
/// number that tells of failure as int32 of the batch's shape; so do LU's row exchanges.
pub fn factor(x: &Tensor, factor: Factor, params: &[Scalar]) -> Result<Vec<Tensor>> {
    let (batch, m, n) = matrix_shape(x)?;
    if factor.is_square_only() && m != n {
        return Err(Error::runtime(format!(
            "A must be batches of square matrices, but they are {m} by {n} matrices"
        )));
    }
    let count = shape::checked_num_elements(&batch)?;
    let packed = packed(&movement::reshape_to(x, &[count, m, n])?, factor, params)?;
    let parts = factor.parts(m, n);
    let last = parts.len() - 1;
    let name = node_name(factor);
    let (mut tensors, mut start) = (Vec::with_capacity(parts.len()), 0);
    for (index, &[rows, columns]) in parts.iter().enumerate() {
        let end = start + rows * columns;
        let mark = sequence_mark();
        let part = movement::slice(&packed, 1, Some(start as i64), Some(end as i64), 1)?;
        start = end;
        let is_info = index == last && has_info(factor);
        let tail: &[usize] = match (is_info, is_vector(factor, index)) {
            (true, _) => &[],
            (false, true) => &[columns],
            (false, false) => &[rows, columns],
        };
        let part = movement::reshape_to(&part, &[&batch[..], tail].concat())?;
        tensors.push(if is_info || (factor == Factor::Lu && index == 1) {
            copy::to_dtype(&part, DType::I32)?
        } else {
            rename(part, mark, name)
        });
    }
    Ok(tensors)
}

/// The pseudo-inverse, with the parameters of `Factor::PseudoInverse`.
pub fn pseudo_inverse(x: &Tensor, params: &[Scalar]) -> Result<Tensor> {
    let found = factor(x, Factor::PseudoInverse, params)?;
    found
        .into_iter()
        .next()
        .ok_or_else(|| Error::runtime("a pseudo-inverse has one part"))
}

/// The decompositions of a batch of matrices, packed in rows.
pub fn packed(x: &Tensor, factor: Factor, params: &[Scalar]) -> Result<Tensor> {
    apply(Prim::Factor(factor), &[x], params)
}

/// `X` with `A X = B` for triangles A; the batch dimensions are broadcast.
pub fn solve_triangular(a: &Tensor, b: &Tensor, upper: bool, unit: bool) -> Result<Tensor> {
    let ((a_batch, n, a_columns), (b_batch, rows, columns)) = (matrix_shape(a)?, matrix_shape(b)?);
    if n != a_columns || n != rows {
        return Err(Error::runtime(format!(
            "linalg.solve_triangular: Incompatible shapes of A and B for the equation AX = B ({n}x{a_columns} and {rows}x{columns})"
        )));
    }
    let batch = shape::broadcast(&a_batch, &b_batch)?;
    let count = shape::checked_num_elements(&batch)?;
    let lined_up = |x: &Tensor, matrix: [usize; 2]| {
        let expanded = movement::expand(x, &[&batch[..], &matrix].concat())?;
        movement::reshape_to(&expanded, &[count, matrix[0], matrix[1]])
    };
    let mark = sequence_mark();
    let x = solve_batch(&lined_up(a, [n, n])?, &lined_up(b, [n, columns])?, upper, unit)?;
    let x = movement::reshape_to(&x, &[&batch[..], &[n, columns]].concat())?;
    Ok(rename(x, mark, "LinalgSolveTriangularBackward0"))
}

/// As [`solve_triangular`], for batches of rank 3.
pub fn solve_batch(a: &Tensor, b: &Tensor, upper: bool, unit: bool) -> Result<Tensor> {
    apply(Prim::SolveTriangular { upper, unit }, &[a, b], &[])
}

/// The order in which row exchanges (counted from 1, along the last dimension) leave `size` rows; with `inverse`,
/// where each row went.
pub fn row_order(pivots: &Tensor, size: usize, inverse: bool) -> Result<Tensor> {
    if pivots.device() == Device::WebGpu {
        return Err(Error::CpuOnly {
            prim: "row_order".into(),
        });
    }
    let mut shape = pivots.shape();
    let count = shape.pop().unwrap_or(0);
    let batch = shape::checked_num_elements(&shape)?;
    shape.push(size);
    shape::checked_num_elements(&shape)?;
    let pivots = context::with_grad_mode(false, || copy::contiguous(&copy::to_dtype(pivots, DType::I64)?))?;
    let orders = pivots.with_buffer(|buffer, view| -> Result<Vec<i64>> {
        let Buffer::I64(all) = buffer else {
            return Err(Error::runtime("pivots were not converted to int64"));
        };
        let exchanges = all.get(view.offset..view.offset + batch * count).unwrap_or_default();
        let mut orders = memory::try_vec(batch * size)?;
        for index in 0..batch {
            let mut order: Vec<i64> = memory::try_vec(size)?;
            order.extend(0..size as i64);
            for (row, &exchange) in exchanges[index * count..][..count].iter().enumerate() {
                let other = exchange.checked_sub(1).and_then(|other| usize::try_from(other).ok());
                let other = other.filter(|&other| other < size && row < size);
                let other = other.ok_or_else(|| {
                    Error::runtime(
                        "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive. Did you properly pass the result of \
                         lu_factor?",
                    )
                })?;
                order.swap(row, other);
            }
            if inverse {
                let mut places = memory::try_vec(size)?;
                places.resize(size, 0);
                for (place, &row) in order.iter().enumerate() {
                    places[row as usize] = place as i64;
                }
                order = places;
            }
            orders.extend(order);
        }
        Ok(orders)
    })??;
    Ok(Tensor::from_buffer(Buffer::I64(orders), &shape))
}

/// Batch shape, rows and columns.
fn matrix_shape(x: &Tensor) -> Result<(Vec<usize>, usize, usize)> {
    let mut shape = x.shape();
    match (shape.pop(), shape.pop()) {
        (Some(columns), Some(rows)) => Ok((shape, rows, columns)),
        _ => Err(Error::runtime("The input tensor A must have at least 2 dimensions.")),
    }
}

const fn has_info(factor: Factor) -> bool {
    matches!(
        factor,
        Factor::Lu | Factor::Cholesky | Factor::Eigen | Factor::Svd { .. }
    )
}

const fn is_vector(factor: Factor, index: usize) -> bool {
    match factor {
        Factor::Lu | Factor::Householder | Factor::Svd { .. } => index == 1,
        Factor::Eigen => index == 0,
        Factor::Cholesky | Factor::Qr { .. } | Factor::PseudoInverse => false,
    }
}

const fn node_name(factor: Factor) -> &'static str {
    match factor {
        Factor::Lu => "LinalgLuFactorExBackward0",
        Factor::Cholesky => "LinalgCholeskyExBackward0",
        Factor::Qr { .. } => "LinalgQrBackward0",
        Factor::Householder => "GeqrfBackward0",
        Factor::Eigen => "LinalgEighBackward0",
        Factor::Svd { .. } => "LinalgSvdBackward0",
        Factor::PseudoInverse => "LinalgPinvBackward0",
    }
}
