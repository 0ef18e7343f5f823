"""Dropout of elements and of whole channels, and other functions that draw.

Draws follow PyTorch's order on the CPU generator. Read next: `functional`.
"""

import math
import warnings

from .. import _dtype
from .._C import ops
from .._node_names import named
from .._creation import empty_like, ones_like, zeros_like
from .._settings import contiguous_format

#: The value that SELU networks have where a unit is off: minus scale times alpha.
_SELU_OFF = 1.7580993408473766


def _check(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _written(input, result, inplace):
    if inplace:
        ops.assign_(input, result)
        return input
    return result


def dropout(input, p=0.5, training=True, inplace=False):
    """Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)`.

    p: from 0 to 1, ValueError otherwise. training: if False, nothing happens. inplace: write into the input. Gives
    the shape of input. Source: https://arxiv.org/abs/1207.0580
    """
    _check(p)
    if not hasattr(input, "_give_handle"):
        raise TypeError(f"dropout(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    if not training or p == 0.0 or input.numel() == 0:
        return input
    return _written(input, ops.dropout(input, p), inplace)


def _by_noise(input, p, training, inplace, channels, alpha):
    _check(p)
    if not training or p == 0.0 or input.numel() == 0:
        return input
    if p == 1.0:
        return _written(input, input * zeros_like(input), inplace)
    noise = input.new_empty([*input.shape[:2]] + [1] * (input.dim() - 2)) if channels else empty_like(input)
    noise = noise.bernoulli_(1 - p)
    if not alpha:
        return _written(input, input * (noise / (1 - p)), inplace)
    scale = 1.0 / math.sqrt((_SELU_OFF * _SELU_OFF * p + 1) * (1 - p))
    shift = (noise - 1) * (_SELU_OFF * scale) + _SELU_OFF * scale * p
    return _written(input, input * (noise * scale) + shift, inplace)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean and variance of SELU networks.

    p: from 0 to 1, ValueError otherwise. training: if False, nothing happens. inplace: write into the input. Gives
    the shape of input. Source: https://arxiv.org/abs/1706.02515
    """
    return _by_noise(input, p, training, inplace, False, True)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """`alpha_dropout` of whole channels.

    input: (N, C, …). p: from 0 to 1, ValueError otherwise. training: if False, nothing happens. inplace: write into
    the input. Gives the shape of input.
    """
    return _by_noise(input, p, training, inplace, True, True)


def feature_dropout(input, p=0.5, training=True, inplace=False):
    """Dropout of whole channels of `(N, C, …)`."""
    return _by_noise(input, p, training, inplace, True, False)


def _of_channels(rank, input, p, training, inplace):
    _check(p)
    if input.dim() not in (rank + 1, rank + 2):
        if rank == 1:
            raise RuntimeError(f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input.")
        warnings.warn(
            f"dropout{rank}d: Received a {input.dim()}-D input to dropout{rank}d, which is deprecated and will result in an "
            "error in a future release.",
            stacklevel=3,
        )
    # Two dimensions have always taken (N, C, L) for a batch.
    single = input.dim() == rank + 1 and rank != 2
    result = feature_dropout(input.unsqueeze(0) if single else input, p, training, inplace and not single)
    result = result.squeeze(0) if single else result
    return _written(input, result, True) if inplace and single else result


def dropout1d(input, p=0.5, training=True, inplace=False):
    """Dropout of whole channels of `(N, C, L)`.

    input: (N, C, L) or (C, L). p: from 0 to 1, ValueError otherwise. training: if False, nothing happens. inplace:
    write into the input. Gives the shape of input.
    """
    return _of_channels(1, input, p, training, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Dropout of whole channels of `(N, C, H, W)`.

    input: (N, C, H, W). p: from 0 to 1, ValueError otherwise. training: if False, nothing happens. inplace: write
    into the input. Gives the shape of input. Source: https://arxiv.org/abs/1411.4280
    """
    return _of_channels(2, input, p, training, inplace)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """Dropout of whole channels of `(N, C, D, H, W)`.

    input: (N, C, D, H, W) or (C, D, H, W). p: from 0 to 1, ValueError otherwise. training: if False, nothing
    happens. inplace: write into the input. Gives the shape of input.
    """
    return _of_channels(3, input, p, training, inplace)


def _rrelu_node(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    return "RreluWithNoiseBackward0" if training else None


@named(_rrelu_node)
def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """`x` where positive, else `x` times a slope: drawn for each element while training, else the middle.

    lower, upper: the slopes' range. Elementwise; gives the shape of input. Source: https://arxiv.org/abs/1505.00853
    """
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    if not training:
        return _written(input, ops.leaky_relu(input, (lower + upper) / 2), inplace)
    ops.require(input, "rrelu")
    negative = ops.le_scalar(input.detach(), 0)
    slopes = ones_like(input.detach())
    if input.device.type == "cpu":
        # Only elements that want a slope draw one, a double each.
        count = int(negative.sum().item())
        drawn = input.new_empty((count,), dtype=_dtype.float64).uniform_(lower, upper)
        slopes[negative] = drawn.to(input.dtype)
    else:
        slopes = ops.where(negative, empty_like(slopes).uniform_(lower, upper), slopes)
    return _written(input, input * slopes, inplace)


def rrelu_(input, lower=1.0 / 8, upper=1.0 / 3, training=False):
    """`rrelu`, written into its argument."""
    return rrelu(input, lower, upper, training, True)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """A draw from the Gumbel-softmax distribution; `hard` gives one-hot vectors with the soft gradient.

    logits: of any shape, which the result has; sums to 1 over dim. tau: temperature. Source:
    https://arxiv.org/abs/1611.01144
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    gumbels = -ops.log(empty_like(logits, memory_format=contiguous_format).exponential_())
    soft = ((logits + gumbels) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.detach().argmax(dim, keepdim=True)
    ones = zeros_like(logits.detach()).scatter(dim, index, 1.0)
    return ones - soft.detach() + soft
