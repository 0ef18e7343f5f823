"""Layers between channels and pixels: `PixelShuffle`, `PixelUnshuffle`.

Read next: `nn._arrangement`.
"""

from .. import functional as F
from .module import Module


class PixelShuffle(Module):
    """Channels become pixels: (*, C r², H, W) to (*, C, H r, W r), r being `upscale_factor`.

    Raises RuntimeError for fewer than 3 dimensions or channels that r² does not divide.
    Source: https://arxiv.org/abs/1609.05158
    """

    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input):
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self):
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Undoes `PixelShuffle`: (*, C, H r, W r) to (*, C r², H, W), r being `downscale_factor`."""

    def __init__(self, downscale_factor):
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input):
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self):
        return f"downscale_factor={self.downscale_factor}"
