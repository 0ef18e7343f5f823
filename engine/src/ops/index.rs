//! Reads and writes at positions given by an index tensor along one dimension.
//!
//! Refuses mixes of several index tensors: see `advanced_index`.

use crate::apply::apply;
use crate::autograd::{Rule, record_rule, rename, requires_grad, sequence_mark};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::index_values::{Wording, checked};
use crate::ops::{copy, creation, elementwise as e, movement, reduce};
use crate::prim::Prim;
use crate::scalar::Scalar;
use crate::shape::{normalize_dim, num_elements};
use crate::storage::Device;
use crate::tensor::Tensor;

/// Rows of dimension 0 at checked positions.
pub fn select_rows(x: &Tensor, rows: &Tensor) -> Result<Tensor> {
    apply(Prim::IndexSelect, &[x, rows], &[])
}

/// `base` with rows replaced by (or increased by) those of `source`, at checked positions.
pub fn put_rows(base: &Tensor, rows: &Tensor, source: &Tensor, accumulate: bool) -> Result<Tensor> {
    if rows.num_elements() == 0 {
        // Nothing is written; what is not written still has a gradient, of no elements.
        let copied = copy::clone(base)?;
        return if requires_grad(source) {
            e::add(&copied, &reduce::sum(source, &[], false)?)
        } else {
            Ok(copied)
        };
    }
    apply(Prim::IndexPut { accumulate }, &[base, rows, source], &[])
}

/// `torch.gather` at checked positions.
pub fn gather_unchecked(x: &Tensor, dim: usize, index: &Tensor) -> Result<Tensor> {
    apply(Prim::Gather { dim }, &[x, index], &[])
}

/// Zeros with `source` added at checked positions along `dim`.
pub fn scatter_add_zeros(dim: usize, index: &Tensor, source: &Tensor, shape: &[usize]) -> Result<Tensor> {
    apply(
        Prim::ScatterAdd {
            dim,
            shape: shape.to_vec(),
        },
        &[index, source],
        &[],
    )
}

/// `torch.index_select(x, dim, index)`
pub fn index_select(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    if index.rank() > 1 {
        return Err(Error::index("index_select(): Index is supposed to be a vector"));
    }
    let index = movement::reshape_to(index, &[index.num_elements()])?;
    if x.rank() == 0 {
        checked(&index, 1, false, Wording::Plain)?;
        return Ok(movement::alias(x));
    }
    let rows = checked(&index, x.size(dim), false, Wording::Plain)?;
    let mark = sequence_mark();
    let front = movement::transpose(x, 0, dim as i64)?;
    let selected = movement::transpose(&select_rows(&front, &rows)?, 0, dim as i64)?;
    let selected = copy::contiguous(&selected)?;
    Ok(rename(selected, mark, "IndexSelectBackward0"))
}

/// `torch.embedding(weight, indices)`
pub fn embedding(weight: &Tensor, indices: &Tensor) -> Result<Tensor> {
    if weight.rank() != 2 {
        return Err(Error::runtime("'weight' must be 2-D"));
    }
    let rows = checked(indices, weight.size(0), false, Wording::Plain)?;
    let shape = [&indices.shape()[..], &[weight.size(1)]].concat();
    let mark = sequence_mark();
    let flat = select_rows(weight, &movement::reshape_to(&rows, &[num_elements(&indices.shape())])?)?;
    Ok(rename(movement::reshape_to(&flat, &shape)?, mark, "EmbeddingBackward0"))
}

/// `torch.gather(x, dim, index)`
pub fn gather(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    if index.num_elements() == 0 {
        return Ok(record_rule(
            Rule::Zeros,
            &[x],
            creation::zeros(&index.shape(), x.dtype(), x.device())?,
        ));
    }
    check_index_shape("gather", x, dim, index)?;
    if x.rank() == 0 {
        checked(index, 1, false, Wording::Kernel(0))?;
        return Ok(movement::alias(x));
    }
    let index = checked(index, x.size(dim), false, Wording::Kernel(dim))?;
    gather_unchecked(x, dim, &index)
}

/// `x.index_add(dim, index, source)`
pub fn index_add(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    put_along(x, dim, index, source, true, "IndexAddBackward0")
}

/// `x.index_copy(dim, index, source)`
pub fn index_copy(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    put_along(x, dim, index, source, false, "IndexCopyBackward0")
}

fn put_along(
    x: &Tensor,
    dim: i64,
    index: &Tensor,
    source: &Tensor,
    accumulate: bool,
    name: &'static str,
) -> Result<Tensor> {
    let dim = normalize_dim(dim, x.rank())?;
    if x.rank() == 0 || source.rank() != x.rank() || index.rank() > 1 {
        return Err(Error::index("index and source do not fit the dimension written"));
    }
    let rows = checked(
        &movement::reshape_to(index, &[index.num_elements()])?,
        x.size(dim),
        false,
        Wording::Plain,
    )?;
    let mark = sequence_mark();
    let front = |tensor: &Tensor| movement::transpose(tensor, 0, dim as i64);
    let written = put_rows(&front(x)?, &rows, &front(source)?, accumulate)?;
    Ok(rename(copy::contiguous(&front(&written)?)?, mark, name))
}

/// An error unless `index` fits a tensor read or written along `dim`.
pub fn check_index_shape(name: &str, x: &Tensor, dim: usize, index: &Tensor) -> Result<()> {
    if index.dtype() != DType::I64 {
        return Err(Error::runtime(format!("{name}(): Expected dtype int64 for index")));
    }
    if index.rank().max(1) != x.rank().max(1) {
        return Err(Error::runtime(format!(
            "Index tensor must have the same number of dimensions as {} tensor",
            if name == "gather" { "input" } else { "self" }
        )));
    }
    let too_large = (0..index.rank())
        .find(|&position| position != dim && index.size(position) > x.view().shape.get(position).copied().unwrap_or(1));
    match too_large {
        Some(position) => Err(Error::runtime(format!(
            "Size does not match at dimension {position} expected index {} to be no larger than self {} apart from dimension {dim}",
            crate::error::list_text(&index.shape()),
            crate::error::list_text(&x.shape())
        ))),
        None => Ok(()),
    }
}

/// `0..count` as int64.
pub fn steps(count: usize, device: Device) -> Result<Tensor> {
    creation::arange(
        Scalar::Int(0),
        Scalar::Int(count as i64),
        Scalar::Int(1),
        DType::I64,
        device,
    )
}

/// `x.flip(dims)`: a copy.
pub fn flip(x: &Tensor, dims: &[i64]) -> Result<Tensor> {
    let mut result = x.clone();
    let mark = sequence_mark();
    for dim in crate::shape::normalize_dims(dims, x.rank())? {
        if x.rank() == 0 || dims.is_empty() {
            break;
        }
        let last = x.size(dim) as i64 - 1;
        let rows = e::rsub_scalar(&steps(x.size(dim), x.device())?, last)?;
        let front = movement::transpose(&result, 0, dim as i64)?;
        result = movement::transpose(&select_rows(&front, &rows)?, 0, dim as i64)?;
    }
    Ok(rename(
        if result.is_same(x) {
            copy::clone(x)?
        } else {
            copy::contiguous(&result)?
        },
        mark,
        "FlipBackward0",
    ))
}
