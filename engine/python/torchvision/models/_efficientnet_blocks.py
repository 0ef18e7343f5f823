"""The blocks of EfficientNet and how they scale: MBConv and, where memory is slow, FusedMBConv. Read next: `efficientnet`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
from functools import partial

from torch import nn

from ..ops.misc import Conv2dNormActivation, SqueezeExcitation
from ..ops.stochastic_depth import StochasticDepth
from ._blocks import make_divisible


class MBConvConfig:
    """A stage of MBConv blocks. width_mult, depth_mult: scale the channels and the number of blocks."""

    def __init__(
        self,
        expand_ratio,
        kernel,
        stride,
        input_channels,
        out_channels,
        num_layers,
        width_mult=1.0,
        depth_mult=1.0,
        block=None,
    ):
        self.expand_ratio = expand_ratio
        self.kernel = kernel
        self.stride = stride
        self.input_channels = self.adjust_channels(input_channels, width_mult)
        self.out_channels = self.adjust_channels(out_channels, width_mult)
        self.num_layers = self.adjust_depth(num_layers, depth_mult)
        self.block = MBConv if block is None else block

    @staticmethod
    def adjust_channels(channels, width_mult, min_value=None):
        """A width, scaled."""
        return make_divisible(channels * width_mult, 8, min_value)

    @staticmethod
    def adjust_depth(num_layers, depth_mult):
        """A number of blocks, scaled."""
        return int(math.ceil(num_layers * depth_mult))


class FusedMBConvConfig:
    """A stage of FusedMBConv blocks."""

    adjust_channels = staticmethod(MBConvConfig.adjust_channels)

    def __init__(self, expand_ratio, kernel, stride, input_channels, out_channels, num_layers, block=None):
        self.expand_ratio = expand_ratio
        self.kernel = kernel
        self.stride = stride
        self.input_channels = input_channels
        self.out_channels = out_channels
        self.num_layers = num_layers
        self.block = FusedMBConv if block is None else block


class MBConv(nn.Module):
    """Widen, convolve each channel, weigh channels, narrow; added to the input where shapes agree."""

    def __init__(self, cnf, stochastic_depth_prob, norm_layer, se_layer=SqueezeExcitation):
        super().__init__()
        shared = {"norm_layer": norm_layer, "activation_layer": nn.SiLU}
        inside = MBConvConfig.adjust_channels(cnf.input_channels, cnf.expand_ratio)
        layers = []
        if inside != cnf.input_channels:
            layers.append(Conv2dNormActivation(cnf.input_channels, inside, kernel_size=1, **shared))
        layers.append(
            Conv2dNormActivation(
                inside, inside, kernel_size=cnf.kernel, stride=_checked_stride(cnf), groups=inside, **shared
            )
        )
        squeezed = max(1, cnf.input_channels // 4)
        layers.append(se_layer(inside, squeezed, activation=partial(nn.SiLU, inplace=True)))
        shared["activation_layer"] = None
        layers.append(Conv2dNormActivation(inside, cnf.out_channels, kernel_size=1, **shared))
        _settle(self, cnf, layers, stochastic_depth_prob)

    def forward(self, input):
        """`(N, input channels, H, W)` to `(N, output channels, H / stride, W / stride)`."""
        return _residual(self, input)


class FusedMBConv(nn.Module):
    """Widen by a whole convolution, narrow; added to the input where shapes agree."""

    def __init__(self, cnf, stochastic_depth_prob, norm_layer):
        super().__init__()
        shared = {"norm_layer": norm_layer, "activation_layer": nn.SiLU}
        inside = FusedMBConvConfig.adjust_channels(cnf.input_channels, cnf.expand_ratio)
        out = cnf.out_channels if inside == cnf.input_channels else inside
        stride = _checked_stride(cnf)
        layers = [Conv2dNormActivation(cnf.input_channels, out, kernel_size=cnf.kernel, stride=stride, **shared)]
        if inside != cnf.input_channels:
            shared["activation_layer"] = None
            layers.append(Conv2dNormActivation(inside, cnf.out_channels, kernel_size=1, **shared))
        _settle(self, cnf, layers, stochastic_depth_prob)

    def forward(self, input):
        """`(N, input channels, H, W)` to `(N, output channels, H / stride, W / stride)`."""
        return _residual(self, input)


def _checked_stride(cnf):
    if not 1 <= cnf.stride <= 2:
        raise ValueError("illegal stride value")
    return cnf.stride


def _settle(block, cnf, layers, stochastic_depth_prob):
    """What both blocks have."""
    block.use_res_connect = cnf.stride == 1 and cnf.input_channels == cnf.out_channels
    block.block = nn.Sequential(*layers)
    block.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")
    block.out_channels = cnf.out_channels


def _residual(block, input):
    result = block.block(input)
    return block.stochastic_depth(result) + input if block.use_res_connect else result
