"""From a PNG's samples to the channels that were asked for, as libpng converts them.

Read next: `_png_decode`, `image`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from .._bytes import tensor_of_bytes
from ._png_decode import GRAY, GRAY_ALPHA, PALETTE

# Rec. 601 luma of red and green in 1/32768, rounded as libpng rounds 0.2989 and 0.587; blue is what is left.
_RED, _GREEN = 9794, 19235
_BLUE = 32768 - _RED - _GREEN


def converted(picture, channels):
    """`(H, W, C)` of a `Picture`, uint8, or int32 where samples have 16 bits. channels: 1 gray, 2 gray and alpha, 3, 4; None: as it is stored.

    As it is stored, a palette's pixels are indices. Transparency is that of alpha channels and palettes; a single
    transparent colour (tRNS of a picture without a palette) is not looked at. Gray under 8 bits is stretched to 0 … 255.
    """
    samples, largest = picture.samples, (1 << max(picture.bit_depth, 8)) - 1
    if picture.color_type == GRAY and picture.bit_depth < 8:
        samples = samples * (255 // ((1 << picture.bit_depth) - 1))
    if channels is not None:
        color, alpha = _parts(picture, samples)
        if channels < 3:
            color = _gray(color, picture.bit_depth)
        else:
            color = color.expand(-1, -1, 3)
        if channels in (2, 4):
            alpha = torch.full_like(color[:, :, :1], largest) if alpha is None else alpha
            color = torch.cat([color, alpha], 2)
        samples = color
    return samples.to(torch.int32 if picture.bit_depth == 16 else torch.uint8)


def _parts(picture, samples):
    """The colours, of one channel or three, and the alpha channel or None."""
    if picture.color_type == PALETTE:
        return _looked_up(picture, samples)
    has_alpha = picture.color_type & GRAY_ALPHA
    return (samples[:, :, :-1], samples[:, :, -1:]) if has_alpha else (samples, None)


def _looked_up(picture, indices):
    # Indices beyond the palette are black, as they are in most readers.
    table = (picture.palette[: len(picture.palette) // 3 * 3] + bytes(768))[:768]
    chosen = indices.squeeze(2).to(torch.int64)
    colors = tensor_of_bytes(table).reshape(256, 3)[chosen]
    if picture.transparency is None:
        return colors, None
    opacity = (picture.transparency + b"\xff" * 256)[:256]
    return colors, tensor_of_bytes(opacity)[chosen].unsqueeze(2)


def _gray(color, bit_depth):
    if color.shape[2] == 1:
        return color
    wide = color.to(torch.int64)
    red, green, blue = wide[..., 0], wide[..., 1], wide[..., 2]
    # libpng cuts sums of 8 bits off and rounds those of 16.
    rounding = 1 << 14 if bit_depth == 16 else 0
    gray = (red * _RED + green * _GREEN + blue * _BLUE + rounding) >> 15
    is_gray = (red == green) & (red == blue)
    return torch.where(is_gray, red, gray).unsqueeze(2).to(color.dtype)
