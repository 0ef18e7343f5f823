//! The same memory as elements of another dtype.
//!
//! Refuses to be differentiated. Read next: `reinterpret`.

use std::rc::Rc;

use super::alias;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::shape;
use crate::tensor::Tensor;

/// `x.view(dtype)`: the same memory as elements of another dtype. Sizes count in the last dimension. Not differentiable.
/// Source: <https://docs.pytorch.org/docs/stable/generated/torch.Tensor.view.html>
pub fn view_dtype(x: &Tensor, dtype: DType) -> Result<Tensor> {
    if dtype == x.dtype() {
        return Ok(alias(x));
    }
    let mut body = x.body();
    body.storage = body.storage.reinterpreted(dtype)?;
    let (old, new) = (x.dtype().size_bytes(), dtype.size_bytes());
    if old != new {
        let (from, to) = (x.dtype().scalar_type_name(), dtype.scalar_type_name());
        let what = format!("to view {from} as {to} (different element sizes)");
        let (Some(&size), Some(&stride)) = (body.view.shape.last(), body.view.strides.last()) else {
            return Err(Error::runtime(format!("self.dim() cannot be 0 {what}")));
        };
        let mut view = (*body.view).clone();
        let last = view.rank() - 1;
        if old > new {
            let ratio = old / new;
            need_unit_stride(stride, &what)?;
            view.strides[..last].iter_mut().for_each(|stride| *stride *= ratio);
            view.shape[last] = size * ratio;
            view.offset *= ratio;
        } else {
            let ratio = new / old;
            need_multiple("size(-1)", size, ratio, &what)?;
            need_multiple("storage_offset()", view.offset, ratio, &what)?;
            need_unit_stride(stride, &what)?;
            for (dim, stride) in view.strides[..last].iter_mut().enumerate() {
                need_multiple(&format!("stride({dim})"), *stride, ratio, &what)?;
                *stride /= ratio;
            }
            view.shape[last] = size / ratio;
            view.offset /= ratio;
        }
        shape::checked_num_elements(&view.shape)?;
        body.view = Rc::new(view);
    }
    Ok(Tensor::from_body(body))
}

fn need_unit_stride(stride: usize, what: &str) -> Result<()> {
    if stride == 1 {
        return Ok(());
    }
    Err(Error::runtime(format!(
        "self.stride(-1) must be 1 {what}, but got {stride}"
    )))
}

fn need_multiple(name: &str, found: usize, ratio: usize, what: &str) -> Result<()> {
    if found.is_multiple_of(ratio) {
        return Ok(());
    }
    Err(Error::runtime(format!(
        "self.{name} must be divisible by {ratio} {what}, but got {found}"
    )))
}
