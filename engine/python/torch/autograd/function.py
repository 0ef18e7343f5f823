"""`torch.autograd.Function`: operations whose backward is written in Python.

The engine stops its walk at such an operation, asks for its gradients, and goes on. It also keeps what
`save_for_backward` names, so that writes to it are noticed and nothing is held in a circle.
Refuses forward-mode derivatives. Read next: `_hooks`, `engine/src/autograd/walk.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools
import sys

from .._autograd_mode import no_grad
from .._C import ops
from .._tensor import Tensor
from ._hooks import kept, new_number


class FunctionCtx:
    """What `forward` leaves for `backward`."""

    materialize_grads = True
    needs_input_grad = ()
    _to_save = ()
    _without_gradient = ()
    _dirty = ()
    # Set once the history holds the function: from then on it keeps what was saved.
    _is_attached = False

    def save_for_backward(self, *tensors):
        """Keeps tensors for backward."""
        for position, value in enumerate(tensors):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {position} is of type {type(value).__name__}"
                )
        self._to_save = tensors

    def save_for_forward(self, *tensors):
        """Accepted: only forward-mode derivatives would read it."""

    @property
    def saved_tensors(self):
        """What `save_for_backward` kept."""
        if not self._is_attached:
            return self._to_save
        return tuple(ops.walk_saved())

    saved_variables = saved_tensors

    def mark_dirty(self, *tensors):
        """Names inputs that forward has changed in place; they must be among the outputs."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors):
        """Names outputs that get no gradient."""
        self._without_gradient = tensors

    def set_materialize_grads(self, value):
        """Whether backward gets zeros (True) or None for outputs without a gradient."""
        self.materialize_grads = value


class _Applied:
    """A function that the history holds: how its gradients are asked for."""

    __slots__ = ("cls", "ctx", "inputs", "outputs", "is_tracked", "is_tensor")

    def input_gradients(self, gradients):
        """Gradients of the tensors among the inputs from those of the outputs."""
        ctx, cls = self.ctx, self.cls
        given = iter(
            ops.full(shape, 0, dtype, device) if gradient is None and ctx.materialize_grads else gradient
            for gradient, (shape, dtype, device) in zip(gradients, self.outputs)
        )
        backward = cls.backward if cls.backward is not Function.backward else cls.vjp
        found = backward(ctx, *[next(given) if is_tracked else None for is_tracked in self.is_tracked])
        found = found if isinstance(found, tuple) else (found,)
        name = cls.__name__ + "Backward"
        expected = len(self.is_tensor)
        if len(found) > expected and all(value is None for value in found[expected:]):
            found = found[:expected]
        if len(found) != expected:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(found)})"
            )
        picked = [value for value, is_tensor in zip(found, self.is_tensor) if is_tensor]
        positions = [position for position, is_tensor in enumerate(self.is_tensor) if is_tensor]
        return [self._checked(name, *entry) for entry in zip(positions, picked, self.inputs)]

    def _checked(self, name, position, gradient, meta):
        if gradient is None:
            return None
        if not isinstance(gradient, Tensor):
            raise RuntimeError(f"expected Variable or None (got {type(gradient).__name__})")
        shape, dtype, _ = meta
        if gradient.shape != shape:
            extra = len(gradient.shape) - len(shape)
            pairs = zip(gradient.shape[extra:], shape)
            if extra < 0 or any(have != want and want != 1 for have, want in pairs):
                raise RuntimeError(
                    f"Function {name} returned an invalid gradient at index {position} - got {list(gradient.shape)} but "
                    f"expected shape compatible with {list(shape)}"
                )
            gradient = gradient.sum_to_size(shape)
        return gradient if gradient.dtype is dtype or not dtype.is_floating_point else gradient.to(dtype)


def _meta(tensor):
    return tensor.shape, tensor.dtype, tensor.device._code


