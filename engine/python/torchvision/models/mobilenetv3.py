"""MobileNetV3, large and small: https://arxiv.org/abs/1905.02244. Read next: `efficientnet`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from functools import partial

import torch
from torch import nn

from ..ops.misc import Conv2dNormActivation, SqueezeExcitation
from ._api import builder
from ._blocks import begin, make_divisible, small_linear
from ._weights import weights_enum

__all__ = [
    "MobileNetV3",
    "MobileNet_V3_Large_Weights",
    "MobileNet_V3_Small_Weights",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
]

# For each block: input channels, kernel, channels inside, output channels, squeeze and excitation, Hardswish, stride.
# The last three blocks may be dilated instead of strided, and have half the channels.
_LARGE = (
    (16, 3, 16, 16, False, False, 1),
    (16, 3, 64, 24, False, False, 2),
    (24, 3, 72, 24, False, False, 1),
    (24, 5, 72, 40, True, False, 2),
    (40, 5, 120, 40, True, False, 1),
    (40, 5, 120, 40, True, False, 1),
    (40, 3, 240, 80, False, True, 2),
    (80, 3, 200, 80, False, True, 1),
    (80, 3, 184, 80, False, True, 1),
    (80, 3, 184, 80, False, True, 1),
    (80, 3, 480, 112, True, True, 1),
    (112, 3, 672, 112, True, True, 1),
    (112, 5, 672, 160, True, True, 2),
    (160, 5, 960, 160, True, True, 1),
    (160, 5, 960, 160, True, True, 1),
)
_SMALL = (
    (16, 3, 16, 16, True, False, 2),
    (16, 3, 72, 24, False, False, 2),
    (24, 3, 88, 24, False, False, 1),
    (24, 5, 96, 40, True, True, 2),
    (40, 5, 240, 40, True, True, 1),
    (40, 5, 240, 40, True, True, 1),
    (40, 5, 120, 48, True, True, 1),
    (48, 5, 144, 48, True, True, 1),
    (48, 5, 288, 96, True, True, 2),
    (96, 5, 576, 96, True, True, 1),
    (96, 5, 576, 96, True, True, 1),
)
_NUM_TAIL_BLOCKS = 3


class InvertedResidualConfig:
    """What one block is like. activation: "RE" for ReLU, "HS" for Hardswish."""

    def __init__(
        self, input_channels, kernel, expanded_channels, out_channels, use_se, activation, stride, dilation, width_mult
    ):
        self.input_channels = self.adjust_channels(input_channels, width_mult)
        self.kernel = kernel
        self.expanded_channels = self.adjust_channels(expanded_channels, width_mult)
        self.out_channels = self.adjust_channels(out_channels, width_mult)
        self.use_se = use_se
        self.use_hs = activation == "HS"
        self.stride = stride
        self.dilation = dilation

    @staticmethod
    def adjust_channels(channels, width_mult):
        """A width, scaled."""
        return make_divisible(channels * width_mult, 8)


_SqueezeExcitation = partial(SqueezeExcitation, scale_activation=nn.Hardsigmoid)


class InvertedResidual(nn.Module):
    """Widen, convolve each channel, weigh channels, narrow; added to the input where shapes agree."""

    def __init__(self, cnf, norm_layer, se_layer=_SqueezeExcitation):
        super().__init__()
        if cnf.stride not in (1, 2):
            raise ValueError("illegal stride value")
        self.use_res_connect = cnf.stride == 1 and cnf.input_channels == cnf.out_channels
        shared = {"norm_layer": norm_layer, "activation_layer": nn.Hardswish if cnf.use_hs else nn.ReLU}
        inside = cnf.expanded_channels
        layers = []
        if inside != cnf.input_channels:
            layers.append(Conv2dNormActivation(cnf.input_channels, inside, kernel_size=1, **shared))
        stride = 1 if cnf.dilation > 1 else cnf.stride
        layers.append(
            Conv2dNormActivation(
                inside, inside, kernel_size=cnf.kernel, stride=stride, dilation=cnf.dilation, groups=inside, **shared
            )
        )
        if cnf.use_se:
            layers.append(se_layer(inside, make_divisible(inside // 4, 8)))
        shared["activation_layer"] = None
        layers.append(Conv2dNormActivation(inside, cnf.out_channels, kernel_size=1, **shared))
        self.block = nn.Sequential(*layers)
        self.out_channels = cnf.out_channels
        self._is_cn = cnf.stride > 1

    def forward(self, input):
        """`(N, input channels, H, W)` to `(N, output channels, H / stride, W / stride)`."""
        result = self.block(input)
        return result + input if self.use_res_connect else result


class MobileNetV3(nn.Module):
    """A stem, inverted residuals, a mean and two linear layers; `(N, 3, H, W)` to `(N, num_classes)`.

    inverted_residual_setting: an InvertedResidualConfig for each block. last_channel: width between the linear layers.
    block, norm_layer: other classes. dropout: its probability.
    """

    def __init__(
        self,
        inverted_residual_setting,
        last_channel,
        num_classes=1000,
        block=None,
        norm_layer=None,
        dropout=0.2,
        **kwargs,
    ):
        super().__init__()
        if not inverted_residual_setting:
            raise ValueError("The inverted_residual_setting should not be empty")
        if not all(isinstance(entry, InvertedResidualConfig) for entry in inverted_residual_setting):
            raise TypeError("The inverted_residual_setting should be List[InvertedResidualConfig]")
        block = InvertedResidual if block is None else block
        norm_layer = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01) if norm_layer is None else norm_layer
        shared = {"norm_layer": norm_layer, "activation_layer": nn.Hardswish}
        layers = [Conv2dNormActivation(3, inverted_residual_setting[0].input_channels, kernel_size=3, stride=2, **shared)]
        layers += [block(entry, norm_layer) for entry in inverted_residual_setting]
        width = inverted_residual_setting[-1].out_channels
        layers.append(Conv2dNormActivation(width, 6 * width, kernel_size=1, **shared))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(6 * width, last_channel),
            nn.Hardswish(inplace=True),
            nn.Dropout(p=dropout, inplace=True),
            nn.Linear(last_channel, num_classes),
        )
        begin(self, small_linear)

    def forward(self, x):
        """Scores of the classes."""
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def _network(blocks, last_channel, width_mult=1.0, reduced_tail=False, dilated=False, **options):
    """A network of a table's blocks. reduced_tail: half the channels at its end. dilated: keeps the size there."""
    divider = 2 if reduced_tail else 1
    first_of_tail = len(blocks) - _NUM_TAIL_BLOCKS
    settings = []
    for position, (inp, kernel, inside, out, has_se, is_hard, stride) in enumerate(blocks):
        in_tail = position >= first_of_tail
        if in_tail:
            # What goes into the tail has the width that it always had.
            out //= divider
            if position > first_of_tail:
                inp, inside = inp // divider, inside // divider
        dilation = 2 if dilated and in_tail else 1
        activation = "HS" if is_hard else "RE"
        settings.append(InvertedResidualConfig(inp, kernel, inside, out, has_se, activation, stride, dilation, width_mult))
    last = InvertedResidualConfig.adjust_channels(last_channel // divider, width_mult)
    return MobileNetV3(settings, last, **options)


MobileNet_V3_Large_Weights = weights_enum(
    "MobileNet_V3_Large_Weights",
    __name__,
    [
        ("IMAGENET1K_V1", "mobilenet_v3_large-8738ca79.pth", 224, 256, {"num_params": 5483032}),
        ("IMAGENET1K_V2", "mobilenet_v3_large-5c1a4163.pth", 224, 232, {"num_params": 5483032}),
    ],
)
MobileNet_V3_Small_Weights = weights_enum(
    "MobileNet_V3_Small_Weights",
    __name__,
    [("IMAGENET1K_V1", "mobilenet_v3_small-047dcff4.pth", 224, 256, {"num_params": 2542856})],
)


@builder(MobileNet_V3_Large_Weights)
def mobilenet_v3_large(**options):
    """MobileNetV3, large. Options are those of `MobileNetV3`."""
    return _network(_LARGE, 1280, **options)


@builder(MobileNet_V3_Small_Weights)
def mobilenet_v3_small(**options):
    """MobileNetV3, small. Options are those of `MobileNetV3`."""
    return _network(_SMALL, 1024, **options)
