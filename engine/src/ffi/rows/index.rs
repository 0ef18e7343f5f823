//! Rows of reads and writes by index tensors. Ints, slices, None and Ellipsis of `x[…]` are views, made by
//! Python from select, slice and unsqueeze; what is left goes here with an entry a dimension.

use crate::ffi::table::Row;
use crate::ops::index_values::nonzero;
use crate::ops::{advanced_index, index, scatter};

/// The rows.
pub const ROWS: &[Row] = &[
    ("index T Ts? -> T", |a| {
        Ok(advanced_index::index(&a.tensor()?, &a.opt_tensors()?)?.into())
    }),
    // Out of place; Python stores the result with assign_.
    ("index_put T Ts? T b -> T", |a| {
        Ok(advanced_index::index_put(&a.tensor()?, &a.opt_tensors()?, &a.tensor()?, a.bool()?)?.into())
    }),
    ("nonzero T -> T", |a| Ok(nonzero(&a.tensor()?)?.into())),
    ("gather T i T -> T", |a| {
        Ok(index::gather(&a.tensor()?, a.int()?, &a.tensor()?)?.into())
    }),
    ("scatter T i T T -> T", |a| {
        Ok(scatter::scatter(&a.tensor()?, a.int()?, &a.tensor()?, &a.tensor()?)?.into())
    }),
    ("scatter_add T i T T -> T", |a| {
        Ok(scatter::scatter_add(&a.tensor()?, a.int()?, &a.tensor()?, &a.tensor()?)?.into())
    }),
    // input, dimension, index, source, whether the input's own elements count, how
    ("scatter_reduce T i T T b t -> T", |a| {
        let (x, dim, index, source, include_self) = (a.tensor()?, a.int()?, a.tensor()?, a.tensor()?, a.bool()?);
        let reduce = scatter::ScatterReduce::from_name(a.text())?;
        Ok(scatter::scatter_reduce(&x, dim, &index, &source, reduce, include_self)?.into())
    }),
    ("index_select T i T -> T", |a| {
        Ok(index::index_select(&a.tensor()?, a.int()?, &a.tensor()?)?.into())
    }),
    ("index_add T i T T -> T", |a| {
        Ok(index::index_add(&a.tensor()?, a.int()?, &a.tensor()?, &a.tensor()?)?.into())
    }),
    ("index_copy T i T T -> T", |a| {
        Ok(index::index_copy(&a.tensor()?, a.int()?, &a.tensor()?, &a.tensor()?)?.into())
    }),
    // weight, indices
    ("embedding T T -> T", |a| {
        Ok(index::embedding(&a.tensor()?, &a.tensor()?)?.into())
    }),
];
