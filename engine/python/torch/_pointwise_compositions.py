"""Elementwise functions that are compositions of a few operators: `softmax`, `logit`, `xlogy`, `nan_to_num` and the like.

Refuses what one operator of the engine does: that is in `_pointwise`, which offers these with its own.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from . import _dtype
from ._args import is_tensor, public_functions, store
from ._C import ops
from ._node_names import named


def _as_float(input):
    return input if input.dtype.is_floating_point else input.to(_dtype.get_default_dtype())


@named("FracBackward0")
def frac(input, *, out=None):
    """The part after the point.

    Elementwise, in the shape and dtype of input: `input - trunc(input)`.
    """
    ops.require(input, "frac")
    return store(input - ops.trunc(input), out)


def logit(input, eps=None, *, out=None):
    """`log(x / (1 - x))`; `eps` limits x to `[eps, 1 - eps]`.

    Elementwise; gives the shape of input. Integers give the default dtype. Source: the inverse of `sigmoid`.
    """
    if eps is None:
        return store(ops.logit(input), out)
    # Where eps is above one half the lower bound wins, unlike in clamp. At the bounds there is a gradient.
    x = _as_float(input)
    x = ops.masked_fill(x, ops.gt_scalar(x, 1 - eps) if eps <= 0.5 else ops.ge_scalar(x, eps), 1 - eps)
    return store(ops.logit(ops.masked_fill(x, ops.lt_scalar(input, eps), eps)), out)


def xlogy(input, other, *, out=None):
    """`input * log(other)`, 0 where `input` is 0.

    input, other: tensors, or one a number. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for
    shapes that do not fit.
    """
    if not is_tensor(input) and not is_tensor(other):
        raise TypeError(
            f"xlogy() received an invalid combination of arguments - got ({type(input).__name__}, {type(other).__name__}), but "
            "expected one of:"
        )
    if not is_tensor(input):
        result = ops.scalar_xlogy(input, other)
    else:
        result = ops.xlogy(input, other) if is_tensor(other) else ops.xlogy_scalar(input, other)
    return store(result, out)


@named("NanToNumBackward0")
def nan_to_num(input, nan=0.0, posinf=None, neginf=None, *, out=None):
    """NaN and the infinities replaced by finite numbers.

    posinf, neginf: the largest and least numbers of the dtype if None. Elementwise; gives the shape and dtype of
    input.
    """
    if not input.dtype.is_floating_point:
        return store(input.clone(), out)
    limits = _dtype.finfo(input.dtype)
    result = ops.masked_fill(input, ops.isnan(input), 0.0 if nan is None else nan)
    result = ops.masked_fill(result, ops.eq_scalar(input, math.inf), limits.max if posinf is None else posinf)
    return store(ops.masked_fill(result, ops.eq_scalar(input, -math.inf), limits.min if neginf is None else neginf), out)


def softmax(input, dim=None, dtype=None, *, out=None):
    """`exp(x) / sum(exp(x))` over `dim`.

    dim: which dimension sums to 1. dtype: converted to before. Gives the shape of input. NotImplementedError for
    integers, IndexError for a dimension that is not there.
    """
    return store(ops.softmax(input if dtype is None else input.to(dtype), dim), out)


def log_softmax(input, dim=None, dtype=None, *, out=None):
    """Logarithm of the softmax over `dim`.

    dim: the dimension whose exponentials sum to 1. dtype: converted to before. Gives the shape of input.
    NotImplementedError for integers, IndexError for a dimension that is not there.
    """
    return store(ops.log_softmax(input if dtype is None else input.to(dtype), dim), out)


def positive(input):
    """The input itself.

    input: any tensor but bool ones, RuntimeError otherwise.
    """
    if input.dtype is _dtype.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


@named("Rad2DegBackward0")
def rad2deg(input, *, out=None):
    """Radians to degrees.

    Elementwise; gives the shape of input. Integers give the default dtype.
    """
    return store(input * (180.0 / math.pi), out)


@named("Deg2RadBackward0")
def deg2rad(input, *, out=None):
    """Degrees to radians.

    Elementwise; gives the shape of input. Integers give the default dtype.
    """
    return store(input * (math.pi / 180.0), out)


__all__ = public_functions(globals())
