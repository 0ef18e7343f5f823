"""Parts of feature maps brought to one size: region-of-interest align and pool.

`roi_align` averages samples read between pixels. Reading is separable, so that each region is two small matrices, one
for its rows and one for its columns, and pooling is their product with the map. Read next: `poolers`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

import torch
from torch import nn


def _pair(value):
    return (value, value) if isinstance(value, int) else (value[0], value[-1])


def rois_of(boxes):
    """`(K, 5)` with the image's number in front, of that, or of a list of `(L, 4)` for each image."""
    if isinstance(boxes, torch.Tensor):
        if boxes.dim() != 2 or boxes.size(1) != 5:
            raise AssertionError("The boxes tensor shape is not correct as Tensor[K, 5]")
        return boxes
    if not isinstance(boxes, (list, tuple)):
        raise AssertionError("boxes is expected to be a Tensor[L, 5] or a List[Tensor[K, 4]]")
    for part in boxes:
        if part.size(1) != 4:
            raise AssertionError("The shape of the tensor in the boxes list is not correct as List[Tensor[L, 4]]")
    numbers = [torch.full_like(part[:, :1], number) for number, part in enumerate(boxes)]
    return torch.cat([torch.cat(numbers), torch.cat(list(boxes))], 1)


def _weights(starts, sizes, bins, length, sampling_ratio):
    """`(K, bins, length)`: how much each old position counts in each bin of each region."""
    steps = torch.arange(length, dtype=starts.dtype, device=starts.device)
    made = []
    for start, size in zip(starts.tolist(), sizes.tolist()):
        count = sampling_ratio if sampling_ratio > 0 else max(math.ceil(size / bins), 1)
        step = size / bins / count
        places = start + step * (torch.arange(bins * count, dtype=starts.dtype, device=starts.device) + 0.5)
        is_outside = (places < -1.0) | (places > length)
        hats = (1.0 - (places.clamp(0, length - 1)[:, None] - steps).abs()).clamp(min=0)
        hats = torch.where(is_outside[:, None], torch.zeros_like(hats), hats)
        made.append(hats.reshape(bins, count, length).mean(1))
    return torch.stack(made)


def roi_align(input, boxes, output_size, spatial_scale=1.0, sampling_ratio=-1, aligned=False):
    """`(K, C, h, w)`: regions of `(N, C, H, W)`, each bin the mean of samples read between pixels.

    boxes: `(K, 5)` of (image, x1, y1, x2, y2), or a list of `(L, 4)`. spatial_scale: pixels of the map by those of the
    boxes. sampling_ratio: samples along each side of a bin; as many as it has pixels if not positive. aligned: moves
    by half a pixel, so that boxes mean pixels' edges. The method: https://arxiv.org/abs/1703.06870.
    """
    rois = rois_of(boxes).to(input.dtype)
    height, width = _pair(output_size)
    if not rois.shape[0]:
        return input.new_zeros((0, input.shape[1], height, width))
    edges = rois[:, 1:] * spatial_scale - (0.5 if aligned else 0.0)
    sizes = edges[:, 2:] - edges[:, :2]
    if not aligned:
        sizes = sizes.clamp(min=1.0)
    rows = _weights(edges[:, 1], sizes[:, 1], height, input.shape[2], sampling_ratio)
    columns = _weights(edges[:, 0], sizes[:, 0], width, input.shape[3], sampling_ratio)
    pooled = []
    for number, image in enumerate(rois[:, 0].to(torch.int64).tolist()):
        pooled.append(rows[number] @ input[image] @ columns[number].transpose(0, 1))
    return torch.stack(pooled)


def roi_pool(input, boxes, output_size, spatial_scale=1.0):
    """`(K, C, h, w)`: regions of `(N, C, H, W)` in whole pixels, each bin the largest value: https://arxiv.org/abs/1504.08083."""
    height, width = _pair(output_size)
    made = []
    for image, *edges in rois_of(boxes).tolist():
        left, top, right, bottom = (math.floor(edge * spatial_scale + 0.5) for edge in edges)
        rows = _bins(top, max(bottom - top + 1, 1), height, input.shape[2])
        columns = _bins(left, max(right - left + 1, 1), width, input.shape[3])
        picture, bins = input[int(image)], []
        for first_row, last_row in rows:
            for first_column, last_column in columns:
                part = picture[:, first_row:last_row, first_column:last_column]
                bins.append(part.amax((1, 2)) if part.numel() else picture.new_zeros(picture.shape[0]))
        made.append(torch.stack(bins, 1).reshape(-1, height, width))
    return torch.stack(made) if made else input.new_zeros((0, input.shape[1], height, width))


def _bins(start, size, count, length):
    step = size / count
    edges = [(start + math.floor(at * step), start + math.ceil((at + 1) * step)) for at in range(count)]
    return [(min(max(first, 0), length), min(max(last, 0), length)) for first, last in edges]


class RoIAlign(nn.Module):
    """`roi_align` as a module."""

    def __init__(self, output_size, spatial_scale, sampling_ratio, aligned=False):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale
        self.sampling_ratio = sampling_ratio
        self.aligned = aligned

    def forward(self, input, rois):
        """See `roi_align`."""
        return roi_align(input, rois, self.output_size, self.spatial_scale, self.sampling_ratio, self.aligned)

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(output_size={self.output_size}, spatial_scale={self.spatial_scale}, "
            f"sampling_ratio={self.sampling_ratio}, aligned={self.aligned})"
        )


class RoIPool(nn.Module):
    """`roi_pool` as a module."""

    def __init__(self, output_size, spatial_scale):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def forward(self, input, rois):
        """See `roi_pool`."""
        return roi_pool(input, rois, self.output_size, self.spatial_scale)

    def __repr__(self):
        return f"{self.__class__.__name__}(output_size={self.output_size}, spatial_scale={self.spatial_scale})"
