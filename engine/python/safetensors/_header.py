"""The header of a safetensors file: read with every promise checked, and written.

Checked: the header's length, its JSON, every tensor's dtype, shape and offsets, and that the tensors cover the data
exactly, without gap or overlap. Refuses to touch tensors. Read next: `_open`, `_serialize`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import json
import struct
from math import prod

#: A longer header is not believed, whatever it says.
LONGEST_HEADER_BYTES = 100_000_000

#: Bytes of an element by the format's names, in the order in which tensors are laid out: wide ones first.
ITEM_BYTES = {
    "U64": 8, "I64": 8, "F64": 8, "C64": 8, "F32": 4, "U32": 4, "I32": 4, "BF16": 2, "F16": 2, "U16": 2, "I16": 2,
    "F8_E8M0": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
}

_MAX_COUNT = 2**64


class SafetensorError(Exception):
    """A file that is no safetensors file, is damaged, or lacks what was asked for."""

    __module__ = "safetensors"


class TensorInfo:
    """What the header says of a tensor. `start`, `end`: its bytes, counted from the end of the header."""

    def __init__(self, dtype, shape, start, end):
        self.dtype, self.shape, self.start, self.end = dtype, shape, start, end


def read_header(length_bytes, read, file_size):
    """Tensors by name in order of offset, the metadata or None, and where the data begins.

    length_bytes: the first eight bytes. read: gives the next `n` bytes of the header.
    Raises SafetensorError.
    """
    if len(length_bytes) < 8:
        raise _bad("header too small")
    (length,) = struct.unpack("<Q", length_bytes)
    if length > LONGEST_HEADER_BYTES:
        raise _bad("header too large")
    if length + 8 > file_size:
        raise _bad("invalid header length")
    text = bytes(read(length))
    if len(text) < length:
        raise _bad("invalid header length")
    tensors, metadata = _parsed(text)
    _check_cover(tensors, file_size - 8 - length)
    return tensors, metadata, 8 + length


def _parsed(text):
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad(f"invalid UTF-8 in header: {error}") from None
    if not decoded.startswith("{"):
        raise _bad("invalid start character in header, must be `{`")
    try:
        header = json.loads(decoded, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise _bad(f"invalid JSON in header: {error}") from None
    metadata = header.pop("__metadata__", None)
    if metadata is not None and not _is_text_map(metadata):
        raise _bad("invalid JSON in header: `__metadata__` must map strings to strings")
    tensors = {name: _tensor_info(name, entry) for name, entry in header.items()}
    return dict(sorted(tensors.items(), key=lambda item: (item[1].start, item[1].end))), metadata


def _without_twins(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"duplicate key `{next(name for name in names if names.count(name) > 1)}`")
    return made


def _is_text_map(value):
    return isinstance(value, dict) and all(type(text) is str for text in value.values())


def _is_count(value):
    return type(value) is int and 0 <= value < _MAX_COUNT


def _tensor_info(name, entry):
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _bad(f"invalid JSON in header: `{name}` must have dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in ITEM_BYTES:
        raise _bad(f"invalid JSON in header: unknown variant `{dtype}`, expected one of {', '.join(ITEM_BYTES)}")
    if not isinstance(shape, list) or not all(map(_is_count, shape)):
        raise _bad(f"invalid JSON in header: the shape of `{name}` must be a list of counts")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(_is_count, offsets)):
        raise _bad(f"invalid JSON in header: the data_offsets of `{name}` must be two counts")
    return TensorInfo(dtype, shape, *offsets)


def _check_cover(tensors, data_bytes):
    """Every byte of the data belongs to one tensor, and every tensor has the bytes that its shape needs."""
    position = 0
    for name, info in tensors.items():
        if info.start != position or info.end < info.start:
            raise _bad(f"invalid offset for tensor `{name}`")
        size = prod(info.shape) * ITEM_BYTES[info.dtype]
        if size >= _MAX_COUNT:
            raise _bad("overflow computing buffer size from shape and/or element type")
        if info.end - info.start != size:
            raise _bad("invalid shape, data type, or offset for tensor")
        position = info.end
    if position != data_bytes:
        raise _bad("incomplete metadata, file not fully covered")


def _bad(reason):
    return SafetensorError(f"Error while deserializing header: {reason}")


def write_header(tensors, metadata):
    """The first bytes of a file, and the names in the order in which their data follows.

    tensors: `(dtype, shape, bytes)` by name. metadata: strings by string, or None.
    """
    rank = {name: position for position, name in enumerate(ITEM_BYTES)}
    order = sorted(tensors, key=lambda name: (rank[tensors[name][0]], name))
    header, position = {}, 0
    if metadata is not None:
        if not _is_text_map(metadata) or not all(type(name) is str for name in metadata):
            raise TypeError("metadata must map strings to strings")
        header["__metadata__"] = metadata
    for name in order:
        dtype, shape, size = tensors[name]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [position, position + size]}
        position += size
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text, order
