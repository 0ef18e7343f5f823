//! Clipping: one norm over many tensors, and many tensors scaled or limited in place, without history.
//!
//! On the GPU everything is one flush: norms, their norm and the scaling never leave it.
//! Refuses to read a norm: whether it is finite is the caller's question.

use crate::autograd;
use crate::context::with_grad_mode;
use crate::dtype::DType;
use crate::error::Result;
use crate::ops::{copy, elementwise as e, split, statistics};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The `order`-norm of all elements of all tensors together; a scalar of the tensors' dtype. Half types are summed in f32.
pub fn total_norm(tensors: &[Tensor], order: f64) -> Result<Tensor> {
    with_grad_mode(false, || {
        let norms = tensors
            .iter()
            .map(|tensor| norm(tensor, order))
            .collect::<Result<Vec<_>>>()?;
        norm(&split::stack(&norms, 0)?, order)
    })
}

/// `x *= factor` for every tensor; `factor` is a scalar tensor.
pub fn scale_all(tensors: &[Tensor], factor: &Tensor) -> Result<()> {
    each(tensors, |x| e::mul(x, &copy::to_dtype(factor, x.dtype())?))
}

/// Limits every element of every tensor to `low..=high`.
pub fn clamp_all(tensors: &[Tensor], low: f64, high: f64) -> Result<()> {
    each(tensors, |x| {
        e::clamp(x, Some(Scalar::Float(low)), Some(Scalar::Float(high)))
    })
}

fn each(tensors: &[Tensor], change: impl Fn(&Tensor) -> Result<Tensor>) -> Result<()> {
    with_grad_mode(false, || {
        for tensor in tensors {
            autograd::begin_inplace();
            autograd::assign(tensor, &change(tensor)?)?;
        }
        Ok(())
    })
}

fn norm(x: &Tensor, order: f64) -> Result<Tensor> {
    match x.dtype() {
        DType::F16 | DType::BF16 => {
            let wide = copy::to_dtype(x, DType::F32)?;
            copy::to_dtype(&statistics::norm(&wide, order, &[], false)?, x.dtype())
        }
        _ => statistics::norm(x, order, &[], false),
    }
}
