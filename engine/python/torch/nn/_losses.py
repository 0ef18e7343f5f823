"""The losses of `nn.functional`.

Those that train in hot loops are one engine operator; the rest are compositions.
Read next: `nn.functional`, `engine/src/ops/loss.rs`.
"""

import math
import warnings

from .. import _dtype
from .._args import is_tensor
from .._C import ops
from .._node_names import named
from .._widened import in_float32

_REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


def _legacy_reduction(size_average, reduce, reduction):
    """`reduction` in the words of old PyTorch: `size_average` and `reduce`."""
    if size_average is None and reduce is None:
        return reduction
    average = True if size_average is None else size_average
    whole = True if reduce is None else reduce
    return ("mean" if average else "sum") if whole else "none"


def _code(reduction):
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return _REDUCTIONS[reduction]


def _reduced(loss, reduction):
    _code(reduction)
    return loss if reduction == "none" else loss.mean() if reduction == "mean" else loss.sum()


def cross_entropy(
    input,
    target,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
    label_smoothing=0.0,
):
    """Cross entropy of logits `(N, C, …)` and class indices `(N, …)` or class probabilities `(N, C, …)`.

    input: (N, C), (C), or (N, C, d1, …). target: int64 without the C, or floating point probabilities in the shape
    of input. weight: (C). ignore_index: targets that do not count. label_smoothing: from 0 to 1, the part of the
    target spread over all classes. reduction: "mean", "sum", or "none" for all of them. size_average, reduce: old
    forms of it. ValueError for other names. RuntimeError for shapes and dtypes that do not fit; the same as
    `nll_loss(log_softmax(input, 1), target)`.
    """
    reduction = _legacy_reduction(size_average, reduce, reduction)
    if label_smoothing and not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if ignore_index >= 0 and is_tensor(target) and target.dtype.is_floating_point and target.shape == input.shape:
        raise RuntimeError("ignore_index is not supported for floating point target")
    return ops.cross_entropy(input, target, weight, ignore_index, _code(reduction), label_smoothing)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """Negative log likelihood of log-probabilities `(N, C, …)` and class indices `(N, …)`.

    input: (N, C), (C), or (N, C, d1, …). target: int64 without the C. weight: (C). ignore_index: targets that do not
    count. reduction: "mean", "sum", or "none" for all of them. size_average, reduce: old forms of it. ValueError for
    other names. RuntimeError for shapes and dtypes that do not fit.
    """
    reduction = _legacy_reduction(size_average, reduce, reduction)
    return ops.nll_loss(input, target, weight, ignore_index, _code(reduction))


def _warn_of_broadcast(input, target):
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely "
            "lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Mean of `(input - target) ** 2`.

    input, target: of one shape; others broadcast, with a warning. weight: broadcasts too. reduction: "mean", "sum",
    or "none" for all of them. size_average, reduce: old forms of it. ValueError for other names.
    """
    _warn_of_broadcast(input, target)
    reduction = _legacy_reduction(size_average, reduce, reduction)
    if weight is not None:
        squares = weight * (input - target) ** 2
        return squares.sum() / weight.expand(squares.shape).sum() if reduction == "mean" else _reduced(squares, reduction)
    return ops.mse_loss(input, target, _code(reduction))


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Mean of `|input - target|`.

    input, target: of one shape; others broadcast, with a warning. weight: broadcasts too. reduction: "mean", "sum",
    or "none" for all of them. size_average, reduce: old forms of it. ValueError for other names.
    """
    _warn_of_broadcast(input, target)
    reduction = _legacy_reduction(size_average, reduce, reduction)
    if weight is not None:
        sizes = weight * ops.abs(input - target)
        return sizes.sum() / weight.expand(sizes.shape).sum() if reduction == "mean" else _reduced(sizes, reduction)
    return ops.l1_loss(input, target, _code(reduction))


