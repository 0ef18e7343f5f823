"""`torchvision.utils`: pictures side by side, saved, and drawn upon.

Read next: `io`, `_drawing`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import os
import pathlib

import torch

from ._drawing import draw_bounding_boxes, draw_keypoints, draw_segmentation_masks, flow_to_image

__all__ = [
    "make_grid", "save_image", "draw_bounding_boxes", "draw_segmentation_masks", "draw_keypoints", "flow_to_image",
]


@torch.no_grad()
def make_grid(
    tensor, nrow=8, padding=2, normalize=False, value_range=None, scale_each=False, pad_value=0.0
):
    """Pictures in rows on one picture, `(3, H, W)`.

    tensor: `(N, C, H, W)`, or a list of pictures of one size; one channel becomes three. nrow: pictures a row.
    padding: pixels between them, of value `pad_value`. normalize: brings values to 0 … 1, from `value_range` (min, max)
    or the smallest and largest there are, of each picture by itself if `scale_each`. One picture comes back as it is.
    """
    pictures = _batch(tensor)
    if normalize:
        if value_range is not None and not isinstance(value_range, tuple):
            raise TypeError("value_range has to be a tuple (min, max) if specified. min and max are numbers")
        parts = pictures.unbind(0) if scale_each else [pictures]
        scaled = [_normalized(part, value_range) for part in parts]
        pictures = torch.stack(scaled) if scale_each else scaled[0]
    if not isinstance(pictures, torch.Tensor):
        raise TypeError("tensor should be of type torch.Tensor")
    count, channels, height, width = pictures.shape
    if count == 1:
        return pictures.squeeze(0)
    columns = min(nrow, count)
    rows = math.ceil(count / columns)
    cell_height, cell_width = height + padding, width + padding
    grid = pictures.new_full((channels, cell_height * rows + padding, cell_width * columns + padding), pad_value)
    for number, picture in enumerate(pictures.unbind(0)):
        top, left = number // columns * cell_height + padding, number % columns * cell_width + padding
        grid[:, top : top + height, left : left + width] = picture
    return grid


def _batch(tensor):
    """`(N, C, H, W)` with three channels where there was one."""
    if not isinstance(tensor, torch.Tensor):
        if not isinstance(tensor, list):
            raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
        for part in tensor:
            if not isinstance(part, torch.Tensor):
                raise TypeError(f"tensor or list of tensors expected, got a list containing {type(part)}")
        tensor = torch.stack(tensor, 0)
    if tensor.dim() == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() == 3:
        if tensor.size(0) == 1:
            tensor = torch.cat([tensor] * 3, 0)
        return tensor.unsqueeze(0)
    if tensor.dim() == 4 and tensor.size(1) == 1:
        tensor = torch.cat([tensor] * 3, 1)
    return tensor


def _normalized(values, value_range):
    low, high = value_range if value_range is not None else (float(values.min()), float(values.max()))
    return values.clamp(low, high).sub(low).div(max(high - low, 1e-5))


@torch.no_grad()
def save_image(tensor, fp, format=None, **kwargs):
    """Saves pictures, several as a grid, with values from 0 to 1.

    tensor, kwargs: as `make_grid`'s. fp: a path, or a file open for writing. format: "png" or "jpeg"; by the path's ending
    if None.
    """
    grid = make_grid(tensor, **kwargs)
    pixels = grid.mul(255).add(0.5).clamp(0, 255).to("cpu", torch.uint8)
    kind = format or pathlib.PurePath(getattr(fp, "name", fp)).suffix.lstrip(".")
    data = _encoded(pixels, kind.lower())
    if isinstance(fp, (str, os.PathLike)):
        with open(fp, "wb") as file:
            file.write(data)
    else:
        fp.write(data)


def _encoded(pixels, kind):
    from . import io
    from ._bytes import bytes_of_tensor

    if kind == "png":
        return bytes_of_tensor(io.encode_png(pixels))
    if kind in ("jpg", "jpeg"):
        return bytes_of_tensor(io.encode_jpeg(pixels))
    raise ValueError(f"unknown file extension: .{kind}: pictures are saved as .png or .jpg")
