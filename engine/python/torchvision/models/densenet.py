"""DenseNet: every layer sees all before it: https://arxiv.org/abs/1608.06993. Read next: `resnet`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import re
import sys
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

from ._api import builder
from ._weights import weights_enum

# How the first checkpoints named the parts of a layer: `denselayer1.norm.1.weight`.
_OLD_KEY = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\.(?:weight|bias|running_mean|running_var))$")


class _DenseLayer(nn.Module):
    def __init__(self, num_input_features, growth_rate, bn_size, drop_rate, memory_efficient=False):
        super().__init__()
        inside = bn_size * growth_rate
        self.norm1 = nn.BatchNorm2d(num_input_features)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(num_input_features, inside, kernel_size=1, stride=1, bias=False)
        self.norm2 = nn.BatchNorm2d(inside)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(inside, growth_rate, kernel_size=3, stride=1, padding=1, bias=False)
        self.drop_rate = float(drop_rate)
        self.memory_efficient = memory_efficient

    def forward(self, input):
        """What this layer adds to the features, one tensor or a list of them."""
        features = [input] if isinstance(input, torch.Tensor) else input
        inside = self.conv1(self.relu1(self.norm1(torch.cat(features, 1))))
        new = self.conv2(self.relu2(self.norm2(inside)))
        return functional.dropout(new, p=self.drop_rate, training=self.training) if self.drop_rate > 0 else new


class _DenseBlock(nn.ModuleDict):
    def __init__(self, num_layers, num_input_features, bn_size, growth_rate, drop_rate, memory_efficient=False):
        super().__init__()
        for position in range(num_layers):
            width = num_input_features + position * growth_rate
            layer = _DenseLayer(width, growth_rate, bn_size, drop_rate, memory_efficient)
            self.add_module(f"denselayer{position + 1}", layer)

    def forward(self, init_features):
        """The features and what every layer added to them."""
        features = [init_features]
        for layer in self.values():
            features.append(layer(features))
        return torch.cat(features, 1)


class _Transition(nn.Sequential):
    def __init__(self, num_input_features, num_output_features):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(num_input_features, num_output_features, kernel_size=1, stride=1, bias=False)
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)


class DenseNet(nn.Module):
    """A stem, dense blocks with transitions between, a mean and a linear layer; `(N, 3, H, W)` to `(N, num_classes)`.

    growth_rate: what each layer adds. block_config: layers of each block. num_init_features: the stem's channels.
    bn_size: how much wider layers are inside. drop_rate: dropout after each layer. memory_efficient: accepted.
    """

    def __init__(
        self,
        growth_rate=32,
        block_config=(6, 12, 24, 16),
        num_init_features=64,
        bn_size=4,
        drop_rate=0,
        num_classes=1000,
        memory_efficient=False,
    ):
        super().__init__()
        width = num_init_features
        self.features = nn.Sequential(
            OrderedDict(
                conv0=nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False),
                norm0=nn.BatchNorm2d(width),
                relu0=nn.ReLU(inplace=True),
                pool0=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            )
        )
        for position, num_layers in enumerate(block_config, 1):
            block = _DenseBlock(num_layers, width, bn_size, growth_rate, drop_rate, memory_efficient)
            self.features.add_module(f"denseblock{position}", block)
            width += num_layers * growth_rate
            if position != len(block_config):
                self.features.add_module(f"transition{position}", _Transition(width, width // 2))
                width //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.ones_(module.weight)
                nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, x):
        """Scores of the classes."""
        x = functional.relu(self.features(x), inplace=True)
        return self.classifier(torch.flatten(functional.adaptive_avg_pool2d(x, (1, 1)), 1))


def fix_keys(state):
    """A checkpoint's state with today's names."""
    return OrderedDict((_OLD_KEY.sub(r"\1\2", name), value) for name, value in state.items())


_NETWORKS = {
    "121": (32, (6, 12, 24, 16), 64, 7978856, "a639ec97"),
    "161": (48, (6, 12, 36, 24), 96, 28681000, "8d451a50"),
    "169": (32, (6, 12, 32, 32), 64, 14149480, "b2777c0a"),
    "201": (32, (6, 12, 48, 32), 64, 20013928, "c1103571"),
}


def _define(name, growth_rate, block_config, num_init_features, num_params, digest):
    """The weights and the builder of one network."""
    facts = {"num_params": num_params, "min_size": (29, 29)}
    rows = [("IMAGENET1K_V1", f"densenet{name}-{digest}.pth", 224, 256, facts)]
    weights = weights_enum(f"DenseNet{name}_Weights", __name__, rows)

    def make(**options):
        return DenseNet(growth_rate, block_config, num_init_features, **options)

    make.__name__ = make.__qualname__ = f"densenet{name}"
    make.__doc__ = f"DenseNet-{name}. Options are those of `DenseNet`."
    setattr(sys.modules[__name__], weights.__name__, weights)
    setattr(sys.modules[__name__], make.__name__, builder(weights)(make))
    return [weights.__name__, make.__name__]


__all__ = ["DenseNet"]
for _name, _facts in _NETWORKS.items():
    __all__ += _define(_name, *_facts)
