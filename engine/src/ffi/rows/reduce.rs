//! Rows of reductions, scans and sorting. An empty list of dimensions means all.

use crate::dtype::DType;
use crate::error::Result;
use crate::ffi::args::Outcome;
use crate::ffi::table::Row;
use crate::ops::{copy, reduce, scan, softmax, sort, statistics};
use crate::prim::{ArgReduce, Reduce};
use crate::tensor::Tensor;

/// A fold of the tensor in a dtype, which its result has too: folds of integers are computed in int64.
fn folded_in(x: Tensor, dtype: Option<DType>, fold: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Outcome> {
    Ok(match dtype {
        Some(dtype) => copy::to_dtype(&fold(&copy::to_dtype(&x, dtype)?)?, dtype)?.into(),
        None => fold(&x)?.into(),
    })
}

/// The rows.
pub const ROWS: &[Row] = &[
    ("sum T is b d? -> T", |a| {
        let (x, dims, keepdim, dtype) = (a.tensor()?, a.ints()?, a.bool()?, a.opt_dtype()?);
        folded_in(x, dtype, |x| reduce::sum(x, &dims, keepdim))
    }),
    ("mean T is b d? -> T", |a| {
        let (x, dims, keepdim) = (a.tensor()?, a.ints()?, a.bool()?);
        let x = a
            .opt_dtype()?
            .map_or_else(|| Ok(x.clone()), |dtype| copy::to_dtype(&x, dtype))?;
        Ok(reduce::mean(&x, &dims, keepdim)?.into())
    }),
    ("prod T is b d? -> T", |a| {
        let (x, dims, keepdim, dtype) = (a.tensor()?, a.ints()?, a.bool()?, a.opt_dtype()?);
        folded_in(x, dtype, |x| reduce::prod(x, &dims, keepdim))
    }),
    ("amax T is b -> T", |a| {
        Ok(reduce::extreme(Reduce::Max, &a.tensor()?, &a.ints()?, a.bool()?)?.into())
    }),
    ("amin T is b -> T", |a| {
        Ok(reduce::extreme(Reduce::Min, &a.tensor()?, &a.ints()?, a.bool()?)?.into())
    }),
    ("max T -> T", |a| {
        Ok(reduce::extreme_of_all(Reduce::Max, &a.tensor()?)?.into())
    }),
    ("min T -> T", |a| {
        Ok(reduce::extreme_of_all(Reduce::Min, &a.tensor()?)?.into())
    }),
    ("max_dim T i b -> Ts", |a| {
        Ok(reduce::extreme_with_index(ArgReduce::Max, &a.tensor()?, a.int()?, a.bool()?)?.into())
    }),
    ("min_dim T i b -> Ts", |a| {
        Ok(reduce::extreme_with_index(ArgReduce::Min, &a.tensor()?, a.int()?, a.bool()?)?.into())
    }),
    ("argmax T i? b -> T", |a| {
        Ok(reduce::arg_extreme(ArgReduce::Max, &a.tensor()?, a.opt_int()?, a.bool()?)?.into())
    }),
    ("argmin T i? b -> T", |a| {
        Ok(reduce::arg_extreme(ArgReduce::Min, &a.tensor()?, a.opt_int()?, a.bool()?)?.into())
    }),
    ("hash_tensor T is b -> T", |a| {
        Ok(reduce::hash(&a.tensor()?, &a.ints()?, a.bool()?)?.into())
    }),
    ("any T is b -> T", |a| {
        Ok(reduce::any(&a.tensor()?, &a.ints()?, a.bool()?)?.into())
    }),
    ("all T is b -> T", |a| {
        Ok(reduce::all(&a.tensor()?, &a.ints()?, a.bool()?)?.into())
    }),
    ("var T is f b -> T", |a| {
        Ok(statistics::var(&a.tensor()?, &a.ints()?, a.float()?, a.bool()?)?.into())
    }),
    ("std T is f b -> T", |a| {
        Ok(statistics::std(&a.tensor()?, &a.ints()?, a.float()?, a.bool()?)?.into())
    }),
    ("norm T f is b -> T", |a| {
        Ok(statistics::norm(&a.tensor()?, a.float()?, &a.ints()?, a.bool()?)?.into())
    }),
    ("logsumexp T is b -> T", |a| {
        Ok(statistics::logsumexp(&a.tensor()?, &a.ints()?, a.bool()?)?.into())
    }),
    ("cumsum T i -> T", |a| Ok(scan::cumsum(&a.tensor()?, a.int()?)?.into())),
    (
        "cumprod T i -> T",
        |a| Ok(scan::cumprod(&a.tensor()?, a.int()?)?.into()),
    ),
    ("logcumsumexp T i -> T", |a| {
        Ok(scan::logcumsumexp(&a.tensor()?, a.int()?)?.into())
    }),
    ("cummax T i -> Ts", |a| {
        Ok(scan::cumulative_extreme(true, &a.tensor()?, a.int()?)?.into())
    }),
    ("cummin T i -> Ts", |a| {
        Ok(scan::cumulative_extreme(false, &a.tensor()?, a.int()?)?.into())
    }),
    ("softmax T i -> T", |a| {
        Ok(softmax::softmax(&a.tensor()?, a.int()?)?.into())
    }),
    ("log_softmax T i -> T", |a| {
        Ok(softmax::log_softmax(&a.tensor()?, a.int()?)?.into())
    }),
    ("sort T i b -> Ts", |a| {
        Ok(sort::sort(&a.tensor()?, a.int()?, a.bool()?)?.into())
    }),
    // k, dimension, largest, sorted
    ("topk T i i b b -> Ts", |a| {
        Ok(sort::topk(&a.tensor()?, a.size()?, a.int()?, a.bool()?, a.bool()?)?.into())
    }),
    // k, dimension; which stays as size 1, here and below
    ("kthvalue T i i -> Ts", |a| {
        Ok(sort::kthvalue(&a.tensor()?, a.int()?, a.int()?)?.into())
    }),
    // dimension, whether NaN is ignored
    ("median T i b -> Ts", |a| {
        Ok(sort::median(&a.tensor()?, a.int()?, a.bool()?)?.into())
    }),
];
