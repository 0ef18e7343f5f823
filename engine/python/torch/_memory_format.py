"""Memory formats: tensors whose channels lie last in memory.

Shapes stay as they are; only strides differ. Which results of operators keep the format is the engine's matter:
see `engine/src/layout.rs`. Read next: `_methods`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._C import layout, ops

# The rank that each format is for, and the order of dimensions in memory.
_ORDERS = {"channels_last": (4, (0, 2, 3, 1)), "channels_last_3d": (5, (0, 2, 3, 4, 1))}


def _order(shape, memory_format):
    """The order of dimensions in memory, or None for row-major."""
    name = getattr(memory_format, "_name", None)
    if name not in _ORDERS:
        return None
    rank, order = _ORDERS[name]
    if len(shape) != rank:
        raise RuntimeError(f"required rank {rank} tensor to use {name} format")
    return order


def _strides(shape, order):
    strides, step = [0] * len(shape), 1
    for dim in reversed(order):
        strides[dim] = step
        step *= max(shape[dim], 1)
    return tuple(strides)


def is_laid_out(tensor, memory_format):
    """`tensor.is_contiguous(memory_format=...)`"""
    name = getattr(memory_format, "_name", None)
    if name not in _ORDERS:
        return ops.is_contiguous(tensor)
    rank, order = _ORDERS[name]
    shape = tensor.shape
    if len(shape) != rank:
        return False
    wanted = _strides(shape, order)
    return all(size <= 1 or have == want for size, have, want in zip(shape, layout(tensor)[0], wanted))


def laid_out(tensor, memory_format):
    """The tensor with its elements in a format's order; itself if they are."""
    order = _order(tensor.shape, memory_format)
    if order is None:
        return tensor if ops.is_contiguous(tensor) else ops.contiguous(tensor)
    if is_laid_out(tensor, memory_format) and layout(tensor)[0] == _strides(tensor.shape, order):
        return tensor
    return ops.clone_in_order(tensor, order)
