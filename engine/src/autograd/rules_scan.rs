//! Backward rules of running folds and of scatter.
//!
//! Products are differentiated through their other factors, so zeros among them have gradients too.
//! Refuses movement and indexing that only reads: see `rules_view` and `rules`.

use crate::apply::apply;
use crate::error::Result;
use crate::ops::{copy, creation, elementwise as e, index};
use crate::prim::{Prim, Scan, Scatter};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// Whether a fold's rule reads its input and its output.
pub(super) fn scan_saves(op: Scan) -> Vec<bool> {
    match op {
        Scan::Sum | Scan::ArgMax | Scan::ArgMin => vec![false, false],
        Scan::Max | Scan::Min => vec![true, false],
        Scan::Prod | Scan::LogSumExp => vec![true, true],
    }
}

/// Whether a scatter's rule reads base, index, source and output.
pub(super) fn scatter_saves(op: Scatter) -> Vec<bool> {
    let reads_values = match op {
        Scatter::Replace | Scatter::Add => false,
        Scatter::Prod | Scatter::Max | Scatter::Min => true,
    };
    vec![reads_values, true, reads_values, reads_values]
}

/// Gradient of the input of a running fold, from `g`, the input and the output (`g` where they were not saved).
pub(super) fn scan(op: Scan, dim: usize, g: &Tensor, x: &Tensor, out: &Tensor) -> Result<Tensor> {
    match op {
        Scan::Sum => backwards(Scan::Sum, dim, g),
        Scan::Prod => product(dim, g, x, out),
        Scan::Max => extreme(Scan::ArgMax, dim, g, x),
        Scan::Min => extreme(Scan::ArgMin, dim, g, x),
        Scan::LogSumExp => log_sum_exp(dim, g, x, out),
        Scan::ArgMax | Scan::ArgMin => creation::zeros(&x.shape(), g.dtype(), g.device()),
    }
}

/// The fold from the other end.
fn backwards(op: Scan, dim: usize, x: &Tensor) -> Result<Tensor> {
    let dims = [dim as i64];
    let flipped = index::flip(x, &dims)?;
    index::flip(&apply(Prim::Scan { op, dim }, &[&flipped], &[])?, &dims)
}

/// Before the first zero of a line `sum(g * out) / x`; at it the same with that zero taken out of the
/// products; after it nothing, for every product holds the zero.
fn product(dim: usize, g: &Tensor, x: &Tensor, out: &Tensor) -> Result<Tensor> {
    let is_zero = e::eq_scalar(x, 0.0)?;
    let sum = Prim::Scan { op: Scan::Sum, dim };
    let zeros_so_far = apply(sum, &[&copy::to_dtype(&is_zero, x.dtype())?], &[])?;
    let is_first_zero = e::mul(&is_zero, &e::eq_scalar(&zeros_so_far, 1.0)?)?;
    let without_zeros = e::masked_fill(x, &is_zero, Scalar::Int(1))?;
    let before = e::div(&backwards(Scan::Sum, dim, &e::mul(g, out)?)?, &without_zeros)?;
    let without_first = e::masked_fill(x, &is_first_zero, Scalar::Int(1))?;
    let products = apply(Prim::Scan { op: Scan::Prod, dim }, &[&without_first], &[])?;
    let at_first = backwards(Scan::Sum, dim, &e::mul(g, &products)?)?;
    let others = e::where_mask(&e::eq_scalar(&zeros_so_far, 0.0)?, &before)?;
    e::where_(&is_first_zero, &at_first, &others)
}

fn extreme(op: Scan, dim: usize, g: &Tensor, x: &Tensor) -> Result<Tensor> {
    let positions = apply(Prim::Scan { op, dim }, &[x], &[])?;
    index::scatter_add_zeros(dim, &positions, g, &x.shape())
}

