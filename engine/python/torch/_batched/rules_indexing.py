"""Rules of reading and scattering by indices. Where the indices differ between entries, the batch is indexed as well.

Read next: `rules_writing`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .. import _dtype
from .._C import ops
from .dispatch import once_an_entry, rule
from .rules_shape import behind
from .rules_windows import joined, parted


def _entry_numbers(batch, rank, device):
    """0, 1, … along the batch, with `rank` dimensions of size 1 behind."""
    numbers = ops.arange(0, batch.size, 1, _dtype.int64, device._code)
    return ops.reshape(numbers, [batch.size, *[1] * rank])


class _Indexed:
    """How `x[i, :, j]` of the entries is one index of the batch."""

    def __init__(self, batch, tensor, indices):
        self.places = [place for place, one in enumerate(indices) if one is not None]
        given = [indices[place] for place in self.places]
        self.rank = max(one.dim() for one in given)
        is_together = self.places == list(range(self.places[0], self.places[-1] + 1))
        #: Dimensions before those of the indices in an entry's result.
        self.before = self.places[0] if is_together else 0
        self.needs_numbers = any(batch.has(one) for one in given)
        if self.needs_numbers:
            entries = [None if one is None else batch.aligned(one, self.rank) for one in indices]
            self.indices = [_entry_numbers(batch, self.rank, tensor.device), *entries]
            # The numbers of entries stand first, so the indices' dimensions come first unless they follow at once.
            self.front = 0
        else:
            self.indices = [None, *indices]
            self.front = self.before + 1 if is_together else 0

    def entry_first(self, result):
        """A result of the whole index, with the batch in front and the dimensions in the order of an entry's result."""
        if self.needs_numbers:
            # (batch, indices…, others…)
            return result if not self.before else result.movedim(
                tuple(range(1, self.rank + 1)), tuple(range(1 + self.before, 1 + self.before + self.rank))
            )
        # (indices…, batch, others…) where the indices are apart, else (batch, …) as it should be.
        return result if self.front else result.movedim(self.rank, 0)

    def as_written(self, values):
        """Values in the order of an entry's result, with the batch in front, in the order of the whole index."""
        if self.needs_numbers:
            return values if not self.before else values.movedim(
                tuple(range(1 + self.before, 1 + self.before + self.rank)), tuple(range(1, self.rank + 1))
            )
        return values if self.front else values.movedim(0, self.rank)


def _refuse_masks(indices):
    if any(one is not None and one.dtype in (_dtype.bool_, _dtype.uint8) for one in indices):
        raise RuntimeError(
            "vmap: It looks like you're attempting to index with a mask, whose result has a shape that depends on values. "
            "We do not support batching operators that can output dynamic shape. Please use torch.where instead."
        )


@rule("index")
def _index(batch, tensor, indices):
    _refuse_masks(indices)
    how = _Indexed(batch, tensor, indices)
    if not batch.has(tensor):
        # What all entries read from is read at the indices of all of them.
        rank = how.rank
        held = [None if one is None else batch.aligned(one, rank) for one in indices]
        result = ops.index(tensor, held)
        return batch.wrap(result.movedim(how.before, 0) if how.before else result)
    return batch.wrap(how.entry_first(ops.index(tensor._value, how.indices)))


@rule("index_put")
def _index_put(batch, tensor, indices, values, accumulate):
    _refuse_masks(indices)
    how = _Indexed(batch, tensor, indices)
    shape = tuple(tensor.shape)
    others = [size for place, size in enumerate(shape) if place not in how.places and place < len(shape)]
    sizes = [1] * how.rank
    for one in indices:
        if one is not None:
            for place, size in enumerate(one.shape, how.rank - one.dim()):
                sizes[place] = size if sizes[place] == 1 else sizes[place]
    whole = [*others[: how.before], *sizes, *others[how.before :]]
    values = batch.front(ops.expand(values, whole))
    return batch.wrap(ops.index_put(batch.front(tensor), how.indices, how.as_written(values), accumulate))


