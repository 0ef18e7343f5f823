"""`grad`, `grad_and_value` and `vjp`: gradients of functions, by going backward through what they recorded.

Read next: `_arguments`, `_jacobians`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from .._autograd_mode import enable_grad, is_grad_enabled
from .._C import ops
from .._tensor import Tensor
from ..utils._pytree import tree_flatten, tree_unflatten
from ._arguments import check_floating, own_inputs, picked, pulled_back, replaced, tensor_leaves, without_own_history


def grad(func, argnums=0, has_aux=False):
    """A function that gives the gradient of `func` by its arguments `argnums`; `func` gives one number.

    With `has_aux` the function gives `(output, aux)`, and the result is `(gradient, aux)`. Nests, and maps with `vmap`.
    """

    @functools.wraps(func)
    def gradient(*args, **kwargs):
        found, value = grad_and_value(func, argnums, has_aux)(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(func, argnums=0, has_aux=False):
    """As `grad`, and the function's value beside the gradient: `(gradient, value)`, or `(gradient, (value, aux))`."""

    @functools.wraps(func)
    def both(*args, **kwargs):
        keeps_history = is_grad_enabled()
        with enable_grad():
            leaves, spec = tree_flatten(picked(args, argnums, "grad"))
            inputs = own_inputs(leaves, "grad(f)(*args)")
            output = func(*replaced(args, argnums, tree_unflatten(inputs, spec)), **kwargs)
            aux = None
            if has_aux:
                if not (isinstance(output, tuple) and len(output) == 2):
                    raise RuntimeError(
                        "grad_and_value(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is True"
                    )
                output, aux = output
            if not isinstance(output, Tensor):
                raise RuntimeError(f"grad_and_value(f)(*args): Expected f(*args) to return a tensor, got {type(output)}")
            if output.dim() != 0:
                raise RuntimeError(
                    "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with "
                    f"{output.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
                )
            # A value with a history of its own may be differentiated after this.
            found = pulled_back([output], inputs, [_ones_like(output)], None, None if keeps_history else False)
        if not keeps_history:
            output = output.detach()
        (output,) = without_own_history([output], inputs)
        found = tree_unflatten(without_own_history(found, inputs), spec)
        if not has_aux:
            return found, output
        aux_leaves, aux_spec = tree_flatten(aux)
        return found, (output, tree_unflatten(without_own_history(aux_leaves, inputs), aux_spec))

    return both


def _ones_like(tensor):
    return ops.full_like(tensor.detach(), 1, tensor.dtype, tensor.device._code)


def vjp(func, *primals, has_aux=False):
    """The value of `func(*primals)`, and a function from a cotangent of it to the gradients by the primals.

    With `has_aux` the function gives `(output, aux)`, and the result is `(output, vjp_fn, aux)`.
    """
    with enable_grad():
        leaves, spec = tree_flatten(primals)
        inputs = own_inputs(leaves, "vjp(f, *primals)")
        output = func(*tree_unflatten(inputs, spec))
        aux = None
        if has_aux:
            if not (isinstance(output, tuple) and len(output) == 2):
                raise RuntimeError("vjp(f, *primals): output of function f should be a tuple: (output, aux) if has_aux is True")
            output, aux = output
        outputs, output_spec = tensor_leaves(output, "vjp(f, *primals): Expected f(*primals) to return tensors")
        check_floating(outputs)

    def vjp_fn(cotangents, retain_graph=True, create_graph=None):
        seeds, seed_spec = tree_flatten(cotangents)
        if seed_spec != output_spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. "
                f"cotangents: {seed_spec}, primal output: {output_spec}"
            )
        for position, (seed, one) in enumerate(zip(seeds, outputs)):
            if seed.shape != one.shape:
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{position}] has a shape of {seed.shape} and output[{position}] has a "
                    f"shape of {one.shape}."
                )
        with enable_grad():
            found = pulled_back(outputs, inputs, seeds, retain_graph, create_graph)
        return tree_unflatten(without_own_history(found, inputs), spec)

    shown = tree_unflatten(without_own_history(outputs, inputs), output_spec)
    if not has_aux:
        return shown, vjp_fn
    aux_leaves, aux_spec = tree_flatten(aux)
    return shown, vjp_fn, tree_unflatten(without_own_history(aux_leaves, inputs), aux_spec)
