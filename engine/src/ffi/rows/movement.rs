//! Rows of views, and of joining and splitting.

use crate::error::Error;
use crate::ffi::table::Row;
use crate::ops::{index, movement, split};

/// The rows.
pub const ROWS: &[Row] = &[
    ("view T is -> T", |a| {
        Ok(movement::view(&a.tensor()?, &a.ints()?)?.into())
    }),
    ("view_dtype T d -> T", |a| {
        Ok(movement::view_dtype(&a.tensor()?, a.dtype()?)?.into())
    }),
    ("reshape T is -> T", |a| {
        Ok(movement::reshape(&a.tensor()?, &a.ints()?)?.into())
    }),
    ("permute T is -> T", |a| {
        Ok(movement::permute(&a.tensor()?, &a.ints()?)?.into())
    }),
    ("transpose T i i -> T", |a| {
        Ok(movement::transpose(&a.tensor()?, a.int()?, a.int()?)?.into())
    }),
    ("t T -> T", |a| Ok(movement::t(&a.tensor()?)?.into())),
    ("expand T is -> T", |a| {
        Ok(movement::expand_signed(&a.tensor()?, &a.ints()?)?.into())
    }),
    // dimension, start, end (none: from the front, to the back), step
    ("slice T i i? i? i -> T", |a| {
        Ok(movement::slice(&a.tensor()?, a.int()?, a.opt_int()?, a.opt_int()?, a.int()?)?.into())
    }),
    ("select T i i -> T", |a| {
        Ok(movement::select(&a.tensor()?, a.int()?, a.int()?)?.into())
    }),
    ("narrow T i i i -> T", |a| {
        Ok(movement::narrow(&a.tensor()?, a.int()?, a.int()?, a.int()?)?.into())
    }),
    ("unsqueeze T i -> T", |a| {
        Ok(movement::unsqueeze(&a.tensor()?, a.int()?)?.into())
    }),
    ("squeeze T is? -> T", |a| {
        Ok(movement::squeeze(&a.tensor()?, a.opt_ints()?.as_deref())?.into())
    }),
    ("flatten T i i -> T", |a| {
        Ok(movement::flatten(&a.tensor()?, a.int()?, a.int()?)?.into())
    }),
    ("diagonal T i i i -> T", |a| {
        Ok(movement::diagonal(&a.tensor()?, a.int()?, a.int()?, a.int()?)?.into())
    }),
    ("as_strided T is is i -> T", |a| {
        Ok(movement::as_strided(&a.tensor()?, &a.sizes()?, &a.sizes()?, a.size()?)?.into())
    }),
    ("repeat T is -> T", |a| {
        Ok(movement::repeat(&a.tensor()?, &a.sizes()?)?.into())
    }),
    ("flip T is -> T", |a| Ok(index::flip(&a.tensor()?, &a.ints()?)?.into())),
    ("cat Ts i -> T", |a| Ok(split::cat(&a.tensors()?, a.int()?)?.into())),
    ("stack Ts i -> T", |a| Ok(split::stack(&a.tensors()?, a.int()?)?.into())),
    ("split T i i -> Ts", |a| {
        let (x, size, dim) = (a.tensor()?, a.int()?, a.int()?);
        let size = usize::try_from(size).map_err(|_| {
            Error::runtime(format!(
                "split expects split_size be non-negative, but got split_size={size}"
            ))
        })?;
        Ok(split::split(&x, size, dim)?.into())
    }),
    ("split_with_sizes T is i -> Ts", |a| {
        Ok(split::split_with_sizes(&a.tensor()?, &a.sizes()?, a.int()?)?.into())
    }),
    ("chunk T i i -> Ts", |a| {
        Ok(split::chunk(&a.tensor()?, a.size()?, a.int()?)?.into())
    }),
    (
        "unbind T i -> Ts",
        |a| Ok(split::unbind(&a.tensor()?, a.int()?)?.into()),
    ),
];
