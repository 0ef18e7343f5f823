"""`torch.signal.windows`: window functions of `M` samples, symmetric or, with `sym=False`, periodic.

A periodic window is a symmetric one of one more sample, without the last. float32 and float64 only; ValueError for other
dtypes, lengths below zero and parameters out of range. Source: SciPy's documentation of `scipy.signal.windows`.
Read next: `torch._windows`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .. import _dtype
from .._from_data import tensor

__all__ = [
    "bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming", "hamming", "hann", "kaiser",
    "nuttall",
]


def _made(name, M, sym, dtype, layout, device, requires_grad, sample):
    """`sample(position, last)` of the positions 0 … M - 1, where `last` is that of the symmetric window."""
    dtype = _dtype.get_default_dtype() if dtype is None else dtype
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not None and "strided" not in str(layout):
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if dtype not in (_dtype.float32, _dtype.float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    last = M - 1 if sym else M
    values = [1.0] if M == 1 else [sample(position, last) for position in range(M)]
    return tensor(values, dtype=dtype, device=device, requires_grad=requires_grad)


def general_cosine(M, *, a, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """A sum of cosines: `a[0] - a[1] cos(x) + a[2] cos(2 x) - …` for x from 0 to 2π.

    M: the number of samples. a: the weights, a list or tuple; TypeError and ValueError otherwise.
    """
    if M >= 0 and (dtype is None or dtype in (_dtype.float32, _dtype.float64)):
        if not isinstance(a, (list, tuple)):
            raise TypeError("Coefficients must be a list/tuple")
        if not a:
            raise ValueError("Coefficients cannot be empty")

    def sample(position, last):
        angle = 2 * math.pi * position / last
        return sum((-1) ** order * weight * math.cos(order * angle) for order, weight in enumerate(a))

    return _made("general_cosine", M, sym, dtype, layout, device, requires_grad, sample)


def general_hamming(M, *, alpha=0.54, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`alpha - (1 - alpha) cos(x)` for x from 0 to 2π.

    M: the number of samples. alpha: the mean of the window.
    """
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def hamming(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`0.54 - 0.46 cos(x)` for x from 0 to 2π.

    M: the number of samples.
    """
    return general_hamming(M, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def hann(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`0.5 - 0.5 cos(x)` for x from 0 to 2π.

    M: the number of samples.
    """
    return general_hamming(M, alpha=0.5, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def blackman(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`0.42 - 0.5 cos(x) + 0.08 cos(2 x)` for x from 0 to 2π.

    M: the number of samples.
    """

    def sample(position, last):
        angle = 2 * math.pi * position / last
        return 0.42 - 0.5 * math.cos(angle) + 0.08 * math.cos(2 * angle)

    return _made("blackman", M, sym, dtype, layout, device, requires_grad, sample)


def nuttall(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """The four-term cosine window of Blackman and Harris in Nuttall's version.

    M: the number of samples.
    """
    weights = [0.3635819, 0.4891775, 0.1365995, 0.0106411]
    return general_cosine(M, a=weights, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def bartlett(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """A triangle from 0 up to 1 and back.

    M: the number of samples.
    """
    return _made("bartlett", M, sym, dtype, layout, device, requires_grad, lambda position, last: 1 - abs(2 * position / last - 1))


def cosine(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Half a period of a sine, sampled between the ends.

    M: the number of samples.
    """
    return _made(
        "cosine", M, sym, dtype, layout, device, requires_grad, lambda position, last: math.sin(math.pi * (position + 0.5) / (last + 1))
    )


def exponential(M, *, center=None, tau=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`exp(-|position - center| / tau)`.

    M: the number of samples. center: the middle if None, which it must be with `sym`; tau: positive. ValueError otherwise.
    """
    if M >= 0 and (dtype is None or dtype in (_dtype.float32, _dtype.float64)):
        if tau <= 0:
            raise ValueError(f"Tau must be positive, got: {tau} instead.")
        if sym and center is not None:
            raise ValueError("Center must be None for symmetric windows")

    def sample(position, last):
        middle = last / 2 if center is None else center
        return math.exp(-abs(position - middle) / tau)

    return _made("exponential", M, sym, dtype, layout, device, requires_grad, sample)


def gaussian(M, *, std=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`exp(-(position - middle)² / (2 std²))`.

    M: the number of samples. std: positive; ValueError otherwise.
    """
    if M >= 0 and (dtype is None or dtype in (_dtype.float32, _dtype.float64)) and std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    return _made(
        "gaussian", M, sym, dtype, layout, device, requires_grad, lambda position, last: math.exp(-(((position - last / 2) / std) ** 2) / 2)
    )


def _bessel(x):
    """The modified Bessel function of the first kind and order zero, by its power series."""
    total = term = 1.0
    count = 0
    while term > total * 1e-17:
        count += 1
        term *= (x / 2 / count) ** 2
        total += term
    return total


def kaiser(M, *, beta=12.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`I0(beta sqrt(1 - (2 position / last - 1)²)) / I0(beta)`, I0 being a modified Bessel function.

    M: the number of samples. beta: not negative; ValueError otherwise.
    """
    if M >= 0 and (dtype is None or dtype in (_dtype.float32, _dtype.float64)) and beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")

    def sample(position, last):
        return _bessel(beta * math.sqrt(max(0.0, 1 - (2 * position / last - 1) ** 2))) / _bessel(beta)

    return _made("kaiser", M, sym, dtype, layout, device, requires_grad, sample)
