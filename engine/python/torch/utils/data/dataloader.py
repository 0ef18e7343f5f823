"""`DataLoader`: batches of a dataset.

`num_workers`, `pin_memory` and their like are accepted; everything runs in this process.
Batches of a `TensorDataset` are gathered by one index operation a tensor instead of a Python loop over rows.
Read next: `utils.data.sampler`, `utils.data.collate`.
"""

import itertools

from .collate import default_collate, default_convert
from .dataset import IterableDataset, Subset, TensorDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler, fresh_seed


class DataLoader:
    """Iterates over a dataset in batches."""

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ):
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size, drop_last = None, False
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        self.dataset = dataset
        self.num_workers = num_workers
        self.pin_memory = pin_memory
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.generator = generator
        self.prefetch_factor = prefetch_factor
        self.persistent_workers = persistent_workers
        self._is_iterable = isinstance(dataset, IterableDataset)
        if self._is_iterable:
            if shuffle:
                raise ValueError(f"DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle={shuffle}")
            sampler = None
        elif sampler is None and batch_sampler is None:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None and not self._is_iterable:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        is_batched = batch_size is not None or batch_sampler is not None
        self.collate_fn = collate_fn or (default_collate if is_batched else default_convert)

    def __iter__(self):
        # PyTorch draws a base seed for its workers here, used or not; what is drawn afterwards depends on it.
        fresh_seed(self.generator)
        return self._iterable_batches() if self._is_iterable else self._indexed_batches()

    def _iterable_batches(self):
        source = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn, source)
            return
        while batch := list(itertools.islice(source, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield self.collate_fn(batch)

    def _indexed_batches(self):
        if self.batch_sampler is None:
            for index in self.sampler:
                yield self.collate_fn(self.dataset[index])
            return
        fetch = self._row_gatherer() or self._item_collector()
        for indices in self.batch_sampler:
            yield fetch(indices)

    def _item_collector(self):
        dataset = self.dataset
        if hasattr(dataset, "__getitems__"):
            return lambda indices: self.collate_fn(dataset.__getitems__(indices))
        return lambda indices: self.collate_fn([dataset[index] for index in indices])

    def _row_gatherer(self):
        """A function that gathers whole batches of a plain `TensorDataset` (or a subset of one), or None."""
        if self.collate_fn is not default_collate:
            return None
        base = self.dataset.dataset if type(self.dataset) is Subset else self.dataset
        if type(base) is not TensorDataset:
            return None
        from ..._creation import tensor

        chosen = self.dataset.indices if base is not self.dataset else None

        def gather(indices):
            rows = tensor(indices if chosen is None else [int(chosen[index]) for index in indices])
            return [column[rows.to(column.device)] for column in base.tensors]

        return gather

    def __len__(self):
        if self._is_iterable:
            size = len(self.dataset)
            if self.batch_size is None:
                return size
            return size // self.batch_size if self.drop_last else -(-size // self.batch_size)
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
