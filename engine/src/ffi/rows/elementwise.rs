//! Elementwise rows beyond those of the primitives' tables.

use crate::ffi::table::Row;
use crate::ops::{accepted, elementwise as e, nn};
use crate::prim::Binary;

/// The rows.
pub const ROWS: &[Row] = &[
    ("power T s -> T", |a| {
        Ok(e::pow_scalar(&a.tensor()?, a.scalar()?)?.into())
    }),
    ("where T T T -> T", |a| {
        Ok(e::where_(&a.tensor()?, &a.tensor()?, &a.tensor()?)?.into())
    }),
    ("masked_fill T T s -> T", |a| {
        Ok(e::masked_fill(&a.tensor()?, &a.tensor()?, a.scalar()?)?.into())
    }),
    ("clamp T s? s? -> T", |a| {
        Ok(e::clamp(&a.tensor()?, a.opt_scalar()?, a.opt_scalar()?)?.into())
    }),
    ("logical_and T T -> T", |a| {
        Ok(e::logical(Binary::BitwiseAnd, &a.tensor()?, &a.tensor()?)?.into())
    }),
    ("logical_or T T -> T", |a| {
        Ok(e::logical(Binary::BitwiseOr, &a.tensor()?, &a.tensor()?)?.into())
    }),
    ("logical_xor T T -> T", |a| {
        Ok(e::logical(Binary::BitwiseXor, &a.tensor()?, &a.tensor()?)?.into())
    }),
    // a name in `accepted`'s table: for compositions in Python
    ("require T t -> ()", |a| {
        Ok(accepted::require(a.text(), &a.tensor()?)?.into())
    }),
    ("gelu T b -> T", |a| Ok(nn::gelu(&a.tensor()?, a.bool()?)?.into())),
    ("silu T -> T", |a| Ok(nn::silu(&a.tensor()?)?.into())),
    ("leaky_relu T f -> T", |a| {
        Ok(nn::leaky_relu(&a.tensor()?, a.float()?)?.into())
    }),
    ("elu T f -> T", |a| Ok(nn::elu(&a.tensor()?, a.float()?)?.into())),
    ("softplus T f f -> T", |a| {
        Ok(nn::softplus(&a.tensor()?, a.float()?, a.float()?)?.into())
    }),
];
