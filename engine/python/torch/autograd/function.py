"""`torch.autograd.Function`: operations whose backward is written in Python.

The engine stops its walk at such an operation, asks for its gradients, and goes on. It also stops where a gradient
has to be computed on the CPU.
Refuses `mark_dirty`: forward must give new tensors. Read next: `autograd`, `engine/src/autograd/walk.rs`.
"""

import functools
import itertools

from .._autograd_mode import no_grad, set_grad_enabled
from .._C import ops
from .._fallback import run_rule
from .._tensor import Tensor

#: What was applied and not yet walked through, by number.
_applied = {}
_numbers = itertools.count(1)


class FunctionCtx:
    """What `forward` leaves for `backward`."""

    materialize_grads = True

    def __init__(self):
        self._saved = ()
        self._without_gradient = ()
        self.needs_input_grad = ()

    def save_for_backward(self, *tensors):
        """Keeps tensors for backward."""
        self._saved = tensors

    @property
    def saved_tensors(self):
        """What `save_for_backward` kept."""
        return self._saved

    def mark_non_differentiable(self, *tensors):
        """Names outputs that get no gradient."""
        self._without_gradient = tensors

    def set_materialize_grads(self, value):
        """Whether backward gets zeros (True) or None for outputs without a gradient."""
        self.materialize_grads = value

    def mark_dirty(self, *tensors):
        """Not there yet."""
        raise NotImplementedError("torch.autograd.function.FunctionCtx.mark_dirty is not in Carrel yet")


class Function:
    """Base class: define static methods `forward(ctx, ...)` and `backward(ctx, *grads)`, and call `apply`."""

    # What `grad_fn` is called, where that is not the class's name.
    _node_name = None

    @staticmethod
    def forward(*args, **kwargs):
        """Computes the outputs."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Gradients of the inputs from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    @classmethod
    def apply(cls, *args):
        """Calls `forward` and remembers how to go back."""
        ctx = FunctionCtx()
        ctx.needs_input_grad = tuple(isinstance(value, Tensor) and value.requires_grad for value in args)
        has_setup = "setup_context" in vars(cls) or any("setup_context" in vars(base) for base in cls.__mro__[:-1])
        with no_grad():
            result = cls.forward(*args) if has_setup else cls.forward(ctx, *args)
            if has_setup:
                cls.setup_context(ctx, args, result)
        outputs = result if isinstance(result, tuple) else (result,)
        # An input handed through becomes a tensor of its own, so that it can have a history of its own.
        given = {id(value) for value in args}
        outputs = tuple(
            ops.detach(value) if isinstance(value, Tensor) and id(value) in given else value for value in outputs
        )
        skipped = {id(value) for value in ctx._without_gradient}
        tracked = [value for value in outputs if isinstance(value, Tensor) and id(value) not in skipped]
        inputs = [value for value in args if isinstance(value, Tensor)]
        number = next(_numbers)
        if ops.attach_function(inputs, tracked, number, cls._node_name or cls.__name__ + "Backward"):
            ctx._outputs = [(value.shape, value.dtype, value.device._code) for value in tracked]
            ctx._is_tracked = [any(value is one for one in tracked) for value in outputs]
            ctx._is_tensor = [isinstance(value, Tensor) for value in args]
            _applied[number] = cls, ctx
        return outputs if isinstance(result, tuple) else outputs[0]


def has_applied():
    """True if a walk may come to such an operation."""
    return bool(_applied)


def _input_gradients(number, gradients, retain_graph):
    cls, ctx = _applied[number] if retain_graph else _applied.pop(number)
    given = iter(
        ops.full(shape, 0, dtype, device) if gradient is None and ctx.materialize_grads else gradient
        for gradient, (shape, dtype, device) in zip(gradients, ctx._outputs)
    )
    found = cls.backward(ctx, *[next(given) if is_tracked else None for is_tracked in ctx._is_tracked])
    found = found if isinstance(found, tuple) else (found,)
    if len(found) < len(ctx._is_tensor):
        raise RuntimeError(
            f"function {cls.__name__}Backward returned an incorrect number of gradients (expected "
            f"{len(ctx._is_tensor)}, got {len(found)})"
        )
    return [gradient for gradient, is_tensor in zip(found, ctx._is_tensor) if is_tensor]


def walk(outputs, gradients, inputs, is_partial, retain_graph, create_graph):
    """Goes backward, stopping at Python's operations. Gives the gradients of `inputs`."""
    ops.walk_start(outputs, gradients, inputs, is_partial, retain_graph, create_graph)
    return walk_on(inputs, retain_graph, create_graph)


def walk_on(inputs, retain_graph, create_graph):
    """Goes on with a walk that was started."""
    try:
        while (number := ops.walk_on()) != -1:
            with set_grad_enabled(create_graph):
                if number < 0:
                    run_rule()
                else:
                    ops.walk_provide(_input_gradients(number, ops.walk_gradients(), retain_graph))
    except BaseException:
        ops.walk_end(())
        raise
    return ops.walk_end(inputs)


def once_differentiable(function):
    """Decorator of a backward whose own history is not recorded."""

    @functools.wraps(function)
    def decorated(ctx, *gradients):
        with no_grad():
            return function(ctx, *gradients)

    return decorated