@rule("gather")
def _gather(batch, tensor, dim, index):
    if not tensor.dim() or not index.dim():
        return _at_least_1d(batch, tensor, dim, index)
    return batch.wrap(ops.gather(batch.front(tensor), behind(dim, tensor.dim()), batch.front(index)))


@rule("scatter", "scatter_add")
def _scatter(batch, tensor, dim, index, source):
    if not tensor.dim() or not index.dim():
        return _at_least_1d(batch, tensor, dim, index, source)
    return batch.wrap(batch.op(batch.front(tensor), behind(dim, tensor.dim()), batch.front(index), batch.front(source)))


@rule("scatter_reduce")
def _scatter_reduce(batch, tensor, dim, index, source, include_self, how):
    if not tensor.dim() or not index.dim():
        return _at_least_1d(batch, tensor, dim, index, source, include_self, how)
    held = batch.front(index), batch.front(source)
    return batch.wrap(ops.scatter_reduce(batch.front(tensor), behind(dim, tensor.dim()), *held, include_self, how))


def _at_least_1d(batch, tensor, dim, *others):
    """The operator on entries that get a dimension; the result loses it if the tensor (or its index) had none."""
    from .._tensor import Tensor

    index = others[0]
    lifted = [ops.unsqueeze(one, 0) if isinstance(one, Tensor) and not one.dim() else one for one in (tensor, *others)]
    result = getattr(ops, batch.name)(lifted[0], dim, *lifted[1:])
    lone = index if batch.name == "gather" else tensor
    return ops.squeeze(result, [0]) if not lone.dim() else result


@rule("index_select")
def _index_select(batch, tensor, dim, index):
    if not tensor.dim() or index.dim() > 1:
        return once_an_entry(batch, tensor, dim, index)
    rank = tensor.dim()
    place = behind(dim, rank)
    is_lone = not index.dim()
    index = ops.unsqueeze(index, 0) if is_lone else index
    if not batch.has(index):
        result = ops.index_select(tensor._value, place, index)
    elif not batch.has(tensor):
        held = index._value
        flat = ops.index_select(tensor, place - 1, ops.reshape(held, [-1]))
        result = parted(flat, place - 1, batch.size)
    else:
        held = index._value
        shaped = ops.reshape(held, [batch.size, *[1] * (place - 1), held.shape[1], *[1] * (rank - place)])
        sizes = [batch.size, *tensor.shape]
        sizes[place] = held.shape[1]
        result = ops.gather(tensor._value, place, ops.expand(shaped, sizes))
    return batch.wrap(result)


@rule("index_add", "index_copy")
def _index_add(batch, tensor, dim, index, source):
    if not tensor.dim() or index.dim() != 1:
        return once_an_entry(batch, tensor, dim, index, source)
    place = behind(dim, tensor.dim())
    target, values = batch.front(tensor), batch.front(source)
    if not batch.has(index):
        return batch.wrap(batch.op(target, place, index, values))
    held = index._value
    shaped = ops.reshape(held, [batch.size, *[1] * (place - 1), held.shape[1], *[1] * (tensor.dim() - place)])
    scatter = ops.scatter_add if batch.name == "index_add" else ops.scatter
    return batch.wrap(scatter(target, place, ops.expand(shaped, list(values.shape)), values))


@rule("select_places")
def _select_places(batch, tensor, dim, places):
    if batch.has(places):
        return once_an_entry(batch, tensor, dim, places)
    return batch.wrap(ops.select_places(tensor._value, behind(dim, tensor.dim()), places))


@rule("embedding")
def _embedding(batch, weight, index):
    if not batch.has(weight):
        return batch.wrap(ops.embedding(weight, index._value))
    rows = weight.shape[0]
    offsets = ops.mul_scalar(_entry_numbers(batch, index.dim(), index.device), rows)
    places = ops.add(ops.to(batch.front(index), None, _dtype.int64, False), offsets)
    return batch.wrap(ops.embedding(joined(weight._value, 0), places))
