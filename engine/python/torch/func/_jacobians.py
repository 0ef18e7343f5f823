"""`jacrev`, `jacfwd` and `hessian`: all derivatives of a function, one row or one column at a time.

The function runs once; then the engine walks its history once for every element of the output (`jacrev`), or of the
input (`jacfwd`), and the results are stacked. `chunk_size` is accepted: rows never need memory together.
Read next: `_gradients`, `_tangents`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from .._autograd_mode import enable_grad
from .._C import ops
from ..utils._pytree import tree_flatten, tree_unflatten
from ._arguments import check_floating, own_inputs, picked, pulled_back, replaced, tensor_leaves, without_own_history
from ._tangents import Linearised


def _unit_tensors(like):
    """For every element of a tensor one that is 1 there and 0 elsewhere."""
    count = like.numel()
    unit = ops.eye(count, count, like.dtype, like.device._code)
    return [ops.reshape(row, list(like.shape)) for row in ops.unbind(unit, 0)] if count else []


def _stacked(rows, like, size):
    """Rows as one tensor, of no rows too."""
    if rows:
        return ops.stack(rows, 0)
    return ops.full([size, *like.shape], 0, like.dtype, like.device._code)


def jacrev(func, argnums=0, has_aux=False, *, chunk_size=None, _preallocate_and_copy=False):
    """A function that gives the Jacobian of `func` by its arguments `argnums`, going backward once an output element.

    For an output and an argument it has the output's shape and then the argument's; containers nest likewise.
    """
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def jacobian(*args, **kwargs):
        with enable_grad():
            leaves, spec = tree_flatten(picked(args, argnums, "jacrev"))
            inputs = own_inputs(leaves, "jacrev(f)(*args)")
            output = func(*replaced(args, argnums, tree_unflatten(inputs, spec)), **kwargs)
            aux = None
            if has_aux:
                if not (isinstance(output, tuple) and len(output) == 2):
                    raise RuntimeError(
                        "jacrev(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is True"
                    )
                output, aux = output
            outputs, output_spec = tensor_leaves(output, "jacrev(f)(*args): Expected f(*args) to return tensors")
            check_floating(outputs)
            parts = []
            for one in outputs:
                goes_on = one.requires_grad and ops.reaches_beyond([one], inputs)
                rows = [pulled_back([one], inputs, [seed], True, goes_on) for seed in _unit_tensors(one)]
                columns = zip(*rows) if rows else [()] * len(inputs)
                blocks = [
                    _stacked(list(column), leaf, one.numel()).reshape((*one.shape, *leaf.shape))
                    for column, leaf in zip(columns, inputs)
                ]
                parts.append(tree_unflatten(without_own_history(blocks, inputs), spec))
        result = tree_unflatten(parts, output_spec)
        if not has_aux:
            return result
        aux_leaves, aux_spec = tree_flatten(aux)
        return result, tree_unflatten(without_own_history(aux_leaves, inputs), aux_spec)

    return jacobian


def jacfwd(func, argnums=0, has_aux=False, *, chunk_size=None, randomness="error"):
    """A function that gives the Jacobian of `func` by its arguments `argnums`, one column an input element.

    The result is laid out as that of `jacrev`; it is cheaper where there are fewer inputs than outputs.
    """

    @functools.wraps(func)
    def jacobian(*args, **kwargs):
        wanted = picked(args, argnums, "jacfwd")

        def of_wanted(values):
            return func(*replaced(args, argnums, values), **kwargs)

        linear = Linearised(of_wanted, (wanted,), "jacfwd(f)(*args)", has_aux)
        spec = linear.spec.children_specs[0]
        zeros = [ops.full_like(one.detach(), 0, one.dtype, one.device._code) for one in linear.inputs]
        # A column of blocks for each input, a block for each output.
        table = []
        for place, leaf in enumerate(linear.inputs):
            columns = [linear.pushed([*zeros[:place], unit, *zeros[place + 1 :]]) for unit in _unit_tensors(leaf)]
            by_output = zip(*columns) if columns else [()] * len(linear.outputs)
            table.append([_column(list(column), one, leaf) for column, one in zip(by_output, linear.outputs)])
        parts = [tree_unflatten([blocks[place] for blocks in table], spec) for place in range(len(linear.outputs))]
        result = tree_unflatten(parts, linear.output_spec)
        return (result, linear.auxiliary()) if has_aux else result

    return jacobian


def _column(changes, output, leaf):
    """Changes along every element of an input, as a tensor of the output's shape and then the input's."""
    stacked = _stacked(changes, output, leaf.numel())
    return stacked.movedim(0, -1).reshape((*output.shape, *leaf.shape))


def hessian(func, argnums=0):
    """A function that gives the second derivatives of `func`, which gives one number, by its arguments `argnums`."""
    return jacfwd(jacrev(func, argnums), argnums)
