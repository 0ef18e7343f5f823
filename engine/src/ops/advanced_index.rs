//! Indexing with tensors: `x[i, :, j]`, reads and writes.
//!
//! Ints, slices, None and Ellipsis are views and were applied before. The indexed dimensions are moved
//! to the front and merged, so that one flat index tensor selects rows.
//! Refuses masks on the GPU: their positions are not known without waiting.

use crate::autograd::{rename, sequence_mark};
use crate::dtype::DType;
use crate::error::{Error, Result, list_text};
use crate::ops::index_values::{Wording, checked, nonzero};
use crate::ops::{copy, elementwise as e, index, movement};
use crate::shape::{self, Shape};
use crate::storage::Device;
use crate::tensor::Tensor;

/// Where the indexed dimensions lie and which rows they name.
struct Plan {
    /// The tensor's dimensions, indexed ones first.
    order: Vec<i64>,
    /// Product of the indexed sizes.
    rows: usize,
    /// Sizes of the other dimensions.
    rest: Shape,
    /// Broadcast shape of the index tensors.
    index_shape: Shape,
    /// Flat row numbers.
    positions: Tensor,
    /// Number of other dimensions that come before the index dimensions in the result.
    before: usize,
}

/// `x[indices]`, an entry a dimension; `None` takes the whole dimension. Missing entries count as `None`.
pub fn index(x: &Tensor, indices: &[Option<Tensor>]) -> Result<Tensor> {
    let plan = Plan::new(x, indices)?;
    let mark = sequence_mark();
    let selected = index::select_rows(&plan.as_rows(x)?, &plan.positions)?;
    let shaped = movement::reshape_to(&selected, &[&plan.index_shape[..], &plan.rest].concat())?;
    let result = copy::contiguous(&movement::permute(&shaped, &plan.result_order())?)?;
    Ok(rename(result, mark, "IndexBackward0"))
}

/// `x` with `x[indices] = values` (or `+=` with `accumulate`), out of place.
pub fn index_put(x: &Tensor, indices: &[Option<Tensor>], values: &Tensor, accumulate: bool) -> Result<Tensor> {
    if values.dtype() != x.dtype() {
        return Err(Error::runtime(format!(
            "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
            x.dtype().scalar_type_name(),
            values.dtype().scalar_type_name()
        )));
    }
    let plan = Plan::new(x, indices)?;
    let values = if values.rank() == 0 {
        copy::to_device(values, x.device())?
    } else {
        values.clone()
    };
    let result_shape = plan.result_shape();
    let mark = sequence_mark();
    let values = movement::expand(&values, &result_shape).map_err(|_| {
        Error::runtime(format!(
            "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {}",
            list_text(&values.shape()),
            list_text(&result_shape)
        ))
    })?;
    // The inverse of the reading permutation.
    let order = plan.result_order();
    let mut inverse = vec![0; order.len()];
    for (position, &dim) in order.iter().enumerate() {
        inverse[dim as usize] = position as i64;
    }
    let lined_up = movement::permute(&values, &inverse)?;
    let count = plan.positions.num_elements();
    let source = movement::reshape_to(&lined_up, &[&[count], &plan.rest[..]].concat())?;
    let written = index::put_rows(&plan.as_rows(x)?, &plan.positions, &source, accumulate)?;
    Ok(rename(plan.back_from_rows(&written, x)?, mark, "IndexPutBackward0"))
}

