"""Picking by index, and sorting: `gather`, `index_select`, `topk`, `sort` and relatives.

Read next: `_scatter` (placing), `_indexing` (for `x[...]`), `engine/src/ops/index.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys

from . import _dtype, return_types
from ._args import is_tensor, not_a_tensor, one_dim, public_functions, store
from ._C import ops
from ._node_names import named


def gather(input, dim, index, *, sparse_grad=False, out=None):
    """Elements at `index` along `dim`.

    index: as many dimensions as input and not larger but along dim; the result has its shape. index: int64 (or
    int32); RuntimeError for other dtypes and for indices out of range.
    """
    # An empty index names nothing, whatever it is made of.
    if index.dtype not in (_dtype.int64, _dtype.int32) and index.numel():
        raise RuntimeError("gather(): Expected dtype int32/int64 for index")
    if input.dim() == 0 and index.dim() == 1:
        # A number counts as a line of one element, and the result has the shape of the index.
        input = input.reshape(1)
    elif index.dim() == 0 and input.dim() == 1:
        return store(ops.gather(input, dim, _positions(index).reshape(1)).reshape(()), out)
    return store(ops.gather(input, dim, _positions(index)), out)


def _positions(index):
    """An index of any integer type as the engine takes it."""
    if not is_tensor(index):
        name = sys._getframe(1).f_code.co_name
        raise not_a_tensor(name, index, 3, "index")
    return index if index.dtype is _dtype.int64 else index.to(_dtype.int64)


def index_select(input, dim, index, *, out=None):
    """Positions `index` of a dimension.

    index: a vector; the dimension gets its length. IndexError for indices out of range.
    """
    if not is_tensor(index):
        raise not_a_tensor("index_select", index, 3, "index")
    if index.dtype is not _dtype.int64 and index.dtype is not _dtype.int32:
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    return store(ops.index_select(input, dim, _positions(index)), out)


@named("TakeBackward0")
def take(input, index):
    """Elements of the flattened tensor.

    index: integers, whose shape the result has. IndexError for one that lies outside.
    """
    flat = input.reshape(-1)
    if flat.numel() == 0 and index.numel():
        raise IndexError("take(): tried to take from an empty tensor")
    try:
        return flat[index]
    except IndexError as error:
        number = str(error).split()[1] if str(error).startswith("index ") else None
        if number is None:
            raise
        raise IndexError(
            f"out of range: tried to access index {number} on a tensor of {flat.numel()} elements."
        ) from None


def take_along_dim(input, indices, dim=None):
    """Elements at `indices` along `dim`, broadcasting the other dimensions."""
    if dim is None:
        return ops.gather(input.reshape(-1), 0, indices.reshape(-1))
    from ._stacking import broadcast_shapes

    dim = one_dim(dim, input.dim())
    shapes = [list(input.shape), list(indices.shape)]
    for shape in shapes:
        shape[dim] = 1
    common = list(broadcast_shapes(*shapes))

    def around(tensor):
        return ops.expand(tensor, common[:dim] + [tensor.shape[dim]] + common[dim + 1 :])

    indices = ops.where(ops.lt_scalar(indices, 0), indices + input.shape[dim], indices)
    return ops.gather(around(input), dim, around(indices))


@named("MaskedSelectBackward0")
def masked_select(input, mask, *, out=None):
    """The elements where a mask is true, as a vector. Waits for the GPU.

    mask: bool, RuntimeError otherwise; shapes broadcast.
    """
    from ._stacking import broadcast_tensors

    if mask.dtype is not _dtype.bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    input, mask = broadcast_tensors(input, mask)
    return store(input[mask], out)


def topk(input, k, dim=-1, largest=True, sorted=True, *, out=None):
    """The `k` largest (or smallest) elements along `dim`, and their indices.

    Gives (values, indices) with k in place of the dimension, indices int64. RuntimeError if k is larger than that.
    NaN counts as the largest.
    """
    return store(return_types.topk(*ops.topk(input, k, dim, largest, sorted)), out)


def sort(input, dim=-1, descending=False, stable=False, *, out=None):
    """Elements in order along `dim`, and where they were.

    stable: equal elements keep their order. Gives (values, indices) in the shape of input, indices int64. NaN counts
    as the largest.
    """
    return store(return_types.sort(*ops.sort(input, dim, descending)), out)


def argsort(input, dim=-1, descending=False, stable=False):
    """Where the elements in order along `dim` were.

    Gives int64 in the shape of input. NaN counts as the largest.
    """
    return ops.sort(input, dim, descending)[1]


def msort(input):
    """Elements in order along the first dimension."""
    return ops.sort(input, 0, False)[0]


@named("KthvalueBackward0")
def kthvalue(input, k, dim=-1, keepdim=False, *, out=None):
    """The k-th smallest element along `dim`, and its index.

    Gives (values, indices) without the dimension (with size 1 if keepdim). RuntimeError if there is no k-th.
    """
    result = ops.kthvalue(input, k, dim)
    if not keepdim and input.dim():
        result = [part.squeeze(dim) for part in result]
    return store(return_types.kthvalue(*result), out)


def bucketize(input, boundaries, *, out_int32=False, right=False):
    """The interval that each element falls into.

    input: any tensor, or a number. boundaries: a vector in rising order. Gives the shape of `input`, int64 or, with out_int32, int32.
    right: whether an element that equals a boundary lies above it.
    """
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def searchsorted(sorted_sequence, values, *, out_int32=False, right=False, side=None, sorter=None, out=None):
    """Where each value would be put into the sorted last dimension.

    sorted_sequence: (..., n), or a vector for values of any shape; leading sizes equal, RuntimeError otherwise.
    right: behind equal elements. sorter: what sorts it. Gives int64 (int32 if out_int32) in the shape of values.
    """
    right = right if side is None else side == "right"
    if not is_tensor(values):
        from ._from_data import tensor

        values = tensor(values, device=sorted_sequence.device)
    if sorter is not None:
        sorted_sequence = ops.gather(sorted_sequence, -1, sorter)
    size = sorted_sequence.shape[-1] if sorted_sequence.dim() else 1
    shape = values.shape
    if sorted_sequence.dim() == 1:
        values = values.reshape(-1)
    elif sorted_sequence.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor "
            f"and input value tensor must match, but we got boundaries tensor {list(sorted_sequence.shape)} and input value "
            f"tensor {list(shape)}"
        )
    # Halves the range that each value's place lies in until it is one place.
    comes_after = ops.le if right else ops.lt
    low = ops.mul_scalar(ops.isnan(values).to(_dtype.int64), 0)
    high = low + size
    for _ in range(size.bit_length()):
        middle = ops.floor_divide_scalar(low + high, 2)
        found = ops.gather(sorted_sequence, -1, ops.clamp(middle, 0, size - 1))
        after = ops.logical_and(ops.logical_or(comes_after(found, values), ops.isnan(values)), ops.lt(low, high))
        low, high = ops.where(after, middle + 1, low), ops.where(after, high, middle)
    result = low.reshape(shape)
    return store(result.to(_dtype.int32) if out_int32 else result, out)


def isin(elements, test_elements, *, invert=False):
    """True where an element is among others."""
    for part in (elements, test_elements):
        if is_tensor(part) and part.dtype is _dtype.bool_:
            raise NotImplementedError("Unsupported input type encountered for isin(): Bool")
    if not is_tensor(test_elements):
        found = ops.eq_scalar(elements, test_elements)
    elif not is_tensor(elements):
        found = ops.eq_scalar(test_elements, elements).any()
    else:
        found = ops.eq(elements.unsqueeze(-1), test_elements.reshape(-1)).any(-1)
    return ops.logical_not(found) if invert else found

__all__ = public_functions(globals())
