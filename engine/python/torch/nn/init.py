"""Filling parameters with starting values: `torch.nn.init`.

Every function writes into its tensor, without recording gradients, and returns it. The arithmetic of bounds and
the order of random draws are PyTorch's, so that seeds give the same numbers. `generator` draws instead of the global one.
Read next: `nn._init_matrices`, `nn.modules.linear`.
"""

import functools
import math
import warnings

from .. import _autograd_mode
from .._pointwise import where
from ._init_matrices import dirac_, eye_, orthogonal_, sparse_

_GAINS = {
    "sigmoid": 1.0,
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3.0 / 4,
}


def calculate_gain(nonlinearity, param=None):
    """How much a nonlinearity shrinks what goes through it, to be made up for by the weights' spread.

    nonlinearity: the name of a function of `nn.functional`, "linear" or a convolution. param: the slope of "leaky_relu".
    Raises ValueError for other names and slopes.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return _GAINS[nonlinearity]


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Uniform between `a` and `b`.

    tensor: any. a, b: the range. generator: where the numbers come from. Returns the tensor, changed in place.
    """
    with _autograd_mode.no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Normal with a mean and a standard deviation.

    tensor: any. generator: where the numbers come from. Returns the tensor, changed in place.
    """
    with _autograd_mode.no_grad():
        return tensor.normal_(mean, std, generator=generator)


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Normal with a mean and a standard deviation, cut to the range `a` … `b`.

    tensor: any. generator: where the numbers come from. Returns the tensor, changed in place.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.",
            stacklevel=2,
        )

    with _autograd_mode.no_grad():
        tensor.normal_(mean, std, generator=generator)
        # What falls outside is drawn again, along with a number for every other place, as PyTorch does.
        for _ in range(_MAX_REDRAWS):
            outside = (tensor < a) | (tensor > b)
            if not bool(outside.any()):
                return tensor
            again = tensor.detach().clone().normal_(mean, std, generator=generator)
            tensor.copy_(where(outside, again, tensor))
        return _by_quantile(tensor, mean, std, a, b, generator)


#: Rounds after which a range is held to be too far out to be met by chance.
_MAX_REDRAWS = 64


def _by_quantile(tensor, mean, std, a, b, generator):
    """Normal between two bounds that few normal numbers fall between: uniform in the distribution function."""

    def below(x):
        return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0

    low, high = below((a - mean) / std), below((b - mean) / std)
    tensor.uniform_(2 * low - 1, 2 * high - 1, generator=generator)
    tensor.erfinv_()
    tensor.mul_(std * math.sqrt(2.0))
    tensor.add_(mean)
    return tensor.clamp_(min=a, max=b)


def constant_(tensor, val):
    """One value everywhere.

    tensor: any. val: a number. Returns the tensor, changed in place; no gradient is recorded.
    """
    with _autograd_mode.no_grad():
        return tensor.fill_(val)


def ones_(tensor):
    """Fills a tensor with ones.

    tensor: any. Returns the tensor, changed in place; no gradient is recorded.
    """
    return constant_(tensor, 1.0)


def zeros_(tensor):
    """Fills a tensor with zeros.

    tensor: any. Returns the tensor, changed in place; no gradient is recorded.
    """
    return constant_(tensor, 0.0)


def _calculate_fan_in_and_fan_out(tensor):
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    receptive = math.prod(tensor.shape[2:])
    return tensor.size(1) * receptive, tensor.size(0) * receptive


def _calculate_correct_fan(tensor, mode):
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == "fan_in" else fan_out


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Uniform in ±gain * sqrt(6 / (fan in + fan out)).

    tensor: at least two dimensions, ValueError otherwise. gain: multiplies the spread (`calculate_gain`). generator:
    where the numbers come from. Returns the tensor, changed in place. Source: Glorot and Bengio, "Understanding the
    difficulty of training deep feedforward neural networks", 2010
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal with standard deviation gain * sqrt(2 / (fan in + fan out)).

    tensor: at least two dimensions, ValueError otherwise. gain: multiplies the spread (`calculate_gain`). generator:
    where the numbers come from. Returns the tensor, changed in place. Source: Glorot and Bengio, 2010
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Uniform in ±gain * sqrt(3 / fan).

    tensor: at least two dimensions, ValueError otherwise. a: the slope of "leaky_relu". mode: "fan_in" keeps
    variances forward, "fan_out" backward. nonlinearity: a name that `calculate_gain` knows. Returns the tensor,
    changed in place. Source: https://arxiv.org/abs/1502.01852
    """
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    std = calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal with standard deviation gain / sqrt(fan).

    tensor: at least two dimensions, ValueError otherwise. Arguments as `kaiming_uniform_`. Returns the tensor,
    changed in place. Source: https://arxiv.org/abs/1502.01852
    """
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    std = calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))
    return normal_(tensor, 0.0, std, generator)


def _deprecated(function):
    new, old = function.__name__, function.__name__[:-1]

    @functools.wraps(function)
    def called(*args, **kwargs):
        warnings.warn(
            f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new}`.", FutureWarning, stacklevel=2
        )
        return function(*args, **kwargs)

    called.__name__ = called.__qualname__ = old
    called.__doc__ = f"The old name of `{new}`, which changes the tensor in place. Warns."
    return called


uniform, normal, constant, eye, dirac, sparse, orthogonal = map(
    _deprecated, (uniform_, normal_, constant_, eye_, dirac_, sparse_, orthogonal_)
)
xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal = map(
    _deprecated, (xavier_uniform_, xavier_normal_, kaiming_uniform_, kaiming_normal_)
)


def __getattr__(name):
    raise AttributeError(f"torch.nn.init.{name} is not in Carrel yet")
