"""MobileNetV2: residual blocks that are wide inside: https://arxiv.org/abs/1801.04381. Read next: `mobilenetv3`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch import nn

from ..ops.misc import Conv2dNormActivation
from ._api import builder
from ._blocks import begin, make_divisible, small_linear
from ._weights import weights_enum

__all__ = ["MobileNetV2", "MobileNet_V2_Weights", "mobilenet_v2"]

# For each group of blocks: how much wider inside, output channels, how many, first stride.
_GROUPS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class InvertedResidual(nn.Module):
    """Widen, convolve each channel, narrow; added to the input where shapes agree. stride: 1 or 2."""

    def __init__(self, inp, oup, stride, expand_ratio, norm_layer=None):
        super().__init__()
        if stride not in (1, 2):
            raise ValueError(f"stride should be 1 or 2 instead of {stride}")
        norm_layer = nn.BatchNorm2d if norm_layer is None else norm_layer
        hidden = int(round(inp * expand_ratio))
        self.stride = stride
        self.use_res_connect = stride == 1 and inp == oup
        layers = []
        shared = {"norm_layer": norm_layer, "activation_layer": nn.ReLU6}
        if expand_ratio != 1:
            layers.append(Conv2dNormActivation(inp, hidden, kernel_size=1, **shared))
        layers.append(Conv2dNormActivation(hidden, hidden, stride=stride, groups=hidden, **shared))
        layers += [nn.Conv2d(hidden, oup, 1, 1, 0, bias=False), norm_layer(oup)]
        self.conv = nn.Sequential(*layers)
        self.out_channels = oup
        self._is_cn = stride > 1

    def forward(self, x):
        """`(N, inp, H, W)` to `(N, oup, H / stride, W / stride)`."""
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    """A stem, inverted residuals, a mean and a linear layer; `(N, 3, H, W)` to `(N, num_classes)`.

    width_mult: scales all widths. inverted_residual_setting: rows of (expansion, channels, how many, first stride).
    round_nearest: widths are multiples of it. block, norm_layer: other classes. dropout: its probability.
    """

    def __init__(
        self,
        num_classes=1000,
        width_mult=1.0,
        inverted_residual_setting=None,
        round_nearest=8,
        block=None,
        norm_layer=None,
        dropout=0.2,
    ):
        super().__init__()
        block = InvertedResidual if block is None else block
        norm_layer = nn.BatchNorm2d if norm_layer is None else norm_layer
        groups = _GROUPS if inverted_residual_setting is None else inverted_residual_setting
        if len(groups) == 0 or len(groups[0]) != 4:
            raise ValueError(
                f"inverted_residual_setting should be non-empty or a 4-element list, got {inverted_residual_setting}"
            )
        width = make_divisible(32 * width_mult, round_nearest)
        self.last_channel = make_divisible(1280 * max(1.0, width_mult), round_nearest)
        shared = {"norm_layer": norm_layer, "activation_layer": nn.ReLU6}
        features = [Conv2dNormActivation(3, width, stride=2, **shared)]
        for expansion, channels, count, first_stride in groups:
            out = make_divisible(channels * width_mult, round_nearest)
            for position in range(count):
                stride = first_stride if position == 0 else 1
                features.append(block(width, out, stride, expand_ratio=expansion, norm_layer=norm_layer))
                width = out
        features.append(Conv2dNormActivation(width, self.last_channel, kernel_size=1, **shared))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), nn.Linear(self.last_channel, num_classes))
        begin(self, small_linear)

    def forward(self, x):
        """Scores of the classes."""
        x = nn.functional.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(torch.flatten(x, 1))


MobileNet_V2_Weights = weights_enum(
    "MobileNet_V2_Weights",
    __name__,
    [
        ("IMAGENET1K_V1", "mobilenet_v2-b0353104.pth", 224, 256, {"num_params": 3504872}),
        ("IMAGENET1K_V2", "mobilenet_v2-7ebf99e0.pth", 224, 232, {"num_params": 3504872}),
    ],
)


@builder(MobileNet_V2_Weights)
def mobilenet_v2(**options):
    """MobileNetV2. Options are those of `MobileNetV2`."""
    return MobileNetV2(**options)
