"""ShuffleNetV2: half the channels pass by, then halves are mixed: https://arxiv.org/abs/1807.11164. Read next: `mobilenetv2`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys

import torch
from torch import nn

from ._api import builder
from ._weights import weights_enum


def channel_shuffle(x, groups):
    """Takes channels from each group in turn: `(N, C, H, W)` to the same."""
    return nn.functional.channel_shuffle(x, groups)


def _depthwise(width, stride):
    return nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1, bias=False, groups=width)


def _pointwise(inp, oup):
    return nn.Conv2d(inp, oup, kernel_size=1, stride=1, padding=0, bias=False)


class InvertedResidual(nn.Module):
    """Two branches side by side; at stride 1 the first is half the input as it is. Raises ValueError for other strides."""

    def __init__(self, inp, oup, stride):
        super().__init__()
        if not 1 <= stride <= 3:
            raise ValueError("illegal stride value")
        self.stride = stride
        half = oup // 2
        if stride == 1 and inp != half << 1:
            raise ValueError(
                f"Invalid combination of stride {stride}, inp {inp} and oup {oup} values. If stride == 1 then inp should be equal to oup // 2 << 1."
            )
        self.branch1 = nn.Sequential()
        if stride > 1:
            layers = [_depthwise(inp, stride), nn.BatchNorm2d(inp)]
            layers += [_pointwise(inp, half), nn.BatchNorm2d(half), nn.ReLU(inplace=True)]
            self.branch1 = nn.Sequential(*layers)
        self.branch2 = nn.Sequential(
            _pointwise(inp if stride > 1 else half, half),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
            _depthwise(half, stride),
            nn.BatchNorm2d(half),
            _pointwise(half, half),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        """`(N, inp, H, W)` to `(N, oup, H / stride, W / stride)`."""
        if self.stride == 1:
            passed, changed = x.chunk(2, dim=1)
            return channel_shuffle(torch.cat((passed, self.branch2(changed)), dim=1), 2)
        return channel_shuffle(torch.cat((self.branch1(x), self.branch2(x)), dim=1), 2)


class ShuffleNetV2(nn.Module):
    """A stem, three stages, a convolution, a mean and a linear layer; `(N, 3, H, W)` to `(N, num_classes)`.

    stages_repeats: three numbers of blocks. stages_out_channels: five widths. Raises ValueError for other numbers of them.
    """

    def __init__(self, stages_repeats, stages_out_channels, num_classes=1000, inverted_residual=InvertedResidual):
        super().__init__()
        if len(stages_repeats) != 3:
            raise ValueError("expected stages_repeats as list of 3 positive ints")
        if len(stages_out_channels) != 5:
            raise ValueError("expected stages_out_channels as list of 5 positive ints")
        self._stage_out_channels = stages_out_channels
        first, *stages, last = stages_out_channels
        self.conv1 = nn.Sequential(nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        width = first
        for number, (repeats, out) in enumerate(zip(stages_repeats, stages), 2):
            blocks = [inverted_residual(width, out, 2)]
            blocks += [inverted_residual(out, out, 1) for _ in range(repeats - 1)]
            setattr(self, f"stage{number}", nn.Sequential(*blocks))
            width = out
        self.conv5 = nn.Sequential(nn.Conv2d(width, last, 1, 1, 0, bias=False), nn.BatchNorm2d(last), nn.ReLU(inplace=True))
        self.fc = nn.Linear(last, num_classes)

    def forward(self, x):
        """Scores of the classes."""
        x = self.maxpool(self.conv1(x))
        x = self.conv5(self.stage4(self.stage3(self.stage2(x))))
        return self.fc(x.mean([2, 3]))


_NETWORKS = {
    "x0_5": ([24, 48, 96, 192, 1024], 1366792, "shufflenetv2_x0.5-f707e7126e", 256),
    "x1_0": ([24, 116, 232, 464, 1024], 2278604, "shufflenetv2_x1-5666bf0f80", 256),
    "x1_5": ([24, 176, 352, 704, 1024], 3503624, "shufflenetv2_x1_5-3c479a10", 232),
    "x2_0": ([24, 244, 488, 976, 2048], 7393996, "shufflenetv2_x2_0-8be3c8ee", 232),
}
_REPEATS = [4, 8, 4]


def _define(name, widths, num_params, file, resize):
    """The weights and the builder of one network."""
    rows = [("IMAGENET1K_V1", f"{file}.pth", 224, resize, {"num_params": num_params})]
    weights = weights_enum(f"ShuffleNet_V2_{name.upper()}_Weights", __name__, rows)

    def make(**options):
        return ShuffleNetV2(_REPEATS, widths, **options)

    make.__name__ = make.__qualname__ = f"shufflenet_v2_{name}"
    make.__doc__ = f"ShuffleNetV2, {name[1:].replace('_', '.')} times as wide. Options are those of `ShuffleNetV2`."
    setattr(sys.modules[__name__], weights.__name__, weights)
    setattr(sys.modules[__name__], make.__name__, builder(weights)(make))
    return [weights.__name__, make.__name__]


__all__ = ["ShuffleNetV2"]
for _name, _facts in _NETWORKS.items():
    __all__ += _define(_name, *_facts)
