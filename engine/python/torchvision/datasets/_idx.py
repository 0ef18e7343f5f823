"""The IDX format of the MNIST family: numbers of one type with a size for each dimension, mostly compressed.

Bytes go straight from the (decompressed) stream into the tensor's memory, in pieces.
Refuses files whose header promises more or less than is there. The format: http://yann.lecun.com/exdb/mnist/
Read next: `torchvision.datasets.mnist`, `torch._memory`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import importlib
import math
import struct
import zlib

import torch
from torch import _memory

# The third byte of a file.
_DTYPES = {
    8: torch.uint8,
    9: torch.int8,
    11: torch.int16,
    12: torch.int32,
    13: torch.float32,
    14: torch.float64,
}

#: No file of the family has more dimensions.
MOST_DIMENSIONS = 8

# The modules that read what begins with these bytes.
_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\xfd7": "lzma", b"BZ": "bz2"}


def read_idx(path):
    """The tensor in an IDX file, which may be compressed with gzip, xz or bzip2.

    Raises ValueError if it is no such file or not whole, FileNotFoundError if it is not there.
    """
    with open(path, "rb") as file:
        compression = _COMPRESSIONS.get(file.read(2))
    opener = open if compression is None else importlib.import_module(compression).open
    with opener(path, "rb") as file:
        try:
            return read_idx_stream(file)
        except (EOFError, ValueError, OSError, zlib.error) as error:
            raise ValueError(f"{path} is not a whole IDX file: {error}") from None


def read_idx_stream(file):
    """The tensor that an open, decompressed IDX file holds. Raises ValueError or EOFError."""
    head = file.read(4)
    if len(head) < 4 or head[0] or head[1] or head[2] not in _DTYPES or head[3] > MOST_DIMENSIONS:
        raise ValueError("it does not begin as one")
    dtype, dimensions = _DTYPES[head[2]], head[3]
    sizes_bytes = file.read(4 * dimensions)
    if len(sizes_bytes) < 4 * dimensions:
        raise ValueError("it ends in its header")
    sizes = struct.unpack(f">{dimensions}I", sizes_bytes)
    flat = _memory.empty_storage(dtype, math.prod(sizes))
    # Numbers are written with the large end first.
    _memory.fill(flat, _memory.swapping(file.readinto, dtype.itemsize))
    if file.read(1):
        raise ValueError("it goes on after its last element")
    return flat.view(sizes)
