"""Dropout of elements and of whole channels. In evaluation all give back their input.

Read next: `nn._dropout`.
"""

from .. import functional as F
from .module import Module


class _DropoutNd(Module):
    """What all share: a probability, from 0 to 1 (ValueError otherwise), and whether to write into the input."""

    _function = None

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input):
        return self._function(input, self.p, self.training, self.inplace)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """In training, zeroes each element with probability `p` and scales the rest by `1 / (1 - p)`. Any shape.

    Source: https://arxiv.org/abs/1207.0580
    """

    _function = staticmethod(F.dropout)


class Dropout1d(_DropoutNd):
    """In training, zeroes whole channels of (N, C, L) or (C, L) with probability `p`, and scales the rest."""

    _function = staticmethod(F.dropout1d)


class Dropout2d(_DropoutNd):
    """In training, zeroes whole channels of (N, C, H, W) or (C, H, W) with probability `p`, and scales the rest.

    Source: https://arxiv.org/abs/1411.4280
    """

    _function = staticmethod(F.dropout2d)


class Dropout3d(_DropoutNd):
    """In training, zeroes whole channels of (N, C, D, H, W) or (C, D, H, W) with probability `p`, and scales the rest."""

    _function = staticmethod(F.dropout3d)


class AlphaDropout(_DropoutNd):
    """Dropout that keeps mean and variance of SELU networks. Any shape. Source: https://arxiv.org/abs/1706.02515"""

    def forward(self, input):
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """`AlphaDropout` of whole channels of (N, C, ...)."""

    def forward(self, input):
        return F.feature_alpha_dropout(input, self.p, self.training)