class Function(FunctionCtx):
    """Base class: define static methods `forward(ctx, ...)` and `backward(ctx, *grads)`, and call `apply`."""

    # What `grad_fn` is called, where that is not the class's name.
    _node_name = None
    generate_vmap_rule = False

    def __init__(self, *args, **kwargs):
        raise RuntimeError(
            f"Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function "
            f"with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args, **kwargs):
        """Computes the outputs."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Keeps what backward needs, where `forward` takes no context."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Gradients of the inputs from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    # The other name of `backward`.
    vjp = backward

    @staticmethod
    def jvp(ctx, *grad_inputs):
        """Refused: there is no forward-mode differentiation."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info, in_dims, *args):
        """Results and their batch dimensions, from a batch: `info.batch_size`, where each argument has the batch, arguments."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *args, **kwargs):
        """Calls `forward` and remembers how to go back."""
        if kwargs:
            raise TypeError(f"{cls.__name__}.apply() takes no keyword arguments")
        if "torch._batched" in sys.modules and any(hasattr(value, "_level") for value in args if isinstance(value, Tensor)):
            from .._batched.custom_functions import applied

            return applied(cls, args)
        ctx = FunctionCtx()
        ctx.needs_input_grad = tuple(isinstance(value, Tensor) and value.requires_grad for value in args)
        with no_grad():
            if cls.setup_context is not Function.setup_context:
                result = cls.forward(*args)
                cls.setup_context(ctx, args, result)
            else:
                result = cls.forward(ctx, *args)
        is_tuple = isinstance(result, tuple)
        outputs = result if is_tuple else (result,)
        if not is_tuple and not isinstance(result, Tensor):
            raise TypeError(f"{cls.__name__}.forward: expected Tensor or tuple of Tensor, got {type(result).__name__}")
        return cls._attached(ctx, args, outputs, is_tuple)

    @classmethod
    def _attached(cls, ctx, args, outputs, is_tuple):
        """The outputs, with the function in their history if an input needs a gradient."""
        given = {id(value) for value in args}
        dirty = {id(value) for value in ctx._dirty}
        if ops.grad_enabled():
            for value in ctx._dirty:
                if value.requires_grad and value.is_leaf:
                    raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
        # An input handed through becomes a tensor of its own, so that it can have a history of its own.
        outputs = tuple(
            ops.detach(value) if isinstance(value, Tensor) and id(value) in given and id(value) not in dirty else value
            for value in outputs
        )
        skipped = {id(value) for value in ctx._without_gradient}
        tracked = [
            value
            for value in outputs
            if isinstance(value, Tensor) and id(value) not in skipped and value.dtype.is_floating_point
        ]
        inputs = [value for value in args if isinstance(value, Tensor)]
        number = new_number()
        name = cls._node_name or cls.__name__ + "Backward"
        if ops.attach_function(inputs, tracked, ctx._to_save, number, name):
            applied = kept[number] = _Applied()
            applied.cls, applied.ctx = cls, ctx
            applied.inputs = [_meta(value) for value in inputs]
            applied.outputs = [_meta(value) for value in tracked]
            applied.is_tracked = [any(value is one for one in tracked) for value in outputs]
            applied.is_tensor = [isinstance(value, Tensor) for value in args]
            ctx._is_attached, ctx._to_save, ctx._without_gradient, ctx._dirty = True, (), (), ()
        return outputs if is_tuple else outputs[0]


InplaceFunction = NestedIOFunction = BackwardCFunction = Function


class _Once(Function):
    """What a backward gave that must not be differentiated again."""

    @staticmethod
    def forward(ctx, *tensors):
        return tuple(tensor.detach() for tensor in tensors)

    @staticmethod
    def backward(ctx, *gradients):
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def once_differentiable(function):
    """Decorator of a backward that cannot be differentiated itself: trying to is an error."""

    @functools.wraps(function)
    def decorated(ctx, *gradients):
        with no_grad():
            found = function(ctx, *gradients)
        if not ops.grad_enabled() or not any(isinstance(value, Tensor) and value.requires_grad for value in gradients):
            return found
        values = found if isinstance(found, tuple) else (found,)
        wanted = [value for value in values if isinstance(value, Tensor)]
        # Wanting gradients makes the error come when they are asked for.
        marked = iter(_Once.apply(*[value.detach().requires_grad_() for value in wanted]))
        values = tuple(next(marked) if isinstance(value, Tensor) else value for value in values)
        return values if isinstance(found, tuple) else values[0]

    return decorated
