"""`torch.nn.parallel`: accepted where there is one device and one process.

Refuses to split anything: models run as they are. Read next: `nn.modules.module`.
"""

from ..modules.module import Module
from .scatter_gather import data_parallel, gather, replicate, scatter


class _Wrapper(Module):
    """A module that calls the one it was given."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, *inputs, **kwargs):
        return self.module(*inputs, **kwargs)


class DataParallel(_Wrapper):
    """Calls the module it was given: there is one device. The module is `.module`, as its state dict's names say."""

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__(module)
        self.dim = dim
        self.device_ids = []


class DistributedDataParallel(_Wrapper):
    """Calls the module it was given: there is one process. Options are accepted."""

    def __init__(self, module, device_ids=None, output_device=None, dim=0, **options):
        super().__init__(module)
        self.require_backward_grad_sync = True

    def no_sync(self):
        """A `with` block in which gradients are not synchronised: they never are."""
        import contextlib

        return contextlib.nullcontext()
