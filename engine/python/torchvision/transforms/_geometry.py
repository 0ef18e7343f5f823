"""Functions that move pixels along the axes: resizing, cropping, padding, flipping.

On tensors `(…, C, H, W)` and on pictures. Read next: `_warping`, `_crops`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import numbers

import torch
from torch.nn import functional as nn_functional

from ._filters import with_floats
from ._pictures import dimensions, interpolation_of, InterpolationMode, on_tensors, pillow_number

_PILLOW_ONLY = (InterpolationMode.BOX, InterpolationMode.HAMMING, InterpolationMode.LANCZOS)
_ANTIALIASED = (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC)


def output_size(size, old_height, old_width, max_size=None):
    """The height and width that `resize` makes. size: (h, w), or the length of the smaller edge."""
    sizes = [size] if isinstance(size, int) else list(size) if size is not None else [min(old_height, old_width)]
    if size is None and max_size is None:
        raise ValueError("max_size must be an integer when size is None.")
    if len(sizes) == 2:
        return int(sizes[0]), int(sizes[1])
    short, long = min(old_height, old_width), max(old_height, old_width)
    requested = sizes[0]
    if size is None:
        new_short, new_long = int(max_size * short / long), max_size
    else:
        new_short, new_long = requested, int(requested * long / short)
        if max_size is not None:
            if max_size <= requested:
                raise ValueError(
                    f"max_size = {max_size} must be strictly greater than the requested size for the smaller edge size = {size}"
                )
            if new_long > max_size:
                new_short, new_long = int(max_size * new_short / new_long), max_size
    return (new_long, new_short) if old_width <= old_height else (new_short, new_long)


def resize(img, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
    """A picture at another size.

    size: (h, w), or one number for the smaller edge. interpolation: NEAREST, NEAREST_EXACT, BILINEAR or BICUBIC.
    max_size: the most that the larger edge may have if `size` is one number. antialias: averages where it shrinks;
    always so for pictures that are no tensors. Raises ValueError for Pillow's own ways (LANCZOS).
    """
    interpolation = interpolation_of(interpolation)
    if isinstance(size, (list, tuple)):
        if len(size) not in (1, 2):
            raise ValueError(f"Size must be an int or a 1 or 2 element tuple/list, not a {len(size)} element tuple/list")
        if max_size is not None and len(size) != 1:
            raise ValueError(
                "max_size should only be passed if size specifies the length of the smaller edge, "
                "i.e. size should be an int or a sequence of length 1 in torchscript mode."
            )
    _, height, width = dimensions(img)
    wanted = output_size(size, height, width, max_size)
    if wanted == (height, width):
        return img
    if isinstance(img, torch.Tensor):
        return _resized(img, wanted, interpolation, antialias)
    if hasattr(img, "im"):
        # Pillow's own, which has ways that tensors have not.
        return img.resize((wanted[1], wanted[0]), pillow_number(interpolation))
    if interpolation is InterpolationMode.NEAREST:
        interpolation = InterpolationMode.NEAREST_EXACT
    return _resized_picture(img, wanted, interpolation, True)


def _resized(img, size, interpolation, antialias):
    if interpolation in _PILLOW_ONLY:
        raise ValueError(
            f"{interpolation} is Pillow's alone: use InterpolationMode.BICUBIC with antialias, which is near to it"
        )
    if interpolation not in _ANTIALIASED:
        batch = img.reshape(-1, *img.shape[-3:]) if img.dim() > 2 else img.reshape(1, 1, *img.shape)
        made = nn_functional.interpolate(batch, size=size, mode=interpolation.value)
        return made.reshape(*img.shape[:-2], *size)

    def of_floats(x):
        made = nn_functional.interpolate(
            x, size=size, mode=interpolation.value, align_corners=False, antialias=bool(antialias)
        )
        overshoots = interpolation is InterpolationMode.BICUBIC and img.dtype is torch.uint8
        return made.clamp(0, 255) if overshoots else made

    return with_floats(img, of_floats)


_resized_picture = on_tensors(_resized)


def parsed_padding(padding):
    """Left, top, right and bottom of the ways to write a padding."""
    if not isinstance(padding, (numbers.Number, tuple, list)):
        raise TypeError("Got inappropriate padding arg")
    parts = [padding] if isinstance(padding, numbers.Number) else list(padding)
    if len(parts) not in (1, 2, 4):
        raise ValueError(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(parts)} element tuple")
    return [int(part) for part in (parts * 4)[:4]]


@on_tensors
def pad(img, padding, fill=0, padding_mode="constant"):
    """A picture with a border.

    padding: one number, (left and right, top and bottom), or (left, top, right, bottom); less than 0 cuts off.
    fill: the border's value, or one for each channel. padding_mode: "constant", "edge" (the outermost pixels go on),
    "reflect" (mirrored about the outermost pixels) or "symmetric" (mirrored with them).
    """
    left, top, right, bottom = parsed_padding(padding)
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
    if not isinstance(fill, (numbers.Number, tuple, list)):
        raise TypeError("Got inappropriate fill arg")
    if padding_mode == "constant":
        return _bordered(img, (left, right, top, bottom), fill)
    height, width = img.shape[-2:]
    rows = _positions(height, top, bottom, padding_mode, img.device)
    columns = _positions(width, left, right, padding_mode, img.device)
    return img.index_select(-2, rows).index_select(-1, columns)


def _bordered(img, sides, fill):
    values = list(fill) if isinstance(fill, (tuple, list)) else [fill]
    if len(values) == 1:
        value = values[0] if img.is_floating_point() else int(values[0])
        return nn_functional.pad(img, sides, value=value)
    if len(values) != img.shape[-3]:
        raise ValueError(f"The number of fill values should be the number of channels, but got {len(values)}")
    parts = [_bordered(img[..., at : at + 1, :, :], sides, value) for at, value in enumerate(values)]
    return torch.cat(parts, -3)


def _positions(size, before, after, mode, device):
    """Which old position each new one has."""
    places = torch.arange(-before, size + after, device=device)
    if mode == "edge":
        return places.clamp(0, size - 1)
    if mode == "symmetric":
        places = places % (2 * size)
        return torch.where(places < size, places, 2 * size - 1 - places)
    if max(before, after) >= size:
        raise RuntimeError(
            f"Padding size should be less than the corresponding input dimension, but got: padding ({before}, {after}) "
            f"at a dimension of {size}"
        )
    places = places.abs()
    return torch.where(places < size, places, 2 * (size - 1) - places)


@on_tensors
def crop(img, top, left, height, width):
    """The part of a picture from a row and a column on; black where it leaves the picture."""
    old_height, old_width = img.shape[-2:]
    right, bottom = left + width, top + height
    if left >= 0 and top >= 0 and right <= old_width and bottom <= old_height:
        return img[..., top:bottom, left:right]
    sides = [
        max(min(right, 0) - left, 0),
        max(right - max(old_width, left), 0),
        max(min(bottom, 0) - top, 0),
        max(bottom - max(old_height, top), 0),
    ]
    inner = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    return nn_functional.pad(inner, sides)


def sizes_of(size, message="Please provide only two dimensions (h, w) for size."):
    """(h, w) of one number or two."""
    if isinstance(size, numbers.Number):
        return int(size), int(size)
    if len(size) == 1:
        return size[0], size[0]
    if len(size) != 2:
        raise ValueError(message)
    return tuple(size)


def center_crop(img, output_size):
    """The middle of a picture, of size (h, w) or of one number for both; black beyond the picture."""
    wanted_height, wanted_width = sizes_of(output_size)
    _, height, width = dimensions(img)
    if wanted_width > width or wanted_height > height:
        missing_width, missing_height = max(wanted_width - width, 0), max(wanted_height - height, 0)
        sides = [missing_width // 2, missing_height // 2, (missing_width + 1) // 2, (missing_height + 1) // 2]
        img = pad(img, sides, fill=0)
        _, height, width = dimensions(img)
        if (wanted_height, wanted_width) == (height, width):
            return img
    top = int(round((height - wanted_height) / 2.0))
    left = int(round((width - wanted_width) / 2.0))
    return crop(img, top, left, wanted_height, wanted_width)


def resized_crop(img, top, left, height, width, size, interpolation=InterpolationMode.BILINEAR, antialias=True):
    """`crop` and then `resize`."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


@on_tensors
def hflip(img):
    """Left and right exchanged."""
    return img.flip(-1)


@on_tensors
def vflip(img):
    """Top and bottom exchanged."""
    return img.flip(-2)


def five_crop(img, size):
    """Top left, top right, bottom left, bottom right and the middle of a picture, each of this size."""
    crop_height, crop_width = sizes_of(size)
    _, height, width = dimensions(img)
    if crop_width > width or crop_height > height:
        raise ValueError(f"Requested crop size {(crop_height, crop_width)} is bigger than input size {(height, width)}")
    corners = [(top, left) for top in (0, height - crop_height) for left in (0, width - crop_width)]
    parts = [crop(img, top, left, crop_height, crop_width) for top, left in corners]
    return (*parts, center_crop(img, [crop_height, crop_width]))


def ten_crop(img, size, vertical_flip=False):
    """`five_crop` of a picture and of its mirror image."""
    flipped = vflip(img) if vertical_flip else hflip(img)
    return five_crop(img, size) + five_crop(flipped, size)
