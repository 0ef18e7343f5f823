"""Random tensors: the default generator, and the functions that draw.

Numbers of CPU tensors come from the engine's mt19937, in the order and conversions of PyTorch's CPU generator; those of
GPU tensors are drawn there, from the same seed.
Read next: `_random_fills`, `_sampling`, `engine/src/random`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _creation, _device, _dtype
from ._args import checked_sizes, finish, is_tensor, store
from ._C import ops
from ._creation import empty
from ._device import device_code
from ._generator import default_generator, drawing_from
from ._random_fills import _EXACT, _RANGES, check_range, normal_, random_, uniform_, with_zero_gradient


def manual_seed(seed):
    """Starts the default generator over from a seed. Returns it.

    seed: an integer. The same seed gives PyTorch's numbers on the CPU; the GPU has a stream of its own, just as
    repeatable.
    """
    return default_generator.manual_seed(seed)


def seed():
    """Starts the default generator over from a seed of the system's choice, and returns that.

    Gives an integer of 64 bits.
    """
    return default_generator.seed()


def initial_seed():
    """The seed that the default generator was last started from.

    Gives an integer.
    """
    return default_generator.initial_seed()


def get_rng_state():
    """The default generator's state as a byte tensor, in PyTorch's layout of 5056 bytes.

    Gives uint8 (5056), as PyTorch's generator of the CPU.
    """
    return default_generator.get_state()


def set_rng_state(new_state):
    """Takes a state that `get_rng_state` gave, here or in PyTorch.

    new_state: uint8, of the size that `get_rng_state` gives; RuntimeError otherwise.
    """
    default_generator.set_state(new_state)


def _new(size, dtype, device):
    dtype = _dtype.get_default_dtype() if dtype is None else dtype
    return ops.full(checked_sizes(size), 0, dtype, device_code(device))


def _size_argument(size, kw):
    return (kw.pop("size"),) if "size" in kw else size


def rand(*size, generator=None, out=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, **kw):
    """Uniform between 0 and 1.

    size: numbers or one sequence of them. generator: where the numbers come from. dtype, device: those of the new
    tensor (the default ones if absent). requires_grad: whether it wants a gradient.
    """
    made = _new(_size_argument(size, kw), dtype, device)
    return finish(uniform_(made, generator=generator), requires_grad)


def randn(*size, generator=None, out=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, **kw):
    """Standard normal.

    size: numbers or one sequence of them. generator: where the numbers come from. dtype, device: those of the new
    tensor (the default ones if absent). requires_grad: whether it wants a gradient.
    """
    made = _new(_size_argument(size, kw), dtype, device)
    return finish(normal_(made, generator=generator), requires_grad)


def rand_like(input, *, dtype=None, device=None, requires_grad=False, generator=None, memory_format=None):
    """Uniform between 0 and 1, in the shape of another tensor.

    input: gives shape, and dtype and device where they are not named.
    """
    made = _creation.empty_like(input, dtype=dtype, device=device, memory_format=memory_format)
    return finish(uniform_(made, generator=generator), requires_grad)


def randn_like(input, *, dtype=None, device=None, requires_grad=False, generator=None, memory_format=None):
    """Standard normal, in the shape of another tensor.

    input: gives shape, and dtype and device where they are not named.
    """
    made = _creation.empty_like(input, dtype=dtype, device=device, memory_format=memory_format)
    return finish(normal_(made, generator=generator), requires_grad)


def randint(low, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=False, out=None):
    """Integers from `low` up to below `high`.

    low: the least (0). high: not reached; RuntimeError if not above low. size: a sequence of numbers. int64 if no
    dtype is named.
    """
    if size is None:
        low, high, size = 0, low, high
    if high is None:
        low, high = 0, low
    dtype = _dtype.int64 if dtype is None else dtype
    check_range(low, high, dtype)
    with drawing_from(generator):
        made = ops.randint(low, high, checked_sizes((size,)), dtype, device_code(device))
    return finish(made, requires_grad)


def randint_like(input, low, high=None, *, dtype=None, device=None, requires_grad=False, generator=None, memory_format=None):
    """Integers in the shape of another tensor.

    input: gives shape, and dtype and device where they are not named. low (0) is drawn, high is not.
    """
    low, high = (0, low) if high is None else (low, high)
    made = _creation.empty_like(input, dtype=dtype, device=device, memory_format=memory_format)
    return finish(random_(made, low, high, generator=generator), requires_grad)


def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False, out=None, layout=None, pin_memory=False):
    """0 … n - 1 in random order.

    n: how many; RuntimeError if negative. Gives int64 (n) if no dtype is named.
    """
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    if dtype in _EXACT and n > _EXACT[dtype] + 1:
        name = _dtype.SCALAR_TYPE_NAMES[dtype._code]
        raise RuntimeError(f"n cannot be greater than 2^{_EXACT[dtype].bit_length() - 1}+1 for {name} type.")
    if dtype in _RANGES and n - 1 > _RANGES[dtype][1]:
        name = _dtype.SCALAR_TYPE_NAMES[dtype._code]
        raise RuntimeError(f"n is too large for result tensor type: 'torch.{name}Tensor'")
    with drawing_from(generator):
        made = ops.randperm(n, device_code(device))
    if dtype is not None and dtype is not _dtype.int64:
        made = made.to(dtype)
    return finish(made, requires_grad)


def normal(mean=0.0, std=1.0, size=None, *, generator=None, dtype=None, device=None, out=None, requires_grad=False):
    """Normal with means and standard deviations given as numbers or tensors.

    mean, std: tensors whose shapes broadcast, or numbers with a size. generator: where the numbers come from.
    """
    if size is not None:
        if out is not None and device is None:
            dtype, device = dtype or out.dtype, out.device
        made = normal_(empty(size, dtype=dtype, device=device), float(mean), float(std), generator=generator)
        return finish(store(made, out), requires_grad)
    like = mean if is_tensor(mean) else std
    if not is_tensor(like):
        raise TypeError("normal(): without 'size', 'mean' or 'std' must be a Tensor")
    if not is_tensor(std):
        if std < 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    elif std.device._code == _device.CPU_CODE and std.numel() and bool((std.detach() < 0).any()):
        raise RuntimeError("normal expects all elements of std >= 0.0")
    shape = _broadcast(mean, std)
    drawn = normal_(empty(shape, dtype=like.dtype, device=like.device), generator=generator)
    scaled = drawn * (std.detach() if is_tensor(std) else std) + (mean.detach() if is_tensor(mean) else mean)
    return store(with_zero_gradient(scaled, mean, std), out)


def _broadcast(first, second):
    if is_tensor(first) and is_tensor(second):
        from ._stacking import broadcast_shapes

        return broadcast_shapes(first.shape, second.shape)
    return (first if is_tensor(first) else second).shape


def bernoulli(input, p=None, *, generator=None, out=None):
    """1 with the probability that each element gives (or `p`), else 0.

    input: probabilities, floating point; RuntimeError outside 0 … 1. Gives the same shape and dtype. No gradient
    flows.
    """
    with drawing_from(generator):
        if p is not None:
            made = _creation.empty_like(input)
            ops.bernoulli_(made, float(p))
        else:
            made = ops.bernoulli(input.detach())
    return store(with_zero_gradient(made, input), out)


def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """Indices drawn with the weights of a vector, or of each row of a matrix.

    input: floating point weights (n) or (m, n), none negative; they need not sum to 1. Gives int64 (num_samples) or
    (m, num_samples). RuntimeError for weights that do not do, and for more samples than weights without replacement.
    """
    if not input.dtype.is_floating_point:
        name = _dtype.SCALAR_TYPE_NAMES[input.dtype._code]
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {name}")
    if num_samples < 1:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    device = input.device
    with drawing_from(generator):
        made = ops.multinomial(input.detach().cpu(), num_samples, replacement)
    return store(made if device._code == _device.CPU_CODE else made.to(device), out)
