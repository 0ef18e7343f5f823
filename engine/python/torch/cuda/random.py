"""`torch.cuda.random`: the GPU's generator. Read next: `_gpu_random`."""

from .._gpu_random import (
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
