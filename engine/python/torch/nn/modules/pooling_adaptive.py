"""Pooling layers whose windows follow from the size of the result: adaptive and fractional ones.

Read next: `nn.modules.pooling`, `nn._pooling`.
"""

from .. import functional as F
from .conv import spread
from .module import Module


class _Adaptive(Module):
    """What the adaptive poolings share."""

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        return self._function(input, self.output_size)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_Adaptive):
    """Means of windows of (N, C, L), or of it without N, that are chosen to give `output_size`: a number or one a dimension,
    None for the input's own size."""

    _function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_Adaptive):
    """Means of windows of (N, C, H, W), or of it without N, that are chosen to give `output_size`: a number or one a dimension,
    None for the input's own size."""

    _function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_Adaptive):
    """Means of windows of (N, C, D, H, W), or of it without N, that are chosen to give `output_size`: a number or one a dimension,
    None for the input's own size."""

    _function = staticmethod(F.adaptive_avg_pool3d)


class _AdaptiveMax(_Adaptive):
    def __init__(self, output_size, return_indices=False):
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input):
        return self._function(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMax):
    """Largest elements of windows of (N, C, L), or of it without N, that are chosen to give `output_size`: a number or one a dimension,
    None for the input's own size."""

    _function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMax):
    """Largest elements of windows of (N, C, H, W), or of it without N, that are chosen to give `output_size`: a number or one a dimension,
    None for the input's own size."""

    _function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMax):
    """Largest elements of windows of (N, C, D, H, W), or of it without N, that are chosen to give `output_size`: a number or one a dimension,
    None for the input's own size."""

    _function = staticmethod(F.adaptive_max_pool3d)


class _Fractional(Module):
    """Windows at steps that vary: `output_size`, or `output_ratio` of the input's size, decides how many."""

    _rank = 0

    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        super().__init__()
        rank = self._rank
        self.kernel_size = spread(kernel_size, rank)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else spread(output_size, rank)
        self.output_ratio = None if output_ratio is None else spread(output_ratio, rank)
        name = f"FractionalMaxPool{rank}d"
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input):
        return self._function(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        )


class FractionalMaxPool2d(_Fractional):
    """Largest elements of windows at random steps of (N, C, H, W) or (C, H, W).

    output_size: of the result, or output_ratio: its share of the input's size, between 0 and 1 (ValueError otherwise).
    Source: https://arxiv.org/abs/1412.6071
    """

    _rank = 2
    _function = staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(_Fractional):
    """Largest elements of windows at random steps of (N, C, D, H, W) or (C, D, H, W); arguments as in two dimensions."""

    _rank = 3
    _function = staticmethod(F.fractional_max_pool3d)
