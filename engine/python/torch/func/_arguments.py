"""What the transforms share: picking arguments, inputs to differentiate by, and dropping histories nobody can use.

An input is differentiated by as a tensor of its own: a leaf, or where the caller's has a history, a view of it, so that
gradients of gradients flow on. Inside a map it has its own entries at every level, so that gradients are each entry's.
Read next: `_gradients`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._batched.tensor import batched_at_all_levels
from .._C import ops
from .._tensor import Tensor
from ..utils._pytree import tree_flatten


def picked(args, argnums, where):
    """The arguments that `argnums` names: one, or a tuple of several."""
    count = len(args)
    for argnum in argnums if isinstance(argnums, tuple) else (argnums,):
        if not isinstance(argnum, int):
            raise RuntimeError(f"argnum must be int or Tuple[int, ...], got: {argnums}")
        if not -count <= argnum < count:
            raise RuntimeError(f"Got argnum={argnum}, but only {count} positional inputs")
    if isinstance(argnums, tuple):
        if not argnums:
            raise RuntimeError("argnums must be non-empty")
        if len({argnum % count for argnum in argnums}) != len(argnums):
            raise RuntimeError(f"argnums elements must be unique, got {argnums}")
        return tuple(args[argnum] for argnum in argnums)
    return args[argnums]


def replaced(args, argnums, values):
    """The arguments with those that `argnums` names replaced."""
    args = list(args)
    for argnum, value in zip(argnums, values) if isinstance(argnums, tuple) else ((argnums, values),):
        args[argnum] = value
    return tuple(args)


def own_inputs(leaves, where):
    """Tensors to differentiate by, with the values of these."""
    return [_own_input(value, where) for value in leaves]


def _own_input(value, where):
    if not isinstance(value, Tensor):
        raise ValueError(f"{where}: Expected all inputs to be Tensors, got unsupported type {type(value)}")
    value = batched_at_all_levels(value)
    if value.requires_grad:
        return ops.alias(value)
    return ops.detach(value).requires_grad_()


def without_own_history(tensors, inputs):
    """The tensors, without a history that leads to the inputs alone."""
    held = [value for value in tensors if isinstance(value, Tensor) and value.requires_grad]
    if not held or not inputs or ops.reaches_beyond(held, inputs):
        return tensors
    return [value.detach() if isinstance(value, Tensor) else value for value in tensors]


def tensor_leaves(tree, text):
    """The leaves of a container that must all be tensors, and its structure."""
    leaves, spec = tree_flatten(tree)
    for value in leaves:
        if not isinstance(value, Tensor):
            raise RuntimeError(f"{text}, got unsupported type {type(value)}")
    return leaves, spec


def check_floating(outputs):
    """Refuses outputs that no gradient leads back from."""
    for one in outputs:
        if not one.dtype.is_floating_point:
            raise RuntimeError(
                f"vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype {one.dtype}"
            )


def pulled_back(outputs, inputs, seeds, retain_graph=None, create_graph=None):
    """Gradients by the inputs, zeros where an output does not depend on them. Keeps a history only if it leads further."""
    pairs = [(output, seed) for output, seed in zip(outputs, seeds) if output.requires_grad]
    if not pairs:
        return [_zeros_like(one) for one in inputs]
    outputs, seeds = map(list, zip(*pairs))
    if create_graph is None:
        create_graph = ops.reaches_beyond([*outputs, *seeds], inputs)
    found = ops.autograd_grad(outputs, seeds, inputs, bool(retain_graph) or create_graph, create_graph)
    return [_zeros_like(one) if gradient is None else gradient for gradient, one in zip(found, inputs)]


def _zeros_like(tensor):
    return ops.full_like(tensor.detach(), 0, tensor.dtype, tensor.device._code)
