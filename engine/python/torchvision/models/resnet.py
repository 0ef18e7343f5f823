"""Residual networks: ResNet (https://arxiv.org/abs/1512.03385), ResNeXt and Wide ResNet.

Strides are in the second convolution of a bottleneck ("ResNet V1.5"). Read next: `_api`, `_weights`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys

import torch
from torch import nn

from ._api import builder
from ._blocks import begin
from ._weights import weights_enum


def conv3x3(in_planes, out_planes, stride=1, groups=1, dilation=1):
    """A convolution of 3 x 3 that keeps the size at stride 1."""
    return nn.Conv2d(
        in_planes, out_planes, kernel_size=3, stride=stride, padding=dilation, groups=groups, bias=False, dilation=dilation
    )


def conv1x1(in_planes, out_planes, stride=1):
    """A convolution of single pixels."""
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """Two convolutions and what goes around them. Refuses groups, widths and dilation."""

    expansion = 1

    def __init__(
        self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1, norm_layer=None
    ):
        super().__init__()
        norm_layer = nn.BatchNorm2d if norm_layer is None else norm_layer
        if groups != 1 or base_width != 64:
            raise ValueError("BasicBlock only supports groups=1 and base_width=64")
        if dilation > 1:
            raise NotImplementedError("Dilation > 1 not supported in BasicBlock")
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm_layer(planes)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x):
        """`(N, inplanes, H, W)` to `(N, planes, H / stride, W / stride)`."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class Bottleneck(nn.Module):
    """A convolution of 3 x 3 between two of single pixels, and what goes around them."""

    expansion = 4

    def __init__(
        self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1, norm_layer=None
    ):
        super().__init__()
        norm_layer = nn.BatchNorm2d if norm_layer is None else norm_layer
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = norm_layer(width)
        self.conv2 = conv3x3(width, width, stride, groups, dilation)
        self.bn2 = norm_layer(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = norm_layer(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x):
        """`(N, inplanes, H, W)` to `(N, 4 * planes, H / stride, W / stride)`."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet(nn.Module):
    """A stem, four stages of blocks, a mean and a linear layer; `(N, 3, H, W)` to `(N, num_classes)`.

    block: BasicBlock or Bottleneck. layers: how many in each stage. zero_init_residual: blocks begin as if they were
    not there. groups, width_per_group: of the bottlenecks. replace_stride_with_dilation: for each of the last three
    stages, whether it keeps its size. norm_layer: BatchNorm2d if absent.
    """

    def __init__(
        self,
        block,
        layers,
        num_classes=1000,
        zero_init_residual=False,
        groups=1,
        width_per_group=64,
        replace_stride_with_dilation=None,
        norm_layer=None,
    ):
        super().__init__()
        self._norm_layer = nn.BatchNorm2d if norm_layer is None else norm_layer
        self.inplanes = 64
        self.dilation = 1
        dilate = (False, False, False) if replace_stride_with_dilation is None else replace_stride_with_dilation
        if len(dilate) != 3:
            raise ValueError(
                f"replace_stride_with_dilation should be None or a 3-element tuple, got {replace_stride_with_dilation}"
            )
        self.groups = groups
        self.base_width = width_per_group
        self.conv1 = nn.Conv2d(3, self.inplanes, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = self._norm_layer(self.inplanes)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], stride=2, dilate=dilate[0])
        self.layer3 = self._make_layer(block, 256, layers[2], stride=2, dilate=dilate[1])
        self.layer4 = self._make_layer(block, 512, layers[3], stride=2, dilate=dilate[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        begin(self)
        if zero_init_residual:
            for module in self.modules():
                last = {Bottleneck: "bn3", BasicBlock: "bn2"}.get(type(module))
                if last is not None and getattr(module, last).weight is not None:
                    nn.init.zeros_(getattr(module, last).weight)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        before = self.dilation
        if dilate:
            self.dilation *= stride
            stride = 1
        downsample = None
        width = planes * block.expansion
        if stride != 1 or self.inplanes != width:
            downsample = nn.Sequential(conv1x1(self.inplanes, width, stride), self._norm_layer(width))
        shared = (self.groups, self.base_width)
        layers = [block(self.inplanes, planes, stride, downsample, *shared, before, self._norm_layer)]
        self.inplanes = width
        for _ in range(1, blocks):
            layers.append(block(width, planes, 1, None, *shared, self.dilation, self._norm_layer))
        return nn.Sequential(*layers)

    def _forward_impl(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))

    def forward(self, x):
        """Scores of the classes."""
        return self._forward_impl(x)


# Each network: its title, block, layers, options, parameters, and its checkpoints, of which the last is the default.
_NETWORKS = {
    "ResNet18": (BasicBlock, (2, 2, 2, 2), {}, 11689512, ["resnet18-f37072fd"]),
    "ResNet34": (BasicBlock, (3, 4, 6, 3), {}, 21797672, ["resnet34-b627a593"]),
    "ResNet50": (Bottleneck, (3, 4, 6, 3), {}, 25557032, ["resnet50-0676ba61", "resnet50-11ad3fa6"]),
    "ResNet101": (Bottleneck, (3, 4, 23, 3), {}, 44549160, ["resnet101-63fe2227", "resnet101-cd907fc2"]),
    "ResNet152": (Bottleneck, (3, 8, 36, 3), {}, 60192808, ["resnet152-394f9c45", "resnet152-f82ba261"]),
    "ResNeXt50_32X4D": (
        Bottleneck,
        (3, 4, 6, 3),
        {"groups": 32, "width_per_group": 4},
        25028904,
        ["resnext50_32x4d-7cdf4587", "resnext50_32x4d-1a0047aa"],
    ),
    "ResNeXt101_32X8D": (
        Bottleneck,
        (3, 4, 23, 3),
        {"groups": 32, "width_per_group": 8},
        88791336,
        ["resnext101_32x8d-8ba56ff5", "resnext101_32x8d-110c445d"],
    ),
    "ResNeXt101_64X4D": (
        Bottleneck,
        (3, 4, 23, 3),
        {"groups": 64, "width_per_group": 4},
        83455272,
        ["resnext101_64x4d-173b62eb"],
    ),
    "Wide_ResNet50_2": (
        Bottleneck,
        (3, 4, 6, 3),
        {"width_per_group": 128},
        68883240,
        ["wide_resnet50_2-95faca4d", "wide_resnet50_2-9ba9bcbe"],
    ),
    "Wide_ResNet101_2": (
        Bottleneck,
        (3, 4, 23, 3),
        {"width_per_group": 128},
        126886696,
        ["wide_resnet101_2-32ee1156", "wide_resnet101_2-d733dc28"],
    ),
}


def _define(title, block, layers, shape, num_params, files):
    """The weights and the builder of one network."""
    # The second checkpoints, and all of the last network's, were trained for images resized to 232 pixels.
    rows = [
        (f"IMAGENET1K_V{count}", f"{file}.pth", 224, 232 if count == 2 or title == "ResNeXt101_64X4D" else 256, {"num_params": num_params})
        for count, file in enumerate(files, 1)
    ]
    weights = weights_enum(f"{title}_Weights", __name__, rows)

    def make(**options):
        for name, value in shape.items():
            if options.setdefault(name, value) != value:
                raise ValueError(f"The parameter '{name}' expected value {value} but got {options[name]} instead.")
        return ResNet(block, list(layers), **options)

    make.__name__ = make.__qualname__ = title.lower()
    make.__doc__ = f"{title.replace('_', ' ')}. Options are those of `ResNet`."
    setattr(sys.modules[__name__], weights.__name__, weights)
    setattr(sys.modules[__name__], make.__name__, builder(weights)(make))
    return [weights.__name__, make.__name__]


__all__ = ["ResNet"]
for _title, _facts in _NETWORKS.items():
    __all__ += _define(_title, *_facts)
