"""Window functions for signals: Hann, Hamming, Blackman, Bartlett, Kaiser.

A periodic window is a symmetric one of one more sample, without the last.
Read next: `_spectral`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from . import _device, _dtype
from ._args import finish, public_functions
from ._C import ops


def _window(name, shape, length, periodic, dtype, device, requires_grad):
    """`shape(positions, last)` of the positions 0 … last, where there is more than one."""
    dtype = _dtype.get_default_dtype() if dtype is None else dtype
    if not dtype.is_floating_point:
        raise RuntimeError(f"{name} expects floating point dtypes, got: {dtype}")
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    code = _device.CPU_CODE if device is None else _device.device_code(device)
    if length < 2:
        return finish(ops.ones([length], dtype, code), requires_grad)
    last = length if periodic else length - 1
    return finish(shape(ops.arange(0, length, 1, dtype, code), last), requires_grad)


def _cosines(positions, last, *weights):
    """`weights[0] + weights[1] * cos(angle) + weights[2] * cos(2 * angle)` over one turn."""
    total = None
    for multiple, weight in enumerate(weights[1:], 1):
        term = ops.mul_scalar(ops.cos(ops.mul_scalar(positions, 2 * math.pi * multiple / last)), weight)
        total = term if total is None else total + term
    return total + weights[0]


def hann_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """`sin(pi n / N) ** 2`.

    window_length: the number N of elements; RuntimeError if negative. periodic: the first N of N + 1 elements of the
    symmetric window, as spectra want it. Gives a floating point vector.
    """
    return _window(
        "hann_window", lambda n, last: _cosines(n, last, 0.5, -0.5), window_length, periodic, dtype, device, requires_grad
    )


def hamming_window(
    window_length, periodic=True, alpha=0.54, beta=0.46, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False
):
    """`alpha - beta * cos(2 pi n / N)`.

    window_length: the number N of elements; RuntimeError if negative. periodic: the first N of N + 1 elements of the
    symmetric window, as spectra want it. Gives a floating point vector.
    """
    return _window(
        "hamming_window", lambda n, last: _cosines(n, last, alpha, -beta), window_length, periodic, dtype, device, requires_grad
    )


def blackman_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """`0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)`.

    window_length: the number N of elements; RuntimeError if negative. periodic: the first N of N + 1 elements of the
    symmetric window, as spectra want it. Gives a floating point vector.
    """
    return _window(
        "blackman_window",
        lambda n, last: _cosines(n, last, 0.42, -0.5, 0.08),
        window_length,
        periodic,
        dtype,
        device,
        requires_grad,
    )


def bartlett_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """A window that rises in a line from 0 to 1 and falls again.

    window_length: the number N of elements; RuntimeError if negative. periodic: the first N of N + 1 elements of the
    symmetric window, as spectra want it. Gives a floating point vector.
    """

    def triangle(n, last):
        return 1 - ops.abs(ops.sub_scalar(ops.mul_scalar(n, 2 / last), 1))

    return _window("bartlett_window", triangle, window_length, periodic, dtype, device, requires_grad)


def kaiser_window(
    window_length, periodic=True, beta=12.0, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False
):
    """`i0(beta * sqrt(1 - x**2)) / i0(beta)` for x from -1 to 1.

    window_length: the number N of elements; RuntimeError if negative. periodic: the first N of N + 1 elements of the
    symmetric window, as spectra want it. Gives a floating point vector.
    """

    def bell(n, last):
        x = ops.sub_scalar(ops.mul_scalar(n, 2 / last), 1)
        inside = ops.clamp(1 - x * x, 0, None)
        return ops.i0(ops.mul_scalar(ops.sqrt(inside), beta)) / ops.i0(x.new_full((), beta))

    return _window("kaiser_window", bell, window_length, periodic, dtype, device, requires_grad)


__all__ = public_functions(globals())
