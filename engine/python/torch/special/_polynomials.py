"""Orthogonal polynomials of whole degrees, by their three-term recurrences.

A degree is a number; the functions are compositions, so they have gradients and run on every device.
Refuses a tensor of degrees. Read next: `torch.special`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._args import is_tensor, store
from .._C import ops
from .._pointwise import _as_float


def _polynomial(name, first, factors, doc):
    """`p[0] = 1`, `p[1] = first(x)`, `p[k + 1] = a * x * p[k] + b * p[k] - c * p[k - 1]` with `factors(k) = a, b, c`."""

    def function(input, n, *, out=None):
        if is_tensor(n):
            if n.dim():
                raise NotImplementedError(f"torch.special.{name} of a tensor of degrees is not in Carrel")
            n = n.item()
        x = _as_float(input)
        before, value = ops.mul_scalar(x, 0), ops.add_scalar(ops.mul_scalar(x, 0), 1)
        if n < 0:
            return store(before, out)
        for k in range(int(n)):
            if k == 0:
                before, value = value, first(x)
                continue
            a, b, c = factors(k)
            following = ops.mul(ops.mul_scalar(x, a), value) if b == 0 else ops.mul(ops.add_scalar(ops.mul_scalar(x, a), b), value)
            before, value = value, ops.sub(following, ops.mul_scalar(before, c))
        return store(value, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc}\n\n    Elementwise; gives the shape of input. n: a number. Source: the recurrence of three terms.\n    "
    return function


def _chebyshev(letter, first):
    return _polynomial(f"chebyshev_polynomial_{letter}", first, lambda k: (2, 0, 1), f"Chebyshev polynomial {letter.upper()} of degree `n`.")


chebyshev_polynomial_t = _chebyshev("t", lambda x: x)
chebyshev_polynomial_u = _chebyshev("u", lambda x: 2 * x)
chebyshev_polynomial_v = _chebyshev("v", lambda x: 2 * x - 1)
chebyshev_polynomial_w = _chebyshev("w", lambda x: 2 * x + 1)
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
