"""What optimisers share: checks of options with PyTorch's texts, and the start of a parameter's state.

Read next: `optim.optimizer`.
"""

from .._creation import zeros_like
from .._from_data import tensor
from .._dtype import float32, float64, get_default_dtype
from .._tensor import Tensor


def check(condition, what, value):
    """Raises PyTorch's error for an option out of range."""
    if not condition:
        raise ValueError(f"Invalid {what}: {value}")


def check_rate(lr, foreach=None, capturable=True):
    """Raises unless a learning rate that is a tensor has one element, and may be a tensor at all."""
    if isinstance(lr, Tensor):
        if foreach and not capturable:
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        if lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")


def check_fused(fused, foreach, differentiable):
    """Raises where `fused` is asked for with what it excludes."""
    if fused:
        if differentiable:
            raise RuntimeError("`fused` does not support `differentiable`")
        if foreach:
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def check_betas(betas):
    """Raises unless both decays are from 0 up to 1."""
    for position in (0, 1):
        check(0.0 <= betas[position] < 1.0, f"beta parameter at index {position}", betas[position])


def number(value):
    """An option as a float; a tensor is read."""
    return float(value.item() if isinstance(value, Tensor) else value)


def start_number(value=0.0):
    """A number of a parameter's state: a one-element tensor on the CPU, in the dtype that PyTorch gives it."""
    return tensor(value, dtype=float64 if get_default_dtype() is float64 else float32, device="cpu")


def states(optimizer, params, names, numbers=()):
    """The state of each parameter; new ones start with a step count, these (name, number) pairs, and zeros under these names."""
    found = [optimizer.state[parameter] for parameter in params]
    for parameter, state in zip(params, found):
        if not state:
            state["step"] = start_number()
            for name, value in numbers:
                state[name] = start_number(value)
            for name in names:
                state[name] = zeros_like(parameter)
    return found


def each(states, name):
    """One entry of every state."""
    return [state[name] for state in states]
