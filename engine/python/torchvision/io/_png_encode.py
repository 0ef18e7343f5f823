"""Writing PNG files: https://www.w3.org/TR/png-3/. Each row takes the filter that leaves the smallest differences.

Read next: `_png_decode`, `image`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct
import zlib

import torch

from .._bytes import bytes_of_tensor

SIGNATURE = b"\x89PNG\r\n\x1a\n"

#: PNG's colour types by the number of channels.
_COLOR_TYPES = {1: 0, 3: 2}


def encode(image, compression_level):
    """The bytes of a PNG file of a `(C, H, W)` uint8 tensor with one channel or three."""
    channels, height, width = image.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPES[channels], 0, 0, 0)
    data = zlib.compress(_filtered(image.permute(1, 2, 0), compression_level > 0), compression_level)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _filtered(rows, is_compressed):
    """The scan lines of `(H, W, C)`, each behind the number of its filter."""
    height, width, channels = rows.shape
    raw = rows.reshape(height, width * channels).to(torch.int16)
    if not is_compressed:
        return bytes_of_tensor(torch.cat([torch.zeros(height, 1, dtype=torch.uint8), raw.to(torch.uint8)], 1))
    left = _shifted(raw, 1, channels)
    above = _shifted(raw, 0, 1)
    above_left = _shifted(left, 0, 1)
    predictions = (
        torch.zeros_like(raw),
        left,
        above,
        (left + above) >> 1,
        _paeth(left, above, above_left),
    )
    lines = torch.stack([(raw - predicted) & 255 for predicted in predictions])
    # Differences count by their size as signed bytes, the heuristic that section 12.7 recommends.
    costs = torch.where(lines < 128, lines, 256 - lines).to(torch.int32).sum(2)
    chosen = costs.argmin(0)
    picked = lines[chosen, torch.arange(height)]
    return bytes_of_tensor(torch.cat([chosen.reshape(-1, 1), picked], 1).to(torch.uint8))


def _shifted(values, dim, count):
    """Values moved on along a dimension, with zeros at its beginning."""
    size = list(values.shape)
    count = min(count, size[dim])
    kept = values.narrow(dim, 0, size[dim] - count)
    size[dim] = count
    return torch.cat([torch.zeros(size, dtype=values.dtype), kept], dim)


def _paeth(left, above, above_left):
    """Whichever neighbour is nearest to `left + above - above_left`: left before above before above_left."""
    to_left, to_above = (above - above_left).abs(), (left - above_left).abs()
    to_corner = (left + above - above_left - above_left).abs()
    is_left = (to_left <= to_above) & (to_left <= to_corner)
    return torch.where(is_left, left, torch.where(to_above <= to_corner, above, above_left))
