//! Scaled dot-product attention, from products and a softmax.

use crate::dtype::DType;
use crate::error::Result;
use crate::ops::{copy, creation, elementwise as e, matmul, movement, random, softmax};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// What `F.scaled_dot_product_attention` takes beside the tensors.
#[derive(Clone, Copy, Debug)]
pub struct Attention {
    /// Probability of dropping a weight.
    pub dropout: f64,
    /// Each query sees only the keys up to its own position.
    pub is_causal: bool,
    /// Factor on the scores; `None` is `1 / sqrt(E)`.
    pub scale: Option<f64>,
}

/// `F.scaled_dot_product_attention(query, key, value, mask, …)`
pub fn scaled_dot_product(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    mask: Option<&Tensor>,
    settings: Attention,
) -> Result<Tensor> {
    let (query, key, value) = (&out_of_windows(query)?, &out_of_windows(key)?, &out_of_windows(value)?);
    let width = query.shape().last().copied().unwrap_or(1);
    let scale = settings.scale.unwrap_or_else(|| 1.0 / (width as f64).sqrt());
    let mut scores = e::mul_scalar(&matmul::matmul(query, &movement::transpose(key, -2, -1)?)?, scale)?;
    if settings.is_causal {
        let sizes = [
            query.size(query.rank().saturating_sub(2)),
            key.size(key.rank().saturating_sub(2)),
        ];
        scores = e::masked_fill(&scores, &later(sizes, query)?, Scalar::Float(f64::NEG_INFINITY))?;
    }
    match mask {
        Some(mask) if mask.dtype() == DType::Bool => {
            scores = e::masked_fill(&scores, &e::logical_not(mask)?, Scalar::Float(f64::NEG_INFINITY))?;
        }
        Some(mask) => scores = e::add(&scores, mask)?,
        None => {}
    }
    let mut weights = softmax::safe_softmax(&scores)?;
    if settings.dropout > 0.0 {
        weights = random::dropout(&weights, settings.dropout)?;
    }
    matmul::matmul(&weights, value)
}

/// The tensor, or on the GPU a copy of one that is a part of something larger, such as a third of one product. What the
/// offset of a part is, a program does not say, so the planner could not tell that forward and backward read the same. The
/// copy takes no dispatch: whoever reads it computes it.
fn out_of_windows(x: &Tensor) -> Result<Tensor> {
    let view = x.view();
    let is_all = view.offset == 0 && view.storage_extent() == x.storage().num_elements;
    if is_all || x.device() == Device::Cpu {
        return Ok(x.clone());
    }
    copy::row_major(x)
}

/// True where a key comes after its query. A comparison of counts is computed wherever it is wanted, and so never lies in
/// memory; see `plan::attend` for what it saves besides.
fn later([queries, keys]: [usize; 2], like: &Tensor) -> Result<Tensor> {
    let count = |length: usize| {
        let (first, step) = (Scalar::Int(0), Scalar::Int(1));
        creation::arange(first, Scalar::Int(length as i64), step, DType::I32, like.device())
    };
    e::gt(&count(keys)?, &movement::unsqueeze(&count(queries)?, 1)?)
}
