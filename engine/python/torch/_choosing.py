"""Choosing elements by conditions, masks and bounds, and asking whether they are close or equal.

Refuses to move elements: see `_selection`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import warnings

from . import _dtype
from ._args import is_tensor, not_a_tensor, public_functions, store
from ._C import ops
from ._node_names import named


def where(condition, input=None, other=None, *, out=None):
    """`input` where `condition`, else `other`. With the condition alone, the indices where it is true.

    condition: bool (or, with a warning, uint8), RuntimeError otherwise. input, other: tensors or numbers. Shapes broadcast and dtypes are
    promoted. RuntimeError for shapes that do not fit.
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    from ._creation import scalar_like

    if condition.dtype is _dtype.uint8:
        # An old form of a condition, which PyTorch still takes.
        warnings.warn(
            "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of "
            "PyTorch. Use a boolean condition instead.",
            UserWarning,
            stacklevel=2,
        )
        condition = condition.to(_dtype.bool_)

    input = input if is_tensor(input) else scalar_like(input, other, condition)
    other = other if is_tensor(other) else scalar_like(other, input, condition)
    result = ops.where(condition, input, other)
    return result if out is None else store(result, out)


def clamp(input, min=None, max=None, *, out=None):
    """`input` limited to the range `min` … `max` (numbers or tensors).

    NaN stays. RuntimeError if neither limit is given. Shapes broadcast and dtypes are promoted. RuntimeError for
    shapes that do not fit.
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if is_tensor(min) or is_tensor(max):
        result = _clamp_by_tensors(input, min, max)
    elif min != min or max != max:
        # A bound that is NaN makes all NaN.
        result = ops.masked_fill(input, ops.full((), 1, _dtype.bool_, input.device._code), math.nan)
    else:
        result = ops.clamp(input, min, max)
    return result if out is None else store(result, out)


def _clamp_by_tensors(input, low, high):
    if low is not None and not is_tensor(low):
        low = input.new_tensor(low)
    if high is not None and not is_tensor(high):
        high = input.new_tensor(high)
    if low is None or high is None:
        return ops.minimum(input, high) if low is None else ops.maximum(input, low)
    result = ops.minimum(ops.maximum(input, low), high)
    if not result.requires_grad:
        return result
    # Each element's gradient goes to where it comes from; an element at one of two bounds shares it with that bound.
    limited, elements = result.detach(), input.detach()
    crossed = ops.gt(low, high)
    at_low = ops.logical_or(ops.isnan(low), ops.logical_and(ops.le(elements, low), ops.lt(low, high)))
    at_high = ops.logical_or(ops.isnan(high), ops.logical_and(ops.ge(elements, high), ops.lt(low, high)))
    tied = ops.logical_and(ops.eq(elements, limited), ops.logical_not(crossed))
    inner = ops.where(at_low, ops.maximum(input, low), ops.where(at_high, ops.minimum(input, high), input))
    above = ops.logical_and(ops.gt(elements, high), ops.logical_not(crossed))
    below = ops.logical_and(ops.lt(elements, low), ops.logical_not(crossed))
    result = ops.where(crossed, high, ops.where(below, low, ops.where(above, high, inner)))
    return ops.where(tied, inner, result)


clip = clamp


@named("ClampMinBackward0")
def clamp_min(input, min, *, out=None):
    """`input` where not below `min`, else `min`.

    min: a number or tensor. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do
    not fit.
    """
    return clamp(input, min=min, out=out)


@named("ClampMaxBackward0")
def clamp_max(input, max, *, out=None):
    """`input` where not above `max`, else `max`.

    max: a number or tensor. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do
    not fit.
    """
    return clamp(input, max=max, out=out)


def masked_fill(input, mask, value):
    """`value` where `mask`, else `input`.

    mask: bool, RuntimeError otherwise; shapes broadcast. value: a number, or a tensor without dimensions.
    """
    if is_tensor(value):
        if value.dim() != 0:
            raise RuntimeError(
                f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.dim()} dimension(s)."
            )
        return ops.where(mask, value.to(input.dtype), input)
    if input.dtype is _dtype.bool_:
        value = value != 0
    return ops.masked_fill(input, mask, value)


def isfinite(input):
    """True where neither NaN nor infinite.

    Elementwise; gives bool in the shape of input.
    """
    return ops.logical_not(ops.logical_or(ops.isnan(input), ops.isinf(input)))


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """True where `|input - other| <= atol + rtol * |other|`.

    input, other: of one dtype, RuntimeError otherwise; shapes broadcast. equal_nan: two NaNs are close. Gives bool.
    """
    if not is_tensor(input):
        raise not_a_tensor("isclose", input)
    if not is_tensor(other):
        raise not_a_tensor("isclose", other, 2, "other")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value}")
    if input.dtype is not other.dtype:
        raise RuntimeError(f"{_dtype.SCALAR_TYPE_NAMES[input.dtype._code]} did not match {_dtype.SCALAR_TYPE_NAMES[other.dtype._code]}")
    close = ops.eq(input, other)
    if equal_nan and input.dtype.is_floating_point:
        close = ops.logical_or(close, ops.logical_and(ops.isnan(input), ops.isnan(other)))
    if rtol == 0 and atol == 0:
        return close
    if not input.dtype.is_floating_point:
        # A GPU has no float64; its integers are 32 bits wide.
        wide = _dtype.float64 if input.device.type == "cpu" else _dtype.float32
        input, other = input.to(wide), other.to(wide)
    allowed = ops.add_scalar(ops.abs(ops.mul_scalar(other, rtol)), atol)
    difference = ops.abs(ops.sub(input, other))
    return ops.logical_or(close, ops.logical_and(isfinite(difference), ops.le(difference, allowed)))


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """True if all elements are close, see `isclose`.

    Gives a Python bool. RuntimeError for two dtypes. Waits for the GPU.
    """
    return bool(isclose(input, other, rtol, atol, equal_nan).all().item())


def equal(input, other):
    """True if both have the same shape and elements.

    Gives a Python bool. Waits for the GPU.
    """
    if not is_tensor(other):
        raise not_a_tensor("equal", other, 2, "other")
    return input.shape == other.shape and (input.numel() == 0 or bool(ops.eq(input, other).all().item()))


__all__ = public_functions(globals())
