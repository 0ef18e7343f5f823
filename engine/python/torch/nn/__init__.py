"""`torch.nn`: modules, parameters, and layers as functions.

Read next: `nn.modules.module`, `nn.functional`.
"""

from . import functional, init, modules, utils
from .modules import *
from .parameter import Buffer, Parameter


class DataParallel(Module):
    """Accepted: there is one device, so it calls the module it was given."""

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        self.module = module

    def forward(self, *inputs, **kwargs):
        return self.module(*inputs, **kwargs)


def __getattr__(name):
    raise AttributeError(f"torch.nn.{name} is not in Carrel yet")
