"""Bytes to tensors and back, in one step each. Read next: `io`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch import _memory


def tensor_of_bytes(data, dtype=torch.uint8):
    """A flat tensor of its own memory with these bytes, read as elements of a dtype."""
    made = _memory.empty_storage(dtype, len(data) // dtype.itemsize)
    _memory.write(made, data)
    return made


def bytes_of_tensor(tensor):
    """The bytes of a tensor's elements, row by row. Waits for the GPU."""
    return b"".join(_memory.row_major_bytes(tensor))
