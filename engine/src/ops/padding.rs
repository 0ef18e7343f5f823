//! A constant around a tensor: two primitives, whatever the number of dimensions.
//!
//! Negative amounts cut off. Refuses modes that read the tensor again (Python's `pad`).

use crate::autograd::{self, rename, sequence_mark};
use crate::error::{Error, Result, list_text};
use crate::ops::{copy, creation, elementwise as e, movement, reduce};
use crate::scalar::Scalar;
use crate::shape::checked_num_elements;
use crate::tensor::Tensor;
use crate::view::{View, contiguous_strides};

/// `torch.constant_pad_nd(x, amounts, value)`: pairs of amounts, last dimension first.
pub fn constant_pad(x: &Tensor, amounts: &[i64], value: Scalar) -> Result<Tensor> {
    let rank = x.rank();
    let mark = sequence_mark();
    let mut inside = x.clone();
    let (mut shape, mut starts) = (x.shape(), vec![0usize; rank]);
    for (number, pair) in amounts.chunks_exact(2).take(rank).enumerate() {
        let dim = rank - 1 - number;
        let (before, after) = (pair[0], pair[1]);
        let size = x.size(dim) as i64;
        let padded = size.saturating_add(before).saturating_add(after);
        shape[dim] = usize::try_from(padded).map_err(|_| {
            Error::runtime(format!(
                "The input size {size}, plus negative padding {before} and {after} resulted in a negative output size, which is invalid. Check dimension {dim} of your input."
            ))
        })?;
        starts[dim] = usize::try_from(before).unwrap_or_default();
        let (cut_before, cut_after) = ((-before).max(0), (-after).max(0));
        if cut_before > 0 || cut_after > 0 {
            let kept = (size - cut_before - cut_after).max(0);
            inside = movement::narrow(&inside, dim as i64, cut_before.min(size), kept)?;
        }
    }
    if inside.shape() == shape {
        return copy::clone(&inside);
    }
    let count = checked_num_elements(&shape)?;
    let flat = creation::full(&[count], value, x.dtype(), x.device())?;
    if inside.num_elements() == 0 {
        let flat = if autograd::requires_grad(x) {
            // Nothing is copied, and still the input has a gradient: zeros.
            e::add(&flat, &reduce::sum(&inside, &[], false)?)?
        } else {
            flat
        };
        return movement::reshape_to(&flat, &shape);
    }
    let strides = contiguous_strides(&shape);
    let offset = starts.iter().zip(&strides).map(|(start, stride)| start * stride).sum();
    let region = View {
        shape: inside.shape(),
        strides,
        offset,
    };
    let covered: usize = region.offset
        + region
            .shape
            .iter()
            .zip(&region.strides)
            .map(|(size, stride)| (size - 1) * stride)
            .sum::<usize>();
    if covered >= count {
        return Err(Error::runtime(format!(
            "padding of {} does not fit a tensor of shape {}",
            list_text(amounts),
            list_text(&x.shape())
        )));
    }
    let padded = copy::write_region(&flat, &region, &inside)?;
    let padded = copy::hand_on_format(movement::reshape_to(&padded, &shape)?, &[x])?;
    Ok(rename(padded, mark, "ConstantPadNdBackward0"))
}
