"""Convolutions and transposed convolutions as functions.

Sizes and errors are the engine's. Refuses nothing of its own.
Read next: `engine/src/ops/convolution.rs`, `_padding`.
"""

from .._C import ops


def ints(value):
    """A setting that is one number or one a dimension, as a list; `None` gives an empty one."""
    if value is None:
        return []
    if isinstance(value, (tuple, list)):
        return [part.__index__() for part in value]
    return [value.__index__()]


def _convolve(rank, input, weight, bias, stride, padding, dilation, groups):
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        padding = None if padding == "same" else [0]
    else:
        padding = ints(padding)
    return ops.convolution(input, weight, bias, rank, ints(stride), padding, ints(dilation), groups)


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolution of `(N, C, L)` with `(O, C / groups, K)`.

    input: (N, C, L), or without N. bias: (O). stride, dilation: a number. padding: a number, "same" or "valid".
    groups: divides C and O. Every size S becomes (S + 2 padding - dilation (kernel - 1) - 1) // stride + 1.
    RuntimeError for shapes and dtypes that do not fit.
    """
    return _convolve(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolution of `(N, C, H, W)` with `(O, C / groups, kH, kW)`.

    input: (N, C, H, W), or without N. bias: (O). stride, dilation: a number or one a dimension. padding: a number or
    one a dimension, "same" or "valid". groups: divides C and O. Every size S becomes (S + 2 padding - dilation
    (kernel - 1) - 1) // stride + 1. RuntimeError for shapes and dtypes that do not fit.
    """
    return _convolve(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolution of `(N, C, D, H, W)` with `(O, C / groups, kD, kH, kW)`.

    input: (N, C, D, H, W), or without N. bias: (O). stride, dilation: a number or one a dimension. padding: a number
    or one a dimension, "same" or "valid". groups: divides C and O. Every size S becomes (S + 2 padding - dilation
    (kernel - 1) - 1) // stride + 1. RuntimeError for shapes and dtypes that do not fit.
    """
    return _convolve(3, input, weight, bias, stride, padding, dilation, groups)


def _transposed(rank, input, weight, bias, stride, padding, output_padding, groups, dilation):
    return ops.transposed_convolution(
        input, weight, bias, rank, ints(stride), ints(padding), ints(dilation), groups, ints(output_padding)
    )


def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Transposed convolution of `(N, C, L)` with `(C, O / groups, K)`.

    input: (N, C, L), or without N. bias: (O). stride, padding, output_padding, dilation: a number. groups: divides C
    and O. Every size S becomes (S - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1. RuntimeError
    for shapes and dtypes that do not fit. It is the gradient of a convolution by its input.
    """
    return _transposed(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Transposed convolution of `(N, C, H, W)` with `(C, O / groups, kH, kW)`.

    input: (N, C, H, W), or without N. bias: (O). stride, padding, output_padding, dilation: a number or one a
    dimension. groups: divides C and O. Every size S becomes (S - 1) stride - 2 padding + dilation (kernel - 1) +
    output_padding + 1. RuntimeError for shapes and dtypes that do not fit. It is the gradient of a convolution by
    its input.
    """
    return _transposed(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Transposed convolution of `(N, C, D, H, W)` with `(C, O / groups, kD, kH, kW)`.

    input: (N, C, D, H, W), or without N. bias: (O). stride, padding, output_padding, dilation: a number or one a
    dimension. groups: divides C and O. Every size S becomes (S - 1) stride - 2 padding + dilation (kernel - 1) +
    output_padding + 1. RuntimeError for shapes and dtypes that do not fit. It is the gradient of a convolution by
    its input.
    """
    return _transposed(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups):
    """`torch.convolution`: any rank, either direction."""
    rank = weight.dim() - 2
    if transposed:
        return _transposed(rank, input, weight, bias, stride, padding, output_padding, groups, dilation)
    return _convolve(rank, input, weight, bias, stride, padding, dilation, groups)


def conv_tbc(input, weight, bias, pad=0):
    """Convolution of `(L, N, C)` with `(K, C, O)`.

    bias: (O). pad: zeros at both ends of L. Gives (L', N, O). RuntimeError for shapes that do not fit.
    """
    result = conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, padding=pad)
    return result.permute(2, 0, 1)
