"""`DataLoader`: batches of a dataset.

Arguments are checked, and errors worded, as PyTorch does. Everything runs in this process: `num_workers` makes workers
that take turns (`_utils.worker`), `pin_memory`, `timeout` and `prefetch_factor` change nothing that can be seen.
Read next: `iterators`, `sampler`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from typing import Generic, TypeVar

from ._utils.collate import default_collate, default_convert
from ._utils.worker import get_worker_info
from .dataset import IterableDataset
from .iterators import _BaseDataLoaderIter, _MultiProcessingDataLoaderIter, _SingleProcessDataLoaderIter
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler

_Item = TypeVar("_Item", covariant=True)

# What start methods PyTorch takes; here they all mean the same.
_START_METHODS = ["fork", "spawn", "forkserver"]

# Attributes that decided how the loader was made.
_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class _InfiniteConstantSampler(Sampler):
    """What stands for a sampler where the dataset iterates by itself."""

    def __iter__(self):
        while True:
            yield None


def _checked_context(context, num_workers):
    if context is None:
        return None
    if num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
            f"num_workers={num_workers}"
        )
    if isinstance(context, str):
        if context not in _START_METHODS:
            raise ValueError(
                f"multiprocessing_context option should specify a valid start method in {_START_METHODS!r}, but got "
                f"multiprocessing_context={context!r}"
            )
    elif not hasattr(context, "get_start_method"):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string specifying the start method, but "
            f"got multiprocessing_context={context}"
        )
    return context


def _checked_prefetch(prefetch_factor, num_workers):
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing."
            "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
        )
    if num_workers > 0 and prefetch_factor is None:
        return 2
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    return prefetch_factor


class DataLoader(Generic[_Item]):
    """Iterates over a dataset in batches.

    dataset: has items by index and a length, or is an `IterableDataset`.
    batch_size: items a batch; None hands on single items, through `collate_fn` (by default `default_convert`).
    shuffle: all items in random order, another one each epoch. sampler, batch_sampler: orders of one's own instead.
    num_workers: above 0, so many workers take turns in this process; see `get_worker_info`.
    collate_fn: makes a batch of a list of items; `default_collate` by default.
    drop_last: leaves an incomplete last batch out.
    generator: where the order and the workers' seeds are drawn from; by default torch's own.
    Raises ValueError for options that exclude each other.
    Source: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
    """

    _is_made = False

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
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        self.prefetch_factor = _checked_prefetch(prefetch_factor, num_workers)
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        self.dataset = dataset
        self.num_workers = num_workers
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self._is_iterable = isinstance(dataset, IterableDataset)
        if self._is_iterable:
            self._refuse_orders(shuffle, sampler, batch_sampler)
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
        if sampler is None:
            if self._is_iterable:
                sampler = _InfiniteConstantSampler()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        self.collate_fn = collate_fn or (default_collate if self._auto_collation else default_convert)
        self.persistent_workers = persistent_workers
        self._reported_length = None
        self._iterator = None
        self._is_made = True

    @staticmethod
    def _refuse_orders(shuffle, sampler, batch_sampler):
        """An iterable dataset has its own order."""
        head = "DataLoader with IterableDataset: expected unspecified"
        if shuffle not in (False, None):
            raise ValueError(f"{head} shuffle option, but got shuffle={shuffle}")
        if sampler is not None:
            raise ValueError(f"{head} sampler option, but got sampler={sampler}")
        if batch_sampler is not None:
            raise ValueError(f"{head} batch_sampler option, but got batch_sampler={batch_sampler}")

    def __setattr__(self, name, value):
        if self._is_made and name in _FIXED:
            raise ValueError(f"{name} attribute should not be set after {self.__class__.__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self):
        """The start method that was asked for; it changes nothing."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context):
        self._context = _checked_context(context, self.num_workers)

    @property
    def _auto_collation(self):
        return self.batch_sampler is not None

    @property
    def _index_sampler(self):
        return self.batch_sampler if self._auto_collation else self.sampler

    def _get_iterator(self):
        return (_MultiProcessingDataLoaderIter if self.num_workers else _SingleProcessDataLoaderIter)(self)

    def __iter__(self):
        if not (self.persistent_workers and self.num_workers):
            return self._get_iterator()
        if self._iterator is None:
            self._iterator = self._get_iterator()
        else:
            self._iterator._reset(self)
        return self._iterator

    def __len__(self):
        if not self._is_iterable:
            return len(self._index_sampler)
        # Remembered: iterating warns if more comes than was promised.
        size = self._reported_length = len(self.dataset)
        if self.batch_size is None:
            return size
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)
