"""VGG: stacks of small convolutions: https://arxiv.org/abs/1409.1556. Read next: `resnet`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys

import torch
from torch import nn

from ._api import builder
from ._blocks import begin, small_linear
from ._weights import weights_enum

# The convolutions before each pool: how many, in each of five groups.
_GROUPS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
_WIDTHS = (64, 128, 256, 512, 512)

# The checkpoints, plain and with norms, and how many parameters they have.
_FILES = {
    "11": ("vgg11-8a719046.pth", 132863336),
    "11_BN": ("vgg11_bn-6002323d.pth", 132868840),
    "13": ("vgg13-19584684.pth", 133047848),
    "13_BN": ("vgg13_bn-abd245e5.pth", 133053736),
    "16": ("vgg16-397923af.pth", 138357544),
    "16_BN": ("vgg16_bn-6c64b313.pth", 138365992),
    "19": ("vgg19-dcbb9e9d.pth", 143667240),
    "19_BN": ("vgg19_bn-c79401a0.pth", 143678248),
}


class VGG(nn.Module):
    """Convolutions (`features`), a pool to 7 x 7, and three linear layers; `(N, 3, H, W)` to `(N, num_classes)`.

    init_weights: draws the first weights as the paper's successors do. dropout: its probability.
    """

    def __init__(self, features, num_classes=1000, init_weights=True, dropout=0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes),
        )
        if init_weights:
            begin(self, small_linear)

    def forward(self, x):
        """Scores of the classes."""
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def make_layers(cfg, batch_norm=False):
    """The convolutions of a list of widths, in which "M" is a pool."""
    layers, width = [], 3
    for entry in cfg:
        if entry == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(nn.Conv2d(width, entry, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(entry))
        layers.append(nn.ReLU(inplace=True))
        width = entry
    return nn.Sequential(*layers)


def _configuration(depth):
    return [entry for count, width in zip(_GROUPS[depth], _WIDTHS) for entry in [width] * count + ["M"]]


def _without_drawing(options):
    options["init_weights"] = False


def _define(depth, batch_norm):
    """The weights and the builder of one depth."""
    key = f"{depth}_BN" if batch_norm else str(depth)
    file, num_params = _FILES[key]
    facts = {"num_params": num_params, "min_size": (32, 32)}
    rows = [("IMAGENET1K_V1", file, 224, 256, facts)]
    if key == "16":
        plain = {"mean": (0.48235, 0.45882, 0.40784), "std": (1 / 255,) * 3, "default": False}
        rows.append(("IMAGENET1K_FEATURES", "vgg16_features-amdegroot-88682ab5.pth", 224, 256, {**facts, **plain}))
    weights = weights_enum(f"VGG{key}_Weights", __name__, rows)

    def make(**options):
        return VGG(make_layers(_configuration(depth), batch_norm), **options)

    make.__name__ = make.__qualname__ = f"vgg{key.lower()}"
    make.__doc__ = f"VGG-{depth}{' with batch normalisation' if batch_norm else ''}. Options are those of `VGG`."
    setattr(sys.modules[__name__], weights.__name__, weights)
    setattr(sys.modules[__name__], make.__name__, builder(weights, before=_without_drawing)(make))
    return [weights.__name__, make.__name__]


__all__ = ["VGG"]
for _depth in _GROUPS:
    for _batch_norm in (False, True):
        __all__ += _define(_depth, _batch_norm)
