"""A pyramid of feature maps, each with what the coarser ones know: https://arxiv.org/abs/1612.03144.

Names of parameters are torchvision's. Read next: `misc`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from collections import OrderedDict

from torch import nn
from torch.nn import functional as nn_functional

from .misc import Conv2dNormActivation


class ExtraFPNBlock(nn.Module):
    """What is put on a pyramid: maps and their names, from those there are."""

    def forward(self, results, x, names):
        """`(maps, names)`. results: the pyramid. x: the maps it was made of. names: its maps' names."""
        raise NotImplementedError


class LastLevelMaxPool(ExtraFPNBlock):
    """A map of every second pixel of the coarsest, named "pool"."""

    def forward(self, x, y, names):
        """See `ExtraFPNBlock`."""
        names.append("pool")
        x.append(nn_functional.max_pool2d(x[-1], kernel_size=1, stride=2, padding=0))
        return x, names


class FeaturePyramidNetwork(nn.Module):
    """Maps of one width from maps of several, from fine to coarse.

    in_channels_list: the widths. out_channels: the width that all get. extra_blocks: an ExtraFPNBlock, or None.
    norm_layer: after each convolution, or None.
    """

    def __init__(self, in_channels_list, out_channels, extra_blocks=None, norm_layer=None):
        super().__init__()
        self.inner_blocks = nn.ModuleList()
        self.layer_blocks = nn.ModuleList()
        for in_channels in in_channels_list:
            if in_channels == 0:
                raise ValueError("in_channels=0 is currently not supported")
            options = {"norm_layer": norm_layer, "activation_layer": None}
            self.inner_blocks.append(Conv2dNormActivation(in_channels, out_channels, 1, padding=0, **options))
            self.layer_blocks.append(Conv2dNormActivation(out_channels, out_channels, 3, **options))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, a=1)
                if module.bias is not None:
                    nn.init.constant_(module.bias, 0)
        if extra_blocks is not None and not isinstance(extra_blocks, ExtraFPNBlock):
            raise TypeError(f"extra_blocks should be of type ExtraFPNBlock not {type(extra_blocks)}")
        self.extra_blocks = extra_blocks

    def forward(self, x):
        """An OrderedDict of maps by name, of one of maps by name, the finest first."""
        names, maps = list(x.keys()), list(x.values())
        inner = self.inner_blocks[-1](maps[-1])
        results = [self.layer_blocks[-1](inner)]
        for at in range(len(maps) - 2, -1, -1):
            side = self.inner_blocks[at](maps[at])
            inner = side + nn_functional.interpolate(inner, size=side.shape[-2:], mode="nearest")
            results.insert(0, self.layer_blocks[at](inner))
        if self.extra_blocks is not None:
            results, names = self.extra_blocks(results, maps, names)
        return OrderedDict(zip(names, results))
