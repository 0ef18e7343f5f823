"""Transposed convolution layers: `ConvTranspose1d` to `ConvTranspose3d`.

Weights have in_channels first; calls may ask for a size of the result.
Read next: `nn.modules.conv`, `nn._convolution`.
"""

from .. import functional as F
from .conv import _Convolution


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
            in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding, groups, bias, padding_mode, device, dtype
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
    """Transposed convolution of (N, C, L): the gradient of a convolution as a layer, also called deconvolution.

    Arguments as `Conv1d`; output_padding: added to one side of the result's size. padding_mode: "zeros" alone (ValueError).
    Parameters: weight (in_channels, out_channels / groups, *kernel_size), bias (out_channels).

    Shape: (N, C, L), or without N; every spatial size S becomes
    (S - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1. Calls take `output_size` to choose one of the
    sizes that a strided convolution maps to this one.
    """

    _rank = 1


class ConvTranspose2d(_Transposed):
    """Transposed convolution of (N, C, H, W): the gradient of a convolution as a layer, also called deconvolution.

    Arguments as `Conv2d`; output_padding: added to one side of the result's size. padding_mode: "zeros" alone (ValueError).
    Parameters: weight (in_channels, out_channels / groups, *kernel_size), bias (out_channels).

    Shape: (N, C, H, W), or without N; every spatial size S becomes
    (S - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1. Calls take `output_size` to choose one of the
    sizes that a strided convolution maps to this one.
    """

    _rank = 2


class ConvTranspose3d(_Transposed):
    """Transposed convolution of (N, C, D, H, W): the gradient of a convolution as a layer, also called deconvolution.

    Arguments as `Conv3d`; output_padding: added to one side of the result's size. padding_mode: "zeros" alone (ValueError).
    Parameters: weight (in_channels, out_channels / groups, *kernel_size), bias (out_channels).

    Shape: (N, C, D, H, W), or without N; every spatial size S becomes
    (S - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1. Calls take `output_size` to choose one of the
    sizes that a strided convolution maps to this one.
    """

    _rank = 3
