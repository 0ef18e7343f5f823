"""`torch.nn.attention`: the choice of an attention kernel, which the engine makes by itself.

Read next: `nn._attention`.
"""

import contextlib
import enum


class SDPBackend(enum.IntEnum):
    """Kernels that PyTorch can be told to use. Here the names are accepted."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextlib.contextmanager
def sdpa_kernel(backends, set_priority=False):
    """Accepted: the engine chooses its kernel by shape and device. Raises for values that are no `SDPBackend`s."""
    chosen = [backends] if isinstance(backends, SDPBackend) else list(backends)
    if not all(isinstance(backend, SDPBackend) for backend in chosen):
        raise AssertionError("Backend must be an instance of SDPBackend or a list of SDPBackend instances")
    yield
