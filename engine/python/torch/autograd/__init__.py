"""`torch.autograd`: gradients of what was computed.

The engine keeps the history and runs backward; here are only the arguments' rules.
Read next: `_autograd_mode`, `engine/src/autograd`.
"""

from .._autograd_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .._C import free_dead, ops
from .._tensor import Tensor
from .function import Function, has_applied, walk


def _as_tuple(value):
    return (value,) if isinstance(value, Tensor) else tuple(value)


def _output_gradients(outputs, gradients):
    """The gradients that backward starts from: those given, or ones for scalars."""
    gradients = (None,) * len(outputs) if gradients is None else _as_tuple(gradients)
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    for output, gradient in zip(outputs, gradients):
        if gradient is None:
            if output.requires_grad and output.numel() != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
        elif gradient.shape != output.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[0] has a shape of {gradient.shape} and output[0] has a shape of {output.shape}."
            )
    return gradients


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Accumulates gradients of `tensors` in `.grad` of the leaves (or of `inputs` only)."""
    outputs = _as_tuple(tensors)
    gradients = _output_gradients(outputs, grad_tensors)
    retain_graph = create_graph if retain_graph is None else retain_graph
    if inputs is not None:
        inputs = _as_tuple(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        found = _gradients(outputs, gradients, inputs, retain_graph, create_graph)
        for leaf, gradient in zip(inputs, found):
            if gradient is not None:
                before = leaf.grad
                leaf.grad = gradient if before is None else before + gradient
        return
    if has_applied():
        walk(outputs, gradients, (), False, retain_graph, create_graph)
    else:
        ops.backward(outputs, gradients, retain_graph, create_graph)
    free_dead()


def _gradients(outputs, gradients, inputs, retain_graph, create_graph):
    if has_applied():
        return walk(outputs, gradients, inputs, True, retain_graph, create_graph)
    return ops.autograd_grad(outputs, gradients, inputs, retain_graph, create_graph)


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
    if is_grads_batched:
        raise NotImplementedError("torch.autograd.grad with is_grads_batched is not in Carrel yet")
    outputs, inputs = _as_tuple(outputs), _as_tuple(inputs)
    gradients = _output_gradients(outputs, grad_outputs)
    if any(not isinstance(tensor, Tensor) for tensor in inputs):
        raise TypeError("all inputs have to be Tensors")
    if any(not tensor.requires_grad for tensor in inputs):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    retain_graph = create_graph if retain_graph is None else retain_graph
    found = _gradients(outputs, gradients, inputs, retain_graph, create_graph)
    if materialize_grads:
        return tuple(
            tensor.new_zeros(tensor.shape) if gradient is None else gradient for tensor, gradient in zip(inputs, found)
        )
    if not allow_unused and any(gradient is None for gradient in found):
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this "
            "is the desired behavior."
        )
    return tuple(found)


class set_detect_anomaly:
    """Accepted: errors already name the operator that caused them."""

    def __init__(self, mode=True, check_nan=True):
        pass

    def __enter__(self):
        return None

    def __exit__(self, *exc_info):
        pass


class detect_anomaly(set_detect_anomaly):
    """Accepted: errors already name the operator that caused them."""

    def __init__(self, check_nan=True):
        super().__init__(True, check_nan)


def Variable(data, requires_grad=False, **ignored):
    """The tensor itself: variables and tensors have long been one thing."""
    return data.requires_grad_(requires_grad) if requires_grad else data


def __getattr__(name):
    raise AttributeError(f"torch.autograd.{name} is not in Carrel yet")
