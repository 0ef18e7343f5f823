"""Coefficients of a JPEG's sequential scans. Here alone every symbol is a step of Python: the rest is done by tensors.

Bits wait in an integer that takes six bytes at a time. Read next: `_jpeg_progressive`, `_jpeg_huffman`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import re

from ._jpeg_headers import TRUNCATED, ZIGZAG
from ._jpeg_huffman import MORE, values

_RESTART = re.compile(rb"\xff+[\xd0-\xd7]")

#: Zeros behind the data, so that reading ahead needs no check; reading further is noticed afterwards.
PADDING = bytes(64)


def intervals(data, scan):
    """The stretches between restart markers, each with its stuffed zeros taken out and PADDING behind."""
    whole = bytes(data[scan.start : scan.end])
    parts = _RESTART.split(whole) if scan.restart_interval else [whole]
    return [part.replace(b"\xff\x00", b"\xff") + PADDING for part in parts]


def units(frame, scan):
    """The blocks of each unit of a scan in order, as (place in the scan's parts, offset of the block's coefficients)."""
    if len(scan.parts) == 1:
        component = scan.parts[0][0]
        columns, rows = -(-component.columns // 8), -(-component.rows // 8)
        return [[(0, 64 * (row * component.block_columns + column))] for row in range(rows) for column in range(columns)]
    made = []
    for unit_row in range(frame.unit_rows):
        for unit_column in range(frame.unit_columns):
            unit = []
            for place, (component, _, _) in enumerate(scan.parts):
                for row in range(unit_row * component.down, (unit_row + 1) * component.down):
                    start = row * component.block_columns + unit_column * component.across
                    unit += [(place, 64 * (start + column)) for column in range(component.across)]
            made.append(unit)
    return made


def shares(frame, data, scan):
    """(bytes, units) of each restart interval."""
    all_units, parts = units(frame, scan), intervals(data, scan)
    size = scan.restart_interval or len(all_units)
    if len(parts) < -(-len(all_units) // size):
        raise RuntimeError(TRUNCATED)
    for number, start in enumerate(range(0, len(all_units), size)):
        yield parts[number], all_units[start : start + size]


def check_used(data, position, bits):
    """Raises if more bits were read than a stretch had."""
    if 8 * position - bits > 8 * (len(data) - len(PADDING)) + 7:
        raise RuntimeError(TRUNCATED)


def read_sequential(frame, data, scan, coefficients):
    """Fills the coefficients of a scan's planes. coefficients: an array of 16-bit numbers for each component."""
    tables = []
    for component, dc, ac in scan.parts:
        if dc is None or ac is None:
            raise RuntimeError("Huffman table 0x00 was not defined")
        tables.append((values(*dc, True), values(*ac, False), coefficients[component]))
    for part, share in shares(frame, data, scan):
        _read_interval(part, share, tables)


def _read_interval(data, share, tables):
    acc = bits = position = 0
    limit = len(data)
    predictions = [0] * len(tables)
    zigzag = ZIGZAG
    from_bytes = int.from_bytes
    for unit in share:
        if position > limit:
            raise RuntimeError(TRUNCATED)
        for place, base in unit:
            dc, ac, out = tables[place]
            if bits < 32:
                acc = ((acc & ((1 << bits) - 1)) << 48) | from_bytes(data[position : position + 6], "big")
                position += 6
                bits += 48
            used, _, value = dc[(acc >> (bits - 16)) & 65535]
            bits -= used
            if value >= MORE:
                size = value - MORE
                if size > 15:
                    raise RuntimeError("Corrupt JPEG data: bad Huffman code")
                bits -= size
                value = (acc >> bits) & ((1 << size) - 1)
                if not value >> (size - 1):
                    value -= (1 << size) - 1
            predictions[place] = value = predictions[place] + value
            out[base] = ((value + 32768) & 65535) - 32768
            at = 1
            while at < 64:
                if bits < 16:
                    acc = ((acc & 65535) << 48) | from_bytes(data[position : position + 6], "big")
                    position += 6
                    bits += 48
                used, skipped, value = ac[(acc >> (bits - 16)) & 65535]
                bits -= used
                at += skipped
                if at > 63:
                    if value >= MORE:
                        raise RuntimeError("Corrupt JPEG data: bad Huffman code")
                    break
                if value >= MORE:
                    size = value - MORE
                    if bits < size:
                        acc = ((acc & 65535) << 48) | from_bytes(data[position : position + 6], "big")
                        position += 6
                        bits += 48
                    bits -= size
                    value = (acc >> bits) & ((1 << size) - 1)
                    if not value >> (size - 1):
                        value -= (1 << size) - 1
                out[base + zigzag[at]] = value
                at += 1
    check_used(data, position, bits)
