"""Reading PNG files: every colour type, 1 to 16 bits a sample, interlaced or not: https://www.w3.org/TR/png-3/.

Gives samples as they are stored; `_png_colors` makes of them what was asked for. Refuses files that are cut short or
whose chunks are damaged, and believes no size that the data does not bear out. Read next: `_png_filters`, `_png_colors`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct
import zlib

import torch

from .._bytes import tensor_of_bytes
from ._png_filters import unfiltered

SIGNATURE = b"\x89PNG\r\n\x1a\n"

GRAY, RGB, PALETTE, GRAY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6

#: The channels of a colour type, and how many bits its samples may have.
_KINDS = {
    GRAY: (1, (1, 2, 4, 8, 16)),
    RGB: (3, (8, 16)),
    PALETTE: (1, (1, 2, 4, 8)),
    GRAY_ALPHA: (2, (8, 16)),
    RGB_ALPHA: (4, (8, 16)),
}

#: Adam7: where the pixels of a pass begin, and how far they are apart, as (x, y, x step, y step).
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


class Picture:
    """What a file holds. samples: `(H, W, C)`, uint8, or int32 where samples have 16 bits; palette entries as indices.

    palette: the bytes of PLTE or None. transparency: those of tRNS or None. exif: those of eXIf or None.
    """

    def __init__(self, color_type, bit_depth, samples, palette, transparency, exif):
        self.color_type, self.bit_depth, self.samples = color_type, bit_depth, samples
        self.palette, self.transparency, self.exif = palette, transparency, exif


def read(data):
    """The `Picture` in the bytes of a file. Raises RuntimeError for what is no whole PNG file."""
    if len(data) < len(SIGNATURE):
        raise RuntimeError("Content is too small for png!")
    if bytes(data[: len(SIGNATURE)]) != SIGNATURE:
        raise RuntimeError("Content is not png!")
    chunks = _chunks(data)
    if b"IHDR" not in chunks or len(chunks[b"IHDR"]) != 13:
        raise RuntimeError("Could read image metadata from content.")
    width, height, bit_depth, color_type, compression, filtering, interlace = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    channels, depths = _KINDS.get(color_type, (0, ()))
    is_known = bit_depth in depths and compression == 0 and filtering == 0 and interlace < 2
    if not is_known or not 0 < width < 1 << 31 or not 0 < height < 1 << 31:
        raise RuntimeError("Internal error: the header of the png is not one of the format's.")
    if color_type == PALETTE and not chunks.get(b"PLTE"):
        raise RuntimeError("Internal error: the png has no palette.")
    grids = _PASSES if interlace else ((0, 0, 1, 1),)
    samples = _pixels(chunks.get(b"IDAT", b""), width, height, channels, bit_depth, grids)
    return Picture(color_type, bit_depth, samples, chunks.get(b"PLTE"), chunks.get(b"tRNS"), chunks.get(b"eXIf"))


def _chunks(data):
    """The chunks that matter, by name; those of IDAT are one."""
    found, pieces = {}, []
    position = len(SIGNATURE)
    while True:
        if position + 12 > len(data):
            raise RuntimeError("Out of bound read in decode_png. Probably, the input image is corrupted")
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if end + 4 > len(data):
            raise RuntimeError("Out of bound read in decode_png. Probably, the input image is corrupted")
        body = bytes(data[position + 8 : end])
        is_critical = not kind[0] & 0x20
        if is_critical and struct.unpack_from(">I", data, end)[0] != zlib.crc32(body, zlib.crc32(kind)):
            raise RuntimeError(f"Internal error: the checksum of a {kind.decode('latin-1')} chunk of the png is wrong.")
        if kind == b"IEND":
            found[b"IDAT"] = b"".join(pieces)
            return found
        if kind == b"IDAT":
            pieces.append(body)
        elif kind in (b"IHDR", b"PLTE", b"tRNS", b"eXIf"):
            found.setdefault(kind, body)
        elif is_critical:
            raise RuntimeError(f"Internal error: the png needs {kind.decode('latin-1')} chunks to be understood.")
        position = end + 4


def _pixels(compressed, width, height, channels, bit_depth, grids):
    """`(H, W, C)` of the samples in compressed scan lines."""
    parts = []
    for x, y, x_step, y_step in grids:
        columns, rows = -(-(width - x) // x_step), -(-(height - y) // y_step)
        if columns > 0 and rows > 0:
            parts.append((x, y, x_step, y_step, columns, rows, -(-columns * channels * bit_depth // 8)))
    total = sum(rows * (1 + line_bytes) for *_, rows, line_bytes in parts)
    try:
        lines = zlib.decompressobj().decompress(compressed, total)
    except zlib.error as error:
        raise RuntimeError(f"Internal error: the data of the png is damaged: {error}") from None
    if len(lines) < total:
        raise RuntimeError("Internal error: not enough image data in the png.")
    whole, start = None, 0
    pixel_bytes = max(1, channels * bit_depth // 8)
    for x, y, x_step, y_step, columns, rows, line_bytes in parts:
        count = rows * (1 + line_bytes)
        raw = tensor_of_bytes(lines[start : start + count]).reshape(rows, 1 + line_bytes)
        start += count
        samples = _samples(unfiltered(raw, pixel_bytes), columns, channels, bit_depth)
        if len(grids) == 1:
            return samples
        if whole is None:
            whole = torch.zeros(height, width, channels, dtype=samples.dtype)
        whole[y::y_step, x::x_step] = samples
    return whole


def _samples(lines, columns, channels, bit_depth):
    """`(rows, columns, channels)` of rows of packed bytes."""
    rows = lines.shape[0]
    if bit_depth == 16:
        halves = lines.reshape(rows, columns, channels, 2).to(torch.int32)
        return (halves[..., 0] << 8) | halves[..., 1]
    if bit_depth < 8:
        shifts = torch.arange(8 - bit_depth, -1, -bit_depth, dtype=torch.int32)
        lines = (lines.to(torch.int32).unsqueeze(2) >> shifts) & ((1 << bit_depth) - 1)
        lines = lines.reshape(rows, -1)[:, : columns * channels].to(torch.uint8)
    return lines.reshape(rows, columns, channels)
