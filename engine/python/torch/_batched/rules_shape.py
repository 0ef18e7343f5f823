"""Rules of views, joining and splitting: dimensions count from behind the batch.

Read next: `rules_reduction`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._args import one_dim
from .._C import layout, ops
from .dispatch import once_an_entry, rule


def behind(dim, rank):
    """Where a dimension of an entry lies in the batch."""
    return one_dim(dim, rank) + 1


@rule("view", "reshape")
def _reshape(batch, tensor, sizes):
    # -1 would take a batch of no entries for any size: it is worked out from an entry.
    sizes, count = list(sizes), tensor.numel()
    if sizes.count(-1) == 1:
        known = 1
        for size in sizes:
            known *= size if size != -1 else 1
        if known and count % known == 0:
            sizes[sizes.index(-1)] = count // known
    product = 1
    for size in sizes:
        product *= size
    if -1 in sizes or product != count:
        raise RuntimeError(f"shape '{list(sizes)}' is invalid for input of size {count}")
    return batch.wrap(batch.op(tensor._value, [batch.size, *sizes]))


@rule("view_dtype")
def _view_dtype(batch, tensor, dtype):
    if not tensor.dim() and dtype.itemsize != tensor.dtype.itemsize:
        # The batch has a last dimension, the entry has none.
        return batch.wrap(batch.op(tensor._value[:1].reshape(()), dtype))
    return batch.wrap(batch.op(tensor._value, dtype))


@rule("permute")
def _permute(batch, tensor, dims):
    dims, rank = list(dims), tensor.dim()
    if len(dims) != rank:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering "
            f"of dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {len(dims)}"
        )
    return batch.wrap(ops.permute(tensor._value, [0, *[behind(dim, rank) for dim in dims]]))


@rule("clone_in_order")
def _clone_in_order(batch, tensor, dims):
    return batch.wrap(ops.clone_in_order(tensor._value, [0, *[behind(dim, tensor.dim()) for dim in dims]]))


@rule("transpose")
def _transpose(batch, tensor, first, second):
    rank = tensor.dim()
    first, second = behind(first, rank), behind(second, rank)
    return batch.wrap(ops.transpose(tensor._value, first, second) if rank else ops.alias(tensor._value))


@rule("t")
def _t(batch, tensor):
    rank = tensor.dim()
    if rank > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {rank}D")
    return batch.wrap(ops.transpose(tensor._value, 1, 2) if rank == 2 else ops.alias(tensor._value))


@rule("expand")
def _expand(batch, tensor, sizes):
    sizes, shape = list(sizes), tensor.shape
    extra = len(sizes) - len(shape)
    if extra < 0:
        raise RuntimeError(
            f"expand(torch.FloatTensor{{{list(shape)}}}, size={sizes}): the number of sizes provided ({len(sizes)}) must be "
            f"greater or equal to the number of dimensions in the tensor ({len(shape)})"
        )
    return batch.wrap(ops.expand(batch.aligned(tensor, len(sizes)), [batch.size, *sizes]))


@rule("slice", "select", "narrow", "cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "softmax", "log_softmax", "sort")
def _along_one(batch, tensor, dim, *others):
    rank = tensor.dim()
    if rank == 0:
        return _with_a_dimension(batch, tensor, 0, dim, *others)
    return batch.wrap(batch.op(tensor._value, behind(dim, rank), *others))


@rule("split", "split_with_sizes", "chunk", "kthvalue")
def _along_second(batch, tensor, how, dim):
    if not tensor.dim():
        return once_an_entry(batch, tensor, how, dim)
    return batch.wrap(batch.op(tensor._value, how, behind(dim, tensor.dim())))


@rule("topk")
def _topk(batch, tensor, k, dim, *others):
    if not tensor.dim():
        return once_an_entry(batch, tensor, k, dim, *others)
    return batch.wrap(ops.topk(tensor._value, k, behind(dim, tensor.dim()), *others))


@rule("unbind")
def _unbind(batch, tensor, dim):
    return batch.wrap(ops.unbind(tensor._value, behind(dim, tensor.dim())))


def _with_a_dimension(batch, tensor, *others):
    """Along the dimension that entries without dimensions do not have: they get one, and lose it again."""
    dim = others[1]
    one_dim(dim, 0)
    if batch.name in ("slice", "select", "narrow"):
        raise IndexError(f"{batch.name}() cannot be applied to a 0-dim tensor.")
    result = batch.op(ops.unsqueeze(tensor._value, 1), 1, *others[2:])
    if isinstance(result, list):
        return batch.wrap([ops.squeeze(one, [1]) for one in result])
    return batch.wrap(ops.squeeze(result, [1]))


@rule("unsqueeze")
def _unsqueeze(batch, tensor, dim):
    return batch.wrap(ops.unsqueeze(tensor._value, one_dim(dim, tensor.dim() + 1) + 1))


@rule("squeeze")
def _squeeze(batch, tensor, dims):
    shape = tensor.shape
    wanted = range(len(shape)) if dims is None else [one_dim(dim, len(shape)) for dim in dims]
    return batch.wrap(ops.squeeze(tensor._value, [dim + 1 for dim in wanted if len(shape) and shape[dim] == 1]))


@rule("flatten")
def _flatten(batch, tensor, start, end):
    rank = tensor.dim()
    if rank == 0:
        return batch.wrap(ops.unsqueeze(tensor._value, 1))
    first, last = behind(start, rank), behind(end, rank)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    return batch.wrap(ops.flatten(tensor._value, first, last))


@rule("diagonal")
def _diagonal(batch, tensor, offset, first, second):
    rank = tensor.dim()
    return batch.wrap(ops.diagonal(tensor._value, offset, behind(first, rank), behind(second, rank)))


@rule("repeat")
def _repeat(batch, tensor, sizes):
    sizes = list(sizes)
    if len(sizes) < tensor.dim():
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    return batch.wrap(ops.repeat(batch.aligned(tensor, len(sizes)), [1, *sizes]))


@rule("as_strided")
def _as_strided(batch, tensor, sizes, strides, offset):
    # The offset counts in the memory of the whole batch, to where it is wanted of the first entry.
    step = layout(tensor._value)[0][0]
    return batch.wrap(ops.as_strided(tensor._value, [batch.size, *sizes], [step, *strides], offset))


@rule("flip")
def _flip(batch, tensor, dims):
    rank = tensor.dim()
    if rank == 0:
        return batch.wrap(ops.clone(tensor._value))
    return batch.wrap(ops.flip(tensor._value, [behind(dim, rank) for dim in dims]))


@rule("cat")
def _cat(batch, tensors, dim):
    # Empty vectors are left out of joins of other shapes, as PyTorch does.
    rank = max(tensor.dim() for tensor in tensors)
    tensors = [one for one in tensors if one.dim() == rank or tuple(one.shape) != (0,)]
    if rank == 0:
        raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated")
    return batch.wrap(ops.cat([batch.front(one) for one in tensors], behind(dim, rank)))


@rule("stack")
def _stack(batch, tensors, dim):
    return batch.wrap(ops.stack([batch.front(one) for one in tensors], one_dim(dim, tensors[0].dim() + 1) + 1))
