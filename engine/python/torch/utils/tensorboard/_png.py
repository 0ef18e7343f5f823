"""PNG pictures from tensors, unfiltered and packed by zlib.

Format: https://www.w3.org/TR/png-3. Refuses more than 8 bits a channel, and palettes. Read next: `_pictures`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct
import zlib

from ..._memory import row_major_bytes

_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# Colour types by number of channels: grey, grey with opacity, colours, colours with opacity.
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def encode_png(pixels):
    """The bytes of a PNG file from a uint8 tensor of height, width and 1 to 4 channels."""
    height, width, channels = pixels.shape
    data = b"".join(row_major_bytes(pixels))
    stride = width * channels
    # Each row begins with the number of its filter: 0, none.
    rows = b"".join(b"\0" + data[start : start + stride] for start in range(0, height * stride, stride))
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
