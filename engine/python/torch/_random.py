"""Random tensors: the default generator, `Generator` objects, and the functions that draw.

Numbers of CPU tensors come from the engine's mt19937, in the order and conversions of PyTorch's CPU generator; those of
GPU tensors are drawn there, from the same seed.
Read next: `engine/src/random`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _creation, _device, _dtype
from ._args import checked_sizes, finish, is_tensor, store
from ._C import ops
from ._creation import empty
from ._device import device_code
from ._generator import Generator, default_generator, drawing_from


def manual_seed(seed):
    """Starts the default generator over from a seed. Returns it."""
    return default_generator.manual_seed(seed)


def seed():
    """Starts the default generator over from a seed of the system's choice, and returns that."""
    return default_generator.seed()


def initial_seed():
    """The seed that the default generator was last started from."""
    return default_generator.initial_seed()


def get_rng_state():
    """The default generator's state as a byte tensor."""
    return default_generator.get_state()


def set_rng_state(new_state):
    """Takes a state that `get_rng_state` gave."""
    default_generator.set_state(new_state)


class fork_rng:
    """Context manager: the default generator is as before at the end of the block."""

    def __init__(self, devices=None, enabled=True, **ignored):
        self._enabled = enabled

    def __enter__(self):
        self._state = (get_rng_state(), ops.gpu_rng_state()) if self._enabled else None

    def __exit__(self, *exc_info):
        if self._enabled:
            set_rng_state(self._state[0])
            ops.set_gpu_rng_state(*(int(half) for half in self._state[1]))


def _new(size, dtype, device):
    dtype = _dtype.get_default_dtype() if dtype is None else dtype
    return ops.full(checked_sizes(size), 0, dtype, device_code(device))


def _size_argument(size, kw):
    return (kw.pop("size"),) if "size" in kw else size


def rand(*size, generator=None, out=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, **kw):
    """Uniform between 0 and 1."""
    made = _new(_size_argument(size, kw), dtype, device)
    return finish(uniform_(made, generator=generator), requires_grad)


def randn(*size, generator=None, out=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, **kw):
    """Standard normal."""
    made = _new(_size_argument(size, kw), dtype, device)
    return finish(normal_(made, generator=generator), requires_grad)


def rand_like(input, *, dtype=None, device=None, requires_grad=False, generator=None, memory_format=None):
    """Uniform between 0 and 1, in the shape of another tensor."""
    made = _creation.empty_like(input, dtype=dtype, device=device, memory_format=memory_format)
    return finish(uniform_(made, generator=generator), requires_grad)


def randn_like(input, *, dtype=None, device=None, requires_grad=False, generator=None, memory_format=None):
    """Standard normal, in the shape of another tensor."""
    made = _creation.empty_like(input, dtype=dtype, device=device, memory_format=memory_format)
    return finish(normal_(made, generator=generator), requires_grad)


def randint(low, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=False, out=None):
    """Integers from `low` up to below `high`."""
    if size is None:
        low, high, size = 0, low, high
    if high is None:
        low, high = 0, low
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    with drawing_from(generator):
        made = ops.randint(low, high, checked_sizes((size,)), dtype or _dtype.int64, device_code(device))
    return finish(made, requires_grad)


def randint_like(input, low, high=None, *, dtype=None, device=None, requires_grad=False):
    """Integers in the shape of another tensor."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, input.shape, dtype=dtype or input.dtype, device=device or input.device)


def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False, out=None, layout=None, pin_memory=False):
    """0 … n - 1 in random order."""
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    with drawing_from(generator):
        made = ops.randperm(n, device_code(device))
    if dtype is not None and dtype is not _dtype.int64:
        made = made.to(dtype)
    return finish(made, requires_grad)


def normal(mean=0.0, std=1.0, size=None, *, generator=None, dtype=None, device=None, out=None, requires_grad=False):
    """Normal with means and standard deviations given as numbers or tensors."""
    if size is not None:
        made = normal_(empty(size, dtype=dtype, device=device), float(mean), float(std), generator=generator)
        return finish(made, requires_grad)
    like = mean if is_tensor(mean) else std
    shape = _broadcast(mean, std)
    drawn = normal_(empty(shape, dtype=like.dtype, device=like.device), generator=generator)
    return store(drawn * std + mean, out)


def _broadcast(first, second):
    if is_tensor(first) and is_tensor(second):
        from ._shape import broadcast_shapes

        return broadcast_shapes(first.shape, second.shape)
    return (first if is_tensor(first) else second).shape


def bernoulli(input, p=None, *, generator=None, out=None):
    """1 with the probability that each element gives (or `p`), else 0."""
    with drawing_from(generator):
        if p is not None:
            made = _creation.empty_like(input)
            ops.bernoulli_(made, float(p))
        else:
            made = ops.bernoulli(input)
    return store(made, out)


def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """Indices drawn with the weights of a vector, or of each row of a matrix."""
    device = input.device
    with drawing_from(generator):
        made = ops.multinomial(input.detach().cpu(), num_samples, replacement)
    return store(made if device._code == _device.CPU_CODE else made.to(device), out)


def poisson(input, generator=None):
    """Not there yet."""
    raise NotImplementedError("torch.poisson is not in Carrel yet")


# In-place methods


def uniform_(self, a=0.0, b=1.0, *, generator=None, **bounds):
    """Fills with numbers uniform between two bounds."""
    a, b = bounds.get("from", a), bounds.get("to", b)
    if a > b:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={a:g} > to={b:g}")
    if generator is None:
        ops.uniform_(self, a, b)
    else:
        with drawing_from(generator):
            ops.uniform_(self, a, b)
    return self


def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fills with normal numbers."""
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if generator is None:
        ops.normal_(self, mean, std)
    else:
        with drawing_from(generator):
            ops.normal_(self, mean, std)
    return self


def exponential_(self, lambd=1.0, *, generator=None):
    """Fills with exponentially distributed numbers."""
    with drawing_from(generator):
        ops.exponential_(self, lambd)
    return self


def bernoulli_(self, p=0.5, *, generator=None):
    """Fills with 1 with probability `p`, else 0."""
    with drawing_from(generator):
        if is_tensor(p):
            self.copy_(ops.bernoulli(p.expand(self.shape)))
        else:
            ops.bernoulli_(self, p)
    return self


def random_(self, start=None, end=None, *, generator=None, **bounds):
    """Fills with integers: of the whole range of the dtype, below `start`, or from `start` up to below `end`."""
    start = bounds.get("from", start)
    end = bounds.get("to", end)
    with drawing_from(generator):
        if start is None:
            if self.dtype is not _dtype.int64:
                raise NotImplementedError(f"torch.Tensor.random_ without bounds is not in Carrel yet for {self.dtype}")
            self.copy_(ops.random(self.shape, self.device._code))
        else:
            start, end = (0, start) if end is None else (start, end)
            self.copy_(ops.randint(start, end, self.shape, _dtype.int64, self.device._code))
    return self
