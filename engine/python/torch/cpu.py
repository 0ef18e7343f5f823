"""`torch.cpu`: the CPU under the names of a device module.

Read next: `torch.cuda`.
"""

import sys
import types

from . import amp as _amp


def is_available():
    """True."""
    return True


def device_count():
    """1."""
    return 1


def current_device():
    """The CPU's name."""
    return "cpu"


def synchronize(device=None):
    """Accepted: CPU tensors are computed at once."""


class _Autocast(_amp.autocast):
    """`torch.amp.autocast("cpu", ...)`."""

    def __init__(self, enabled=True, dtype=None, cache_enabled=True):
        super().__init__("cpu", dtype, enabled, cache_enabled)


amp = types.ModuleType("torch.cpu.amp", "The older name of `torch.amp` for the CPU.")
amp.autocast, amp.GradScaler = _Autocast, _amp.GradScaler
sys.modules["torch.cpu.amp"] = amp
