//! Losses that train in hot loops. The rest are compositions in Python.
//!
//! Class targets out of range are errors on the CPU; on the GPU nobody can look, and they are clamped.

use crate::autograd::{rename, sequence_mark};
use crate::context;
use crate::cpu::Buffer;
use crate::dtype::DType;
use crate::error::{Error, Result, list_text};
use crate::ops::promote::wrapped_count;
use crate::ops::{accepted, copy, elementwise as e, index, movement, reduce, softmax};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// How a loss is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// A loss an element.
    None,
    /// The (weighted) mean.
    Mean,
    /// The sum.
    Sum,
}

impl Reduction {
    /// PyTorch's code: 0 none, 1 mean, 2 sum.
    pub fn from_code(code: i64) -> Result<Reduction> {
        match code {
            0 => Ok(Reduction::None),
            1 => Ok(Reduction::Mean),
            2 => Ok(Reduction::Sum),
            _ => Err(Error::value(format!("{code} is not a valid value for reduction"))),
        }
    }

    /// Folds a loss without weights.
    pub fn fold(self, loss: Tensor) -> Result<Tensor> {
        match self {
            Reduction::None => Ok(loss),
            Reduction::Mean => reduce::mean(&loss, &[], false),
            Reduction::Sum => reduce::sum(&loss, &[], false),
        }
    }
}

/// What class losses take beside input and target.
#[derive(Clone, Debug)]
pub struct ClassLoss {
    /// A weight a class.
    pub weight: Option<Tensor>,
    /// Targets with this value do not count.
    pub ignore_index: i64,
    /// How to fold.
    pub reduction: Reduction,
    /// Share of the target spread over all classes.
    pub label_smoothing: f64,
}

/// `F.cross_entropy(input, target, …)`
pub fn cross_entropy(input: &Tensor, target: &Tensor, settings: &ClassLoss) -> Result<Tensor> {
    let class_dim = i64::from(input.rank() > 1);
    if input.rank() == 0 {
        return Err(Error::value(
            "cross_entropy(): argument 'input' must have at least one dimension",
        ));
    }
    let log_probabilities = softmax::log_softmax(input, class_dim)?;
    if input.shape() == target.shape() {
        return with_probabilities(&log_probabilities, target, settings);
    }
    nll_loss(&log_probabilities, target, settings)
}

/// `F.nll_loss(log_probabilities, target, …)`, with label smoothing if asked.
pub fn nll_loss(log_probabilities: &Tensor, target: &Tensor, settings: &ClassLoss) -> Result<Tensor> {
    accepted::check("nll_loss", log_probabilities)?;
    check_shapes(log_probabilities, target)?;
    let mark = sequence_mark();
    let rows = class_rows(log_probabilities)?;
    let count = target.num_elements();
    let classes = rows.size(1);
    if let Some(weight) = settings.weight.as_ref().filter(|weight| weight.shape() != [classes]) {
        return Err(Error::runtime(format!(
            "weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of shape: {}",
            list_text(&weight.shape())
        )));
    }
    let target_rows = movement::reshape_to(target, &[count])?;
    let ignores = has_ignored(&target_rows, classes, settings.ignore_index)?;
    let is_valid = if ignores {
        Some(e::ne_scalar(&target_rows, settings.ignore_index)?)
    } else {
        None
    };
    let target_rows = safe_targets(&target_rows, is_valid.as_ref(), classes)?;
    let picked = index::gather_unchecked(&rows, 1, &movement::unsqueeze(&target_rows, 1)?)?;
    let mut loss = e::neg(&movement::squeeze(&picked, Some(&[1]))?)?;
    let mut weights = match &settings.weight {
        Some(weight) => Some(index::select_rows(weight, &target_rows)?),
        None => None,
    };
    if let Some(is_valid) = &is_valid {
        let ones = copy::to_dtype(is_valid, rows.dtype())?;
        weights = Some(weights.map_or(Ok(ones), |weights| e::where_mask(is_valid, &weights))?);
    }
    if let Some(weights) = &weights {
        loss = e::mul(&loss, weights)?;
    }
    let total = match &weights {
        Some(weights) => reduce::sum(weights, &[], false)?,
        None => wrapped_count(count, &rows)?,
    };
    let mut result = fold_classes(&loss, &total, &target.shape(), settings.reduction)?;
    if settings.label_smoothing > 0.0 {
        let smooth = smoothed(&rows, is_valid.as_ref(), settings)?;
        let smooth = fold_classes(&smooth, &total, &target.shape(), settings.reduction)?;
        let share = settings.label_smoothing;
        result = e::add(
            &e::mul_scalar(&result, 1.0 - share)?,
            &e::mul_scalar(&smooth, share / classes as f64)?,
        )?;
    }
    Ok(rename(
        result,
        mark,
        if log_probabilities.rank() > 2 {
            "NllLoss2DBackward0"
        } else {
            "NllLossBackward0"
        },
    ))
}

