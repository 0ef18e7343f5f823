"""Activations as functions. `inplace` writes the result into the argument.

Those that train in hot loops are one engine operator; the rest are compositions.
Read next: `functional`, `engine/src/ops/nn.rs`.
"""

import math
import warnings

from .. import _creation, _dtype
from .._C import ops
from .._node_names import named
from .._pointwise import log_softmax as _log_softmax
from .._pointwise import softmax as _softmax


def _choose_dim(name, dim, rank, stacklevel):
    """The dimension, or with a warning the one that PyTorch takes where none is given."""
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=stacklevel + 1,
    )
    return 0 if rank in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """`exp(x) / sum(exp(x))` over `dim`.

    dim: which dimension sums to 1; chosen with a warning if None. dtype: converted to before. Gives the shape of
    input. NotImplementedError for integers, IndexError for a dimension that is not there.
    """
    return _softmax(input, _choose_dim("softmax", dim, input.dim(), _stacklevel), dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Logarithm of the softmax over `dim`.

    dim: the dimension whose exponentials sum to 1; chosen with a warning if None. dtype: converted to before. Gives
    the shape of input. NotImplementedError for integers.
    """
    return _log_softmax(input, _choose_dim("log_softmax", dim, input.dim(), _stacklevel), dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """Softmax of `-x` over `dim`.

    dim: which dimension sums to 1. dtype: converted to before. Gives the shape of input.
    """
    return _softmax(-input, _choose_dim("softmin", dim, input.dim(), _stacklevel), dtype)


def _kept(input, inplace):
    """What a composition computes with: a copy where the input is written over and gradients will ask for it."""
    return ops.clone(input) if inplace and input.requires_grad else input


def _written(input, result, inplace):
    if inplace:
        ops.assign_(input, result)
        return input
    return result


def relu(input, inplace=False):
    """`max(x, 0)`.

    input: a tensor of any shape, TypeError otherwise. Elementwise; gives the shape of input. inplace: write into the
    input.
    """
    return _written(input, ops.relu(input), True) if inplace else ops.relu(input)


def relu_(input):
    """`relu`, written into its argument."""
    return relu(input, True)


@named("HardtanhBackward0")
def relu6(input, inplace=False):
    """`min(max(x, 0), 6)`.

    Elementwise; gives the shape of input. inplace: write into the input. Source: https://arxiv.org/abs/1704.04861
    """
    return hardtanh(input, 0.0, 6.0, inplace)


@named("HardtanhBackward0")
def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """`x` limited to a range.

    min_val, max_val: the range; ValueError if empty. Elementwise; gives the shape of input. inplace: write into the
    input.
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    if not input.dtype.is_floating_point:
        if input.dtype is _dtype.bool_:
            raise NotImplementedError("Bool inputs not supported for hardtanh")
        # What lies below every number of the dtype limits nothing.
        min_val, max_val = max(int(min_val), _dtype.iinfo(input.dtype).min), int(max_val)
    return _written(input, ops.clamp(input, min_val, max_val), inplace)


def gelu(input, approximate="none"):
    """Gaussian error linear unit.

    approximate: "none" is `x * Phi(x)` with the normal distribution function, "tanh" a formula close to it;
    RuntimeError otherwise. Elementwise; gives the shape of input. Source: https://arxiv.org/abs/1606.08415
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return ops.gelu(input, approximate == "tanh")


def silu(input, inplace=False):
    """`x * sigmoid(x)`.

    Elementwise; gives the shape of input. inplace: write into the input. Also called swish. Source:
    https://arxiv.org/abs/1606.08415
    """
    return _written(input, ops.silu(input), inplace)


@named("MishBackward0")
def mish(input, inplace=False):
    """`x * tanh(softplus(x))`.

    Elementwise; gives the shape of input. inplace: write into the input. Source: https://arxiv.org/abs/1908.08681
    """
    ops.require(input, "mish")
    source = _kept(input, inplace)
    return _written(input, source * ops.tanh(softplus(source)), inplace)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """`x` where positive, else `negative_slope * x`.

    Elementwise; gives the shape of input. inplace: write into the input.
    """
    return _written(input, ops.leaky_relu(input, negative_slope), inplace)


@named("PreluKernelBackward0")
def prelu(input, weight):
    """`x` where positive, else `weight * x`.

    weight: one number, or one for each channel, which is dimension 1; RuntimeError otherwise. Elementwise; gives the
    shape and dtype of input. Source: https://arxiv.org/abs/1502.01852
    """
    ops.require(input, "prelu")
    if weight.numel() != 1:
        if weight.dim() > 1:
            raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.dim()}")
        if not input.dim():
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input.shape[1] if input.dim() > 1 else 1
        if weight.numel() != channels:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {weight.numel()} and channel size "
                f"= {channels}."
            )
    elif weight.dim() > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.dim()}")
    if input.dim() != 1:
        weight = weight.reshape([-1] + [1] * (input.dim() - 2) if input.dim() > 1 and weight.numel() > 1 else [1] * input.dim())
    return ops.where(ops.gt_scalar(input, 0), input, weight * input)


def elu(input, alpha=1.0, inplace=False):
    """`x` where positive, else `alpha * (exp(x) - 1)`.

    Elementwise; gives the shape of input. inplace: write into the input. Source: https://arxiv.org/abs/1511.07289
    """
    return _written(input, ops.elu(input, alpha), inplace)


@named("CeluBackward0")
def celu(input, alpha=1.0, inplace=False):
    """`x` where positive, else `alpha * (exp(x / alpha) - 1)`.

    alpha: not 0, RuntimeError otherwise. Elementwise; gives the shape of input. inplace: write into the input.
    Source: https://arxiv.org/abs/1704.07483
    """
    ops.require(input, "elu")
    is_linear = ops.gt_scalar(input, 0)
    negative = ops.expm1(ops.masked_fill(input, is_linear, 0.0) / alpha) * alpha
    return _written(input, ops.where(is_linear, input, negative), inplace)


@named("EluBackward0")
def selu(input, inplace=False):
    """Scaled ELU with the constants of self-normalising networks.

    Elementwise; gives the shape of input. inplace: write into the input. Source: https://arxiv.org/abs/1706.02515
    """
    ops.require(input, "elu")
    return _written(input, ops.elu(input, 1.6732632423543772) * 1.0507009873554805, inplace)


def softplus(input, beta=1.0, threshold=20.0):
    """`log(1 + exp(beta * x)) / beta`, `x` itself beyond the threshold.

    threshold: where `beta * x` is above it, the function is linear. Elementwise; gives the shape and dtype of input.
    """
    return ops.softplus(input, beta, threshold)


def softsign(input):
    """`x / (1 + |x|)`.

    Elementwise; gives the shape and dtype of input.
    """
    return input / (ops.abs(input) + 1)


def logsigmoid(input):
    """`log(sigmoid(x))`.

    Elementwise; gives the shape and dtype of input. Computed so that it does not overflow.
    """
    ops.require(input, "logsigmoid")
    return ops.logsigmoid(input)


def tanhshrink(input):
    """`x - tanh(x)`.

    Elementwise; gives the shape and dtype of input.
    """
    return input - ops.tanh(input)


@named("HardsigmoidBackward0")
def hardsigmoid(input, inplace=False):
    """`clamp(x + 3, 0, 6) / 6`.

    Elementwise; gives the shape of input. inplace: write into the input.
    """
    ops.require(input, "hardsigmoid")
    return _written(input, ops.clamp(input + 3, 0.0, 6.0) / 6, inplace)


@named("HardswishBackward0")
def hardswish(input, inplace=False):
    """`x * hardsigmoid(x)`.

    Elementwise; gives the shape of input. inplace: write into the input. Source: https://arxiv.org/abs/1905.02244
    """
    ops.require(input, "hardswish")
    source = _kept(input, inplace)
    # Beyond the bend the function is the input itself, so that its gradient is 1 there.
    inner = source * ops.clamp(source + 3, 0.0, 6.0) / 6
    if source.requires_grad:
        inner = ops.where(ops.ge_scalar(source, 3.0), source, inner)
    return _written(input, inner, inplace)


@named("SoftshrinkBackward0")
def softshrink(input, lambd=0.5):
    """`x` moved towards zero by `lambd`, zero within.

    lambd: not negative, RuntimeError otherwise. Elementwise; gives the shape and dtype of input.
    """
    ops.require(input, "softshrink")
    if lambd < 0:
        kind = _dtype.SCALAR_TYPE_NAMES[input.dtype._code]
        raise RuntimeError(
            f"lambda must be in range [0, {_dtype.finfo(input.dtype).max:.6g}] for input dtype {kind}, but found {lambd:g}"
        )
    return ops.sign(input) * ops.relu(ops.abs(input) - lambd)


@named("HardshrinkBackward0")
def hardshrink(input, lambd=0.5):
    """Zero where `|x| <= lambd`.

    Elementwise; gives the shape and dtype of input.
    """
    ops.require(input, "hardshrink")
    return ops.where(ops.le_scalar(ops.abs(input), lambd), _creation.zeros_like(input), input)


@named("ThresholdBackward0")
def threshold(input, threshold, value, inplace=False):
    """`x` where above `threshold`, else `value`.

    Elementwise; gives the shape of input. inplace: write into the input.
    """
    ops.require(input, "threshold")
    return _written(input, ops.masked_fill(input, ops.le_scalar(input, threshold), value), inplace)


@named("GluBackward0")
def glu(input, dim=-1):
    """First half of `dim` times the sigmoid of the second.

    dim: of even size, RuntimeError otherwise; the result's is half of it. Source: https://arxiv.org/abs/1612.08083
    """
    ops.require(input, "glu")
    if input.dim() == 0:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    if input.shape[dim] % 2:
        axis = dim % input.dim()
        raise RuntimeError(f"Halving dimension must be even, but dimension {axis} is size {input.shape[dim]}")
    first, second = input.chunk(2, dim)
    return first * ops.sigmoid(second)


def hardtanh_(input, min_val=-1.0, max_val=1.0):
    """`hardtanh`, written into its argument."""
    return hardtanh(input, min_val, max_val, True)


def leaky_relu_(input, negative_slope=0.01):
    """`leaky_relu`, written into its argument."""
    return leaky_relu(input, negative_slope, True)


def elu_(input, alpha=1.0):
    """`elu`, written into its argument."""
    return elu(input, alpha, True)


def celu_(input, alpha=1.0):
    """`celu`, written into its argument."""
    return celu(input, alpha, True)


def selu_(input):
    """`selu`, written into its argument."""
    return selu(input, True)


_threshold = threshold


def threshold_(input, threshold, value):
    """`threshold`, written into its argument."""
    return _threshold(input, threshold, value, True)
