"""Resampling layers: `Upsample` and its old names.

Read next: `nn._resampling`.
"""

from .. import functional as F
from .module import Module


class Upsample(Module):
    """`F.interpolate` to a size or by a factor.

    size: of the spatial dimensions. scale_factor: a number, or one for each. mode: "nearest", "linear" (3D input), "bilinear" or
    "bicubic" (4D), "trilinear" (5D), "nearest-exact". align_corners: corner pixels keep their values (not for nearest).
    recompute_scale_factor: use the factor that the rounded size gives.

    Shape: (N, C, L), (N, C, H, W) or (N, C, D, H, W).
    """

    def __init__(
        self, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None
    ):
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, (tuple, list)):
            self.scale_factor = tuple(float(factor) for factor in scale_factor)
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input):
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self):
        what = f"scale_factor={self.scale_factor!r}" if self.scale_factor is not None else f"size={self.size!r}"
        return f"{what}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` with mode "nearest"."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """`Upsample` with mode "bilinear" and corners aligned."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "bilinear", True)
