"""Masked functions that fold dimensions away.

Each takes `dim` (an int, several, or all if None), `keepdim`, `dtype` (converted to before) and `mask`, which broadcasts to
the input. RuntimeError for masks that do not. Read next: `_filling`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .. import _dtype, _reduction, _statistics
from .._C import ops
from ._filling import converted, expanded, filled, greatest, least


def _all_dims(input, dim):
    if dim is None or dim == ():
        return tuple(range(input.dim()))
    return (dim,) if isinstance(dim, int) else tuple(dim)


def _added_up(input, dtype):
    """The dtype that a sum of small integers has."""
    return _dtype.int64 if dtype is None and not input.dtype.is_floating_point else dtype


def sum(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Sum of the elements where mask is true; 0 of none. Integers give int64 if no dtype is named."""
    values = filled(converted(input, _added_up(input, dtype)), mask, 0)
    return _reduction.sum(values, _all_dims(input, dim), keepdim).to(values.dtype) if input.dim() else values


def prod(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Product of the elements where mask is true; 1 of none. Integers give int64 if no dtype is named."""
    values = filled(converted(input, _added_up(input, dtype)), mask, 1)
    if not input.dim():
        return values
    result = values
    for position in sorted((d % input.dim() for d in _all_dims(input, dim)), reverse=True):
        result = _reduction.prod(result, position, keepdim).to(values.dtype)
    return result


def amax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Largest of the elements where mask is true; the dtype's least number of none."""
    values = converted(input, dtype)
    return _reduction.amax(filled(values, mask, least(values.dtype, "amax")), _all_dims(input, dim), keepdim)


def amin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Smallest of the elements where mask is true; the dtype's greatest number of none."""
    values = converted(input, dtype)
    return _reduction.amin(filled(values, mask, greatest(values.dtype, "amin")), _all_dims(input, dim), keepdim)


def argmax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Index of the largest of the elements where mask is true, in the input's dtype as in PyTorch."""
    values = converted(input, dtype)
    return _reduction.argmax(filled(values, mask, least(values.dtype, "argmax")), dim, keepdim).to(values.dtype)


def argmin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Index of the smallest of the elements where mask is true, in the input's dtype as in PyTorch."""
    values = converted(input, dtype)
    return _reduction.argmin(filled(values, mask, greatest(values.dtype, "argmin")), dim, keepdim).to(values.dtype)


def _count(input, dim, mask):
    """How many elements take part, with the dimensions kept."""
    mask = input.new_ones((), dtype=_dtype.bool_).expand(input.shape) if mask is None else expanded(mask, input)
    return _reduction.sum(mask, dim, True) if input.dim() else mask.to(_dtype.int64)


def mean(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Mean of the elements where mask is true; NaN of none. ValueError for integers without a floating dtype."""
    values = converted(input, dtype)
    if not values.dtype.is_floating_point:
        which = "Input" if dtype is None else "Optional"
        raise ValueError(
            f"mean(): Could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
            f"Got: {values.dtype}"
        )
    dims = _all_dims(input, dim)
    total = sum(values, dims, keepdim=True, mask=mask)
    return _without(total / _count(values, dims, mask), dims, keepdim)


def _without(result, dims, keepdim):
    return result if keepdim or not result.dim() else result.squeeze(dims)


def var(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None):
    """Variance of the elements where mask is true; divided by the count minus `correction` (1, or 0 if not unbiased)."""
    values = converted(input, dtype)
    if not values.dtype.is_floating_point:
        if values.dtype is _dtype.bool_:
            raise NotImplementedError(
                "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use "
                "the `~` or `logical_not()` operator instead."
            )
        values = values.to(_dtype.get_default_dtype())
    half = values.dtype if values.dtype in (_dtype.float16, _dtype.bfloat16) else None
    values = values if half is None else values.to(_dtype.float32)
    if correction is None:
        correction = 0 if unbiased is False else 1
    dims = _all_dims(input, dim)
    count = _count(values, dims, mask)
    centred = values - sum(values, dims, keepdim=True, mask=mask) / count
    squares = sum(centred * centred, dims, keepdim=True, mask=mask)
    result = _without(squares / ops.clamp(count - correction, 0, None), dims, keepdim)
    return result if half is None else result.to(half)


def std(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None):
    """Standard deviation of the elements where mask is true: the root of `var`."""
    return ops.sqrt(var(input, dim, unbiased, correction=correction, keepdim=keepdim, dtype=dtype, mask=mask))


def norm(input, ord=2.0, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The vector norm of order `ord` of the elements where mask is true. NotImplementedError for integers."""
    from ..linalg import vector_norm

    values = converted(input, dtype)
    if not values.dtype.is_floating_point:
        kind = _dtype.SCALAR_TYPE_NAMES[values.dtype._code]
        raise NotImplementedError(f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {kind}")
    order = 2.0 if ord is None else ord
    if order < 0:
        # What is masked must not be the smallest.
        mask_value = math.inf
    else:
        mask_value = 0.0
    return vector_norm(filled(values, mask, mask_value), order, _all_dims(input, dim), keepdim)


def median(input, dim=-1, *, keepdim=False, dtype=None, mask=None):
    """Lower median of the elements where mask is true; NaN of none, ValueError for integers then."""
    values = converted(input, dtype)
    if not values.dim():
        dim = 0
    wide = values if values.dtype.is_floating_point else values.to(_dtype.float64)
    result = _statistics.nanmedian(filled(wide, mask, math.nan), dim, keepdim)[0] if wide.dim() else filled(wide, mask, math.nan)
    if wide is values:
        return result
    if bool(ops.isnan(result).any()):
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return result.to(values.dtype)


def logsumexp(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """`log(sum(exp(x)))` of the elements where mask is true; minus infinity of none."""
    values = converted(input, dtype)
    floor = least(values.dtype, "logsumexp")
    if not input.dim():
        return filled(values, mask, floor)
    return _reduction.logsumexp(filled(values, mask, floor), _all_dims(input, dim), keepdim).to(values.dtype)
