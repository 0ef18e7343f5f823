"""Transforms to sizes drawn at random. Read next: `_geometry.Resize`, `functional.resize`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from . import functional as F
from ._transform import query_size, Transform


class _ToDrawnSize(Transform):
    """What these transforms share: the way to resample, and resizing to what was drawn."""

    def transform(self, inpt, params):
        """One input at the size."""
        return F.resize(inpt, params["size"], interpolation=self.interpolation, antialias=self.antialias)


class ScaleJitter(_ToDrawnSize):
    """As large as fits into `target_size`, times a factor drawn from `scale_range`: https://arxiv.org/abs/2012.07177."""

    def __init__(self, target_size, scale_range=(0.1, 2.0), interpolation="bilinear", antialias=True):
        super().__init__()
        self.target_size = target_size
        self.scale_range = scale_range
        self.interpolation = interpolation
        self.antialias = antialias

    def make_params(self, flat_inputs):
        """The size."""
        height, width = query_size(flat_inputs)
        scale = self.scale_range[0] + torch.rand(1) * (self.scale_range[1] - self.scale_range[0])
        ratio = min(self.target_size[1] / height, self.target_size[0] / width) * scale
        return {"size": (int(height * ratio), int(width * ratio))}


class RandomShortestSize(_ToDrawnSize):
    """The shorter side as long as one of `min_size`, or less if the longer one would pass `max_size`."""

    def __init__(self, min_size, max_size=None, interpolation="bilinear", antialias=True):
        super().__init__()
        self.min_size = [min_size] if isinstance(min_size, int) else list(min_size)
        self.max_size = max_size
        self.interpolation = interpolation
        self.antialias = antialias

    def make_params(self, flat_inputs):
        """The size."""
        height, width = query_size(flat_inputs)
        ratio = self.min_size[int(torch.randint(len(self.min_size), ()))] / min(height, width)
        if self.max_size is not None:
            ratio = min(ratio, self.max_size / max(height, width))
        return {"size": (int(height * ratio), int(width * ratio))}


class RandomResize(_ToDrawnSize):
    """The shorter side as long as a whole number from `min_size` up to but without `max_size`."""

    def __init__(self, min_size, max_size, interpolation="bilinear", antialias=True):
        super().__init__()
        self.min_size = min_size
        self.max_size = max_size
        self.interpolation = interpolation
        self.antialias = antialias

    def make_params(self, flat_inputs):
        """The size of the shorter side."""
        return {"size": [int(torch.randint(self.min_size, self.max_size, ()))]}
