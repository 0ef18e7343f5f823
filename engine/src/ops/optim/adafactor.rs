//! Adafactor: Adam with a second moment kept as the means of rows and columns.
//!
//! Its norms make it more than a formula of elements, so it is composed of tensors on both devices; nothing is read back.
//! Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adafactor.html>. Read next: `run`.

use super::run::{check_length, check_lists, put};
use super::scalars;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, elementwise as e, matmul, promote, reduce, statistics};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// Settings of `torch.optim.Adafactor`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adafactor {
    /// Upper limit of the relative step size.
    pub lr: f64,
    /// Power by which the mean's weight falls with the steps.
    pub beta2_decay: f64,
    /// Limits the variance from below; `None` takes the dtype's epsilon.
    pub eps1: Option<f64>,
    /// Limits the scale of the parameter from below.
    pub eps2: f64,
    /// Limits the root mean square of an update.
    pub clipping: f64,
    /// Decay of the weights themselves.
    pub weight_decay: f64,
    /// Ascend instead of descend.
    pub maximize: bool,
}

/// One step. `rows` and `columns` are the means of matrices, or `rows` is empty and `columns` are the variances of vectors.
pub fn adafactor(
    params: &[Tensor],
    grads: &[Tensor],
    [rows, columns]: [&[Tensor]; 2],
    steps: &[Tensor],
    settings: Adafactor,
) -> Result<()> {
    check_lists(params, &[grads])?;
    check_length(params, columns.len())?;
    check_length(params, steps.len())?;
    if rows.is_empty() {
        check_lists(params, &[columns])?;
    } else {
        check_length(params, rows.len())?;
        for ((param, row), column) in params.iter().zip(rows).zip(columns) {
            check_means(param, row, column)?;
        }
    }
    let counts = scalars::advance(steps)?;
    for (index, (param, grad)) in params.iter().zip(grads).enumerate() {
        let state = (rows.get(index), &columns[index]);
        step(param, grad, state, counts[index], &settings)?;
    }
    Ok(())
}

/// Raises unless the means have the parameter's shape with its last (`row`) or last but one (`column`) size 1.
fn check_means(param: &Tensor, row: &Tensor, column: &Tensor) -> Result<()> {
    let (shape, rank) = (param.shape().to_vec(), param.rank());
    let (mut of_row, mut of_column) = (shape.clone(), shape);
    if rank >= 2 {
        of_row[rank - 1] = 1;
        of_column[rank - 2] = 1;
    }
    let fits = |state: &Tensor, shape: &[usize]| {
        *state.shape() == *shape && state.dtype() == param.dtype() && state.device() == param.device()
    };
    if rank >= 2 && fits(row, &of_row) && fits(column, &of_column) {
        return Ok(());
    }
    Err(Error::runtime(
        "an optimizer's state does not fit its parameter in shape, dtype or device",
    ))
}

/// Distance of 1 from the next number.
const fn epsilon_of(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => f64::EPSILON,
        DType::F16 => 0.000_976_562_5,
        DType::BF16 => 0.007_812_5,
        _ => f32::EPSILON as f64,
    }
}

fn step(
    param: &Tensor,
    grad: &Tensor,
    (row, column): (Option<&Tensor>, &Tensor),
    count: f64,
    settings: &Adafactor,
) -> Result<()> {
    let (dtype, device) = (param.dtype(), param.device());
    let wide = match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        _ => dtype,
    };
    let number = |value: f64| promote::wrapped(Scalar::Float(value), wide, device);
    let widened = |x: &Tensor| copy::to_dtype(x, wide);
    let at_least = |x: &Tensor, low: f64| e::maximum(x, &number(low)?);
    let root_of_count = (param.num_elements().max(1) as f64).sqrt();
    let root_mean_square = |x: &Tensor| e::div(&statistics::norm(x, 2.0, &[], false)?, &number(root_of_count)?);
    let epsilon = settings.eps1.unwrap_or_else(|| epsilon_of(dtype));

    let mut weight = widened(param)?;
    let grad = widened(grad)?;
    let grad = if settings.maximize { e::neg(&grad)? } else { grad };
    let relative = settings.lr.min(1.0 / count.sqrt());
    let rate = e::mul(
        &at_least(&root_mean_square(&weight)?, settings.eps2)?,
        &number(relative)?,
    )?;
    if settings.weight_decay != 0.0 {
        weight = e::mul(&weight, &number(1.0 - settings.lr * settings.weight_decay)?)?;
    }
    let mix = number(count.powf(settings.beta2_decay))?;
    let moved = |mean: &Tensor, to: &Tensor| {
        let mean = widened(mean)?;
        e::add(&mean, &e::mul(&e::sub(to, &mean)?, &mix)?)
    };
    let mut written = Vec::new();
    let squares = e::mul(&grad, &grad)?;
    let variance = if let Some(row) = row {
        let rows = moved(row, &reduce::mean(&squares, &[-1], true)?)?;
        let columns = moved(column, &reduce::mean(&squares, &[-2], true)?)?;
        let scale = at_least(&reduce::mean(&rows, &[-2], true)?, epsilon)?;
        let product = e::div(&matmul::matmul(&rows, &columns)?, &scale)?;
        written.push((row, rows));
        written.push((column, columns));
        product
    } else {
        let variance = moved(column, &squares)?;
        written.push((column, variance.clone()));
        variance
    };
    let update = e::mul(&e::rsqrt(&at_least(&variance, epsilon * epsilon)?)?, &grad)?;
    let size = e::div(&root_mean_square(&update)?, &number(settings.clipping)?)?;
    let rate = e::div(&rate, &at_least(&size, 1.0)?)?;
    let weight = e::sub(&weight, &e::mul(&update, &rate)?)?;
    put(param, &copy::to_dtype(&weight, dtype)?)?;
    for (state, value) in written {
        put(state, &copy::to_dtype(&value, dtype)?)?;
    }
    Ok(())
}
