"""Fetchers: from the indices of a batch to the batch.

Rows of tensors are gathered with one operation a tensor; other items are taken one by one, or all at once where the
dataset has `__getitems__`. Read next: `collate`, `worker`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from array import array

from ...._C import upload
from ...._device import CPU
from ...._dtype import int64
from ...._tensor import Tensor
from ..dataset import IterableDataset, Subset, TensorDataset
from .collate import collate_tensor_fn, default_collate, default_collate_fn_map


def make_fetcher(dataset, is_batched, collate_fn, drop_last):
    """The function from an index (or a list of them) to a batch; it raises StopIteration where an iteration ends."""
    if isinstance(dataset, IterableDataset):
        return IterableFetcher(dataset, is_batched, collate_fn, drop_last)
    if not is_batched:
        return lambda index: collate_fn(dataset[index])

    def fetch(indices):
        if collate_fn is default_collate and (columns := gathered(dataset, indices)) is not None:
            return columns
        if callable(getattr(dataset, "__getitems__", None)):
            return collate_fn(dataset.__getitems__(indices))
        return collate_fn([dataset[index] for index in indices])

    return fetch


class IterableFetcher:
    """Fetches from an iterable dataset, whose iterator is made at once."""

    def __init__(self, dataset, is_batched, collate_fn, drop_last):
        self._source = iter(dataset)
        self._is_batched = is_batched
        self._collate_fn = collate_fn
        self._drop_last = drop_last
        self._has_ended = False

    def __call__(self, indices):
        if self._has_ended:
            raise StopIteration
        if not self._is_batched:
            return self._collate_fn(next(self._source))
        items = []
        for _ in indices:
            try:
                items.append(next(self._source))
            except StopIteration:
                self._has_ended = True
                break
        if not items or (self._drop_last and len(items) < len(indices)):
            raise StopIteration
        return self._collate_fn(items)


def gathered(dataset, indices):
    """What `default_collate` would make of these rows of a plain `TensorDataset`, of a tensor, or of subsets of them.

    None if the dataset is anything else. One index operation a tensor, on the tensor's device.
    """
    if default_collate_fn_map.get(Tensor) is not collate_tensor_fn or set(map(type, indices)) != {int}:
        return None
    chosen = indices
    while type(dataset) is Subset:
        chosen, dataset = [dataset.indices[index] for index in chosen], dataset.dataset
        if set(map(type, chosen)) != {int}:
            return None
    if type(dataset) is TensorDataset:
        return _rows(dataset.tensors, chosen) if dataset.tensors else None
    if type(dataset) is Tensor and dataset.dim():
        return _rows([dataset], chosen)[0]
    return None


def _rows(columns, indices):
    """These rows of each tensor. Raises IndexError for rows that are not there."""
    size, low, high = columns[0].shape[0], min(indices), max(indices)
    if high >= size or low < -size:
        raise IndexError(f"index {high if high >= size else low} is out of bounds for dimension 0 with size {size}")
    if low < 0:
        indices = [index + size if index < 0 else index for index in indices]
    places = {CPU: upload(array("q", indices).tobytes(), int64._code, (len(indices),))}
    found = []
    for column in columns:
        device = column.device
        if device not in places:
            places[device] = places[CPU].to(device)
        found.append(column.index_select(0, places[device]))
    return found
