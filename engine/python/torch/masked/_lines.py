"""Masked functions that keep the shape: running sums, softmax and its like, normalisation.

What is masked takes no part; what stands there in the result is 0 (the running value, for `cumsum` and `cumprod`).
Read next: `_filling`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .. import _dtype, _pointwise, _scan
from .._C import ops
from ._filling import converted, filled, greatest, least
from ._folds import norm


def _scanned(function, name, start, input, dim, dtype, mask):
    values = converted(input, dtype)
    if values.dtype is _dtype.bool_:
        raise NotImplementedError(f"\"{name}_out_cpu\" not implemented for 'Bool'")
    return function(filled(values, mask, start), dim, dtype=values.dtype)


def cumsum(input, dim, *, dtype=None, mask=None):
    """Running sums along `dim` of the elements where mask is true, in the input's dtype or the one named."""
    return _scanned(_scan.cumsum, "cumsum", 0, input, dim, dtype, mask)


def cumprod(input, dim, *, dtype=None, mask=None):
    """Running products along `dim` of the elements where mask is true, in the input's dtype or the one named."""
    return _scanned(_scan.cumprod, "cumprod", 1, input, dim, dtype, mask)


def softmax(input, dim, *, dtype=None, mask=None):
    """`exp(x) / sum(exp(x))` over the elements of `dim` where mask is true; NaN where there are none."""
    values = converted(input, dtype)
    return _pointwise.softmax(filled(values, mask, least(values.dtype, "amax")), dim)


def log_softmax(input, dim, *, dtype=None, mask=None):
    """The logarithm of `softmax`."""
    values = converted(input, dtype)
    return _pointwise.log_softmax(filled(values, mask, least(values.dtype, "amax")), dim)


def softmin(input, dim, *, dtype=None, mask=None):
    """`softmax` of `-x`."""
    values = converted(input, dtype)
    return _pointwise.softmax(ops.neg(filled(values, mask, greatest(values.dtype, "amin"))), dim)


def normalize(input, ord, dim, *, eps=1e-12, dtype=None, mask=None):
    """Divided by the norm of order `ord` over the elements of `dim` where mask is true, or by eps if that is larger."""
    values = converted(input, dtype)
    length = norm(values, ord, dim, keepdim=True, mask=mask)
    return filled(values, mask, 0) / ops.maximum(length, length.new_full((), eps))


def logaddexp(input, other, *, dtype=None, input_mask=None, other_mask=None):
    """`log(exp(input) + exp(other))`; what a mask leaves out adds nothing."""
    first = filled(converted(input, dtype), input_mask, -math.inf)
    return _pointwise.logaddexp(first, filled(converted(other, dtype), other_mask, -math.inf))
