"""Orthogonal polynomials, by their three-term recurrences.

A degree is a number or a tensor of them, cut to whole ones; below zero the polynomial is zero. The functions are
compositions, so they have gradients and run on every device.
Refuses degrees that take too long: the recurrence is walked to the largest. Read next: `torch.special`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .. import _dtype
from .._args import is_tensor, store
from .._C import ops
from .._pointwise import _as_float


def _whole(n):
    """A number as a degree; what is no number counts as below zero."""
    return -1 if n != n or math.isinf(n) and n < 0 else int(n)


def _walk(x, first, factors, last):
    """The polynomials of degrees 0 … last."""
    before = ops.expand(x.new_ones(()), x.shape)
    yield before
    if last < 1:
        return
    value = first(x)
    yield value
    for k in range(1, last):
        a, b, c = factors(k)
        scaled = ops.mul_scalar(x, a)
        following = ops.mul(scaled if b == 0 else ops.add_scalar(scaled, b), value)
        before, value = value, ops.sub(following, before if c == 1 else ops.mul_scalar(before, c))
        yield value


def _polynomial(name, first, factors, doc, variable=None):
    """`p[0] = 1`, `p[1] = first(x)`, `p[k + 1] = a * x * p[k] + b * p[k] - c * p[k - 1]` with `factors(k) = a, b, c`."""

    def function(input, n, *, out=None):
        if not is_tensor(input):
            input = n.new_tensor(float(input), dtype=n.dtype if n.dtype.is_floating_point else _dtype.get_default_dtype())
        if is_tensor(n) and n.dim():
            return store(_of_degrees(input, n), out)
        degree = _whole(n.item() if is_tensor(n) else n)
        x = _as_float(input)
        if degree < 0:
            return store(ops.zeros(x.shape, x.dtype, x.device._code), out)
        x = x if variable is None else variable(x)
        value = None
        for value in _walk(x, first, factors, degree):
            pass
        return store(ops.clone(value) if degree == 0 else value, out)

    def _of_degrees(input, degrees):
        common = ops.add(ops.mul_scalar(_as_float(input).detach(), 0), ops.mul_scalar(degrees.detach(), 0))
        x = _as_float(input).to(common.dtype)
        shape = common.shape
        x = ops.expand(x if variable is None else variable(x), shape)
        if degrees.dtype.is_floating_point:
            degrees = ops.trunc(ops.masked_fill(degrees.detach(), ops.isnan(degrees), -1.0))
        largest = degrees.max().item() if degrees.numel() else -1
        result = ops.zeros(shape, common.dtype, x.device._code)
        for degree, value in enumerate(_walk(x, first, factors, _whole(largest))):
            if degree > largest:
                break
            result = ops.where(ops.eq_scalar(degrees, degree), value, result)
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{doc}\n\n    Elementwise; shapes broadcast. n: a number or a tensor. Source: the recurrence of three terms.\n    "
    )
    return function


def _chebyshev(letter, first, shifted=False):
    name, kind = (f"shifted_chebyshev_polynomial_{letter}", "Shifted Chebyshev") if shifted else (
        f"chebyshev_polynomial_{letter}",
        "Chebyshev",
    )
    told = " of `2 x - 1`" if shifted else ""
    return _polynomial(
        name,
        first,
        lambda k: (2, 0, 1),
        f"{kind} polynomial {letter.upper()} of degree `n`{told}.",
        (lambda x: ops.sub_scalar(ops.mul_scalar(x, 2), 1)) if shifted else None,
    )


_FIRST = {"t": lambda x: x, "u": lambda x: 2 * x, "v": lambda x: 2 * x - 1, "w": lambda x: 2 * x + 1}
chebyshev_polynomial_t = _chebyshev("t", _FIRST["t"])
chebyshev_polynomial_u = _chebyshev("u", _FIRST["u"])
chebyshev_polynomial_v = _chebyshev("v", _FIRST["v"])
chebyshev_polynomial_w = _chebyshev("w", _FIRST["w"])
shifted_chebyshev_polynomial_t = _chebyshev("t", _FIRST["t"], True)
shifted_chebyshev_polynomial_u = _chebyshev("u", _FIRST["u"], True)
shifted_chebyshev_polynomial_v = _chebyshev("v", _FIRST["v"], True)
shifted_chebyshev_polynomial_w = _chebyshev("w", _FIRST["w"], True)
hermite_polynomial_h = _polynomial(
    "hermite_polynomial_h", lambda x: 2 * x, lambda k: (2, 0, 2 * k), "Physicist's Hermite polynomial of degree `n`."
)
hermite_polynomial_he = _polynomial(
    "hermite_polynomial_he", lambda x: x, lambda k: (1, 0, k), "Probabilist's Hermite polynomial of degree `n`."
)
laguerre_polynomial_l = _polynomial(
    "laguerre_polynomial_l",
    lambda x: 1 - x,
    lambda k: (-1 / (k + 1), (2 * k + 1) / (k + 1), k / (k + 1)),
    "Laguerre polynomial of degree `n`.",
)
legendre_polynomial_p = _polynomial(
    "legendre_polynomial_p",
    lambda x: x,
    lambda k: ((2 * k + 1) / (k + 1), 0, k / (k + 1)),
    "Legendre polynomial of degree `n`.",
)
