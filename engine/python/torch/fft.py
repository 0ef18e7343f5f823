"""`torch.fft`: what of it needs no complex numbers: shifts of spectra and their frequencies.

Refuses the transforms themselves: there are no complex numbers (see `_out_of_scope`). Read next: `torch._spectral`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _out_of_scope
from ._creation import arange

__all__ = ["fftfreq", "fftshift", "ifftshift", "rfftfreq"]


def _shifted(input, dim, step):
    dims = list(range(input.dim())) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    return input.roll([step(input.shape[d]) for d in dims], dims) if dims else input.clone()


def fftshift(input, dim=None):
    """The halves of the dimensions exchanged, so that frequency zero comes to the middle.

    input: any tensor. dim: an int, several, or all if None; IndexError for one that is not there. Gives the same shape.
    """
    return _shifted(input, dim, lambda size: size // 2)


def ifftshift(input, dim=None):
    """What undoes `fftshift`.

    input: any tensor. dim: an int, several, or all if None; IndexError for one that is not there. Gives the same shape.
    """
    return _shifted(input, dim, lambda size: (size + 1) // 2)


def fftfreq(n, d=1.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """The frequencies of a discrete Fourier transform of n samples `d` apart: those from zero on, then the negative ones."""
    numbers = arange(n, dtype=dtype, device=device)
    numbers = numbers if numbers.dtype.is_floating_point else arange(float(n), device=device)
    # The same order as of a spectrum: the second half stands for negative frequencies.
    numbers = numbers - n * (numbers >= (n + 1) // 2).to(numbers.dtype)
    return _finished(numbers / (n * d), out, requires_grad)


def rfftfreq(n, d=1.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """The frequencies of a transform of n real samples `d` apart: zero and the positive ones."""
    numbers = arange(n // 2 + 1, dtype=dtype, device=device)
    numbers = numbers if numbers.dtype.is_floating_point else arange(float(n // 2 + 1), device=device)
    return _finished(numbers / (n * d), out, requires_grad)


def _finished(result, out, requires_grad):
    from ._args import store

    result = store(result, out)
    return result.requires_grad_() if requires_grad else result


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(f"module 'torch.fft' has no attribute '{name}'")
    return _out_of_scope.refused_function("fft", name)
