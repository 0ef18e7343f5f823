"""Losses as layers: each keeps its options and calls one function of `nn.functional`.

size_average and reduce are the old spelling of reduction: "mean", "sum" or "none" (the unreduced losses).
Read next: `loss_margins`, `nn._losses`, `nn._margin_losses`.
"""

import math
import warnings

from .. import functional as F
from .linear import Linear
from .loss_base import _Loss, _WeightedLoss
from .loss_margins import (
    CosineEmbeddingLoss,
    HingeEmbeddingLoss,
    MarginRankingLoss,
    MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss,
    MultiMarginLoss,
    SoftMarginLoss,
    TripletMarginLoss,
    TripletMarginWithDistanceLoss,
)
from .module import Module

__all__ = [
    "L1Loss", "NLLLoss", "NLLLoss2d", "PoissonNLLLoss", "GaussianNLLLoss", "KLDivLoss", "MSELoss", "BCELoss",
    "BCEWithLogitsLoss", "HingeEmbeddingLoss", "MultiLabelMarginLoss", "SmoothL1Loss", "HuberLoss", "SoftMarginLoss",
    "CrossEntropyLoss", "LinearCrossEntropyLoss", "MultiLabelSoftMarginLoss", "CosineEmbeddingLoss", "MarginRankingLoss",
    "MultiMarginLoss", "TripletMarginLoss", "TripletMarginWithDistanceLoss", "CTCLoss",
]


class L1Loss(_Loss):
    """`|input - target|`, its mean by default. Input and target of one shape, or broadcast with a warning."""

    def forward(self, input, target):
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    """`(input - target) ** 2`, its mean by default. Input and target of one shape, or broadcast with a warning."""

    def forward(self, input, target):
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """Of the difference `d`: `d**2 / (2 beta)` where `|d| < beta`, else `|d| - beta / 2`. Source: https://arxiv.org/abs/1504.08083"""

    def __init__(self, size_average=None, reduce=None, reduction="mean", beta=1.0):
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input, target):
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """Of the difference `d`: `d**2 / 2` where `|d| <= delta`, else `delta * (|d| - delta / 2)`."""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input, target):
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class CrossEntropyLoss(_WeightedLoss):
    """Cross entropy of logits and classes: `-log(softmax(input)[target])`.

    weight: of every class (C), or None. ignore_index: a target that counts for nothing. label_smoothing: from 0 to 1, how
    much of a target is spread over all classes.

    Shape: input (C), (N, C) or (N, C, d1, ...); target (), (N) or (N, d1, ...) int64 class indices, or probabilities of the
    input's shape. Gives a scalar, or with reduction "none" a loss for every target. Raises IndexError for classes that are
    not there and RuntimeError for shapes that do not fit.

    >>> loss = torch.nn.CrossEntropyLoss()(torch.randn(3, 5), torch.tensor([1, 0, 4]))
    """

    def __init__(
        self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
    ):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(_WeightedLoss):
    """`-input[target]` of log-probabilities, as `LogSoftmax` gives them.

    weight: of every class (C), or None. ignore_index: a target that counts for nothing.
    Shape: input (C), (N, C) or (N, C, d1, ...); target (), (N) or (N, d1, ...), int64.
    """

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input, target):
        return F.nll_loss(
            input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class BCELoss(_WeightedLoss):
    """Binary cross entropy of probabilities. weight: of every element, or None. Input and target of one shape (ValueError)."""

    def forward(self, input, target):
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """Binary cross entropy of logits, without overflow. weight: of every element; pos_weight: of positive targets, by class.

    Input and target of one shape (ValueError otherwise).
    """

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input, target):
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class KLDivLoss(_Loss):
    """Kullback-Leibler divergence of log-probabilities `input` from probabilities `target` (log_target: their logarithms).

    Input and target of one shape. reduction may also be "batchmean": the sum divided by the first size, which is the
    mathematical mean.
    """

    def __init__(self, size_average=None, reduce=None, reduction="mean", log_target=False):
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input, target):
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class NLLLoss2d(NLLLoss):
    """The old name of `NLLLoss` for images."""

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        warnings.warn(
            "NLLLoss2d has been deprecated. Please use NLLLoss instead as a drop-in replacement and see "
            "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.",
            FutureWarning,
            stacklevel=2,
        )
        super().__init__(weight, size_average, ignore_index, reduce, reduction)


class PoissonNLLLoss(_Loss):
    """Negative log likelihood of Poisson counts `target`: `exp(x) - target * x`, or without log_input `x - target * log(x + eps)`.

    full: add Stirling's approximation of the constant. Input and target of one shape.
    """

    def __init__(
        self, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
    ):
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input, target):
        return F.poisson_nll_loss(
            log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(_Loss):
    """Negative log likelihood of normal `target`s with mean `input` and variance `var`, which is kept above `eps`.

    full: add the constant. Shape: input and target (N, *); var the same, or with a last size of 1, or without it.
    """

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(None, None, reduction)
        self.full = full
        self.eps = eps

    def forward(self, input, target, var):
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class CTCLoss(_Loss):
    """Connectionist temporal classification: the likelihood of a labelling without known alignment.

    blank: the class that is no label. zero_infinity: count impossible labellings as 0.
    Shape: log_probs (T, N, C) or (T, C); targets (N, S) or all in one (sum of lengths); input_lengths and
    target_lengths (N). Source: Graves et al., https://www.cs.toronto.edu/~graves/icml_2006.pdf
    """

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs, targets, input_lengths, target_lengths):
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )


class LinearCrossEntropyLoss(_WeightedLoss):
    """`CrossEntropyLoss` of a linear layer's result: `linear` without the logits being kept by the caller.

    in_features: width of the input. num_classes: classes. out_features: further sizes of the target, () if none.
    bias: whether the linear layer has one. weight, ignore_index, label_smoothing: as in `CrossEntropyLoss`.

    Shape: input (N, in_features) or (in_features); target as for logits (N, num_classes, *out_features).
    """

    def __init__(
        self,
        in_features,
        num_classes,
        *,
        out_features=(),
        bias=False,
        device=None,
        dtype=None,
        reduction="mean",
        weight=None,
        ignore_index=None,
        label_smoothing=0.0,
        options=None,
    ):
        super().__init__(weight, reduction=reduction)
        self.in_features = in_features
        self.num_classes = num_classes
        self.out_features = tuple(out_features)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.options = options
        count = num_classes * math.prod(self.out_features)
        self.linear = Linear(in_features, count, bias=bias, device=device, dtype=dtype)

    def forward(self, input, target):
        sizes = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.view(*sizes, self.in_features),
            target,
            linear_bias=None if bias is None else bias.view(sizes),
            weight=self.weight,
            ignore_index=-100 if self.ignore_index is None else self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
