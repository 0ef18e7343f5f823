"""Where PyTorch has each layer: the modules that pickles of whole networks name.

Some families are several files here. Their classes say PyTorch's module of themselves, so that a network saved by
either is found by the other, and that `type(layer)` prints the same.
Read next: `serialization`, `nn.modules`.
"""

import sys

#: PyTorch's module of the classes in each file that it has not.
HOMES = {
    "activation_thresholds": "activation",
    "conv_transpose": "conv",
    "lazy_conv": "conv",
    "loss_base": "loss",
    "loss_margins": "loss",
    "multihead": "activation",
    "parameter_containers": "container",
    "pooling_adaptive": "pooling",
    "rnn_base": "rnn",
    "rnn_cell": "rnn",
    "transformer_layer": "transformer",
}


def settle(names):
    """Moves the classes among these names to where PyTorch has them."""
    for name, value in list(names.items()):
        package, _, file = getattr(value, "__module__", "").rpartition(".")
        if isinstance(value, type) and file in HOMES:
            home = sys.modules[f"{package}.{HOMES[file]}"]
            setattr(home, name, value)
            value.__module__ = home.__name__
