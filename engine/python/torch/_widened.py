"""Compositions that are computed in float32 where their tensors are of a half type, and rounded once, at the end.

PyTorch's kernels for float16 and bfloat16 do so. A composition would round after every step, and overflow in between:
the squares of a float16 of 300 leave its range. `in_float32` makes such a function of any function.
Refuses other dtypes, which go through as they are. Read next: `engine/src/ops/promote.rs`, which has the same for Rust.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from . import _dtype
from ._args import is_tensor, store

_HALVES = (_dtype.float16, _dtype.bfloat16)


def _half_of(values):
    """The half type of the tensors, if they are of one, and no wider float meets them."""
    found = None
    for value in values:
        if is_tensor(value) and value.dtype.is_floating_point:
            if value.dtype not in _HALVES or found not in (None, value.dtype):
                return None
            found = value.dtype
    return found


def _converted(value, source, target):
    if is_tensor(value):
        return value.to(target) if value.dtype is source else value
    if isinstance(value, (list, tuple)):
        parts = [_converted(part, source, target) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def in_float32(function):
    """The function, computed in float32 for tensors of float16 or bfloat16; its results are of their dtype."""

    @functools.wraps(function)
    def computed(*args, **kwargs):
        half = _half_of((*args, *kwargs.values()))
        if half is None:
            return function(*args, **kwargs)
        out = kwargs.pop("out", None)
        args = [_converted(value, half, _dtype.float32) for value in args]
        kwargs = {name: _converted(value, half, _dtype.float32) for name, value in kwargs.items()}
        return store(_converted(function(*args, **kwargs), _dtype.float32, half), out)

    return computed