fn fold_classes(loss: &Tensor, total: &Tensor, shape: &[usize], reduction: Reduction) -> Result<Tensor> {
    match reduction {
        Reduction::None => movement::reshape_to(loss, shape),
        Reduction::Sum => reduce::sum(loss, &[], false),
        Reduction::Mean => e::div(&reduce::sum(loss, &[], false)?, total),
    }
}

/// The negative sum of all log-probabilities of each row, weighted.
fn smoothed(rows: &Tensor, is_valid: Option<&Tensor>, settings: &ClassLoss) -> Result<Tensor> {
    let weighted = settings
        .weight
        .as_ref()
        .map_or_else(|| Ok(rows.clone()), |weight| e::mul(rows, weight))?;
    let loss = e::neg(&reduce::sum(&weighted, &[1], false)?)?;
    is_valid.map_or_else(|| Ok(loss.clone()), |is_valid| e::where_mask(is_valid, &loss))
}

fn with_probabilities(log_probabilities: &Tensor, target: &Tensor, settings: &ClassLoss) -> Result<Tensor> {
    if !target.dtype().is_float() {
        return Err(Error::runtime(format!(
            "Expected floating point type for target with class probabilities, got {}",
            target.dtype().scalar_type_name()
        )));
    }
    let (rows, target_rows) = (class_rows(log_probabilities)?, class_rows(target)?);
    let classes = rows.size(1);
    let share = settings.label_smoothing;
    let target_rows = if share > 0.0 {
        e::add_scalar(&e::mul_scalar(&target_rows, 1.0 - share)?, share / classes as f64)?
    } else {
        target_rows
    };
    let mut products = e::mul(&rows, &target_rows)?;
    if let Some(weight) = &settings.weight {
        products = e::mul(&products, weight)?;
    }
    let loss = e::neg(&reduce::sum(&products, &[1], false)?)?;
    let mut shape = log_probabilities.shape();
    shape.remove(usize::from(shape.len() > 1));
    let total = wrapped_count(rows.size(0), &rows)?;
    fold_classes(&loss, &total, &shape, settings.reduction)
}

/// `[N, C, …]` or `[C]` as `[rows, C]`.
fn class_rows(x: &Tensor) -> Result<Tensor> {
    match x.rank() {
        1 => movement::unsqueeze(x, 0),
        2 => Ok(x.clone()),
        rank => {
            let mut order: Vec<i64> = (0..rank as i64).filter(|&dim| dim != 1).collect();
            order.push(1);
            let classes = x.size(1);
            let moved = movement::permute(x, &order)?;
            movement::reshape_to(&moved, &[x.num_elements().checked_div(classes).unwrap_or(0), classes])
        }
    }
}

fn check_shapes(input: &Tensor, target: &Tensor) -> Result<()> {
    if target.dtype() != DType::I64 && target.dtype() != DType::U8 {
        return Err(Error::runtime(format!(
            "expected target dtype to be Long or Byte, but got {}",
            target.dtype().scalar_type_name()
        )));
    }
    let mut expected = input.shape();
    if expected.is_empty() {
        return Err(Error::runtime("input tensor should be 1D or 2D"));
    }
    expected.remove(usize::from(expected.len() > 1));
    if target.shape() == expected {
        return Ok(());
    }
    if input.rank() > 1 && target.rank() > 0 && target.size(0) != input.size(0) {
        return Err(Error::value(format!(
            "Expected input batch_size ({}) to match target batch_size ({}).",
            input.size(0),
            target.size(0)
        )));
    }
    if input.rank() <= 2 && target.rank() > 1 {
        return Err(Error::runtime(
            "0D or 1D target tensor expected, multi-target not supported",
        ));
    }
    Err(Error::runtime(format!(
        "Expected target size {}, got {}",
        list_text(&expected),
        list_text(&target.shape())
    )))
}

/// Checks the targets that can be looked at. True if some may have to be ignored.
fn has_ignored(target: &Tensor, classes: usize, ignore_index: i64) -> Result<bool> {
    if target.device() == Device::WebGpu {
        return Ok(true);
    }
    let target = context::with_grad_mode(false, || copy::clone(&copy::to_dtype(target, DType::I64)?))?;
    target.with_buffer(|buffer, _| {
        let Buffer::I64(values) = buffer else { return Ok(true) };
        let is_bad = |value: i64| value != ignore_index && (value < 0 || value >= classes as i64);
        match values.iter().find(|&&value| is_bad(value)) {
            Some(bad) => Err(Error::index(format!("Target {bad} is out of bounds."))),
            None => Ok(values.contains(&ignore_index)),
        }
    })?
}

