"""SqueezeNet: few parameters: https://arxiv.org/abs/1602.07360. Read next: `alexnet`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch import nn

from ._api import builder
from ._weights import weights_enum

__all__ = ["SqueezeNet", "SqueezeNet1_0_Weights", "SqueezeNet1_1_Weights", "squeezenet1_0", "squeezenet1_1"]


class Fire(nn.Module):
    """A narrow convolution of single pixels, and two wide ones side by side."""

    def __init__(self, inplanes, squeeze_planes, expand1x1_planes, expand3x3_planes):
        super().__init__()
        self.inplanes = inplanes
        self.squeeze = nn.Conv2d(inplanes, squeeze_planes, kernel_size=1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze_planes, expand1x1_planes, kernel_size=1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze_planes, expand3x3_planes, kernel_size=3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x):
        """`(N, inplanes, H, W)` to `(N, expand1x1_planes + expand3x3_planes, H, W)`."""
        x = self.squeeze_activation(self.squeeze(x))
        wide = (self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x)))
        return torch.cat(wide, 1)


# Each version: the stem's channels and kernel, and Fires (input, squeezed, half of the output) with pools between.
_VERSIONS = {
    "1_0": (
        (96, 7),
        [(96, 16, 64), (128, 16, 64), (128, 32, 128), "pool", (256, 32, 128), (256, 48, 192), (384, 48, 192)]
        + [(384, 64, 256), "pool", (512, 64, 256)],
    ),
    "1_1": (
        (64, 3),
        [(64, 16, 64), (128, 16, 64), "pool", (128, 32, 128), (256, 32, 128), "pool", (256, 48, 192), (384, 48, 192)]
        + [(384, 64, 256), (512, 64, 256)],
    ),
}


class SqueezeNet(nn.Module):
    """Convolutions, Fires and a mean; `(N, 3, H, W)` to `(N, num_classes)`.

    version: "1_0" or "1_1"; ValueError otherwise. dropout: its probability before the last convolution.
    """

    def __init__(self, version="1_0", num_classes=1000, dropout=0.5):
        super().__init__()
        self.num_classes = num_classes
        if version not in _VERSIONS:
            raise ValueError(f"Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected")
        (width, kernel), entries = _VERSIONS[version]
        layers = [nn.Conv2d(3, width, kernel_size=kernel, stride=2), nn.ReLU(inplace=True), _pool()]
        for entry in entries:
            layers.append(_pool() if entry == "pool" else Fire(*entry, entry[-1]))
        self.features = nn.Sequential(*layers)
        final = nn.Conv2d(512, num_classes, kernel_size=1)
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), final, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1)))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                if module is final:
                    nn.init.normal_(module.weight, mean=0.0, std=0.01)
                else:
                    nn.init.kaiming_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        """Scores of the classes."""
        return torch.flatten(self.classifier(self.features(x)), 1)


def _pool():
    return nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)


SqueezeNet1_0_Weights = weights_enum(
    "SqueezeNet1_0_Weights",
    __name__,
    [("IMAGENET1K_V1", "squeezenet1_0-b66bff10.pth", 224, 256, {"num_params": 1248424, "min_size": (21, 21)})],
)
SqueezeNet1_1_Weights = weights_enum(
    "SqueezeNet1_1_Weights",
    __name__,
    [("IMAGENET1K_V1", "squeezenet1_1-b8a52dc0.pth", 224, 256, {"num_params": 1235496, "min_size": (17, 17)})],
)


@builder(SqueezeNet1_0_Weights)
def squeezenet1_0(**options):
    """SqueezeNet 1.0. Options are those of `SqueezeNet`."""
    return SqueezeNet("1_0", **options)


@builder(SqueezeNet1_1_Weights)
def squeezenet1_1(**options):
    """SqueezeNet 1.1, with less than half the work. Options are those of `SqueezeNet`."""
    return SqueezeNet("1_1", **options)
