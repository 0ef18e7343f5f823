"""`torch.cuda`: answers about the GPU for notebooks written for CUDA. The device is WebGPU's.

Read next: `accelerator`, `_device`.
"""

from .. import _device
from . import random
from .._C import OutOfMemoryError, ops, read_back
from .._gpu_random import (
    default_generators,
    get_rng_state,
    get_rng_state_all,
    initial_seed,
    manual_seed,
    manual_seed_all,
    seed,
    seed_all,
    set_rng_state,
    set_rng_state_all,
)
from ..accelerator import (
    max_memory_allocated,
    max_memory_reserved,
    memory_allocated,
    memory_reserved,
    memory_stats,
    reset_accumulated_memory_stats,
    reset_peak_memory_stats,
)


def is_available():
    """True if there is a GPU to compute on."""
    return ops.gpu_available()


def device_count():
    """1 if there is a GPU, else 0."""
    return int(is_available())


def current_device():
    """0: there is one GPU."""
    return 0


def set_device(device):
    """Accepted: there is one GPU."""


def is_initialized():
    """True if there is a GPU."""
    return is_available()


def init():
    """Accepted."""


def get_device_name(device=None):
    """What the GPU is called here."""
    return "WebGPU"


def get_device_capability(device=None):
    """(0, 0): WebGPU has no CUDA capability."""
    return (0, 0)


def is_bf16_supported(including_emulation=True):
    """False."""
    return False


def synchronize(device=None):
    """Sends what was recorded and waits until the GPU has done it."""
    if is_available():
        read_back(ops.full((1,), 0, _float32(), _device.WEBGPU_CODE))


def _float32():
    from .._dtype import float32

    return float32


reset_max_memory_allocated = reset_peak_memory_stats


def empty_cache():
    """Accepted: memory is given back by itself."""


class device:
    """Context manager that changes nothing: there is one GPU."""

    def __init__(self, device):
        pass

    def __enter__(self):
        pass

    def __exit__(self, *exc_info):
        pass


_LAZY = {"amp": None, "Event": "streams", "Stream": "streams", "stream": "streams", "current_stream": "streams"}
_LAZY.update(dict.fromkeys(("default_stream", "set_stream", "StreamContext", "ExternalStream"), "streams"))
_LAZY.update(dict.fromkeys(("get_device_properties", "memory_summary", "mem_get_info", "memory", "ipc_collect"), "reports"))
_LAZY.update(dict.fromkeys(("memory_snapshot", "get_arch_list", "utilization"), "reports"))
_LAZY.update(dict.fromkeys(("device_of", "set_per_process_memory_fraction", "memory_cached", "can_device_access_peer"), "reports"))


def __getattr__(name):
    import importlib

    if name in _LAZY:
        module = importlib.import_module("torch.cuda." + (_LAZY[name] or name))
        return getattr(module, name) if _LAZY[name] else module
    raise AttributeError(f"torch.cuda.{name} is not in Carrel yet")
