//! Rows that make tensors from numbers.

use crate::error::Error;
use crate::ffi::table::Row;
use crate::ops::creation;

/// The rows.
pub const ROWS: &[Row] = &[
    ("full is s d v -> T", |a| {
        let (shape, value, dtype, device) = (a.sizes()?, a.scalar()?, a.dtype()?, a.device()?);
        Ok(creation::full(&shape, value.fitting(dtype)?, dtype, device)?.into())
    }),
    ("full_like T s d v -> T", |a| {
        let (like, value, dtype, device) = (a.tensor()?, a.scalar()?, a.dtype()?, a.device()?);
        Ok(creation::full_like(&like, value.fitting(dtype)?, dtype, device)?.into())
    }),
    // Uninitialised memory is not offered: empty is zeros.
    ("zeros is d v -> T", |a| {
        Ok(creation::zeros(&a.sizes()?, a.dtype()?, a.device()?)?.into())
    }),
    ("ones is d v -> T", |a| {
        Ok(creation::ones(&a.sizes()?, a.dtype()?, a.device()?)?.into())
    }),
    ("arange s s s d v -> T", |a| {
        Ok(creation::arange(a.scalar()?, a.scalar()?, a.scalar()?, a.dtype()?, a.device()?)?.into())
    }),
    ("linspace f f i d v -> T", |a| {
        let (start, end, steps) = (a.float()?, a.float()?, a.int()?);
        let steps = usize::try_from(steps).map_err(|_| Error::runtime("number of steps must be non-negative"))?;
        Ok(creation::linspace(start, end, steps, a.dtype()?, a.device()?)?.into())
    }),
    ("eye i i d v -> T", |a| {
        Ok(creation::eye(a.size()?, a.size()?, a.dtype()?, a.device()?)?.into())
    }),
    ("tril T i -> T", |a| {
        Ok(creation::triangle(&a.tensor()?, a.int()?, true)?.into())
    }),
    ("triu T i -> T", |a| {
        Ok(creation::triangle(&a.tensor()?, a.int()?, false)?.into())
    }),
];
