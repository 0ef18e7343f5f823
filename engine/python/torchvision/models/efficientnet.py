"""EfficientNet (https://arxiv.org/abs/1905.11946) and EfficientNetV2 (https://arxiv.org/abs/2104.00298).

Read next: `_efficientnet_blocks`, `mobilenetv3`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import copy
import math
import sys
from functools import partial

import torch
from torch import nn

from ..ops.misc import Conv2dNormActivation
from ._api import builder
from ._blocks import begin
from ._efficientnet_blocks import FusedMBConv, FusedMBConvConfig, MBConv, MBConvConfig
from ._weights import weights_enum

# For each stage: expansion, kernel, first stride, input and output channels, how many; "fused" blocks first.
_BASE = (
    (1, 3, 1, 32, 16, 1),
    (6, 3, 2, 16, 24, 2),
    (6, 5, 2, 24, 40, 2),
    (6, 3, 2, 40, 80, 3),
    (6, 5, 1, 80, 112, 3),
    (6, 5, 2, 112, 192, 4),
    (6, 3, 1, 192, 320, 1),
)
_SECOND = {
    "S": (
        ((1, 3, 1, 24, 24, 2), (4, 3, 2, 24, 48, 4), (4, 3, 2, 48, 64, 4)),
        ((4, 3, 2, 64, 128, 6), (6, 3, 1, 128, 160, 9), (6, 3, 2, 160, 256, 15)),
    ),
    "M": (
        ((1, 3, 1, 24, 24, 3), (4, 3, 2, 24, 48, 5), (4, 3, 2, 48, 80, 5)),
        ((4, 3, 2, 80, 160, 7), (6, 3, 1, 160, 176, 14), (6, 3, 2, 176, 304, 18), (6, 3, 1, 304, 512, 5)),
    ),
    "L": (
        ((1, 3, 1, 32, 32, 4), (4, 3, 2, 32, 64, 7), (4, 3, 2, 64, 96, 7)),
        ((4, 3, 2, 96, 192, 10), (6, 3, 1, 192, 224, 19), (6, 3, 2, 224, 384, 25), (6, 3, 1, 384, 640, 7)),
    ),
}
_SECOND_LAST_CHANNEL = 1280


class EfficientNet(nn.Module):
    """A stem, stages of blocks, a mean and a linear layer; `(N, 3, H, W)` to `(N, num_classes)`.

    inverted_residual_setting: an MBConvConfig or FusedMBConvConfig for each stage. dropout: before the linear layer.
    stochastic_depth_prob: of the last block; it grows from 0. last_channel: four times the last stage's if absent.
    """

    def __init__(
        self,
        inverted_residual_setting,
        dropout,
        stochastic_depth_prob=0.2,
        num_classes=1000,
        norm_layer=None,
        last_channel=None,
    ):
        super().__init__()
        if not inverted_residual_setting:
            raise ValueError("The inverted_residual_setting should not be empty")
        if not all(isinstance(entry, MBConvConfig | FusedMBConvConfig) for entry in inverted_residual_setting):
            raise TypeError("The inverted_residual_setting should be List[MBConvConfig]")
        norm_layer = nn.BatchNorm2d if norm_layer is None else norm_layer
        shared = {"norm_layer": norm_layer, "activation_layer": nn.SiLU}
        width = inverted_residual_setting[0].input_channels
        layers = [Conv2dNormActivation(3, width, kernel_size=3, stride=2, **shared)]
        num_blocks = sum(entry.num_layers for entry in inverted_residual_setting)
        block_idx = 0
        for entry in inverted_residual_setting:
            stage = []
            for _ in range(entry.num_layers):
                config = copy.copy(entry)
                if stage:
                    config.input_channels, config.stride = config.out_channels, 1
                stage.append(config.block(config, stochastic_depth_prob * float(block_idx) / num_blocks, norm_layer))
                block_idx += 1
            layers.append(nn.Sequential(*stage))
        width = inverted_residual_setting[-1].out_channels
        last_channel = 4 * width if last_channel is None else last_channel
        layers.append(Conv2dNormActivation(width, last_channel, kernel_size=1, **shared))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(p=dropout, inplace=True), nn.Linear(last_channel, num_classes))
        begin(self, _begin_linear)

    def forward(self, x):
        """Scores of the classes."""
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def _begin_linear(module):
    bound = 1.0 / math.sqrt(module.out_features)
    nn.init.uniform_(module.weight, -bound, bound)
    nn.init.zeros_(module.bias)


def _first(width_mult, depth_mult):
    """The stages of the first generation, scaled."""
    return [MBConvConfig(*stage, width_mult=width_mult, depth_mult=depth_mult) for stage in _BASE]


def _second(size):
    """The stages of the second generation."""
    fused, plain = _SECOND[size]
    return [FusedMBConvConfig(*stage) for stage in fused] + [MBConvConfig(*stage) for stage in plain]


_WIDE_NORM = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
_SECOND_NORM = partial(nn.BatchNorm2d, eps=1e-03)

# Each network: its stages, options, parameters, and rows of weights (name, file, crop size, resize size, how resized).
_NETWORKS = {
    "B0": (partial(_first, 1.0, 1.0), {"dropout": 0.2}, 5288548, [("V1", "b0_rwightman-7f5810bc", 224, 256, "bicubic")]),
    "B1": (
        partial(_first, 1.0, 1.1),
        {"dropout": 0.2},
        7794184,
        [("V1", "b1_rwightman-bac287d4", 240, 256, "bicubic"), ("V2", "b1-c27df63c", 240, 255, "bilinear")],
    ),
    "B2": (partial(_first, 1.1, 1.2), {"dropout": 0.3}, 9109994, [("V1", "b2_rwightman-c35c1473", 288, 288, "bicubic")]),
    "B3": (partial(_first, 1.2, 1.4), {"dropout": 0.3}, 12233232, [("V1", "b3_rwightman-b3899882", 300, 320, "bicubic")]),
    "B4": (partial(_first, 1.4, 1.8), {"dropout": 0.4}, 19341616, [("V1", "b4_rwightman-23ab8bcd", 380, 384, "bicubic")]),
    "B5": (
        partial(_first, 1.6, 2.2),
        {"dropout": 0.4, "norm_layer": _WIDE_NORM},
        30389784,
        [("V1", "b5_lukemelas-1a07897c", 456, 456, "bicubic")],
    ),
    "B6": (
        partial(_first, 1.8, 2.6),
        {"dropout": 0.5, "norm_layer": _WIDE_NORM},
        43040704,
        [("V1", "b6_lukemelas-24a108a5", 528, 528, "bicubic")],
    ),
    "B7": (
        partial(_first, 2.0, 3.1),
        {"dropout": 0.5, "norm_layer": _WIDE_NORM},
        66347960,
        [("V1", "b7_lukemelas-c5b4e57e", 600, 600, "bicubic")],
    ),
    "V2_S": (
        partial(_second, "S"),
        {"dropout": 0.2, "norm_layer": _SECOND_NORM, "last_channel": _SECOND_LAST_CHANNEL},
        21458488,
        [("V1", "v2_s-dd5fe13b", 384, 384, "bilinear")],
    ),
    "V2_M": (
        partial(_second, "M"),
        {"dropout": 0.3, "norm_layer": _SECOND_NORM, "last_channel": _SECOND_LAST_CHANNEL},
        54139356,
        [("V1", "v2_m-dc08266a", 480, 480, "bilinear")],
    ),
    "V2_L": (
        partial(_second, "L"),
        {"dropout": 0.4, "norm_layer": _SECOND_NORM, "last_channel": _SECOND_LAST_CHANNEL},
        118515272,
        [("V1", "v2_l-59c71312", 480, 480, "bicubic")],
    ),
}


def _define(name, stages, defaults, num_params, files):
    """The weights and the builder of one network."""
    rows = []
    for version, file, crop, resize, interpolation in files:
        options = {"num_params": num_params, "interpolation": interpolation}
        if name == "V2_L":
            options.update(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
        rows.append((f"IMAGENET1K_{version}", f"efficientnet_{file}.pth", crop, resize, options))
    weights = weights_enum(f"EfficientNet_{name}_Weights", __name__, rows)

    def make(**options):
        return EfficientNet(stages(), **{**defaults, **options})

    make.__name__ = make.__qualname__ = f"efficientnet_{name.lower()}"
    make.__doc__ = f"EfficientNet {name.replace('_', ' ')}. Options are those of `EfficientNet`."
    setattr(sys.modules[__name__], weights.__name__, weights)
    setattr(sys.modules[__name__], make.__name__, builder(weights)(make))
    return [weights.__name__, make.__name__]


__all__ = ["EfficientNet"]
for _name, _facts in _NETWORKS.items():
    __all__ += _define(_name, *_facts)
