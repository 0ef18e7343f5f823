//! Backward rules of movements and of writes through views.
//!
//! The gradient of a part is written into zeros of the whole, or added where a view shows one element
//! twice. Refuses in-place writes to such views.

use super::node::Node;
use crate::error::{Error, Result};
use crate::ops::movement::Movement;
use crate::ops::{copy, creation, index, movement as moves, reduce, split};
use crate::shape::num_elements;
use crate::tensor::Tensor;
use crate::view::View;

/// The gradients of tensors that were joined: the parts of the whole's.
pub fn join(node: &Node, g: &Tensor, dim: usize) -> Result<Vec<Option<Tensor>>> {
    let mut start = 0;
    let mut parts = Vec::with_capacity(node.inputs.len());
    for (input, edge) in node.inputs.iter().zip(&node.edges) {
        // An empty vector joins anything and takes no room in it.
        let length = match input.shape.len() == g.rank() {
            true => input.shape[dim],
            false => 0,
        };
        parts.push(match edge {
            None => None,
            Some(_) if length == 0 => Some(creation::zeros(&input.shape, g.dtype(), g.device())?),
            Some(_) => Some(moves::narrow(g, dim as i64, start, length as i64)?),
        });
        start += length as i64;
    }
    Ok(parts)
}

/// The gradient of a tensor that was split: the parts' joined, with zeros for parts that nobody used.
pub fn parts(node: &Node, gradients: &[Option<Tensor>], dim: usize) -> Result<Option<Tensor>> {
    if gradients.iter().all(Option::is_none) {
        return Ok(None);
    }
    let gradients = gradients
        .iter()
        .zip(&node.outputs)
        .map(|(gradient, output)| match gradient {
            Some(gradient) => Ok(gradient.clone()),
            None => creation::zeros(&output.shape, output.dtype, output.device),
        })
        .collect::<Result<Vec<_>>>()?;
    split::cat(&gradients, dim as i64).map(Some)
}

/// The input's gradient from that of its view.
pub fn movement(movement: &Movement, g: &Tensor, input_shape: &[usize]) -> Result<Tensor> {
    match movement {
        Movement::Reshape(_) => moves::reshape_to(g, input_shape),
        Movement::Permute(dims) => {
            let mut inverse = vec![0i64; dims.len()];
            for (position, &dim) in dims.iter().enumerate() {
                inverse[dim] = position as i64;
            }
            moves::permute(g, &inverse)
        }
        Movement::Expand(_) => reduce::sum_to(g, input_shape),
        Movement::Slice { .. } | Movement::Select { .. } | Movement::Diagonal { .. } => {
            let whole = View::contiguous(input_shape);
            let part = movement
                .apply(&whole)
                .ok_or_else(|| Error::runtime("a recorded view does not apply any more"))?;
            let flat = write_into_zeros(g, num_elements(input_shape), &part)?;
            moves::reshape_to(&flat, input_shape)
        }
    }
}

/// The gradient of a tensor laid out as `input` from that of the region `output` of the same storage.
pub fn strided(g: &Tensor, input: &View, output: &View) -> Result<Tensor> {
    if has_repeats(input) {
        return Err(Error::not_implemented(
            "the gradient of a view in which elements repeat, after an in-place write",
        ));
    }
    let extent = input.storage_extent().max(output.storage_extent());
    let flat = if may_overlap(output) {
        add_into_zeros(g, extent, output)?
    } else {
        write_into_zeros(g, extent, output)?
    };
    Ok(read_region(&flat, input))
}

/// The sum of the gradients of every element that a region shows more than once.
fn add_into_zeros(source: &Tensor, extent: usize, region: &View) -> Result<Tensor> {
    let count = [region.num_elements()];
    let positions = moves::reshape_to(&read_region(&index::steps(extent, source.device())?, region), &count)?;
    index::scatter_add_zeros(0, &positions, &moves::reshape_to(source, &count)?, &[extent])
}

/// Gradients of the tensor written (laid out as `base`) and of what was written to its `region`.
pub fn copy_slices(g: &Tensor, base: &View, region: &View, needs: &[bool]) -> Result<Vec<Option<Tensor>>> {
    if has_repeats(base) || has_repeats(region) {
        return Err(Error::not_implemented(
            "the gradient of an in-place write to a view in which elements repeat",
        ));
    }
    let flat = write_into_zeros(g, base.storage_extent().max(region.storage_extent()), base)?;
    let base_gradient = if needs[0] {
        let zeros = creation::zeros(&region.shape, g.dtype(), g.device())?;
        let cleared = copy::write_region(&flat, region, &zeros)?;
        Some(read_region(&cleared, base))
    } else {
        None
    };
    let source_gradient = needs[1].then(|| read_region(&flat, region));
    Ok(vec![base_gradient, source_gradient])
}

fn write_into_zeros(source: &Tensor, extent: usize, region: &View) -> Result<Tensor> {
    if region.is_contiguous() && region.offset == 0 && region.num_elements() == extent {
        let flat = moves::reshape_to(source, &[extent])?;
        // An expanded gradient has fewer elements in memory than regions of it are about to be read.
        return if flat.covers_storage() {
            Ok(flat)
        } else {
            copy::clone(&flat)
        };
    }
    let zeros = creation::zeros(&[extent], source.dtype(), source.device())?;
    copy::write_region(&zeros, region, source)
}

fn read_region(flat: &Tensor, region: &View) -> Tensor {
    moves::as_region(flat, region)
}

/// False only if no two positions of the view are one element: every stride passes the dimensions within it.
fn may_overlap(view: &View) -> bool {
    let mut dims: Vec<(usize, usize)> = view
        .strides
        .iter()
        .copied()
        .zip(view.shape.iter().copied())
        .filter(|&(_, size)| size > 1)
        .collect();
    dims.sort_unstable();
    let mut reach = 0;
    dims.into_iter().any(|(stride, size)| {
        let overlaps = stride <= reach;
        reach += stride * (size - 1);
        overlaps
    })
}

fn has_repeats(view: &View) -> bool {
    view.shape
        .iter()
        .zip(&view.strides)
        .any(|(&size, &stride)| size > 1 && stride == 0)
}
