"""The GPU's default generator, as `torch.cuda`, `torch.mps` and `torch.accelerator` name it.

Its draws are a function of a seed and of how many numbers were drawn. `torch.manual_seed` seeds it along with the CPU's;
the functions here touch it alone. What the GPU draws on the CPU (Poisson, binomial, gamma and Dirichlet draws, and draws
by weight) comes from the CPU's generator. Read next: `_generator`, `engine/src/random/counter.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._generator import default_gpu_generator

#: The generators of all GPUs: there is one.
default_generators = (default_gpu_generator,)


def manual_seed(seed):
    """Starts the GPU's generator over from a seed."""
    default_gpu_generator.manual_seed(seed)


def manual_seed_all(seed):
    """As `manual_seed`: there is one GPU."""
    default_gpu_generator.manual_seed(seed)


def seed():
    """Starts the GPU's generator over from a seed of the system's choice."""
    default_gpu_generator.seed()


def seed_all():
    """As `seed`: there is one GPU."""
    default_gpu_generator.seed()


def initial_seed():
    """The seed that the GPU's generator was last started from."""
    return default_gpu_generator.initial_seed()


def get_rng_state(device="cuda"):
    """The state of the GPU's generator as a byte tensor: seed and offset, 8 bytes each."""
    return default_gpu_generator.get_state()


def get_rng_state_all():
    """The states of all GPUs' generators: a list of one."""
    return [default_gpu_generator.get_state()]


def set_rng_state(new_state, device="cuda"):
    """Takes a state that `get_rng_state` gave."""
    default_gpu_generator.set_state(new_state)


def set_rng_state_all(new_states):
    """Takes states that `get_rng_state_all` gave."""
    for state in new_states:
        default_gpu_generator.set_state(state)