impl Plan {
    fn new(x: &Tensor, indices: &[Option<Tensor>]) -> Result<Plan> {
        let entries = expand_masks(x, indices)?;
        if entries.len() > x.rank() {
            return Err(Error::index(format!(
                "too many indices for tensor of dimension {}",
                x.rank()
            )));
        }
        let indexed: Vec<usize> = (0..entries.len()).filter(|&dim| entries[dim].is_some()).collect();
        let mut index_shape = Vec::new();
        for entry in entries.iter().flatten() {
            index_shape = shape::broadcast(&index_shape, &entry.shape()).map_err(|_| {
                let shapes: Vec<String> = entries
                    .iter()
                    .flatten()
                    .map(|entry| list_text(&entry.shape()))
                    .collect();
                Error::index(format!(
                    "shape mismatch: indexing tensors could not be broadcast together with shapes {}",
                    shapes.join(", ")
                ))
            })?;
        }
        let mut flat: Option<Tensor> = None;
        let mut rows = 1;
        for &dim in &indexed {
            let Some(entry) = &entries[dim] else { continue };
            let entry = checked(entry, x.size(dim), true, Wording::Dimension(dim))?;
            let entry = copy::to_device(&entry, x.device())?;
            flat = Some(match flat {
                None => entry,
                Some(flat) => e::add(&e::mul_scalar(&flat, x.size(dim) as i64)?, &entry)?,
            });
            rows *= x.size(dim);
        }
        let flat = flat.ok_or_else(|| Error::index("at least one index tensor is needed"))?;
        let count = shape::checked_num_elements(&index_shape)?;
        let positions = movement::reshape_to(&movement::expand(&flat, &index_shape)?, &[count])?;
        let others: Vec<usize> = (0..x.rank()).filter(|dim| !indexed.contains(dim)).collect();
        let are_adjacent = indexed.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let before = if are_adjacent {
            indexed.first().copied().unwrap_or(0)
        } else {
            0
        };
        Ok(Plan {
            order: indexed.iter().chain(&others).map(|&dim| dim as i64).collect(),
            rows,
            rest: others.iter().map(|&dim| x.size(dim)).collect(),
            index_shape,
            positions,
            before,
        })
    }

    fn as_rows(&self, x: &Tensor) -> Result<Tensor> {
        movement::reshape_to(
            &movement::permute(x, &self.order)?,
            &[&[self.rows], &self.rest[..]].concat(),
        )
    }

    fn back_from_rows(&self, rows: &Tensor, x: &Tensor) -> Result<Tensor> {
        let sizes: Vec<usize> = self.order.iter().map(|&dim| x.size(dim as usize)).collect();
        let mut inverse = vec![0; self.order.len()];
        for (position, &dim) in self.order.iter().enumerate() {
            inverse[dim as usize] = position as i64;
        }
        movement::permute(&movement::reshape_to(rows, &sizes)?, &inverse)
    }

    /// From `[index dimensions, other dimensions]` to the result's order.
    fn result_order(&self) -> Vec<i64> {
        let (num_index, num_rest) = (self.index_shape.len(), self.rest.len());
        let leading = num_index..num_index + self.before;
        let trailing = num_index + self.before..num_index + num_rest;
        leading
            .chain(0..num_index)
            .chain(trailing)
            .map(|dim| dim as i64)
            .collect()
    }

    fn result_shape(&self) -> Shape {
        [&self.rest[..self.before], &self.index_shape, &self.rest[self.before..]].concat()
    }
}

/// Masks replaced by the index tensors of their true positions.
fn expand_masks(x: &Tensor, indices: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    let mut entries = Vec::new();
    for index in indices {
        let Some(index) = index else {
            entries.push(None);
            continue;
        };
        if !matches!(index.dtype(), DType::Bool | DType::U8) {
            entries.push(Some(index.clone()));
            continue;
        }
        if index.device() == Device::WebGpu {
            return Err(Error::not_implemented(
                "indexing with a mask that lives on the GPU; its positions must be read first",
            ));
        }
        for (dim, &size) in index.shape().iter().enumerate() {
            let position = entries.len() + dim;
            let expected = x.view().shape.get(position).copied();
            if expected != Some(size) {
                return Err(Error::index(format!(
                    "The shape of the mask {} at index {dim} does not match the shape of the indexed tensor {} at index {position}",
                    list_text(&index.shape()),
                    list_text(&x.shape())
                )));
            }
        }
        let positions = nonzero(index)?;
        for dim in 0..index.rank() {
            entries.push(Some(movement::select(&positions, 1, dim as i64)?));
        }
    }
    Ok(entries)
}
