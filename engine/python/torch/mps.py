"""`torch.mps`: answers of a machine without Apple's own backend. The GPU is `webgpu`.

Read next: `accelerator`.
"""


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


def manual_seed(seed):
    """Seeds the default generator."""
    from ._random import manual_seed

    manual_seed(seed)


def __getattr__(name):
    raise AttributeError(f"torch.mps.{name} is not in Carrel yet")
