"""`make_tensor`: tensors with random elements, for tests.

Read next: `_random`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import warnings

from .. import _dtype
from .._creation import empty
from .._rearranging import repeat_interleave


def _bounds(low, high, dtype):
    """Where elements begin, and below what they end; within what the dtype can hold."""
    if dtype is _dtype.bool_:
        lowest, highest, usual = 0, 2, (0, 2)
    elif dtype.is_floating_point:
        lowest, highest, usual = _dtype.finfo(dtype).min, _dtype.finfo(dtype).max, (-9, 9)
    else:
        info = _dtype.iinfo(dtype)
        lowest, highest, usual = info.min, min(info.max + 1, 2**63 - 1), (max(info.min, -9), 10)
    low, high = usual[0] if low is None else low, usual[1] if high is None else high
    if low != low or high != high:
        raise ValueError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and dtype.is_floating_point:
        warnings.warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 and will "
            "be removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
            stacklevel=3,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < lowest or low >= highest:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} only supports [{lowest}, {highest})"
        )
    low, high = max(low, lowest), min(high, highest)
    return (low, high) if dtype.is_floating_point else (math.ceil(low), math.ceil(high))


def make_tensor(
    *shape,
    dtype,
    device,
    low=None,
    high=None,
    requires_grad=False,
    noncontiguous=False,
    exclude_zero=False,
    memory_format=None,
):
    """A tensor with random elements from `low` up to below `high`: by default -9 to 9, from 0 for what has no sign.

    noncontiguous: with gaps between elements. exclude_zero: the dtype's smallest positive number stands for zero.
    Raises ValueError for bounds that leave nothing, and for gradients of integers.
    """
    shape = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    if noncontiguous and memory_format is not None:
        raise ValueError(
            f"The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got {noncontiguous=} and "
            f"{memory_format=}"
        )
    if requires_grad and not dtype.is_floating_point:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got {dtype=}"
        )
    low, high = _bounds(low, high, dtype)
    made = empty(shape, dtype=dtype, device=device)
    if not dtype.is_floating_point:
        made = made.random_(low, high)
    elif high - low > _dtype.finfo(dtype).max:
        made = made.uniform_(low / 2, high / 2).mul_(2)
    else:
        made = made.uniform_(low, high)
    if noncontiguous and made.numel() > 1:
        made = repeat_interleave(made, 2, dim=-1)[..., ::2]
    elif memory_format is not None:
        made = made.clone(memory_format=memory_format)
    if exclude_zero:
        made[made == 0] = _dtype.finfo(dtype).tiny if dtype.is_floating_point else 1
    return made.requires_grad_() if requires_grad else made
