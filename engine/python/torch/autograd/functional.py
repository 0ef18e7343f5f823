"""`torch.autograd.functional`: Jacobians, Hessians and their products with vectors, by backward.

Products with vectors from the right are made by going backward twice.
Refuses forward mode. Read next: `autograd`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._autograd_mode import enable_grad
from .._stacking import stack
from .._tensor import Tensor
from . import grad


def _as_tuple(value, name, where):
    is_tuple = isinstance(value, tuple)
    values = value if is_tuple else (value,)
    for position, one in enumerate(values):
        if not isinstance(one, Tensor):
            if is_tuple:
                raise TypeError(
                    f"The {name} given to {where} must be either a Tensor or a tuple of Tensors but the value at index "
                    f"{position} has type {type(one)}."
                )
            raise TypeError(f"The {name} given to {where} must be either a Tensor or a tuple of Tensors but the given {name} has type {type(one)}.")
    return is_tuple, values


def _prepared(inputs, create_graph):
    """Inputs that want gradients: with a history if one is to be made, else cut off."""
    if create_graph:
        return tuple(one.view_as(one) if one.requires_grad else one.clone().requires_grad_() for one in inputs)
    return tuple(one.detach().requires_grad_() for one in inputs)


def _finished(values, is_tuple, create_graph):
    values = tuple(value if create_graph else value.detach() for value in values)
    return values if is_tuple else values[0]


def _checked_vector(v, like, is_tuple_like, what):
    _, v = _as_tuple(v, "v", what)
    if len(v) != len(like):
        name = "inputs" if what in ("jvp", "hvp", "vhp") else "outputs"
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}.")
    for position, (one, other) in enumerate(zip(v, like)):
        if one.shape != other.shape:
            prefix = f"Entry {position} in " if len(v) > 1 else ""
            raise RuntimeError(f"{prefix}v has invalid size: should be {other.shape} but got {one.shape}.")
    return v


def _default_vector(outputs, what):
    if len(outputs) != 1 or outputs[0].numel() != 1:
        raise RuntimeError(
            "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
        )
    return (outputs[0].new_ones(outputs[0].shape),)


def _strictly(values, strict, message):
    if strict and any(value is None for value in values):
        raise RuntimeError(message)


def _filled(found, like):
    return tuple(one.new_zeros(one.shape) if gradient is None else gradient for gradient, one in zip(found, like))


def _run(func, inputs, what, strict):
    outputs = func(*inputs)
    is_tuple, outputs = _as_tuple(outputs, "outputs of the user-provided function", what)
    if strict:
        for position, output in enumerate(outputs):
            if not output.requires_grad:
                raise RuntimeError(
                    f"Output {position} of the user-provided function does not require gradients. The outputs must be "
                    "computed in a differentiable manner from the input when running in strict mode."
                )
    return is_tuple, outputs


def _grad(outputs, inputs, seeds, create_graph, retain_graph=None):
    """`autograd.grad` that gives None for all where no output has a history."""
    pairs = [(output, seed) for output, seed in zip(outputs, seeds) if output.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    outputs, seeds = zip(*pairs)
    return grad(outputs, inputs, seeds, retain_graph, create_graph, allow_unused=True)


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """The function's value, and the product of `v` with its Jacobian."""
    with enable_grad():
        is_inputs_tuple, inputs = _as_tuple(inputs, "inputs", "vjp")
        inputs = _prepared(inputs, create_graph)
        is_outputs_tuple, outputs = _run(func, inputs, "vjp", strict)
        v = _default_vector(outputs, "vjp") if v is None else _checked_vector(v, outputs, is_outputs_tuple, "vjp")
        found = _filled(_grad(outputs, inputs, v, create_graph), inputs)
    return _finished(outputs, is_outputs_tuple, create_graph), _finished(found, is_inputs_tuple, create_graph)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """The function's value, and the product of its Jacobian with `v`."""
    with enable_grad():
        is_inputs_tuple, inputs = _as_tuple(inputs, "inputs", "jvp")
        inputs = _prepared(inputs, create_graph)
        if v is None:
            if len(inputs) != 1 or inputs[0].numel() != 1:
                raise RuntimeError("The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.")
            v = (inputs[0].new_ones(inputs[0].shape),)
        else:
            v = _checked_vector(v, inputs, is_inputs_tuple, "jvp")
        is_outputs_tuple, outputs = _run(func, inputs, "jvp", strict)
        # The product is the derivative of `u J` by u, where u is anything.
        u = tuple(output.new_zeros(output.shape).requires_grad_() for output in outputs)
        products = _grad(outputs, inputs, u, True)
        products, seeds = zip(*[pair for pair in zip(products, v) if pair[0] is not None]) if any(
            one is not None for one in products
        ) else ((), ())
        found = _filled(_grad(products, u, seeds, create_graph), outputs) if products else _filled((None,) * len(outputs), outputs)
    return _finished(outputs, is_outputs_tuple, create_graph), _finished(found, is_outputs_tuple, create_graph)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The function's Jacobian: for every output and input a tensor of the output's shape and then the input's."""
    if strategy not in ("reverse-mode", "forward-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than '
            'inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        raise NotImplementedError('jacobian with strategy="forward-mode" is not supported in Carrel: use "reverse-mode"')
    with enable_grad():
        is_inputs_tuple, inputs = _as_tuple(inputs, "inputs", "jacobian")
        inputs = _prepared(inputs, create_graph)
        is_outputs_tuple, outputs = _run(func, inputs, "jacobian", strict)
        rows_of_outputs = []
        for number, output in enumerate(outputs):
            rows = [[] for _ in inputs]
            for position in range(output.numel()):
                seed = output.new_zeros(output.numel())
                seed[position] = 1
                found = _grad((output,), inputs, (seed.reshape(output.shape),), create_graph, True)
                _strictly(found, strict, f"Output {number} of the user-provided function is independent of input. This is not allowed in strict mode.")
                for row, gradient in zip(rows, _filled(found, inputs)):
                    row.append(gradient)
            rows_of_outputs.append(
                tuple(
                    (stack(row) if row else one.new_zeros((0, *one.shape))).reshape(output.shape + one.shape)
                    for row, one in zip(rows, inputs)
                )
            )
    found = tuple(_finished(row, is_inputs_tuple, create_graph) for row in rows_of_outputs)
    return found if is_outputs_tuple else found[0]


def _scalar_output(func, inputs, what):
    is_tuple, outputs = _run(func, inputs, what, False)
    if is_tuple or len(outputs) != 1:
        raise RuntimeError(f"The function given to {what} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {what} should contain a single element")
    return outputs[0].reshape(())


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The Hessian of a function that gives one number."""
    is_inputs_tuple, inputs = _as_tuple(inputs, "inputs", "hessian")

    def gradient(*arguments):
        arguments = tuple(one if one.requires_grad else one.requires_grad_() for one in arguments)
        output = _scalar_output(func, arguments, "hessian")
        return _filled(_grad((output,), arguments, (output.new_ones(()),), True), arguments)

    found = jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)
    return found if is_inputs_tuple else found[0][0]


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of a function that gives one number, and the product of `v` with its Hessian."""
    with enable_grad():
        is_inputs_tuple, inputs = _as_tuple(inputs, "inputs", "vhp")
        inputs = _prepared(inputs, create_graph)
        if v is None:
            v = tuple(one.new_ones(one.shape) for one in inputs)
            if len(inputs) != 1 or inputs[0].numel() != 1:
                raise RuntimeError("The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.")
        else:
            v = _checked_vector(v, inputs, is_inputs_tuple, "vhp")
        output = _scalar_output(func, inputs, "vhp")
        gradients = _filled(_grad((output,), inputs, (output.new_ones(()),), True), inputs)
        found = _filled(_grad(gradients, inputs, v, create_graph), inputs)
    return _finished((output,), False, create_graph), _finished(found, is_inputs_tuple, create_graph)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of a function that gives one number, and the product of its Hessian with `v`: the Hessian is symmetric."""
    return vhp(func, inputs, v, create_graph, strict)
