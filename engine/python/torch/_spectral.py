"""The short-time Fourier transform, as real and imaginary parts.

Frames of the signal times matrices of cosines and sines: a matrix product, differentiable, on every device.
Refuses complex results: there are no complex numbers.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from ._args import public_functions
from ._C import ops
from ._parts import unfold


def _turned(input, n_fft, onesided):
    """Cosines and negative sines of every frequency, a column each, for frames of `n_fft` samples."""
    from ._creation import arange

    count = n_fft // 2 + 1 if onesided else n_fft
    sample = arange(n_fft, device=input.device).unsqueeze(1)
    turns = ops.remainder_scalar(sample * arange(count, device=input.device), n_fft).to(input.dtype)
    angle = ops.mul_scalar(turns, 2 * math.pi / n_fft)
    return ops.cos(angle), ops.neg(ops.sin(angle))


def stft(
    input,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    pad_mode="reflect",
    normalized=False,
    onesided=None,
    return_complex=None,
    align_to_window=None,
):
    """The Fourier transforms of overlapping windows; the last dimension holds real and imaginary parts."""
    if return_complex is None:
        raise RuntimeError(
            "stft requires the return_complex parameter be given for real inputs, and will further require that "
            "return_complex=True in a future PyTorch release."
        )
    if return_complex:
        raise NotImplementedError("torch.stft with return_complex=True is not in Carrel: it has no complex numbers")
    hop = n_fft // 4 if hop_length is None else hop_length
    length = n_fft if win_length is None else win_length
    if input.dim() not in (1, 2):
        raise RuntimeError(f"stft: expected a 1D or 2D tensor, but got a tensor of {input.dim()} dimensions")
    if hop <= 0:
        raise RuntimeError(f"stft: expected hop_length > 0, but got hop_length={hop}")
    if not 0 < length <= n_fft:
        raise RuntimeError(f"stft: expected 0 < win_length <= n_fft, but got win_length={length}")
    if window is not None and (window.dim() != 1 or window.shape[0] != length):
        raise RuntimeError(
            f"stft: expected a 1D window tensor of size equal to win_length={length}, but got window with size "
            f"{list(window.shape)}"
        )
    signal = input if input.dim() == 2 else input.unsqueeze(0)
    if center:
        from .nn.functional import pad

        signal = pad(signal.unsqueeze(1), (n_fft // 2, n_fft // 2), pad_mode).squeeze(1)
    if not 0 < n_fft <= signal.shape[1]:
        raise RuntimeError(f"stft: expected 0 < n_fft <= {signal.shape[1]}, but got n_fft={n_fft}")
    frames = unfold(signal.contiguous(), 1, n_fft, hop)
    if window is not None or length < n_fft:
        window = input.new_ones(length) if window is None else window
        left = (n_fft - length) // 2
        frames = frames * ops.cat([window.new_zeros(left), window, window.new_zeros(n_fft - length - left)], 0)
    parts = [frames @ matrix for matrix in _turned(input, n_fft, onesided is not False)]
    result = ops.stack(parts, -1).transpose(1, 2)
    if normalized:
        result = result / math.sqrt(n_fft)
    return result if input.dim() == 2 else result.squeeze(0)


def istft(input, n_fft, *args, **kwargs):
    """Refused: its input is complex.

    input: any tensor. Raises NotImplementedError.
    """
    raise NotImplementedError("torch.istft is not in Carrel: it has no complex numbers")


__all__ = public_functions(globals())
