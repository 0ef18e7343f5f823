"""Writing JPEG files: baseline, colours at half the resolution, with the IJG library's defaults to the bit.

Transforms run over all blocks at once; only codes of coefficients that are not zero are written in a Python loop.
Read next: `_jpeg_fdct`, `_jpeg_tables`, `_jpeg_decode`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct

import torch

from ._jpeg_fdct import coefficients
from ._jpeg_headers import ZIGZAG
from ._jpeg_tables import AC_CODES, codes, DC_CODES, steps

#: JFIF 1.1, no unit of length, square pixels, no thumbnail.
_JFIF = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"


def encode(image, quality):
    """The bytes of a file of a `(C, H, W)` uint8 tensor with one channel or three. quality: 1 to 100."""
    count, height, width = image.shape
    tables = steps(quality)[: 1 if count == 1 else 2]
    planes = _planes(image.to(torch.int32))
    written = [(plane, tables[min(number, 1)]) for number, plane in enumerate(planes)]
    blocks = [_blocks(plane, table) for plane, table in written]
    head = [b"\xff\xd8", _segment(0xE0, _JFIF)]
    for number, table in enumerate(tables):
        head.append(_segment(0xDB, bytes([number]) + bytes(table[at] for at in ZIGZAG)))
    frame = struct.pack(">BHHB", 8, height, width, count)
    for number in range(count):
        factors = 0x22 if number == 0 and count == 3 else 0x11
        frame += bytes([number + 1, factors, min(number, 1)])
    head.append(_segment(0xC0, frame))
    for number in range(len(tables)):
        for kind, codes_ in ((0x00, DC_CODES), (0x10, AC_CODES)):
            head.append(_segment(0xC4, bytes([kind | number]) + b"".join(codes_[number])))
    scan = bytes([count])
    for number in range(count):
        scan += bytes([number + 1, 0x11 * min(number, 1)])
    head.append(_segment(0xDA, scan + b"\0\x3f\0"))
    return b"".join(head) + _coded(_units(blocks)) + b"\xff\xd9"


def _segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _planes(image):
    """One plane, or luma and two planes of colour differences of half the size: whole blocks each."""
    if image.shape[0] == 1:
        return [_padded(image[0], 8, 8)]
    red, green, blue = image.unbind(0)
    half, middle = 1 << 15, (128 << 16) + (1 << 15) - 1
    luma = (red * 19595 + green * 38470 + blue * 7471 + half) >> 16
    blue_difference = (blue * 32768 - red * 11059 - green * 21709 + middle) >> 16
    red_difference = (red * 32768 - green * 27439 - blue * 5329 + middle) >> 16
    return [_padded(luma, 8, 8), _halved(blue_difference), _halved(red_difference)]


def _padded(plane, height, width):
    """A plane whose last row and column go on until its sides are multiples of a height and a width."""
    more_rows, more_columns = -plane.shape[0] % height, -plane.shape[1] % width
    plane = torch.cat([plane, plane[-1:].expand(more_rows, -1)]) if more_rows else plane
    return torch.cat([plane, plane[:, -1:].expand(-1, more_columns)], 1) if more_columns else plane


def _halved(plane):
    """Whole blocks of means of two by two samples, halves rounded down and up in turn."""
    plane = _padded(plane, 2, 16)
    sums = plane[::2, ::2] + plane[::2, 1::2] + plane[1::2, ::2] + plane[1::2, 1::2]
    return _padded((sums + torch.arange(sums.shape[1], dtype=torch.int32) % 2 + 1) >> 2, 8, 8)


def _blocks(plane, table):
    """Rows of blocks; a block is its DC and its (place, value) pairs that are not zero, in zigzag order."""
    found = coefficients(plane, table)
    rows, columns = found.shape[:2]
    found = found.reshape(rows * columns, 64)[:, list(ZIGZAG)]
    blocks = [(value, []) for value in found[:, 0].tolist()]
    where = found[:, 1:].nonzero()
    values = found[:, 1:][where[:, 0], where[:, 1]].tolist()
    for (block, place), value in zip(where.tolist(), values):
        blocks[block][1].append((place, value))
    return [blocks[start : start + columns] for start in range(0, len(blocks), columns)]


def _units(blocks):
    """(plane, DC, pairs) of the blocks in the order of the file.

    A unit is two by two blocks of luma and one of each other plane. Blocks beyond luma's edge are flat, like the one before.
    """
    if len(blocks) == 1:
        for row in blocks[0]:
            for level, pairs in row:
                yield 0, level, pairs
        return
    luma, blue, red = blocks
    for row in range(len(blue)):
        for column in range(len(blue[row])):
            level = 0
            for y in (2 * row, 2 * row + 1):
                for x in (2 * column, 2 * column + 1):
                    pairs = ()
                    if y < len(luma) and x < len(luma[y]):
                        level, pairs = luma[y][x]
                    yield 0, level, pairs
            yield 1, *blue[row][column]
            yield 2, *red[row][column]


def _coded(units):
    """The coded blocks, with zeros stuffed behind bytes of ones."""
    dc_codes = [codes(*DC_CODES[min(plane, 1)]) for plane in range(3)]
    ac_codes = [codes(*AC_CODES[min(plane, 1)]) for plane in range(3)]
    previous = [0, 0, 0]
    made, acc, bits = bytearray(), 0, 0
    for plane, level, pairs in units:
        table = ac_codes[plane]
        change, previous[plane] = level - previous[plane], level
        size = abs(change).bit_length()
        code, length = dc_codes[plane][size]
        acc = (((acc << length) | code) << size) | (change if change >= 0 else change + (1 << size) - 1)
        bits += length + size
        last = -1
        for place, value in pairs:
            run = place - last - 1
            last = place
            while run > 15:
                code, length = table[0xF0]
                acc = (acc << length) | code
                bits += length
                run -= 16
            size = abs(value).bit_length()
            code, length = table[run << 4 | size]
            acc = (((acc << length) | code) << size) | (value if value >= 0 else value + (1 << size) - 1)
            bits += length + size
        if last < 62:
            code, length = table[0]
            acc = (acc << length) | code
            bits += length
        if bits >= 64:
            rest = bits & 7
            made += (acc >> rest).to_bytes(bits >> 3, "big")
            acc &= (1 << rest) - 1
            bits = rest
    missing = -bits % 8
    made += ((acc << missing) | ((1 << missing) - 1)).to_bytes((bits + missing) >> 3, "big")
    return bytes(made).replace(b"\xff", b"\xff\0")
