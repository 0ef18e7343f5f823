"""`torch.autograd`: gradients of what was computed.

The engine keeps the history and runs backward; here are only the arguments' rules.
Read next: `_autograd_mode`, `_hooks`, `engine/src/autograd`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._autograd_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .._C import free_dead, ops
from .._tensor import Tensor
from ._hooks import collect, walk_on
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .function import Function


def _as_tuple(value):
    return (value,) if isinstance(value, Tensor) else tuple(value)


def _tensor_of(value):
    """The tensor that stands for a tensor or a gradient edge."""
    if isinstance(value, Tensor):
        return value
    from .graph import GradientEdge

    if isinstance(value, GradientEdge):
        return getattr(value.node, "_variable", None) if hasattr(value.node, "_variable") else value.node._anchor
    raise TypeError("all inputs have to be Tensors or GradientEdges, but got " + type(value).__name__)


def _output_gradients(outputs, gradients):
    """The gradients that backward starts from: those given, or ones for scalars."""
    gradients = (None,) * len(outputs) if gradients is None else _as_tuple(gradients)
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    for position, (output, gradient) in enumerate(zip(outputs, gradients)):
        if gradient is None:
            if output.requires_grad and output.numel() != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
        elif not isinstance(gradient, Tensor):
            raise TypeError("gradients can be either Tensors or None, but got " + type(gradient).__name__)
        elif gradient.shape != output.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{position}] has a shape of {gradient.shape} and output[{position}] has a "
                f"shape of {output.shape}."
            )
    return gradients


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Accumulates gradients of `tensors` in `.grad` of the leaves (or of `inputs` only)."""
    outputs = _as_tuple(tensors)
    gradients = _output_gradients(outputs, grad_tensors if grad_variables is None else grad_variables)
    retain_graph = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        ops.backward(outputs, gradients, retain_graph, create_graph)
    else:
        inputs = tuple(map(_tensor_of, _as_tuple(inputs)))
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        if any(not tensor.requires_grad for tensor in inputs):
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        for tensor in inputs:
            if not tensor.is_leaf:
                tensor.retain_grad()
        ops.walk_start(outputs, gradients, inputs, True, True, retain_graph, create_graph)
        walk_on(inputs, retain_graph, create_graph)
    free_dead()
    collect()


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    only_inputs=True,
    allow_unused=None,
    is_grads_batched=False,
    materialize_grads=False,
):
    """Gradients of `outputs` with respect to `inputs`, as a tuple."""
    if materialize_grads and allow_unused is False:
        raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.")
    outputs, inputs = _as_tuple(outputs), tuple(map(_tensor_of, _as_tuple(inputs)))
    if is_grads_batched:
        return _batched_grad(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused, materialize_grads)
    if not inputs:
        raise ValueError("grad requires non-empty inputs.")
    gradients = _output_gradients(outputs, grad_outputs)
    if any(not tensor.requires_grad for tensor in inputs):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    retain_graph = create_graph if retain_graph is None else retain_graph
    found = ops.autograd_grad(outputs, gradients, inputs, retain_graph, create_graph)
    if materialize_grads:
        return tuple(
            tensor.new_zeros(tensor.shape, requires_grad=create_graph) if gradient is None else gradient
            for tensor, gradient in zip(inputs, found)
        )
    if not allow_unused:
        for position, gradient in enumerate(found):
            if gradient is None:
                raise RuntimeError(
                    f"The differentiated Tensor at index {position} appears to not have been used in the graph. Set "
                    "allow_unused=True if this is the desired behavior."
                )
    return tuple(found)


def _batched_grad(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused, materialize_grads):
    """`grad` for every entry of the gradients' first dimension, stacked."""
    from .._stacking import stack

    batches = _as_tuple(grad_outputs)
    count = next(gradient.shape[0] for gradient in batches if gradient is not None)
    rows = []
    for entry in range(count):
        gradients = [None if gradient is None else gradient[entry] for gradient in batches]
        keeps = retain_graph or create_graph or entry + 1 < count
        rows.append(grad(outputs, inputs, gradients, keeps, create_graph, True, allow_unused, False, materialize_grads))
    return tuple(None if column[0] is None else stack(column) for column in zip(*rows))


def Variable(data, requires_grad=False, **ignored):
    """The tensor itself: variables and tensors have long been one thing."""
    return data.requires_grad_(requires_grad) if requires_grad else data


_LAZY = {
    "gradcheck": ("gradcheck", "gradcheck"),
    "gradgradcheck": ("gradcheck", "gradgradcheck"),
}
_MODULES = ("graph", "functional", "anomaly_mode", "grad_mode", "function", "profiler")


def __getattr__(name):
    import importlib

    if name in _LAZY:
        module, attribute = _LAZY[name]
        found = globals()[name] = getattr(importlib.import_module("torch.autograd." + module), attribute)
        return found
    if name in _MODULES:
        return importlib.import_module("torch.autograd." + name)
    from .._out_of_scope import refused

    return refused("torch.autograd", name)
