"""`torch.mps`: answers of a machine without Apple's own backend. The GPU is `webgpu`.

Read next: `accelerator`.
"""

from ._gpu_random import get_rng_state, manual_seed, seed, set_rng_state


def is_available():
    """False."""
    return False


def device_count():
    """0."""
    return 0


def empty_cache():
    """Accepted."""


def synchronize():
    """Accepted."""


def __getattr__(name):
    raise AttributeError(f"torch.mps.{name} is not in Carrel yet")
