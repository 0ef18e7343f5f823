"""`torch.Generator`: sources of random numbers with a state of their own.

The engine has one generator a device, seeded together. A `Generator` object keeps states of the same kind, and lends
them to the engine for the length of a draw, whichever device draws.
Read next: `_random`, `engine/src/random`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os

from ._C import ops
from ._device import CPU
from ._device import device as make_device


class Generator:
    """A source of random numbers with a state of its own: `torch.Generator()`."""

    __module__ = "torch._C"

    def __init__(self, device="cpu"):
        self.device = make_device(device)
        self._state = None
        self.manual_seed(67280421310721)

    def __repr__(self):
        return f"<torch._C.Generator at {id(self):#x}>"

    def manual_seed(self, seed):
        """Starts over from a seed. Returns itself."""
        seed = int(seed)
        if not -(2**63) <= seed < 2**64:
            raise RuntimeError("Overflow when unpacking long long")
        seed %= 2**64
        with drawing_from(self):
            ops.manual_seed(seed >> 32, seed & 0xFFFFFFFF)
        return self

    def seed(self):
        """Starts over from a seed of the system's choice, and returns it."""
        chosen = int.from_bytes(os.urandom(8), "little") >> 1
        self.manual_seed(chosen)
        return chosen

    def initial_seed(self):
        """The seed it was last started from."""
        with drawing_from(self):
            high, low = ops.initial_seed()
        return (int(high) << 32) | int(low)

    def get_state(self):
        """Its state as a byte tensor."""
        with drawing_from(self):
            return ops.rng_state()

    def set_state(self, new_state):
        """Takes a state that `get_state` gave. Returns itself."""
        with drawing_from(self):
            ops.set_rng_state(new_state)
        return self

    def __reduce__(self):
        return Generator, (self.device,), (self.initial_seed(), None, self.get_state())

    def __setstate__(self, state):
        self.manual_seed(state[0])
        self.set_state(state[2])

    def clone_state(self):
        """Another generator in the same state."""
        made = Generator()
        made.set_state(self.get_state())
        return made


def _engines_own():
    made = object.__new__(Generator)
    made.device = CPU
    made._state = None
    return made


#: The engine's own generator, which functions draw from when none is named.
default_generator = _engines_own()


class drawing_from:
    """Context manager: the engine draws from this generator's state. `None` and the default one change nothing."""

    __slots__ = ("_generator", "_before")

    def __init__(self, generator):
        self._generator = None if generator is default_generator else generator

    def __enter__(self):
        if self._generator is not None:
            self._before = _states()
            if self._generator._state is not None:
                _set_states(self._generator._state)

    def __exit__(self, *exc_info):
        if self._generator is not None:
            self._generator._state = _states()
            _set_states(self._before)


def _states():
    return ops.rng_state(), ops.gpu_rng_state()


def _set_states(states):
    ops.set_rng_state(states[0])
    ops.set_gpu_rng_state(*(int(half) for half in states[1]))


# As in PyTorch, what nobody seeds is different each time.
default_generator.seed()