/// `exp(x) * sum(g / exp(out))`, in logarithms; positive and negative gradients apart.
fn log_sum_exp(dim: usize, g: &Tensor, x: &Tensor, out: &Tensor) -> Result<Tensor> {
    let part = |size: &Tensor| -> Result<Tensor> {
        let is_positive = e::gt_scalar(size, 0.0)?;
        let nothing = Scalar::Float(f64::NEG_INFINITY);
        let is_rest = e::logical_not(&is_positive)?;
        let log = e::log(&e::masked_fill(size, &is_rest, Scalar::Int(1))?)?;
        let log = e::masked_fill(&e::sub(&log, out)?, &is_rest, nothing)?;
        e::exp(&e::add(&backwards(Scan::LogSumExp, dim, &log)?, x)?)
    };
    e::sub(&part(g)?, &part(&e::neg(g)?)?)
}

/// Gradients of base and source. `saved` holds base, index, source and the output, or `g` where not saved.
pub(super) fn scatter(op: Scatter, dim: usize, g: &Tensor, saved: [&Tensor; 4]) -> Result<[Tensor; 2]> {
    let [base, index, source, out] = saved;
    match op {
        Scatter::Replace => {
            let zeros = creation::zeros(&index.shape(), g.dtype(), g.device())?;
            let kept = apply(Prim::Scatter { op, dim }, &[g, index, &zeros], &[])?;
            Ok([kept, index::gather_unchecked(g, dim, index)?])
        }
        Scatter::Add => Ok([g.clone(), index::gather_unchecked(g, dim, index)?]),
        Scatter::Prod => scattered_product(dim, g, [base, index, source]),
        Scatter::Max | Scatter::Min => {
            // Everything that equals the extreme shares its gradient.
            let at_source = index::gather_unchecked(out, dim, index)?;
            let base_wins = copy::to_dtype(&e::eq(base, out)?, g.dtype())?;
            let source_wins = copy::to_dtype(&e::eq(source, &at_source)?, g.dtype())?;
            let shared = e::add(&base_wins, &added(dim, index, &source_wins, base)?)?;
            let share = e::div(g, &shared)?;
            let to_source = e::mul(&source_wins, &index::gather_unchecked(&share, dim, index)?)?;
            Ok([e::mul(&base_wins, &share)?, to_source])
        }
    }
}

fn added(dim: usize, index: &Tensor, source: &Tensor, base: &Tensor) -> Result<Tensor> {
    index::scatter_add_zeros(dim, index, source, &base.shape())
}

/// Each factor's gradient is the product of the others: that of all that are not zero, divided by its own,
/// if no other is zero.
fn scattered_product(dim: usize, g: &Tensor, [base, index, source]: [&Tensor; 3]) -> Result<[Tensor; 2]> {
    let numbers = |mask: &Tensor| copy::to_dtype(mask, g.dtype());
    let (base_is_zero, source_is_zero) = (e::eq_scalar(base, 0.0)?, e::eq_scalar(source, 0.0)?);
    let base_zero = numbers(&base_is_zero)?;
    let source_zero = numbers(&source_is_zero)?;
    let zeros = e::add(&base_zero, &added(dim, index, &source_zero, base)?)?;
    let base_filled = e::masked_fill(base, &base_is_zero, Scalar::Int(1))?;
    let source_filled = e::masked_fill(source, &source_is_zero, Scalar::Int(1))?;
    let op = Scatter::Prod;
    let products = apply(Prim::Scatter { op, dim }, &[&base_filled, index, &source_filled], &[])?;
    let gather = |x: &Tensor| index::gather_unchecked(x, dim, index);
    let others = |products: &Tensor, filled: &Tensor, zeros: &Tensor, own: &Tensor| -> Result<Tensor> {
        let no_other = e::eq(zeros, own)?;
        e::where_mask(&no_other, &e::div(products, filled)?)
    };
    let to_base = others(&e::mul(g, &products)?, &base_filled, &zeros, &base_zero)?;
    let to_source = others(
        &gather(&e::mul(g, &products)?)?,
        &source_filled,
        &gather(&zeros)?,
        &source_zero,
    )?;
    Ok([to_base, to_source])
}
