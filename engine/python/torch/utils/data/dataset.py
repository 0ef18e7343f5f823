"""Datasets: anything with a length and items by index, and their combinations.

Rows of a `TensorDataset` are gathered with one operation a tensor, however many are asked for.
Read next: `random_split` in `splitting`, `dataloader`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import bisect
import itertools
import warnings
from typing import Generic, Iterable, TypeVar

_Item = TypeVar("_Item", covariant=True)


class Dataset(Generic[_Item]):
    """Base class: define `__getitem__(index)` and usually `__len__()`; `__getitems__(indices)` if batches can be quicker.

    Source: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Dataset
    """

    def __getitem__(self, index):
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other):
        return ConcatDataset([self, other])


class IterableDataset(Dataset[_Item], Iterable[_Item]):
    """Base class of datasets that only iterate: define `__iter__()`.

    With `num_workers` above 0 every worker iterates over all of it, unless `__iter__` asks `get_worker_info` for its part.
    """

    def __add__(self, other):
        return ChainDataset([self, other])


class TensorDataset(Dataset):
    """Rows of tensors that have the same first size: an item is a tuple with a row of each."""

    def __init__(self, *tensors):
        if any(tensor.size(0) != tensors[0].size(0) for tensor in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)

    def __getitems__(self, indices):
        """The rows as a list of tuples, gathered with one operation a tensor."""
        # A class that says itself what an item is gets asked for every one.
        if type(self).__getitem__ is not TensorDataset.__getitem__ or not indices:
            return [self[index] for index in indices]
        from ..._from_data import tensor

        rows = tensor([int(index) for index in indices])
        return list(zip(*(column[rows.to(column.device)].unbind(0) for column in self.tensors)))

    def __len__(self):
        return self.tensors[0].size(0)


class StackDataset(Dataset):
    """Datasets side by side: an item is a tuple (of positional datasets) or a dict (of named ones) of their items."""

    def __init__(self, *args, **kwargs):
        if args and kwargs:
            raise ValueError(
                "Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both types are given."
            )
        if not args and not kwargs:
            raise ValueError("At least one dataset should be passed")
        self.datasets = args or kwargs
        self._length = len(self._parts()[0])
        if any(len(part) != self._length for part in self._parts()):
            raise ValueError("Size mismatch between datasets")

    def _parts(self):
        return list(self.datasets.values()) if isinstance(self.datasets, dict) else list(self.datasets)

    def _item(self, parts):
        return dict(zip(self.datasets, parts)) if isinstance(self.datasets, dict) else tuple(parts)

    def __getitem__(self, index):
        return self._item([part[index] for part in self._parts()])

    def __getitems__(self, indices):
        """Items as a list; datasets that give many at once are asked so. Raises ValueError if one gives another number."""
        columns = []
        for part in self._parts():
            if callable(getattr(part, "__getitems__", None)):
                column = part.__getitems__(indices)
                if len(column) != len(indices):
                    raise ValueError(f"Nested dataset's output size mismatch. Expected {len(indices)}, got {len(column)}")
            else:
                column = [part[index] for index in indices]
            columns.append(column)
        return [self._item(parts) for parts in zip(*columns)]

    def __len__(self):
        return self._length


class ConcatDataset(Dataset[_Item]):
    """Datasets one after another."""

    @staticmethod
    def cumsum(sequence):
        """Where each dataset ends."""
        return list(itertools.accumulate(len(dataset) for dataset in sequence))

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertionError("ConcatDataset does not support IterableDataset")
        self.cumulative_sizes = self.cumsum(self.datasets)

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        if index < 0:
            if -index > len(self):
                raise ValueError("absolute value of index should not exceed dataset length")
            index += len(self)
        which = bisect.bisect_right(self.cumulative_sizes, index)
        before = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][index - before]

    @property
    def cummulative_sizes(self):
        """The old spelling of `cumulative_sizes`."""
        warnings.warn("cummulative_sizes attribute is renamed to cumulative_sizes", DeprecationWarning, stacklevel=2)
        return self.cumulative_sizes


class ChainDataset(IterableDataset):
    """Iterable datasets one after another."""

    def __init__(self, datasets):
        super().__init__()
        self.datasets = datasets

    def _checked(self):
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise AssertionError("ChainDataset only supports IterableDataset")
            yield dataset

    def __iter__(self):
        for dataset in self._checked():
            yield from dataset

    def __len__(self):
        return sum(len(dataset) for dataset in self._checked())


class Subset(Dataset[_Item]):
    """Some items of a dataset, by index."""

    def __init__(self, dataset, indices):
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index):
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices):
        """Items as a list, asked of the dataset at once where it can."""
        chosen = [self.indices[index] for index in indices]
        if callable(getattr(self.dataset, "__getitems__", None)):
            return self.dataset.__getitems__(chosen)
        return [self.dataset[index] for index in chosen]

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths, generator=None):
    """Splits a dataset at random into subsets of given lengths, or of fractions that sum to 1.

    What fractions leave over goes to the first splits, one each. Raises ValueError if lengths do not sum to the dataset's.
    """
    from .splitting import split_at_random

    return split_at_random(dataset, lengths, generator)
