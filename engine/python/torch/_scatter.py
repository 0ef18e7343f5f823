"""Placing by index: `scatter` and its folds, `index_add`, `masked_scatter`, `put`, and writes into views of copies.

Nothing here changes its input; the in-place methods store the result. Refuses reading by index: see `_selection`.
Read next: `_methods`, `engine/src/ops/index.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from . import _autograd_mode, _dtype
from ._args import is_number, is_tensor, one_dim, public_functions, store
from ._C import ops
from ._node_names import named
from ._selection import _positions


def _source(input, index, src):
    return src if is_tensor(src) else ops.full(index.shape, src, input.dtype, input.device._code)


def _scatter_node(input, dim, index, src=None, *, value=None, reduce=None, out=None):
    places_number = reduce is None and not is_tensor(value if src is None else src)
    return "ScatterBackward1" if places_number else None


@named(_scatter_node)
def scatter(input, dim, index, src=None, *, value=None, reduce=None, out=None):
    """`input` with elements of `src` (or a number) placed at `index` along `dim`.

    index, src: as many dimensions as input, src at least as large as index. reduce: "add" or "multiply" instead of
    placing. Where an index occurs twice, which one wins is not said. index: int64 (or int32); RuntimeError for other
    dtypes and for indices out of range.
    """
    src = value if src is None else src
    if index.dtype not in (_dtype.int64, _dtype.int32):
        raise RuntimeError("scatter(): Expected dtype int32/int64 for index")
    index = _positions(index)
    if is_tensor(src) and src.dim() == 0 and index.dim() > 0:
        src = ops.expand(src, index.shape)
    source = _source(input, index, src)
    if reduce is None:
        return store(ops.scatter(input, dim, index, source), out)
    if reduce not in ("add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    return store(ops.scatter_reduce(input, dim, index, source, True, "sum" if reduce == "add" else "prod"), out)


def scatter_add(input, dim, index, src, *, out=None):
    """`input` with elements of `src` added at `index` along `dim`.

    index, src: as many dimensions as input, src at least as large as index, in the dtype of input. index: int64 (or
    int32); RuntimeError for other dtypes and for indices out of range.
    """
    if index.dtype not in (_dtype.int64, _dtype.int32):
        raise RuntimeError("scatter(): Expected dtype int32/int64 for index")
    if input.dtype is not src.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    return store(ops.scatter_add(input, dim, _positions(index), src), out)


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True, out=None):
    """`input` with elements of `src` folded in at `index` along `dim`: "sum", "prod", "mean", "amax" or "amin".

    include_self: whether input's own element takes part. index: int64 (or int32); RuntimeError for other dtypes and
    for indices out of range.
    """
    return store(ops.scatter_reduce(input, dim, _positions(index), src, include_self, reduce), out)


def index_reduce(input, dim, index, source, reduce, *, include_self=True, out=None):
    """`input` with positions of `source` folded in at `index` of a dimension: "prod", "mean", "amax" or "amin".

    index: a vector. source: input's shape, with len(index) in place of the dimension. include_self: whether input's
    own element takes part.
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    if input.dim() == 0:
        result = index_reduce(input.reshape(1), 0, index, source.reshape(1), reduce, include_self=include_self)
        return store(result.reshape(()), out)
    dim = one_dim(dim, input.dim())
    shape = [1] * input.dim()
    shape[dim] = -1
    index = ops.expand(_positions(index).reshape(shape), source.shape)
    return store(ops.scatter_reduce(input, dim, index, source, include_self, reduce), out)


def _along(name, operator, input, dim, index, source):
    """An operator on positions of a dimension; a number counts as a vector of one."""
    _check_along(name, input, dim, index, source)
    index = _positions(index.reshape(-1))
    if input.dim() == 0:
        return operator(input.reshape(1), dim, index, source.reshape(1)).reshape(())
    if source.dim() < input.dim():
        source = source.unsqueeze(dim)
    return operator(input, dim, index, source)


