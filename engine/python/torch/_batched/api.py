"""`torch.vmap`: a function of one entry becomes one of a batch.

Arguments are wrapped along `in_dims`, the function runs once, and its results are unwrapped along `out_dims`.
Refuses functions that branch on values. Read next: `tensor`, `torch.utils._pytree`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from .._C import ops
from .._tensor import Tensor
from ..utils._pytree import broadcast_to_leaves, tree_flatten, tree_unflatten
from .rules_random import watch_drawing
from .tensor import BatchedTensor, Level, wrapped


def _name_of(func):
    return getattr(func, "__name__", None) or (_name_of(func.func) if isinstance(func, functools.partial) else repr(func))


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """`func` mapped over a dimension of its arguments; the results are stacked along `out_dims`.

    `in_dims` says for every argument along which dimension (an int), or `None` to hand it on whole; it may be nested as
    the arguments are. `randomness` is "error", "same" or "different". `chunk_size` bounds how many entries run together.
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def mapped(*args, **kwargs):
        flat, dims, spec, size = _prepared(func, in_dims, args)
        if chunk_size is None or chunk_size >= size:
            return _run(func, flat, dims, spec, size, out_dims, randomness, kwargs)
        return _in_chunks(func, flat, dims, spec, size, out_dims, randomness, chunk_size, kwargs)

    return mapped


def _prepared(func, in_dims, args):
    """The arguments' leaves, the dimension of each, their structure, and how many entries there are."""
    name = _name_of(func)
    if not isinstance(in_dims, (int, tuple, list)):
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially nested) tuple "
            f"matching the structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    flat, spec = tree_flatten(args)
    dims = broadcast_to_leaves(tuple(in_dims) if isinstance(in_dims, list) else in_dims, spec)
    if dims is None:
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the structure of `inputs`. "
            f"in_dims has structure {tree_flatten(in_dims)[1]} but inputs has structure {spec}."
        )
    dims = list(dims)
    for place, (value, dim) in enumerate(zip(flat, dims)):
        prefix = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim} for "
        if dim is not None and (not isinstance(dim, int) or isinstance(dim, bool)):
            raise ValueError(f"{prefix}an input but in_dim must be either an integer dimension or None.")
        if dim is None:
            continue
        if not isinstance(value, Tensor):
            raise ValueError(
                f"{prefix}an input but the input is of type {type(value)}. We cannot vmap over non-Tensor arguments, please "
                "use None as the respective in_dim"
            )
        rank = value.dim()
        if not -rank <= dim < rank:
            raise ValueError(
                f"{prefix}some input, but that input is a Tensor of dimensionality {rank} so expected in_dim to satisfy "
                f"-{rank} <= in_dim < {rank}."
            )
        dims[place] = dim % rank
    sizes = [value.shape[dim] for value, dim in zip(flat, dims) if dim is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if any(size != sizes[0] for size in sizes):
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped dimension"
        )
    return flat, dims, spec, sizes[0]


def _run(func, flat, dims, spec, size, out_dims, randomness, kwargs):
    with Level(size, randomness) as level:
        if level.number == 1:
            watch_drawing(True)
        try:
            held = [
                value if dim is None else wrapped(value.movedim(dim, 0) if dim else value, level.number)
                for value, dim in zip(flat, dims)
            ]
            results = func(*tree_unflatten(held, spec), **kwargs)
            return _unwrapped(func, results, out_dims, level)
        finally:
            if level.number == 1:
                watch_drawing(False)


def _in_chunks(func, flat, dims, spec, size, out_dims, randomness, chunk_size, kwargs):
    leaves, results_spec = [], None
    for start in range(0, size, chunk_size):
        count = min(chunk_size, size - start)
        part = [value if dim is None else value.narrow(dim, start, count) for value, dim in zip(flat, dims)]
        results = _run(func, part, dims, spec, count, out_dims, randomness, kwargs)
        found, results_spec = tree_flatten(results)
        leaves.append(found)
    places = broadcast_to_leaves(out_dims, results_spec)
    joined = [
        column[0] if place is None else ops.cat(list(column), place % column[0].dim())
        for place, column in zip(places, zip(*leaves))
    ]
    return tree_unflatten(joined, results_spec)


def _unwrapped(func, results, out_dims, level):
    name = _name_of(func)
    leaves, spec = tree_flatten(results)
    for value in leaves:
        if not isinstance(value, Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(value)}. Did you mean to set out_dims= "
                "to None for output?"
            )
    if not isinstance(out_dims, (int, tuple, list, dict)) and out_dims is not None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): `out_dims` must be an int or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    places = broadcast_to_leaves(out_dims, spec)
    if places is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. "
            f"out_dims has structure {tree_flatten(out_dims)[1]} but outputs has structure {spec}."
        )
    return tree_unflatten([_one_unwrapped(name, value, place, level) for value, place in zip(leaves, places)], spec)


def _one_unwrapped(name, value, place, level):
    has_batch = value.__class__ is BatchedTensor and value._level == level.number
    if place is None:
        if has_batch:
            raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return value
    held = value._value if has_batch else ops.expand(ops.unsqueeze(value, 0), [level.size, *value.shape])
    rank = held.dim()
    if not -rank <= place < rank:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {place})")
    return held.movedim(0, place) if place % rank else held
