"""Convolution layers: `Conv1d` to `Conv3d` and their transposed forms.

The order of random draws in `reset_parameters` is PyTorch's, so that seeds give the same networks.
Refuses lazy forms. Read next: `nn._convolution`.
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
        if self._is_transposed:
            shape = (in_channels, out_channels // groups, *self.kernel_size)
        else:
            shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

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
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )


class Conv1d(_Forward):
    """Convolution of `(N, C, L)`."""

    _rank = 1


class Conv2d(_Forward):
    """Convolution of `(N, C, H, W)`."""

    _rank = 2


class Conv3d(_Forward):
    """Convolution of `(N, C, D, H, W)`."""

    _rank = 3


class _Transposed(_Convolution):
    _is_transposed = True

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
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
        )

    def _extra(self, input, output_size):
        """The output padding that gives a size."""
        if output_size is None:
            return self.output_padding
        rank = self._rank
        has_batch = input.dim() == rank + 2
        sizes = list(output_size)
        if len(sizes) == rank + (2 if has_batch else 1):
            sizes = sizes[-rank:]
        if len(sizes) != rank:
            raise ValueError(
                f"ConvTranspose{rank}D: for {input.dim()}D input, output_size must have {rank} or {input.dim()} elements (got "
                f"{len(output_size)})"
            )
        least = [
            (size - 1) * step - 2 * pad + dilation * (kernel - 1) + 1
            for size, step, pad, dilation, kernel in zip(
                input.shape[-rank:], self.stride, self.padding, self.dilation, self.kernel_size
            )
        ]
        most = [low + step - 1 for low, step in zip(least, self.stride)]
        if any(not low <= size <= high for low, size, high in zip(least, sizes, most)):
            raise ValueError(
                f"requested an output size of {sizes}, but valid sizes range from {least} to {most} (for an input of "
                f"{list(input.shape[2:])})"
            )
        return [size - low for size, low in zip(sizes, least)]

    def forward(self, input, output_size=None):
        convolve = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[self._rank - 1]
        extra = self._extra(input, output_size)
        return convolve(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation
        )


class ConvTranspose1d(_Transposed):
    """Transposed convolution of `(N, C, L)`."""

    _rank = 1


class ConvTranspose2d(_Transposed):
    """Transposed convolution of `(N, C, H, W)`."""

    _rank = 2


class ConvTranspose3d(_Transposed):
    """Transposed convolution of `(N, C, D, H, W)`."""

    _rank = 3
