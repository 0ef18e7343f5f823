"""`torch.random`: the default generator's state, and `fork_rng`.

Read next: `_random`, `_generator`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import contextlib

from . import _gpu_random
from ._random import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__all__ = ["set_rng_state", "get_rng_state", "manual_seed", "seed", "initial_seed", "fork_rng"]


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True, _caller="fork_rng", _devices_kw="devices", device_type="cuda"):
    """Context manager and decorator: at the end of the block the generators of the CPU and of the GPU are as before.

    `devices` names the GPUs whose generators are kept; an empty list keeps the CPU's alone.
    """
    if not enabled:
        yield
        return
    keeps_gpu = devices is None or len(list(devices)) > 0
    state = get_rng_state()
    gpu_state = _gpu_random.get_rng_state() if keeps_gpu else None
    try:
        yield
    finally:
        set_rng_state(state)
        if keeps_gpu:
            _gpu_random.set_rng_state(gpu_state)
