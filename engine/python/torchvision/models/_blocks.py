"""What models share: rounding of widths, and how convolutional networks begin.

Read next: `torchvision.ops.misc`, `resnet`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from collections import OrderedDict

from torch import nn


def make_divisible(value, divisor, min_value=None):
    """The nearest multiple of `divisor` that is not a tenth less than the value, nor less than `min_value`."""
    least = divisor if min_value is None else min_value
    rounded = max(least, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def begin(model, linear=None):
    """Gives a network its first weights: convolutions by their fan-out, norms one and zero.

    linear: a function that fills a linear layer; they are left as they are if absent. https://arxiv.org/abs/1502.01852
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, (nn.BatchNorm2d, nn.GroupNorm)):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear) and linear is not None:
            linear(module)


def small_linear(module):
    """Fills a linear layer with little noise, and no bias."""
    nn.init.normal_(module.weight, 0, 0.01)
    nn.init.zeros_(module.bias)


class IntermediateLayerGetter(nn.ModuleDict):
    """A network up to the last of some children, whose outputs it gives by new names.

    return_layers: new names by the children's. Raises ValueError if a child is not there.
    """

    def __init__(self, model, return_layers):
        if not set(return_layers) <= {name for name, _ in model.named_children()}:
            raise ValueError("return_layers are not present in model")
        self_layers, left = OrderedDict(), set(return_layers)
        for name, module in model.named_children():
            self_layers[name] = module
            left.discard(name)
            if not left:
                break
        super().__init__(self_layers)
        self.return_layers = {str(old): str(new) for old, new in return_layers.items()}

    def forward(self, x):
        """The wanted outputs, by name."""
        found = OrderedDict()
        for name, module in self.items():
            x = module(x)
            if name in self.return_layers:
                found[self.return_layers[name]] = x
        return found
