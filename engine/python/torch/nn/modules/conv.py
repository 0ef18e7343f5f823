"""Convolution layers: `Conv1d` to `Conv3d`, and what they share with the transposed ones.

The order of random draws in `reset_parameters` is PyTorch's, so that seeds give the same networks.
Read next: `nn.modules.conv_transpose`, `nn.modules.lazy_conv`, `nn._convolution`.
"""

import math

from ..._creation import empty
from .. import functional as F
from .. import init
from ..parameter import Parameter
from .module import Module


def spread(value, rank):
    """One number a dimension."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank


class _Convolution(Module):
    _rank = 0
    _is_transposed = False

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride,
        padding,
        dilation,
        output_padding,
        groups,
        bias,
        padding_mode,
        device,
        dtype,
    ):
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}")
            if padding == "same" and any(step != 1 for step in spread(stride, self._rank)):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = {"zeros", "reflect", "replicate", "circular"}
        if padding_mode not in modes:
            raise ValueError(f"padding_mode must be one of {modes}, but got padding_mode='{padding_mode}'")
        rank = self._rank
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = spread(kernel_size, rank)
        self.stride = spread(stride, rank)
        self.padding = padding if isinstance(padding, str) else spread(padding, rank)
        self.dilation = spread(dilation, rank)
        self.transposed = self._is_transposed
        self.output_padding = spread(output_padding, rank)
        self.groups = groups
        self.padding_mode = padding_mode
        self.weight = Parameter(empty(self._weight_shape(), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _weight_shape(self):
        before, after = self.in_channels, self.out_channels
        first, second = (before, after) if self._is_transposed else (after, before)
        return (first, second // self.groups, *self.kernel_size)

    def reset_parameters(self):
        """Draws new weights, then biases, uniform in ±1/sqrt(fan in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = self.weight.shape[1] * math.prod(self.kernel_size)
            if fan_in:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def _amounts(self):
        """Amounts for `F.pad`, last dimension first."""
        if self.padding == "valid":
            return [0] * (2 * self._rank)
        amounts = []
        for dim in reversed(range(self._rank)):
            if self.padding == "same":
                total = self.dilation[dim] * (self.kernel_size[dim] - 1)
                amounts += [total // 2, total - total // 2]
            else:
                amounts += [self.padding[dim]] * 2
        return amounts

    def __getstate__(self):
        # PyTorch keeps the amounts of padding as an attribute, and its convolutions that do not pad with zeros ask for it.
        amounts = self._amounts()
        kept = amounts if isinstance(self.padding, str) else tuple(amounts)
        return {**super().__getstate__(), "_reversed_padding_repeated_twice": kept}

    def __setstate__(self, state):
        super().__setstate__({name: value for name, value in state.items() if name != "_reversed_padding_repeated_twice"})

    def _conv_forward(self, input, weight, bias):
        convolve = (F.conv1d, F.conv2d, F.conv3d)[self._rank - 1]
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._amounts(), mode=self.padding_mode), 0
        return convolve(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input):
        return self._conv_forward(input, self.weight, self.bias)

    def extra_repr(self):
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self._rank:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * self._rank:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Forward(_Convolution):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, 0, groups, bias, padding_mode, device, dtype
        )


class Conv1d(_Forward):
    """Convolution of (N, C, L) with learned kernels (what mathematics calls cross-correlation).

    in_channels, out_channels: channels before and after. kernel_size, stride, dilation: a number or one a dimension.
    padding: the same, or "same" (with stride 1) or "valid". groups: channels fall into groups that do not meet; divides both
    channel counts. bias: whether there is one. padding_mode: "zeros", "reflect", "replicate" or "circular".
    Parameters: weight (out_channels, in_channels / groups, *kernel_size), bias (out_channels), drawn uniform in
    ±1/sqrt(elements that a result reads).

    Shape: (N, C, L), or without N; every spatial size S becomes
    (S + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1. Raises ValueError for options and RuntimeError for inputs
    that do not fit.
    """

    _rank = 1


class Conv2d(_Forward):
    """Convolution of (N, C, H, W) with learned kernels (what mathematics calls cross-correlation).

    in_channels, out_channels: channels before and after. kernel_size, stride, dilation: a number or one a dimension.
    padding: the same, or "same" (with stride 1) or "valid". groups: channels fall into groups that do not meet; divides both
    channel counts. bias: whether there is one. padding_mode: "zeros", "reflect", "replicate" or "circular".
    Parameters: weight (out_channels, in_channels / groups, *kernel_size), bias (out_channels), drawn uniform in
    ±1/sqrt(elements that a result reads).

    Shape: (N, C, H, W), or without N; every spatial size S becomes
    (S + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1. Raises ValueError for options and RuntimeError for inputs
    that do not fit.

    >>> torch.nn.Conv2d(3, 8, 3, padding=1)(torch.randn(2, 3, 32, 32)).shape
    torch.Size([2, 8, 32, 32])
    """

    _rank = 2


class Conv3d(_Forward):
    """Convolution of (N, C, D, H, W) with learned kernels (what mathematics calls cross-correlation).

    in_channels, out_channels: channels before and after. kernel_size, stride, dilation: a number or one a dimension.
    padding: the same, or "same" (with stride 1) or "valid". groups: channels fall into groups that do not meet; divides both
    channel counts. bias: whether there is one. padding_mode: "zeros", "reflect", "replicate" or "circular".
    Parameters: weight (out_channels, in_channels / groups, *kernel_size), bias (out_channels), drawn uniform in
    ±1/sqrt(elements that a result reads).

    Shape: (N, C, D, H, W), or without N; every spatial size S becomes
    (S + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1. Raises ValueError for options and RuntimeError for inputs
    that do not fit.
    """

    _rank = 3
