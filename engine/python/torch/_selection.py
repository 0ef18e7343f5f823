"""Picking and placing by index, and sorting: `gather`, `scatter`, `index_select`, `topk`, `sort` and relatives.

Read next: `_indexing` (for `x[...]`), `engine/src/ops/index.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype, return_types
from ._args import is_tensor, one_dim, public_functions, store
from ._C import ops


def gather(input, dim, index, *, sparse_grad=False, out=None):
    """Elements at `index` along `dim`."""
    return store(ops.gather(input, dim, _positions(index)), out)


def _positions(index):
    """An index of any integer type as the engine takes it."""
    return index if index.dtype is _dtype.int64 else index.to(_dtype.int64)


def index_select(input, dim, index, *, out=None):
    """Positions `index` of a dimension."""
    return store(ops.index_select(input, dim, _positions(index)), out)


def take(input, index):
    """Elements of the flattened tensor."""
    return input.reshape(-1)[index]


def take_along_dim(input, indices, dim=None):
    """Elements at `indices` along `dim`, broadcasting the other dimensions."""
    if dim is None:
        return ops.gather(input.reshape(-1), 0, indices.reshape(-1))
    from ._shape import broadcast_shapes

    dim = one_dim(dim, input.dim())
    shapes = [list(input.shape), list(indices.shape)]
    for shape in shapes:
        shape[dim] = 1
    common = list(broadcast_shapes(*shapes))

    def around(tensor):
        return ops.expand(tensor, common[:dim] + [tensor.shape[dim]] + common[dim + 1 :])

    indices = ops.where(ops.lt_scalar(indices, 0), indices + input.shape[dim], indices)
    return ops.gather(around(input), dim, around(indices))


def _source(input, index, src):
    return src if is_tensor(src) else ops.full(index.shape, src, input.dtype, input.device._code)


def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    """`input` with elements of `src` (or a number) placed at `index` along `dim`."""
    src = value if src is None else src
    index = _positions(index)
    if reduce == "add":
        return ops.scatter_add(input, dim, index, _source(input, index, src))
    if reduce is not None:
        raise NotImplementedError(f"torch.scatter with reduce='{reduce}' is not in Carrel yet")
    return ops.scatter(input, dim, index, _source(input, index, src))


def scatter_add(input, dim, index, src):
    """`input` with elements of `src` added at `index` along `dim`."""
    return ops.scatter_add(input, dim, _positions(index), src)


def _along(operator, input, dim, index, source):
    """An operator on positions of a dimension; a number counts as a vector of one."""
    index = _positions(index.reshape(-1))
    if input.dim() == 0:
        return operator(input.reshape(1), dim, index, source.reshape(1)).reshape(())
    if source.dim() < input.dim():
        source = source.unsqueeze(dim)
    return operator(input, dim, index, source)


def index_add(input, dim, index, source, *, alpha=1):
    """`input` with positions of `source` added at `index` of a dimension."""
    return _along(ops.index_add, input, dim, index, source if alpha == 1 else source * alpha)


def index_copy(input, dim, index, source):
    """`input` with positions `index` of a dimension replaced."""
    return _along(ops.index_copy, input, dim, index, source)


def index_fill(input, dim, index, value):
    """`input` with positions `index` of a dimension filled with a number."""
    shape = list(input.shape)
    dim = one_dim(dim, input.dim())
    if shape:
        shape[dim] = index.numel()
    filler = input.new_full(shape, value.item() if is_tensor(value) else value)
    return _along(ops.index_copy, input, dim, index, filler)


def index_put(input, indices, values, accumulate=False):
    """`input` with `values` placed at a tuple of index tensors."""
    return input.clone().index_put_(indices, values, accumulate)


def index_put_(self, indices, values, accumulate=False):
    """Places `values` at a tuple of index tensors. Returns self."""
    from ._indexing import put

    put(self, tuple(indices), values, accumulate)
    return self


def masked_select(input, mask, *, out=None):
    """The elements where a mask is true, as a vector. Waits for the GPU."""
    from ._shape import broadcast_tensors

    input, mask = broadcast_tensors(input, mask)
    return store(input[mask], out)


def topk(input, k, dim=-1, largest=True, sorted=True, *, out=None):
    """The `k` largest (or smallest) elements along `dim`, and their indices."""
    return store(return_types.topk(*ops.topk(input, k, dim, largest)), out)


def sort(input, dim=-1, descending=False, stable=False, *, out=None):
    """Elements in order along `dim`, and where they were."""
    return store(return_types.sort(*ops.sort(input, dim, descending)), out)


def argsort(input, dim=-1, descending=False, stable=False):
    """Where the elements in order along `dim` were."""
    return ops.sort(input, dim, descending)[1]


def msort(input):
    """Elements in order along the first dimension."""
    return ops.sort(input, 0, False)[0]


def kthvalue(input, k, dim=-1, keepdim=False):
    """The k-th smallest element along `dim`, and its index."""
    values, indices = ops.sort(input, dim, False)
    if input.dim():
        values, indices = values.narrow(dim, k - 1, 1), indices.narrow(dim, k - 1, 1)
        if not keepdim:
            values, indices = values.squeeze(dim), indices.squeeze(dim)
    return return_types.kthvalue(values, indices)


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different values, in order. Waits for the GPU."""
    if dim is not None:
        raise NotImplementedError("torch.unique with dim is not in Carrel yet")
    return _unique(input.reshape(-1), True, input.shape, return_inverse, return_counts)


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The values without repetitions of the one before. Waits for the GPU."""
    if dim is not None:
        raise NotImplementedError("torch.unique_consecutive with dim is not in Carrel yet")
    return _unique(input.reshape(-1), False, input.shape, return_inverse, return_counts)


def _unique(flat, in_order, shape, return_inverse, return_counts):
    from ._creation import empty, tensor
    from ._shape import cat

    size = flat.numel()
    order = None
    if in_order:
        flat, order = ops.sort(flat, 0, False)
    is_first = tensor([True] * min(size, 1), device=flat.device, dtype=_dtype.bool_)
    if size > 1:
        is_first = cat([is_first, ops.ne(flat.narrow(0, 1, size - 1), flat.narrow(0, 0, size - 1))])
    starts = is_first.nonzero().squeeze(1)
    result = [flat[starts]]
    if return_inverse:
        ranks = is_first.to(_dtype.int64).cumsum(0) - 1
        inverse = ranks if order is None else ops.index_copy(empty(size, dtype=_dtype.int64, device=flat.device), 0, order, ranks)
        result.append(inverse.reshape(shape))
    if return_counts:
        ends = cat([starts.narrow(0, 1, starts.numel() - 1), tensor([size], device=flat.device)]) if size else starts
        result.append(ends - starts)
    return result[0] if len(result) == 1 else tuple(result)


def bincount(input, weights=None, minlength=0):
    """How often each integer occurs, or the sums of its weights. Waits for the GPU."""
    from ._creation import ones_like, zeros

    if input.dim() != 1:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    largest = int(input.max().item()) + 1 if input.numel() else 0
    if input.numel() and input.min().item() < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    source = ones_like(input, dtype=_dtype.int64) if weights is None else weights
    counts = zeros(max(largest, minlength), dtype=source.dtype, device=input.device)
    return ops.index_add(counts, 0, input.to(_dtype.int64), source)


def histc(input, bins=100, min=0, max=0):
    """How many elements fall into each of `bins` equal intervals."""
    low, high = float(min), float(max)
    if low == high == 0 and input.numel():
        low, high = input.min().item(), input.max().item()
    if low == high:
        low, high = low - 1, high + 1
    inside = input[(input >= low) & (input <= high)]
    places = ((inside - low) * (bins / (high - low))).floor().clamp(0, bins - 1).to(_dtype.int64)
    return bincount(places, minlength=bins).to(input.dtype)


def bucketize(input, boundaries, *, out_int32=False, right=False):
    """The interval that each element falls into."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def searchsorted(sorted_sequence, values, *, out_int32=False, right=False, side=None, sorter=None):
    """Where each value would be put into the sorted last dimension."""
    right = right if side is None else side == "right"
    values = values if is_tensor(values) else sorted_sequence.new_tensor(values)
    if sorter is not None:
        sorted_sequence = ops.gather(sorted_sequence, -1, sorter)
    compare = ops.le if right else ops.lt
    sequence = sorted_sequence if sorted_sequence.dim() == 1 else sorted_sequence.unsqueeze(-2)
    result = compare(sequence, values.unsqueeze(-1)).sum(-1)
    return result.to(_dtype.int32) if out_int32 else result


def isin(elements, test_elements, *, invert=False):
    """True where an element is among others."""
    found = ops.eq(elements.unsqueeze(-1), test_elements.reshape(-1)).any(-1)
    return ops.logical_not(found) if invert else found

__all__ = public_functions(globals())
