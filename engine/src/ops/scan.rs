//! Running sums.

use crate::autograd::{rename, sequence_mark};
use crate::dtype::DType;
use crate::error::Result;
use crate::ops::{copy, elementwise as e, movement, split};
use crate::shape::normalize_dim;
use crate::tensor::Tensor;

/// `x.cumsum(dim)` by doubling: each round adds the sums that end `1, 2, 4, …` places before.
pub fn cumsum(x: &Tensor, dim: i64) -> Result<Tensor> {
    let position = normalize_dim(dim, x.rank())?;
    let x = if x.dtype().is_float() {
        x.clone()
    } else {
        copy::to_dtype(x, DType::I64)?
    };
    let mark = sequence_mark();
    let mut sums = copy::clone(&x)?;
    if x.rank() == 0 {
        return Ok(rename(sums, mark, "CumsumBackward0"));
    }
    let size = x.size(position);
    let mut reach = 1;
    while reach < size {
        let dim = position as i64;
        let head = movement::narrow(&sums, dim, 0, reach as i64)?;
        let earlier = movement::narrow(&sums, dim, 0, (size - reach) as i64)?;
        let later = movement::narrow(&sums, dim, reach as i64, (size - reach) as i64)?;
        sums = split::cat(&[head, e::add(&later, &earlier)?], dim)?;
        reach *= 2;
    }
    Ok(rename(sums, mark, "CumsumBackward0"))
}
