"""`torch.accelerator`: the GPU under a name that fits all kinds.

Read next: `cuda`, `_device`.
"""

from ._C import ops
from ._device import WEBGPU, _made


def is_available():
    """True if there is a GPU to compute on."""
    return ops.gpu_available()


def device_count():
    """1 if there is a GPU, else 0."""
    return int(is_available())


def current_accelerator(check_available=False):
    """The GPU's device (without an index), or None if there is none."""
    return _made("webgpu", None) if is_available() else None


def current_device_index():
    """0: there is one GPU."""
    return WEBGPU.index


current_device_idx = current_device_index


def set_device_index(device):
    """Accepted: there is one GPU."""


set_device_idx = set_device_index


def synchronize(device=None):
    """Sends what was recorded and waits until the GPU has done it."""
    from .cuda import synchronize

    synchronize(device)


def empty_cache():
    """Accepted: memory is given back by itself."""


def __getattr__(name):
    raise AttributeError(f"torch.accelerator.{name} is not in Carrel yet")
