"""Activation layers: each calls one function of `nn.functional`. All keep the shape of their input.

Read next: `activation_thresholds`, `nn._activation`, `nn.modules.multihead`.
"""

from ..._creation import full
from .. import functional as F
from .. import init as initialisation
from ..parameter import Parameter
from .activation_thresholds import (
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    ReLU,
    ReLU6,
    RReLU,
    Softshrink,
    Threshold,
)
from .module import Module
from .multihead import MultiheadAttention

__all__ = [
    "Threshold", "ReLU", "RReLU", "Hardtanh", "ReLU6", "Sigmoid", "Hardsigmoid", "Tanh", "SiLU", "Mish", "Hardswish", "ELU",
    "CELU", "SELU", "GLU", "GELU", "Hardshrink", "LeakyReLU", "LogSigmoid", "Softplus", "Softshrink", "MultiheadAttention",
    "PReLU", "Softsign", "Tanhshrink", "Softmin", "Softmax", "Softmax2d", "LogSoftmax",
]


class _InPlace(Module):
    """Layers whose one option is to write the result into the input."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


class Sigmoid(Module):
    """`1 / (1 + exp(-x))`, element by element. Gives the shape of its input."""

    def forward(self, input):
        return F.sigmoid(input)


class Tanh(Module):
    """Hyperbolic tangent, element by element. Gives the shape of its input."""

    def forward(self, input):
        return F.tanh(input)


class SiLU(_InPlace):
    """`x * sigmoid(x)`. inplace: write into the input. Source: https://arxiv.org/abs/1702.03118"""

    def forward(self, input):
        return F.silu(input, self.inplace)


class Mish(_InPlace):
    """`x * tanh(softplus(x))`. inplace: write into the input. Source: https://arxiv.org/abs/1908.08681"""

    def forward(self, input):
        return F.mish(input, self.inplace)


class SELU(_InPlace):
    """Scaled ELU with the constants of self-normalising networks. inplace: write into the input.

    Source: https://arxiv.org/abs/1706.02515
    """

    def forward(self, input):
        return F.selu(input, self.inplace)


class _Exponential(Module):
    """What `ELU` and `CELU` share."""

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def extra_repr(self):
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class ELU(_Exponential):
    """`x` where positive, else `alpha * (exp(x) - 1)`. Source: https://arxiv.org/abs/1511.07289"""

    def forward(self, input):
        return F.elu(input, self.alpha, self.inplace)


class CELU(_Exponential):
    """`x` where positive, else `alpha * (exp(x / alpha) - 1)`. Source: https://arxiv.org/abs/1704.07483"""

    def forward(self, input):
        return F.celu(input, self.alpha, self.inplace)


class GELU(Module):
    """`x` times the probability that a standard normal number is below `x`.

    approximate: "none", or "tanh" for the faster formula. Source: https://arxiv.org/abs/1606.08415
    """

    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class GLU(Module):
    """`a * sigmoid(b)`, a and b being the halves of the input along `dim`, whose size must be even.

    Source: https://arxiv.org/abs/1612.08083
    """

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.glu(input, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class LogSigmoid(Module):
    """`log(sigmoid(x))`, element by element. Gives the shape of its input."""

    def forward(self, input):
        return F.logsigmoid(input)


class Softplus(Module):
    """`log(1 + exp(beta * x)) / beta`; the identity where `beta * x` is above `threshold`."""

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class Softsign(Module):
    """`x / (1 + |x|)`, element by element. Gives the shape of its input."""

    def forward(self, input):
        return F.softsign(input)


class Tanhshrink(Module):
    """`x - tanh(x)`, element by element. Gives the shape of its input."""

    def forward(self, input):
        return F.tanhshrink(input)


class PReLU(Module):
    """`x` where positive, else `weight * x` with a learned weight.

    num_parameters: 1, or one for every channel (dimension 1). init: the weight's first value.
    Source: https://arxiv.org/abs/1502.01852
    """

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(full((num_parameters,), init, device=device, dtype=dtype))

    def reset_parameters(self):
        """The weight's first value again."""
        initialisation.constant_(self.weight, self.init)

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


class _AlongDim(Module):
    """What the softmaxes share: a dimension."""

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def extra_repr(self):
        return f"dim={self.dim}"


class Softmax(_AlongDim):
    """`exp(x) / sum(exp(x))` along `dim`: numbers from 0 to 1 that sum to 1."""

    def __setstate__(self, state):
        super().__setstate__(state)
        self.__dict__.setdefault("dim", None)

    def forward(self, input):
        return F.softmax(input, self.dim, _stacklevel=5)


class LogSoftmax(_AlongDim):
    """Logarithm of the softmax along `dim`, without overflow."""

    def forward(self, input):
        return F.log_softmax(input, self.dim, _stacklevel=5)


class Softmin(_AlongDim):
    """Softmax of `-x` along `dim`."""

    def forward(self, input):
        return F.softmin(input, self.dim, _stacklevel=5)


class Softmax2d(Module):
    """Softmax over the channels of (N, C, H, W) or (C, H, W). Raises ValueError for other ranks."""

    def forward(self, input):
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3, _stacklevel=5)
