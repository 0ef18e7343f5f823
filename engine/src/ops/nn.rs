//! Functions of neural networks that are compositions: activations, linear layers, normalisation.
//!
//! Refuses losses (`loss`) and attention (`attention`).

use crate::autograd::{rename, sequence_mark};
use crate::error::{Error, Result, list_text};
use crate::ops::{accepted, copy, elementwise as e, matmul, movement, normalization};
use crate::tensor::Tensor;

/// `F.linear(x, weight, bias)`
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let mark = sequence_mark();
    let product = |x: &Tensor, weight: &Tensor| matmul::matmul(x, &movement::t(weight)?);
    let Some(bias) = bias else { return product(x, weight) };
    matmul::check_addmm(bias, x, weight)?;
    let name = if x.rank() == 2 {
        "AddmmBackward0"
    } else {
        "UnsafeViewBackward0"
    };
    let sum = matmul::on_the_cpu_in_float32(&[x, weight, bias], |wide| {
        let product = product(&wide[0], &wide[1]).map_err(matmul::named_addmm)?;
        matmul::add_expanded(&product, &wide[2])
    })?;
    Ok(rename(sum, mark, name))
}

/// `F.gelu(x)`: exact, or the approximation by tanh.
pub fn gelu(x: &Tensor, approximate_by_tanh: bool) -> Result<Tensor> {
    accepted::check("gelu", x)?;
    let mark = sequence_mark();
    let result = if approximate_by_tanh {
        e::gelu_tanh(x)?
    } else {
        e::gelu_exact(x)?
    };
    Ok(rename(result, mark, "GeluBackward0"))
}

/// `F.silu(x)`
pub fn silu(x: &Tensor) -> Result<Tensor> {
    accepted::check("silu", x)?;
    let mark = sequence_mark();
    Ok(rename(e::mul(x, &e::sigmoid(x)?)?, mark, "SiluBackward0"))
}

/// `F.leaky_relu(x, slope)`
pub fn leaky_relu(x: &Tensor, slope: f64) -> Result<Tensor> {
    accepted::check("leaky_relu", x)?;
    let mark = sequence_mark();
    Ok(rename(
        e::where_(&e::gt_scalar(x, 0.0)?, x, &e::mul_scalar(x, slope)?)?,
        mark,
        "LeakyReluBackward0",
    ))
}

/// `F.elu(x, alpha)`
pub fn elu(x: &Tensor, alpha: f64) -> Result<Tensor> {
    accepted::check("elu", x)?;
    let mark = sequence_mark();
    // The exponential of what stays positive is not wanted, and could overflow into a NaN gradient.
    let negative = e::unless_mask(&e::gt_scalar(x, 0.0)?, x)?;
    let curve = e::mul_scalar(&e::unary(crate::prim::Unary::Expm1, &negative)?, alpha)?;
    Ok(rename(
        e::where_(&e::gt_scalar(x, 0.0)?, x, &curve)?,
        mark,
        "EluBackward0",
    ))
}

/// `F.softplus(x, beta, threshold)`
pub fn softplus(x: &Tensor, beta: f64, threshold: f64) -> Result<Tensor> {
    accepted::check("softplus", x)?;
    let mark = sequence_mark();
    let scaled = e::mul_scalar(x, beta)?;
    let is_linear = e::gt_scalar(&scaled, threshold)?;
    let curve = e::div_scalar(&e::log1p(&e::exp(&e::unless_mask(&is_linear, &scaled)?)?)?, beta)?;
    Ok(rename(e::where_(&is_linear, x, &curve)?, mark, "SoftplusBackward0"))
}

/// `F.layer_norm(x, shape, weight, bias, eps)`
pub fn layer_norm(
    x: &Tensor,
    shape: &[usize],
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    accepted::check("layer_norm", x)?;
    let rank = x.rank();
    if shape.is_empty() || rank < shape.len() || x.shape()[rank - shape.len()..] != *shape {
        let stars = shape.iter().map(|size| format!(", {size}")).collect::<String>();
        return Err(Error::runtime(format!(
            "Given normalized_shape={}, expected input with shape [*{stars}], but got input of size{}",
            list_text(shape),
            list_text(&x.shape())
        )));
    }
    let mark = sequence_mark();
    // The result is row-major, whatever the input's layout is.
    let x = &copy::contiguous(x)?;
    let dims: Vec<i64> = (rank - shape.len()..rank).map(|dim| dim as i64).collect();
    let ([mut result, ..], _) = normalization::standardize(x, &dims, eps)?;
    if let Some(weight) = weight {
        result = e::mul(&result, weight)?;
    }
    if let Some(bias) = bias {
        result = e::add(&result, bias)?;
    }
    let result = copy::to_dtype(&result, x.dtype())?;
    Ok(rename(result, mark, "NativeLayerNormBackward0"))
}

/// `F.dropout(x, p)` while training, from a mask of 0 and 1.
pub fn dropout_with(x: &Tensor, keep_mask: &Tensor, p: f64) -> Result<Tensor> {
    let mark = sequence_mark();
    if p >= 1.0 {
        return Ok(rename(e::mul_scalar(x, 0.0)?, mark, "MulBackward0"));
    }
    let noise = e::div_scalar(keep_mask, 1.0 - p)?;
    Ok(rename(e::mul(x, &noise)?, mark, "MulBackward0"))
}