def _check_along(name, input, dim, index, source):
    """Refuses what does not fit the positions written: the index' dtype and rank, the source's dtype and shape."""
    names = _dtype.SCALAR_TYPE_NAMES
    kind = names[index.dtype._code]
    if name == "index_fill_":
        if index.dtype is not _dtype.int64:
            raise IndexError("index_fill_(): Expected dtype int64 for index.")
        return
    if index.dim() > 1:
        raise IndexError(
            f"{name}(): Index is supposed to be a vector, but got dim: {index.dim()} with type: {kind} and size: {list(index.shape)}"
            if name == "index_add_"
            else f"{name}(): Index should have dimension 1 or 0 (got {index.dim()})"
        )
    if name == "index_copy_" and index.dtype is not _dtype.int64:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {kind}")
    if index.dtype not in (_dtype.int64, _dtype.int32):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index but got: {kind}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"{name}(): self ({names[input.dtype._code]}) and source ({names[source.dtype._code]}) must have the same scalar type"
            if name == "index_add_"
            else f"{name}(): self and source expected to have the same dtype, but got (self) {names[input.dtype._code]} "
            f"and (source) {names[source.dtype._code]}"
        )
    if input.dim() == 0 or source.dim() == 0:
        return
    place = one_dim(dim, input.dim())
    rest = [list(tensor.shape[:place]) + list(tensor.shape[place + 1 :]) for tensor in (input, source)]
    if source.dim() != input.dim() or rest[0] != rest[1]:
        if name == "index_copy_":
            raise RuntimeError(
                "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
                f"{' '.join(map(str, rest[0]))} at dimension {place} and source slice shape: "
                f"{' '.join(map(str, rest[1]))} at dimension 0."
                if source.dim() == input.dim()
                else "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
                f"dimensionality ({source.dim()}), destination dimensionality ({input.dim()})"
            )
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(input.shape)} source.shape = {list(source.shape)}"
        )
    if source.shape[place] != index.numel():
        if name == "index_copy_":
            raise IndexError(
                f"index_copy_(): Number of indices ({index.numel()}) should be equal to source.size(dim) ({source.shape[place]})"
            )
        raise RuntimeError(
            f"{name}(): Number of indices ({index.numel()}) should be equal to source.size(dim): ({source.shape[place]}), "
            f"for dim: {place}"
        )


def index_add(input, dim, index, source, *, alpha=1, out=None):
    """`input` with positions of `source` added at `index` of a dimension.

    index: a vector. source: input's shape, with len(index) in place of the dimension; multiplied by alpha. index:
    int64 (or int32); RuntimeError for other dtypes and for indices out of range.
    """
    if not source.dtype.is_floating_point:
        # As PyTorch brings it to the dtype: 0.5 is nothing to integers.
        alpha = bool(alpha) if source.dtype is _dtype.bool_ else int(alpha)
    scaled = source if alpha == 1 else (source * alpha).to(source.dtype)
    return store(_along("index_add_", ops.index_add, input, dim, index, scaled), out)


def index_copy(input, dim, index, source, *, out=None):
    """`input` with positions `index` of a dimension replaced.

    index: a vector. source: input's shape, with len(index) in place of the dimension. index: int64 (or int32);
    RuntimeError for other dtypes and for indices out of range.
    """
    return store(_along("index_copy_", ops.index_copy, input, dim, index, source), out)


@named("IndexFillBackward0")
def index_fill(input, dim, index, value):
    """`input` with positions `index` of a dimension filled with a number, or a tensor that holds one.

    index: a vector. Gives input's shape and dtype. index: int64 (or int32); RuntimeError for other dtypes and for
    indices out of range.
    """
    shape = list(input.shape)
    dim = one_dim(dim, input.dim())
    if shape:
        shape[dim] = index.numel()
    if is_tensor(value):
        if value.dim() != 0:
            raise RuntimeError(
                f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.dim()} dimension(s)."
            )
        filler = ops.expand(value.detach().to(device=input.device, dtype=input.dtype), shape)
        if value.requires_grad:
            # A place that is named several times is filled once, and has one gradient.
            value = value.to(device=input.device, dtype=input.dtype)
            empty = ops.zeros(input.shape, _dtype.bool_, input.device._code)
            ones = ops.full(shape, True, _dtype.bool_, input.device._code)
            return ops.where(_along("index_fill_", ops.index_copy, empty, dim, index, ones), value, input)
    else:
        filler = input.new_full(shape, value)
    return _along("index_fill_", ops.index_copy, input, dim, index, filler)


def index_put(input, indices, values, accumulate=False):
    """`input` with `values` placed at a tuple of index tensors.

    indices: integer or bool tensors that broadcast together, None for a whole dimension. values: broadcasts to what
    they select. accumulate: add. IndexError for indices out of range.
    """
    return input.clone().index_put_(indices, values, accumulate)


def index_put_(self, indices, values, accumulate=False):
    """Places `values` at a tuple of index tensors. Returns self."""
    from ._indexing import put

    put(self, tuple(indices), values, accumulate)
    return self


def put(input, index, source, accumulate=False):
    """`input` with elements of `source` placed at (or added to) positions of the flattened tensor.

    index, source: of the same number of elements; source in the dtype of input.
    """
    if index.numel() != source.numel():
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, index.numel() = {index.numel()}"
        )
    if source.dtype is not input.dtype:
        names = _dtype.SCALAR_TYPE_NAMES
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = {names[input.dtype._code]} "
            f"and source.dtype = {names[source.dtype._code]}"
        )
    flat = input.reshape(-1)
    placed = ops.index_put(flat, [index.reshape(-1)], source.reshape(-1), accumulate)
    return placed.reshape(input.shape)


