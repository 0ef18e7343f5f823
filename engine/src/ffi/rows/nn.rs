//! Rows of matrix products, layers and losses. Reductions are 0 none, 1 mean, 2 sum.

use crate::error::Result;
use crate::ffi::args::Args;
use crate::ffi::table::Row;
use crate::ops::attention::{Attention, scaled_dot_product};
use crate::ops::loss::{self, ClassLoss, Reduction};
use crate::ops::{matmul, nn};

/// The rows.
pub const ROWS: &[Row] = &[
    ("matmul T T -> T", |a| {
        Ok(matmul::matmul(&a.tensor()?, &a.tensor()?)?.into())
    }),
    ("mm T T -> T", |a| Ok(matmul::mm(&a.tensor()?, &a.tensor()?)?.into())),
    ("bmm T T -> T", |a| Ok(matmul::bmm(&a.tensor()?, &a.tensor()?)?.into())),
    ("mv T T -> T", |a| Ok(matmul::mv(&a.tensor()?, &a.tensor()?)?.into())),
    ("dot T T -> T", |a| Ok(matmul::dot(&a.tensor()?, &a.tensor()?)?.into())),
    ("outer T T -> T", |a| {
        Ok(matmul::outer(&a.tensor()?, &a.tensor()?)?.into())
    }),
    ("addmm T T T s s -> T", |a| {
        Ok(matmul::addmm(&a.tensor()?, &a.tensor()?, &a.tensor()?, a.scalar()?, a.scalar()?)?.into())
    }),
    ("baddbmm T T T s s -> T", |a| {
        Ok(matmul::baddbmm(&a.tensor()?, &a.tensor()?, &a.tensor()?, a.scalar()?, a.scalar()?)?.into())
    }),
    ("linear T T T? -> T", |a| {
        Ok(nn::linear(&a.tensor()?, &a.tensor()?, a.opt_tensor()?.as_ref())?.into())
    }),
    ("layer_norm T is T? T? f -> T", |a| {
        Ok(nn::layer_norm(
            &a.tensor()?,
            &a.sizes()?,
            a.opt_tensor()?.as_ref(),
            a.opt_tensor()?.as_ref(),
            a.float()?,
        )?
        .into())
    }),
    // query, key, value, mask, dropout, is_causal, scale
    ("attention T T T T? f b f? -> T", |a| {
        let (query, key, value, mask) = (a.tensor()?, a.tensor()?, a.tensor()?, a.opt_tensor()?);
        let settings = Attention {
            dropout: a.float()?,
            is_causal: a.bool()?,
            scale: a.opt_float()?,
        };
        Ok(scaled_dot_product(&query, &key, &value, mask.as_ref(), settings)?.into())
    }),
    // input, target, weight, ignore_index, reduction, label_smoothing
    ("cross_entropy T T T? i i f -> T", |a| {
        let (input, target) = (a.tensor()?, a.tensor()?);
        Ok(loss::cross_entropy(&input, &target, &class_loss(a)?)?.into())
    }),
    ("nll_loss T T T? i i -> T", |a| {
        let (input, target, weight, ignore_index) = (a.tensor()?, a.tensor()?, a.opt_tensor()?, a.int()?);
        let reduction = Reduction::from_code(a.int()?)?;
        Ok(loss::nll_loss(
            &input,
            &target,
            &ClassLoss {
                weight,
                ignore_index,
                reduction,
                label_smoothing: 0.0,
            },
        )?
        .into())
    }),
    ("mse_loss T T i -> T", |a| {
        Ok(loss::mse_loss(&a.tensor()?, &a.tensor()?, reduction(a)?)?.into())
    }),
    ("l1_loss T T i -> T", |a| {
        Ok(loss::l1_loss(&a.tensor()?, &a.tensor()?, reduction(a)?)?.into())
    }),
    ("smooth_l1_loss T T f i -> T", |a| {
        Ok(loss::smooth_l1_loss(&a.tensor()?, &a.tensor()?, a.float()?, reduction(a)?)?.into())
    }),
    ("kl_div T T b i -> T", |a| {
        Ok(loss::kl_div(&a.tensor()?, &a.tensor()?, a.bool()?, reduction(a)?)?.into())
    }),
    // input, target, weight, reduction
    ("bce T T T? i -> T", |a| {
        Ok(loss::bce(&a.tensor()?, &a.tensor()?, a.opt_tensor()?.as_ref(), reduction(a)?)?.into())
    }),
    // input, target, weight, pos_weight, reduction
    ("bce_with_logits T T T? T? i -> T", |a| {
        let (input, target, weight, pos_weight) = (a.tensor()?, a.tensor()?, a.opt_tensor()?, a.opt_tensor()?);
        Ok(loss::bce_with_logits(&input, &target, weight.as_ref(), pos_weight.as_ref(), reduction(a)?)?.into())
    }),
];

fn reduction(a: &mut Args<'_>) -> Result<Reduction> {
    Reduction::from_code(a.int()?)
}

fn class_loss(a: &mut Args<'_>) -> Result<ClassLoss> {
    let (weight, ignore_index) = (a.opt_tensor()?, a.int()?);
    Ok(ClassLoss {
        weight,
        ignore_index,
        reduction: reduction(a)?,
        label_smoothing: a.float()?,
    })
}
