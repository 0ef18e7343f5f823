"""`torch.accelerator`: the GPU under a name that fits all kinds.

Read next: `cuda`, `_device`.
"""

from ._C import end_of_cell, ops
from ._device import WEBGPU, _made
from ._gpu_random import get_rng_state, initial_seed, manual_seed, seed, set_rng_state


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


# What the engine counts, in the order in which it tells.
_COUNTERS = ("submits", "dispatches", "plans", "pipelines", "reserved", "allocated", "peak")


def _counters():
    if not is_available():
        return dict.fromkeys(_COUNTERS, 0)
    # The counters come with the GPU's answers: those to what was sent must be here.
    end_of_cell()
    return dict(zip(_COUNTERS, map(int, ops.gpu_stats())))


def memory_allocated(device_index=None):
    """Bytes of GPU memory that tensors have. Waits for the GPU."""
    return _counters()["allocated"]


def memory_reserved(device_index=None):
    """Bytes of GPU memory that tensors have, and that wait for the next ones. Waits for the GPU."""
    return _counters()["reserved"]


def max_memory_allocated(device_index=None):
    """The most bytes that tensors and temporaries had since the start, or since `reset_peak_memory_stats`."""
    return _counters()["peak"]


max_memory_reserved = memory_reserved


def reset_peak_memory_stats(device_index=None):
    """Starts to look for the peak afresh."""
    _counters()
    if is_available():
        ops.gpu_reset_peak()


def reset_accumulated_memory_stats(device_index=None):
    """Accepted: nothing is accumulated."""


def memory_stats(device_index=None):
    """The counters under PyTorch's names, and Carrel's own: submits, dispatches, plans and pipelines since the start."""
    counted = _counters()
    stats = {
        "allocated_bytes.all.current": counted["allocated"],
        "allocated_bytes.all.peak": counted["peak"],
        "reserved_bytes.all.current": counted["reserved"],
        "reserved_bytes.all.peak": counted["reserved"],
    }
    stats.update((name, counted[name]) for name in _COUNTERS[:4])
    return stats


def __getattr__(name):
    raise AttributeError(f"torch.accelerator.{name} is not in Carrel yet")