/// Targets that the gather may use: ignored ones are 0, and none is out of range.
fn safe_targets(target: &Tensor, is_valid: Option<&Tensor>, classes: usize) -> Result<Tensor> {
    let target = copy::to_dtype(target, DType::I64)?;
    let target = is_valid.map_or_else(|| Ok(target.clone()), |is_valid| e::where_mask(is_valid, &target))?;
    match target.device() {
        Device::Cpu => Ok(target),
        Device::WebGpu => e::clamp(
            &target,
            Some(Scalar::Int(0)),
            Some(Scalar::Int(classes.saturating_sub(1) as i64)),
        ),
    }
}

/// `F.mse_loss`
pub fn mse_loss(input: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    if !target.dtype().is_float() {
        accepted::check("mse_loss", input)?;
    }
    let mark = sequence_mark();
    Ok(rename(
        reduction.fold(e::square(&e::sub(input, target)?)?)?,
        mark,
        "MseLossBackward0",
    ))
}

/// `F.l1_loss`
pub fn l1_loss(input: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    reduction.fold(e::abs(&e::sub(input, target)?)?)
}

/// `F.binary_cross_entropy_with_logits`
pub fn bce_with_logits(
    input: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    pos_weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    if input.shape() != target.shape() {
        return Err(Error::value(format!(
            "Target size (torch.Size({})) must be the same as input size (torch.Size({}))",
            list_text(&target.shape()),
            list_text(&input.shape())
        )));
    }
    let mark = sequence_mark();
    // (1 - t) x + w (log(1 + exp(-|x|)) + max(-x, 0)), which overflows nowhere.
    let tail = e::log1p(&e::exp(&e::neg(&e::abs(input)?)?)?)?;
    let tail = e::add(&tail, &e::relu(&e::neg(input)?)?)?;
    let tail = match pos_weight {
        Some(pos_weight) => {
            let factor = e::add_scalar(&e::mul(&e::sub_scalar(pos_weight, 1.0)?, target)?, 1.0)?;
            e::mul(&factor, &tail)?
        }
        None => tail,
    };
    let mut loss = e::add(&e::mul(&e::rsub_scalar(target, 1.0)?, input)?, &tail)?;
    if let Some(weight) = weight {
        loss = e::mul(&loss, weight)?;
    }
    Ok(rename(
        reduction.fold(loss)?,
        mark,
        "BinaryCrossEntropyWithLogitsBackward0",
    ))
}

/// `F.binary_cross_entropy`: logarithms are cut at -100.
pub fn bce(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction) -> Result<Tensor> {
    let mark = sequence_mark();
    let cut = |x: &Tensor| e::clamp(&e::log(x)?, Some(Scalar::Int(-100)), None);
    let hit = e::mul(target, &cut(input)?)?;
    let miss = e::mul(&e::rsub_scalar(target, 1.0)?, &cut(&e::rsub_scalar(input, 1.0)?)?)?;
    let mut loss = e::neg(&e::add(&hit, &miss)?)?;
    if let Some(weight) = weight {
        loss = e::mul(&loss, weight)?;
    }
    Ok(rename(reduction.fold(loss)?, mark, "BinaryCrossEntropyBackward0"))
}

/// `F.smooth_l1_loss` (and, scaled by beta, `F.huber_loss`).
pub fn smooth_l1_loss(input: &Tensor, target: &Tensor, beta: f64, reduction: Reduction) -> Result<Tensor> {
    if beta == 0.0 {
        return l1_loss(input, target, reduction);
    }
    if !target.dtype().is_float() {
        accepted::check("smooth_l1_loss", input)?;
    }
    let mark = sequence_mark();
    let distance = e::abs(&e::sub(input, target)?)?;
    let near = e::mul_scalar(&e::square(&distance)?, 0.5 / beta)?;
    let far = e::sub_scalar(&distance, 0.5 * beta)?;
    let loss = e::where_(&e::lt_scalar(&distance, beta)?, &near, &far)?;
    Ok(rename(reduction.fold(loss)?, mark, "SmoothL1LossBackward0"))
}

/// `F.kl_div`
pub fn kl_div(input: &Tensor, target: &Tensor, log_target: bool, reduction: Reduction) -> Result<Tensor> {
    let loss = if log_target {
        e::mul(&e::exp(target)?, &e::sub(target, input)?)?
    } else {
        let counts = e::ne_scalar(target, 0.0)?;
        // 0 log 0 is 0; the logarithm is taken of a harmless 1 there.
        let safe = e::where_(&counts, target, &wrapped_count(1, target)?)?;
        e::sub(&e::mul(target, &e::log(&safe)?)?, &e::mul(target, input)?)?
    };
    reduction.fold(loss)
}
