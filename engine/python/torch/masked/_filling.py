"""What the functions of `torch.masked` share: masks that fit, the dtype computed in, and what stands for a masked element.

Read next: `_folds`, `_lines`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .. import _dtype
from .._C import ops


def expanded(mask, input):
    """The mask in the input's shape, or None."""
    if mask is None:
        return None
    mask = mask if mask.dtype is _dtype.bool_ else mask.to(_dtype.bool_)
    return mask.expand(input.shape)


def converted(input, dtype):
    """The input in the dtype that was named."""
    return input if dtype is None or dtype is input.dtype else input.to(dtype)


def least(dtype, name):
    """The number that no number of the dtype is below."""
    if dtype is _dtype.bool_:
        raise NotImplementedError(f"identity of {name} on torch.bool input")
    return -math.inf if dtype.is_floating_point else _dtype.iinfo(dtype).min


def greatest(dtype, name):
    """The number that no number of the dtype is above."""
    if dtype is _dtype.bool_:
        raise NotImplementedError(f"identity of {name} on torch.bool input")
    return math.inf if dtype.is_floating_point else _dtype.iinfo(dtype).max


def filled(input, mask, value):
    """`value` where the mask is false."""
    mask = expanded(mask, input)
    return input if mask is None else ops.masked_fill(input, ops.logical_not(mask), value)
