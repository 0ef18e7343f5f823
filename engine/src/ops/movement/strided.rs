//! Views said by strides and an offset, whatever the input's own view is.
//!
//! Refuses regions that leave the storage.

use crate::autograd::{Rule, record_rule, record_view};
use crate::error::{Error, Result, list_text};
use crate::shape;
use crate::tensor::Tensor;
use crate::view::View;

/// `x.as_strided(size, stride, offset)`
pub fn as_strided(x: &Tensor, shape: &[usize], strides: &[usize], offset: usize) -> Result<Tensor> {
    if shape.len() != strides.len() {
        return Err(Error::runtime("mismatch in length of strides and shape"));
    }
    shape::checked_num_elements(shape)?;
    let span = shape.iter().zip(strides).fold(offset, |sum, (&size, &stride)| {
        sum.saturating_add(size.saturating_sub(1).saturating_mul(stride))
    });
    let capacity = x.storage().num_elements;
    let size = x.dtype().size_bytes();
    if !shape.contains(&0) && span >= capacity {
        return Err(Error::runtime(format!(
            "setStorage: sizes {}, strides {}, storage offset {offset}, and itemsize {size} requiring a storage size of {} are out of \
             bounds for storage of size {}",
            list_text(shape),
            list_text(strides),
            span.saturating_add(1).saturating_mul(size),
            capacity.saturating_mul(size)
        )));
    }
    Ok(as_region(
        x,
        &View {
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            offset,
        },
    ))
}

/// A region of the tensor's storage that is known to lie inside it.
pub fn as_region(x: &Tensor, region: &View) -> Tensor {
    let rule = Rule::Strided {
        input: (*x.view()).clone(),
        output: region.clone(),
    };
    record_view(record_rule(rule, &[x], x.alias(region.clone())), x)
}

/// A differentiable alias with the same view, for `view_as` and modules that must return a new tensor.
pub fn alias(x: &Tensor) -> Tensor {
    record_view(record_rule(Rule::Identity, &[x], x.alias((*x.view()).clone())), x)
}
