"""Pictures of numbers as PNG files: heat maps with one colour scale, and images.

Pure Python over nested lists, which are small because the views read few
elements. Read next: views.py.
"""

import base64
import math
import struct
import zlib
from collections.abc import Sequence

# From the night's ink over the lamp's green to brass and paper: each stop is lighter than the one before, so that the
# scale reads without colours too.
_STOPS = ((16, 24, 32), (22, 62, 74), (27, 105, 80), (110, 148, 72), (223, 181, 96), (255, 246, 222))
NOT_A_NUMBER = (204, 64, 140)
"""The colour of NaN, which no number has."""


def _scale() -> list[bytes]:
    colours = []
    for position in range(256):
        place = position / 255 * (len(_STOPS) - 1)
        index = min(int(place), len(_STOPS) - 2)
        share = place - index
        pair = zip(_STOPS[index], _STOPS[index + 1])
        colours.append(bytes(round(low + (high - low) * share) for low, high in pair))
    return colours


_COLOURS = _scale()


def png(width: int, height: int, channels: int, pixels: bytes) -> str:
    """A PNG file in base64, of 1 (grey), 3 or 4 channels of 8 bits."""
    kind = {1: 0, 3: 2, 4: 6}[channels]
    stride = width * channels
    lines = b"".join(b"\0" + pixels[row * stride : (row + 1) * stride] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode("ascii")


def legend() -> str:
    """The colour scale from the lowest to the highest number, one pixel high."""
    return png(256, 1, 3, b"".join(_COLOURS))


def bounds(values: Sequence[float]) -> tuple[float, float] | None:
    """The lowest and highest of the numbers that are finite, if there are any."""
    finite = [value for value in values if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else None


def heat_map(rows: Sequence[Sequence[float]], low: float, high: float) -> str:
    """Numbers as colours between two bounds; what lies outside (infinities) has the colour of the end."""
    span = (high - low) or 1.0
    not_a_number = bytes(NOT_A_NUMBER)
    pixels = bytearray()
    for row in rows:
        for value in row:
            if value != value:
                pixels += not_a_number
            else:
                share = min(max((value - low) / span, 0.0), 1.0)
                pixels += _COLOURS[int(share * 255 + 0.5)]
    return png(len(rows[0]), len(rows), 3, bytes(pixels))


def range_of(values: Sequence[float], is_byte: bool) -> tuple[float, float, str]:
    """Which numbers are black and white, and why, in words."""
    if is_byte:
        return 0.0, 255.0, "0 to 255, as the dtype has it"
    found = bounds(values)
    if found is None:
        return 0.0, 1.0, "no finite numbers"
    low, high = found
    if 0 <= low and high <= 1:
        return 0.0, 1.0, "0 to 1"
    if -1 <= low and high <= 1:
        return -1.0, 1.0, "−1 to 1"
    if 0 <= low and high <= 255:
        return 0.0, 255.0, "0 to 255"
    return low, high, f"{low:.6g} to {high:.6g}, the lowest and the highest"


def image(pixels: Sequence[Sequence[Sequence[float]]], low: float, high: float) -> str:
    """Rows of pixels of 1, 3 or 4 channels, from black to white between two bounds; NaN is black."""
    span = (high - low) or 1.0
    flat = bytearray()
    for row in pixels:
        for pixel in row:
            for value in pixel:
                share = 0.0 if value != value else min(max((value - low) / span, 0.0), 1.0)
                flat.append(int(share * 255 + 0.5))
    return png(len(pixels[0]), len(pixels), len(pixels[0][0]), bytes(flat))
