"""`torch.Generator`: sources of random numbers with a state of their own.

The engine has one generator a device, seeded together. A `Generator` object keeps states of the same kinds, and lends
them to the engine for the length of a draw, whichever device draws. What it tells of its state is that of its device:
PyTorch's 5056 bytes on the CPU, seed and offset on the GPU.
Read next: `_random`, `_gpu_random`, `engine/src/random`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os
import struct

from ._C import download, ops, upload
from ._device import CPU, CPU_CODE, WEBGPU
from ._device import device as make_device
from ._dtype import SCALAR_TYPE_NAMES, uint8

#: Bytes of the state of a GPU's generator: seed and offset.
_GPU_STATE_BYTES = 16


class Generator:
    """A source of random numbers with a state of its own: `torch.Generator()`."""

    __module__ = "torch._C"

    def __init__(self, device="cpu"):
        self.device = make_device(device)
        self._state = None
        self.manual_seed(67280421310721)

    def manual_seed(self, seed):
        """Starts over from a seed. Returns itself."""
        with drawing_from(self):
            ops.manual_seed(*_halves(_checked_seed(seed)))
        return self

    def seed(self):
        """Starts over from a seed of the system's choice, and returns it."""
        chosen = int.from_bytes(os.urandom(8), "little") >> 1
        self.manual_seed(chosen)
        return chosen

    def initial_seed(self):
        """The seed it was last started from."""
        with drawing_from(self):
            return _gpu_words()[0] if self._is_on_gpu else _whole(*ops.initial_seed())

    def get_state(self):
        """Its state as a byte tensor."""
        with drawing_from(self):
            if not self._is_on_gpu:
                return ops.rng_state()
            return upload(struct.pack("<QQ", *_gpu_words()), uint8._code, (_GPU_STATE_BYTES,))

    def set_state(self, new_state):
        """Takes a state that `get_state` gave. Returns itself."""
        if not hasattr(new_state, "_give_handle") or new_state.dtype is not uint8:
            given = type(new_state).__name__ if not hasattr(new_state, "_give_handle") else f"torch.{SCALAR_TYPE_NAMES[new_state.dtype._code]}Tensor"
            raise TypeError("RNG state must be a torch.ByteTensor")
        if new_state.device._code != CPU_CODE:
            raise TypeError("RNG state must be a torch.ByteTensor")
        with drawing_from(self):
            if not self._is_on_gpu:
                ops.set_rng_state(new_state)
                return self
            if new_state.numel() != _GPU_STATE_BYTES:
                raise RuntimeError("RNG state is wrong size")
            seed, offset = struct.unpack("<QQ", bytes(download(new_state.contiguous())))
            ops.set_gpu_rng_state(*_halves(seed), *_halves(offset))
        return self

    def get_offset(self):
        """How many numbers a GPU's generator has drawn."""
        self._need_gpu("get_offset")
        with drawing_from(self):
            return _gpu_words()[1]

    def set_offset(self, offset):
        """Goes to a place in the sequence of a GPU's generator. Returns itself."""
        self._need_gpu("set_offset")
        with drawing_from(self):
            ops.set_gpu_rng_state(*_halves(_gpu_words()[0]), *_halves(int(offset)))
        return self

    def clone_state(self):
        """Another generator in the same state."""
        made = object.__new__(Generator)
        made.device = self.device
        made._state = _states() if self._state is None else self._state
        return made

    graphsafe_get_state = clone_state

    def graphsafe_set_state(self, other):
        """Takes another generator's state. Returns itself."""
        return self.set_state(other.get_state())

    def __reduce__(self):
        return Generator, (self.device,), (self.initial_seed(), None, self.get_state())

    def __setstate__(self, state):
        self.manual_seed(state[0])
        self.set_state(state[2])

    @property
    def _is_on_gpu(self):
        return self.device._code != CPU_CODE

    def _need_gpu(self, name):
        if not self._is_on_gpu:
            raise RuntimeError(f"{name} is not implemented for this backend: CPU generators have no offset")


class _GpuDefault(Generator):
    """The engine's generator for the GPU: seeding it leaves the CPU's as it is."""

    __module__ = "torch._C"
    __qualname__ = "Generator"

    def manual_seed(self, seed):
        """Starts over from a seed. Returns itself."""
        ops.set_gpu_rng_state(*_halves(_checked_seed(seed)), 0, 0)
        return self


def _checked_seed(seed):
    seed = int(seed)
    if not -(2**63) <= seed < 2**64:
        raise RuntimeError("Overflow when unpacking long long")
    return seed % 2**64


def _halves(number):
    return number >> 32, number & 0xFFFFFFFF


def _whole(high, low):
    return (int(high) << 32) | int(low)


def _gpu_words():
    """Seed and offset of the engine's generator for the GPU."""
    words = ops.gpu_rng_state()
    return _whole(*words[:2]), _whole(*words[2:])


def _engines_own(kind, device):
    made = object.__new__(kind)
    made.device = device
    made._state = None
    return made


#: The engine's own generator, which functions draw from when none is named.
default_generator = _engines_own(Generator, CPU)

#: The engine's own generator for the GPU.
default_gpu_generator = _engines_own(_GpuDefault, WEBGPU)


class drawing_from:
    """Context manager: the engine draws from this generator's state. `None` and the default ones change nothing."""

    __slots__ = ("_generator", "_before")

    def __init__(self, generator):
        is_engines = generator is default_generator or generator is default_gpu_generator
        self._generator = None if is_engines else generator

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