@named("MaskedScatterBackward0")
def masked_scatter(input, mask, source):
    """`input` with the elements of `source`, in order, placed where `mask` is true.

    mask: bool, broadcasts with input. source: at least as many elements as the mask has trues, in the dtype of
    input.
    """
    from ._stacking import broadcast_tensors

    if mask.dtype is not _dtype.bool_:
        raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {_dtype.SCALAR_TYPE_NAMES[mask.dtype._code]}")
    if source.dtype is not input.dtype:
        names = _dtype.SCALAR_TYPE_NAMES
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got "
            f"{names[input.dtype._code]} and {names[source.dtype._code]}"
        )
    input, mask = broadcast_tensors(input, mask)
    if input.numel() == 0:
        return ops.clone(input)
    places = ops.cumsum(mask.reshape(-1), 0) - 1
    flat = source.reshape(-1)
    if flat.numel() == 0 or mask.device.type == "cpu" and int(places[-1]) >= flat.numel():
        if not bool(mask.any()):
            return ops.clone(input)
        raise RuntimeError("Number of elements of source < number of ones in mask")
    chosen = ops.gather(flat, 0, ops.clamp(places, 0, flat.numel() - 1))
    return ops.where(mask, chosen.reshape(input.shape), input)


def _written(input, view, src):
    """A copy of `input` in which the part that `view` shows holds `src`."""
    copied = input.clone()
    part = view(copied)
    if part.shape != src.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, "
            f"slice size = {list(part.shape)}"
        )
    part.copy_(src)
    return copied


@named("SelectScatterBackward0")
def select_scatter(input, src, dim, index):
    """`input` with one position of a dimension replaced by `src`.

    src: input's shape without `dim`; RuntimeError otherwise.
    """
    return _written(input, lambda copied: ops.select(copied, dim, int(index)), src)


@named("SliceScatterBackward0")
def slice_scatter(input, src, dim=0, start=None, end=None, step=1):
    """`input` with a slice of a dimension replaced by `src`.

    src: the shape of the slice; RuntimeError otherwise.
    """
    return _written(input, lambda copied: ops.slice(copied, dim, start, end, step), src)


@named("DiagonalScatterBackward0")
def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """`input` with a diagonal replaced by `src`.

    src: the shape of `diagonal(input, offset, dim1, dim2)`; RuntimeError otherwise.
    """
    return _written(input, lambda copied: ops.diagonal(copied, offset, dim1, dim2), src)


@functools.cache
def _strided_scatter():
    """`as_strided_scatter` with PyTorch's gradients. The class is made when it is first needed: most programs never do."""
    from .autograd.function import Function

    class AsStridedScatter(Function):
        _node_name = "AsStridedScatterBackward0"

        @staticmethod
        def forward(ctx, input, src, *region):
            ctx.region = region
            return _written(input, lambda copied: ops.as_strided(copied, *region), src)

        @staticmethod
        def backward(ctx, gradient):
            # PyTorch hands the input the gradient of what was overwritten, and its source the same.
            gradient = ops.contiguous(gradient)
            part = ops.as_strided(gradient, *ctx.region)
            placed = _written(gradient.new_zeros(gradient.shape), lambda zeros: ops.as_strided(zeros, *ctx.region), part)
            return placed, part, None, None, None

    return AsStridedScatter


def as_strided_scatter(input, src, size, stride, storage_offset=None):
    """`input` with a strided region of its memory replaced by `src`.

    src: of the shape `size`. Gives input's shape and dtype. The gradient of input is that of the elements that were
    overwritten, as in PyTorch. RuntimeError if it is wanted and input has gaps or another order than row-major.
    """
    region = size, stride, input.storage_offset() if storage_offset is None else storage_offset
    if not (_autograd_mode.is_grad_enabled() and input.requires_grad):
        return _written(input, lambda copied: ops.as_strided(copied, *region), src)
    if not input.is_contiguous():
        raise RuntimeError("as_strided_scatter is currently only supported for contiguous inputs")
    return _strided_scatter().apply(input, src, *region)


def fill(input, value):
    """A tensor like `input` filled with a number, or with a tensor that holds one.

    Gives input's shape, dtype and device.
    """
    if not is_number(value) and value.dim() != 0:
        raise RuntimeError(f"fill only supports 0-dimension value tensor but got tensor with {value.dim()} dimensions.")
    everywhere = input.new_ones((), dtype=_dtype.bool_)
    if is_number(value):
        return ops.masked_fill(input, everywhere, value if input.dtype is not _dtype.bool_ else bool(value))
    return ops.where(everywhere, value.to(device=input.device, dtype=input.dtype), input)


__all__ = public_functions(globals())
