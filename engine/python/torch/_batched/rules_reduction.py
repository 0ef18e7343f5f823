"""Rules of reductions: over all dimensions means over all but the batch.

Read next: `rules_products`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._C import ops
from .dispatch import rule
from .rules_shape import behind


def _reduced_dims(tensor, dims):
    """What an operator reduces, with entries that have at least one dimension: the tensor and its dimensions."""
    rank, value = tensor.dim(), tensor._value
    if rank == 0:
        for dim in dims:
            behind(dim, 0)
        return ops.unsqueeze(value, 1), [1]
    return value, [behind(dim, rank) for dim in dims] or list(range(1, rank + 1))


@rule("sum", "mean", "prod", "amax", "amin", "any", "all", "logsumexp")
def _reduce(batch, tensor, dims, keepdim, *others):
    value, places = _reduced_dims(tensor, dims)
    return batch.wrap(batch.op(value, places, keepdim and bool(tensor.dim()), *others))


@rule("var", "std")
def _spread(batch, tensor, dims, correction, keepdim):
    value, places = _reduced_dims(tensor, dims)
    return batch.wrap(batch.op(value, places, correction, keepdim and bool(tensor.dim())))


@rule("norm")
def _norm(batch, tensor, order, dims, keepdim):
    value, places = _reduced_dims(tensor, dims)
    return batch.wrap(ops.norm(value, order, places, keepdim and bool(tensor.dim())))


@rule("max", "min")
def _extreme(batch, tensor):
    flat = ops.reshape(tensor._value, [batch.size, tensor.numel()])
    # The gradient of the whole maximum is shared evenly, as that of `amax`.
    return batch.wrap((ops.amax if batch.name == "max" else ops.amin)(flat, [1], False))


@rule("max_dim", "min_dim", "median")
def _extreme_along(batch, tensor, dim, flag):
    rank = tensor.dim()
    if rank:
        return batch.wrap(batch.op(tensor._value, behind(dim, rank), flag))
    behind(dim, 0)
    keeps = batch.name == "median"
    found = batch.op(ops.unsqueeze(tensor._value, 1), 1, flag if keeps else False)
    return batch.wrap([ops.squeeze(one, [1]) if keeps else one for one in found])


@rule("argmax", "argmin")
def _place_of_extreme(batch, tensor, dim, keepdim):
    rank = tensor.dim()
    if rank and dim is not None:
        return batch.wrap(batch.op(tensor._value, behind(dim, rank), keepdim))
    found = batch.op(ops.reshape(tensor._value, [batch.size, tensor.numel()]), 1, False)
    return batch.wrap(ops.reshape(found, [batch.size, *[1] * rank]) if keepdim else found)


@rule("nonzero")
def _nonzero(batch, tensor):
    raise RuntimeError(
        "vmap: It looks like you're attempting to use an operator that outputs a tensor whose shape depends on the values "
        "of its input (nonzero, masked_select, or indexing with a mask). We do not support batching operators that can "
        "output dynamic shape. Please use torch.where instead."
    )
