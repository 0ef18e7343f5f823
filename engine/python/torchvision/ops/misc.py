"""Blocks that models are made of: convolution with norm and activation, squeeze and excitation, perceptrons, permutation.

Names of parameters are torchvision's, so that its checkpoints load. Read next: `stochastic_depth`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings
from collections.abc import Sequence
from itertools import repeat

import torch
from torch import nn

interpolate = torch.nn.functional.interpolate


def _tuple_of(value, count):
    return tuple(value) if isinstance(value, Sequence) else tuple(repeat(value, count))


class FrozenBatchNorm2d(nn.Module):
    """Batch normalisation whose statistics and scale are buffers that training leaves alone.

    num_features: the channels of `(N, C, H, W)`. eps: added to the variance.
    """

    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.register_buffer("weight", torch.ones(num_features))
        self.register_buffer("bias", torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def _load_from_state_dict(self, state_dict, prefix, *args):
        # Checkpoints of BatchNorm2d count batches; there is nothing to count here.
        state_dict.pop(prefix + "num_batches_tracked", None)
        super()._load_from_state_dict(state_dict, prefix, *args)

    def forward(self, x):
        """`(x - mean) / sqrt(var + eps) * weight + bias`, channel by channel."""
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        shift = self.bias - self.running_mean * scale
        return x * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1)

    def __repr__(self):
        return f"{self.__class__.__name__}({self.weight.shape[0]}, eps={self.eps})"


class ConvNormActivation(nn.Sequential):
    """Convolution, normalisation and activation in a row; `Conv2dNormActivation` and `Conv3dNormActivation` are these.

    padding: as much as keeps the size at stride 1, if None. bias: True only where there is no norm, if None.
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        padding=None,
        groups=1,
        norm_layer=nn.BatchNorm2d,
        activation_layer=nn.ReLU,
        dilation=1,
        inplace=True,
        bias=None,
        conv_layer=nn.Conv2d,
    ):
        if padding is None:
            if isinstance(kernel_size, int) and isinstance(dilation, int):
                padding = (kernel_size - 1) // 2 * dilation
            else:
                count = len(kernel_size) if isinstance(kernel_size, Sequence) else len(dilation)
                sizes, gaps = _tuple_of(kernel_size, count), _tuple_of(dilation, count)
                padding = tuple((size - 1) // 2 * gap for size, gap in zip(sizes, gaps))
        if bias is None:
            bias = norm_layer is None
        layers = [
            conv_layer(
                in_channels, out_channels, kernel_size, stride, padding, dilation=dilation, groups=groups, bias=bias
            )
        ]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            options = {} if inplace is None else {"inplace": inplace}
            layers.append(activation_layer(**options))
        super().__init__(*layers)
        self.out_channels = out_channels
        if self.__class__ is ConvNormActivation:
            warnings.warn(
                "Don't use ConvNormActivation directly, please use Conv2dNormActivation and Conv3dNormActivation instead.",
                stacklevel=2,
            )


class Conv2dNormActivation(ConvNormActivation):
    """Conv2d, a norm (BatchNorm2d) and an activation (ReLU) in a row; either of the latter is left out if None.

    in_channels, out_channels, kernel_size (3), stride, groups, dilation, bias: as `nn.Conv2d`'s.
    padding: as much as keeps the size at stride 1, if None. inplace: given to the activation unless None.
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        padding=None,
        groups=1,
        norm_layer=nn.BatchNorm2d,
        activation_layer=nn.ReLU,
        dilation=1,
        inplace=True,
        bias=None,
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation,
            inplace, bias, nn.Conv2d,
        )


class Conv3dNormActivation(ConvNormActivation):
    """The same as `Conv2dNormActivation` with Conv3d and BatchNorm3d."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        padding=None,
        groups=1,
        norm_layer=nn.BatchNorm3d,
        activation_layer=nn.ReLU,
        dilation=1,
        inplace=True,
        bias=None,
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation,
            inplace, bias, nn.Conv3d,
        )


class SqueezeExcitation(nn.Module):
    """Scales channels by what a small network makes of their means: https://arxiv.org/abs/1709.01507 (figures 1 to 3).

    input_channels, squeeze_channels: the network's widths. activation, scale_activation: after its two layers.
    """

    def __init__(self, input_channels, squeeze_channels, activation=nn.ReLU, scale_activation=nn.Sigmoid):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, input):
        """`(N, C, H, W)` to the same shape."""
        scale = self.activation(self.fc1(self.avgpool(input)))
        return self.scale_activation(self.fc2(scale)) * input


class MLP(nn.Sequential):
    """Linear layers with norm, activation and dropout between them, and a linear layer and dropout last.

    in_channels: the width of the input. hidden_channels: the widths of the layers. norm_layer: None for none.
    inplace: given to activations and dropouts unless None. bias: of the linear layers. dropout: its probability.
    """

    def __init__(
        self,
        in_channels,
        hidden_channels,
        norm_layer=None,
        activation_layer=nn.ReLU,
        inplace=None,
        bias=True,
        dropout=0.0,
    ):
        options = {} if inplace is None else {"inplace": inplace}
        layers = []
        width = in_channels
        for hidden in hidden_channels[:-1]:
            layers.append(nn.Linear(width, hidden, bias=bias))
            if norm_layer is not None:
                layers.append(norm_layer(hidden))
            layers.append(activation_layer(**options))
            layers.append(nn.Dropout(dropout, **options))
            width = hidden
        layers.append(nn.Linear(width, hidden_channels[-1], bias=bias))
        layers.append(nn.Dropout(dropout, **options))
        super().__init__(*layers)


class Permute(nn.Module):
    """`torch.permute` as a module. dims: the order of the dimensions."""

    def __init__(self, dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        """The input with its dimensions in that order."""
        return torch.permute(x, self.dims)
