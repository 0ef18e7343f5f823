"""Regions pooled from the maps of a pyramid, each from the map of its size: https://arxiv.org/abs/1612.03144 (4.2).

Read next: `roi`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

import torch
from torch import nn

from .boxes import box_area
from .roi import roi_align, rois_of


class MultiScaleRoIAlign(nn.Module):
    """`roi_align` over several maps.

    featmap_names: which maps of the dict. output_size, sampling_ratio: as `roi_align`'s. canonical_scale,
    canonical_level: boxes with sides of this length belong to this level.
    """

    def __init__(self, featmap_names, output_size, sampling_ratio, *, canonical_scale=224, canonical_level=4):
        super().__init__()
        self.featmap_names = featmap_names
        self.sampling_ratio = sampling_ratio
        self.output_size = (output_size, output_size) if isinstance(output_size, int) else tuple(output_size)
        self.canonical_scale = canonical_scale
        self.canonical_level = canonical_level

    def forward(self, x, boxes, image_shapes):
        """`(K, C, h, w)`. x: maps by name. boxes: `(L, 4)` for each image. image_shapes: the images' (height, width)."""
        maps = [value for name, value in x.items() if name in self.featmap_names]
        largest = [max(sizes) for sizes in zip(*image_shapes)]
        # A map is some power of two smaller than the images were.
        scales = [2.0 ** round(math.log2(part.shape[-2] / largest[0])) for part in maps]
        rois = rois_of(boxes)
        if len(maps) == 1:
            return roi_align(maps[0], rois, self.output_size, scales[0], self.sampling_ratio)
        lowest, highest = -math.log2(scales[0]), -math.log2(scales[-1])
        sides = torch.sqrt(torch.cat([box_area(part) for part in boxes]))
        levels = torch.floor(self.canonical_level + torch.log2(sides / self.canonical_scale) + 1e-6)
        levels = (levels.clamp(min=lowest, max=highest) - lowest).to(torch.int64)
        pooled = maps[0].new_zeros((rois.shape[0], maps[0].shape[1], *self.output_size))
        for level, (part, scale) in enumerate(zip(maps, scales)):
            chosen = torch.where(levels == level)[0]
            found = roi_align(part, rois[chosen], self.output_size, scale, self.sampling_ratio)
            pooled = pooled.index_copy(0, chosen, found.to(pooled.dtype))
        return pooled

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(featmap_names={self.featmap_names}, "
            f"output_size={self.output_size}, sampling_ratio={self.sampling_ratio})"
        )
