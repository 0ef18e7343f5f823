"""Losses over several classes by margins, and the cross entropy of a linear layer.

Read next: `_losses`.
"""

from .. import _dtype
from .._C import ops
from .._node_names import named
from .._creation import arange, zeros_like
from ._losses import _legacy_reduction, _reduced, cross_entropy


def _check_classes(input, classes):
    if input.dim() > 2 or not classes:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(input.shape)}"
        )


@named("MultiMarginLossBackward0")
def multi_margin_loss(
    input,
    target,
    p=1,
    margin=1.0,
    weight=None,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    """How far other classes come within a margin of the right one: `max(0, margin - x[y] + x[i])^p`, mean over classes.

    input: (N, C) or (C). target: int64 (N) or a number. p: 1 or 2. weight: (C). RuntimeError otherwise. reduction:
    "mean", "sum", or "none" for all of them. size_average, reduce: old forms of it. ValueError for other names.
    """
    reduction = _legacy_reduction(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    classes = input.shape[-1] if input.dim() else 1
    _check_classes(input, classes)
    rows = input.reshape([-1, classes])
    if target.dim() > 1 or target.numel() != rows.shape[0]:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected "
            f"target size {[rows.shape[0]]}, but got {list(target.shape)}. Input has shape {list(input.shape)}."
        )
    if weight is not None and weight.numel() != classes:
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    _reduced(input.new_zeros([]), reduction)  # a name that is none is refused first
    if target.dtype is not _dtype.int64:
        raise RuntimeError(f"expected scalar type Long but found {_dtype.SCALAR_TYPE_NAMES[target.dtype._code]}")
    ops.require(input, "multi_margin_loss")
    wanted = target.reshape([-1, 1])
    losses = ops.relu(margin - rows.gather(1, wanted) + rows)
    losses = losses * losses if p == 2 else losses
    if weight is not None:
        losses = losses * weight[wanted]
    is_other = ops.ne(arange(classes, device=input.device), wanted)
    losses = ops.where(is_other, losses, zeros_like(losses)).sum(1) / classes
    return _reduced(losses if input.dim() == 2 else losses.reshape(target.shape), reduction)


@named("MultilabelMarginLossBackward0")
def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """`max(0, 1 - (x[y] - x[i]))` over the labels `y` listed before the first -1 and the other classes `i`.

    input: (N, C) or (C). target: int64 in the same shape, padded with -1. RuntimeError otherwise. reduction: "mean",
    "sum", or "none" for all of them. size_average, reduce: old forms of it. ValueError for other names.
    """
    reduction = _legacy_reduction(size_average, reduce, reduction)
    classes = input.shape[-1] if input.dim() else 1
    _check_classes(input, classes)
    if input.shape != target.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}"
        )
    _reduced(input.new_zeros([]), reduction)
    ops.require(input, "multilabel_margin_loss")
    rows, labels = input.reshape([-1, classes]), target.reshape([-1, classes])
    is_label = ops.eq_scalar(ops.cumsum(ops.lt_scalar(labels, 0).to(_dtype.int64), 1), 0)
    labels = ops.where(is_label, labels, zeros_like(labels))
    named = ops.eq(labels.unsqueeze(2), arange(classes, device=input.device))
    is_target = ops.logical_and(named, is_label.unsqueeze(2)).any(1)
    losses = ops.relu(1 - rows.gather(1, labels).unsqueeze(2) + rows.unsqueeze(1))
    counted = ops.logical_and(is_label.unsqueeze(2), ops.logical_not(is_target).unsqueeze(1))
    losses = ops.where(counted, losses, zeros_like(losses)).sum([1, 2]) / classes
    return _reduced(losses if input.dim() == 2 else losses.reshape([]), reduction)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Binary cross entropy of the logits of every class, mean over classes.

    input, target: (N, C). weight: (C). reduction: "mean", "sum", or "none" for all of them. size_average, reduce:
    old forms of it. ValueError for other names.
    """
    from .functional import logsigmoid

    reduction = _legacy_reduction(size_average, reduce, reduction)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        losses = losses * weight
    return _reduced(losses.sum(-1) / input.shape[-1], reduction)


def linear_cross_entropy(
    input,
    linear_weight,
    target,
    *,
    linear_bias=None,
    weight=None,
    ignore_index=-100,
    reduction="mean",
    label_smoothing=0.0,
    **options,
):
    """`cross_entropy(linear(input, linear_weight), target)`; the weight may be `(classes, …, features)`.

    input: (N, features). target: as `cross_entropy`. RuntimeError for shapes that do not fit.
    """
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    features = linear_weight.shape[-1]
    if input.shape[-1] != features:
        raise RuntimeError(
            f"expected equal input and linear_weight last dimensions (in_features), got {input.shape[-1]} and {features}, respectively"
        )
    if linear_bias is not None and linear_bias.shape != linear_weight.shape[:-1]:
        raise RuntimeError(f"expected linear_bias shape {tuple(linear_weight.shape[:-1])}, got {tuple(linear_bias.shape)}")
    if linear_weight.dim() > 2 and input.dim() == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, (N, {features}), "
            f"got unbatched input with shape {tuple(input.shape)}"
        )
    rest = list(linear_weight.shape[:-1])
    bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = ops.linear(input, linear_weight.reshape([-1, features]), bias)
    logits = logits.reshape([*input.shape[:-1], *rest])
    return cross_entropy(
        logits, target, weight, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing
    )


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"
):
    """`max(0, d(a, p) - d(a, n) + margin)` with any distance.

    anchor, positive, negative: of one shape. distance_function: gives a number for each pair (`pairwise_distance` if
    None). swap: the distance from positive to negative counts if it is shorter. reduction: "mean", "sum", or "none"
    for all of them. size_average, reduce: old forms of it. ValueError for other names.
    """
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if distance_function is None:
        from ._distances import pairwise_distance as distance_function
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor "
            f"{anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs"
        )
    near, far = distance_function(anchor, positive), distance_function(anchor, negative)
    if swap:
        far = ops.minimum(far, distance_function(positive, negative))
    return _reduced(ops.relu(near - far + margin), reduction)
