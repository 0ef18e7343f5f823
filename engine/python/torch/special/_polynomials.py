"""Orthogonal polynomials, by their three-term recurrences.

A degree is a number or a tensor of them, cut to whole ones; below zero the polynomial is zero. The functions are
compositions, so they have gradients and run on every device.
Degrees beyond `_WALKED` of Chebyshev's polynomials have a closed form; other recurrences are walked to the largest degree,
or until nothing finite is left. Read next: `torch.special`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .. import _dtype
from .._args import is_tensor, store
from .._C import ops
from .._pointwise_compositions import _as_float


#: The degree up to which Chebyshev's recurrence is walked.
_WALKED = 64

#: How often a walk looks whether anything finite is left.
_LOOK = 64


def _whole(n):
    """A number as a degree; what is no number, or none that an int64 holds, counts as below zero."""
    return -1 if n != n or not abs(n) < 2.0**63 else int(n)


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
        if k % _LOOK == 0 and not bool(ops.any(ops.eq(value, value), [], False).item()):
            # NaN is all that follows.
            return


def _polynomial(name, first, factors, doc, variable=None, closed=None):
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
        if closed and degree > _WALKED:
            return store(closed(x, x.new_full((), float(degree))), out)
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
            degrees = degrees.detach()
            fits = ops.lt_scalar(ops.abs(degrees), 2.0**63)
            degrees = ops.trunc(ops.masked_fill(degrees, ops.logical_not(fits), -1.0))
        largest = _whole(degrees.max().item()) if degrees.numel() else -1
        result = ops.zeros(shape, common.dtype, x.device._code)
        last = value = None
        for last, value in enumerate(_walk(x, first, factors, min(largest, _WALKED) if closed else largest)):
            if last > largest:
                break
            result = ops.where(ops.eq_scalar(degrees, last), value, result)
        if last is None or last >= largest:
            return result
        beyond = closed(x, degrees.to(common.dtype)) if closed else value
        return ops.where(ops.gt_scalar(degrees, last), beyond, result)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{doc}\n\n    Elementwise; shapes broadcast. n: a number or a tensor. Source: the recurrence of three terms.\n    "
    )
    return function


def _angles(x):
    """The angle whose cosine x is, and where x lies between -1 and 1."""
    inside = ops.le_scalar(ops.abs(x), 1)
    return ops.acos(ops.masked_fill(x, ops.logical_not(inside), 0.0)), inside


def _closed(letter):
    """The polynomial of large degrees by its closed form: DLMF 18.5.1 to 18.5.4, and by hyperbolic functions beyond 1."""

    def function(x, n):
        size = ops.abs(x)
        angle, inside = _angles(x)
        beyond = ops.acosh(ops.masked_fill(size, inside, 2.0))
        sign = ops.where(ops.logical_or(ops.gt_scalar(x, 0), ops.eq_scalar(ops.remainder_scalar(n, 2), 0)), _one(x), -_one(x))
        # At the ends sines vanish: the limits are known. V and W exchange their parts where x turns its sign.
        upper = ops.logical_not(ops.lt_scalar(x, 0))
        half, odd = n + 0.5, 2 * n + 1
        turned = {"v": ops.where(upper, 1 + 0 * odd, odd), "w": ops.where(upper, odd, 1 + 0 * odd)}
        if letter == "t":
            within, at_end, outside = ops.cos(n * angle), sign, sign * ops.cosh(n * beyond)
        elif letter == "u":
            within, at_end = ops.sin((n + 1) * angle) / ops.sin(angle), sign * (n + 1)
            outside = sign * (ops.sinh((n + 1) * beyond) / ops.sinh(beyond))
        else:
            like_cosine = ops.cosh(half * beyond) / ops.cosh(beyond / 2)
            like_sine = ops.sinh(half * beyond) / ops.sinh(beyond / 2)
            at_end = sign * turned[letter]
            if letter == "v":
                within = ops.cos(half * angle) / ops.cos(angle / 2)
                outside = sign * ops.where(upper, like_cosine, like_sine)
            else:
                within = ops.sin(half * angle) / ops.sin(angle / 2)
                outside = sign * ops.where(upper, like_sine, like_cosine)
        # Where the recurrence overflows it gives NaN from then on.
        outside = ops.masked_fill(outside, ops.isinf(outside), math.nan)
        result = ops.where(inside, within, outside)
        result = ops.where(ops.eq_scalar(size, 1), at_end, result)
        return ops.where(ops.isnan(x), x, result)

    return function


def _one(x):
    return x.new_ones(())


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
        _closed(letter),
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