@in_float32
def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Squared near zero (`|d| < beta`), linear beyond.

    `0.5 d² / beta` within, `|d| - 0.5 beta` beyond, for d = input - target of one shape. reduction: "mean", "sum",
    or "none" for all of them. size_average, reduce: old forms of it. ValueError for other names. Source:
    https://arxiv.org/abs/1504.08083
    """
    _warn_of_broadcast(input, target)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    reduction = _legacy_reduction(size_average, reduce, reduction)
    if beta == 0.0:
        return l1_loss(input, target, reduction=reduction)
    return ops.smooth_l1_loss(input, target, beta, _code(reduction))


@named("HuberLossBackward0")
@in_float32
def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Squared near zero (`|d| <= delta`), linear beyond.

    `0.5 d²` within, `delta (|d| - 0.5 delta)` beyond, for d = input - target of one shape. reduction: "mean", "sum",
    or "none" for all of them. size_average, reduce: old forms of it. ValueError for other names.
    """
    _warn_of_broadcast(input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    ops.require(input, "huber_loss")
    size = ops.abs(input - target)
    is_far = ops.gt_scalar(size, delta)
    # The square of what is far could be infinite, and infinity times the zero of its gradient no number.
    near = ops.masked_fill(size, is_far, 0.0)
    loss = ops.where(is_far, delta * (size - 0.5 * delta), 0.5 * near * near)
    if weight is not None:
        loss = loss * weight
        if reduction == "mean":
            return loss.sum() / weight.expand(loss.shape).sum()
    return _reduced(loss, reduction)


@in_float32
def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Binary cross entropy of probabilities.

    input: from 0 to 1, RuntimeError otherwise. target: of the same shape, ValueError otherwise. weight: broadcasts.
    Logarithms stop at -100. reduction: "mean", "sum", or "none" for all of them. size_average, reduce: old forms of
    it. ValueError for other names.
    """
    reduction = _legacy_reduction(size_average, reduce, reduction)
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    ops.require(input, "binary_cross_entropy")
    if target.dtype is not input.dtype:
        names = _dtype.SCALAR_TYPE_NAMES
        raise RuntimeError(f"Found dtype {names[target.dtype._code]} but expected {names[input.dtype._code]}")
    # The GPU's values cannot be looked at without waiting.
    if input.device.type == "cpu" and not bool(((input >= 0) & (input <= 1))._all_entries().all()):
        raise RuntimeError("all elements of input should be between 0 and 1")
    return ops.bce(input, target, weight, _code(reduction))


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    """Binary cross entropy of logits.

    input: any numbers. target: of the same shape, ValueError otherwise. weight: broadcasts. pos_weight: multiplies
    the part of positive targets. Computed so that large logits do not overflow. reduction: "mean", "sum", or "none"
    for all of them. size_average, reduce: old forms of it. ValueError for other names.
    """
    reduction = _legacy_reduction(size_average, reduce, reduction)
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    if not target.dtype.is_floating_point:
        ops.require(input, "logsigmoid")
        names = _dtype.SCALAR_TYPE_NAMES
        raise RuntimeError(
            f"result type {names[input.dtype._code]} can't be cast to the desired output type {names[target.dtype._code]}"
        )
    return ops.bce_with_logits(input, target, weight, pos_weight, _code(reduction))


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """Kullback-Leibler divergence of log-probabilities `input` from `target`.

    input, target: of one shape. log_target: target holds logarithms too. reduction: also "batchmean", the sum
    divided by the first size, which is the divergence's definition. reduction: "mean", "sum", or "none" for all of
    them. size_average, reduce: old forms of it. ValueError for other names.
    """
    reduction = _legacy_reduction(size_average, reduce, reduction)
    if not input.dtype.is_floating_point and not target.dtype.is_floating_point:
        raise RuntimeError("kl_div: Integral inputs not supported.")
    if reduction == "batchmean":
        total = ops.kl_div(input, target, log_target, _REDUCTIONS["sum"])
        return total / input.shape[0] if input.dim() else total
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    return ops.kl_div(input, target, log_target, _code(reduction))


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
):
    """Negative log likelihood of a Poisson distribution.

    input: the expectation's logarithm, or itself if not log_input (eps is added before its logarithm). full: with
    Stirling's term. reduction: "mean", "sum", or "none" for all of them. size_average, reduce: old forms of it.
    ValueError for other names.
    """
    reduction = _legacy_reduction(size_average, reduce, reduction)
    loss = ops.exp(input) - target * input if log_input else input - target * ops.log(input + eps)
    if full:
        extra = target * ops.log(target) - target + 0.5 * ops.log(2 * math.pi * target)
        loss = loss + ops.masked_fill(extra, ops.le_scalar(target, 1), 0)
    return _reduced(loss, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """Negative log likelihood of a normal distribution with variance `var`.

    var: in the shape of input, or with a last dimension of 1 or none; not negative, ValueError otherwise; at least
    eps. full: with the constant. reduction: "mean", "sum", or "none" for all of them. size_average, reduce: old
    forms of it. ValueError for other names.
    """
    if not hasattr(var, "_give_handle"):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = input.new_full(input.shape, float(var))
    elif var.shape != input.shape:
        if var.shape == input.shape[:-1]:
            var = var.unsqueeze(-1)
        elif var.dim() != input.dim() or sum(have for have, want in zip(var.shape, input.shape) if have != want) != 1:
            # One dimension may be of size 1.
            raise ValueError("var is of incorrect size")
    bounded = var + (ops.clamp(var.detach(), eps, None) - var.detach())
    loss = 0.5 * (ops.log(bounded) + (input - target) ** 2 / bounded)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return _reduced(loss, reduction)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """`log(1 + exp(-target * input))`.

    target: 1 or -1, in the shape of input. reduction: "mean", "sum", or "none" for all of them. size_average,
    reduce: old forms of it. ValueError for other names.
    """
    return _reduced(ops.log1p(ops.exp(-input * target)), _legacy_reduction(size_average, reduce, reduction))


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """`input` where the target is 1, `max(0, margin - input)` where it is -1.

    target: 1 or -1, in the shape of input. reduction: "mean", "sum", or "none" for all of them. size_average,
    reduce: old forms of it. ValueError for other names.
    """
    far = ops.masked_fill(ops.clamp(margin - input, 0.0, None), ops.eq_scalar(target, 1), 0)
    near = ops.masked_fill(input, ops.eq_scalar(target, -1), 0)
    return _reduced(far + near, _legacy_reduction(size_average, reduce, reduction))


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """`max(0, -target * (input1 - input2) + margin)`.

    input1, input2, target: of as many dimensions, RuntimeError otherwise; target 1 if input1 shall be larger, else
    -1. reduction: "mean", "sum", or "none" for all of them. size_average, reduce: old forms of it. ValueError for
    other names.
    """
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError(
            f"margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: {input1.shape!r}, input2: "
            f"{input2.shape!r}, target: {target.shape!r} "
        )
    loss = ops.clamp(-target * (input1 - input2) + margin, 0.0, None)
    return _reduced(loss, _legacy_reduction(size_average, reduce, reduction))


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """`1 - cos` where the target is 1, `max(0, cos - margin)` where it is -1.

    input1, input2: (N, D) or (D). target: (N) or a number; RuntimeError otherwise. reduction: "mean", "sum", or
    "none" for all of them. size_average, reduce: old forms of it. ValueError for other names.
    """
    eps = 1e-12
    product = (input1 * input2).sum(-1)
    squares = ((input1 * input1).sum(-1) + eps) * ((input2 * input2).sum(-1) + eps)
    cosine = product / ops.sqrt(squares)
    near = ops.masked_fill(1 - cosine, ops.ne_scalar(target, 1), 0)
    far = ops.masked_fill(ops.clamp(cosine - margin, 0.0, None), ops.ne_scalar(target, -1), 0)
    return _reduced(near + far, _legacy_reduction(size_average, reduce, reduction))


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"
):
    """`max(0, d(anchor, positive) - d(anchor, negative) + margin)`.

    anchor, positive, negative: of one shape, (N, D) or (D). p, eps: of `pairwise_distance`. swap: the distance from
    positive to negative counts if it is shorter. reduction: "mean", "sum", or "none" for all of them.
    """
    from .functional import pairwise_distance

    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor "
            f"{anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs"
        )
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = ops.minimum(far, pairwise_distance(positive, negative, p, eps))
    return _reduced(ops.clamp(near - far + margin, 0.0, None), _legacy_reduction(size_average, reduce, reduction))
