"""`jvp` and `linearize`: how a function's value changes along a direction of its arguments.

The product of a Jacobian with a vector is the derivative of its product with a cotangent by that cotangent, so the engine
goes backward twice and needs no forward mode.
Read next: `_jacobians`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._autograd_mode import enable_grad
from .._C import ops
from ..utils._pytree import tree_flatten, tree_unflatten
from ._arguments import own_inputs, pulled_back, tensor_leaves, without_own_history


class Linearised:
    """A function near its arguments: its outputs, and how they change with the inputs, for any direction."""

    def __init__(self, func, primals, where, has_aux=False):
        with enable_grad():
            leaves, self.spec = tensor_leaves(primals, f"{where}: Expected all inputs to be Tensors")
            self.inputs = own_inputs(leaves, where)
            output = func(*tree_unflatten(self.inputs, self.spec))
            self.aux = None
            if has_aux:
                if not (isinstance(output, tuple) and len(output) == 2):
                    raise RuntimeError(f"{where}: output of function f should be a tuple: (output, aux) if has_aux is True")
                output, self.aux = output
            self.outputs, self.output_spec = tensor_leaves(output, f"{where}: Expected f(*primals) to return only tensors")
            zeros = [ops.full_like(one.detach(), 0, one.dtype, one.device._code) for one in self.outputs]
            self.seeds = own_inputs(zeros, where)
            self.products = pulled_back(self.outputs, self.inputs, self.seeds, True, True)

    def pushed(self, tangents):
        """Changes of the outputs along these directions of the inputs, a list for a list."""
        with enable_grad():
            found = pulled_back(self.products, self.seeds, tangents, True, self._leads_on(tangents))
        return without_own_history(found, [*self.inputs, *self.seeds])

    def _leads_on(self, tangents):
        own = [*self.inputs, *self.seeds]
        held = [one for one in (*self.products, *tangents) if one.requires_grad]
        return bool(held) and ops.reaches_beyond(held, own)

    def value(self):
        """The function's value."""
        return tree_unflatten(without_own_history(self.outputs, self.inputs), self.output_spec)

    def auxiliary(self):
        """What the function gave beside its value."""
        leaves, spec = tree_flatten(self.aux)
        return tree_unflatten(without_own_history(leaves, self.inputs), spec)


def _checked_tangents(linear, tangents, where):
    leaves, spec = tree_flatten(tangents)
    if spec != linear.spec:
        raise RuntimeError(
            f"{where}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple of "
            f"3 tensors, tangents also must be. Got primals with structure {linear.spec} and tangents with structure {spec}"
        )
    for tangent, one in zip(leaves, linear.inputs):
        if tangent.shape != one.shape:
            raise RuntimeError(f"{where}: Expected tangents of the shape {tuple(one.shape)}, got {tuple(tangent.shape)}")
    return leaves


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """The value of `func(*primals)`, and the product of its Jacobian with `tangents`.

    With `has_aux` the function gives `(output, aux)`, and the result is `(output, product, aux)`.
    """
    where = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{where}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    if not isinstance(tangents, tuple):
        raise RuntimeError(f"{where}: Expected tangents to be a tuple, got {type(tangents).__name__}")
    linear = Linearised(func, primals, where, has_aux)
    product = tree_unflatten(linear.pushed(_checked_tangents(linear, tangents, where)), linear.output_spec)
    return (linear.value(), product, linear.auxiliary()) if has_aux else (linear.value(), product)


def linearize(func, *primals):
    """The value of `func(*primals)`, and a function from tangents to the product of the Jacobian there with them."""
    where = "linearize(f, *primals)"
    linear = Linearised(func, primals, where)

    def push(*tangents):
        return tree_unflatten(linear.pushed(_checked_tangents(linear, tangents, where)), linear.output_spec)

    return linear.value(), push
