"""One pass over a `DataLoader`: in this process as it is, or by workers that take turns.

A base seed is drawn when the pass begins, whether workers need it or not: what is drawn afterwards depends on it.
Read next: `_utils.fetch`, `_utils.worker`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import collections
import warnings

from ...autograd.profiler import annotated
from ._utils.fetch import make_fetcher
from ._utils.pin_memory import pin_memory
from ._utils.worker import Worker
from .dataset import IterableDataset
from .sampler import fresh_seed

_TOO_LONG = (
    "Length of IterableDataset {} was reported to be {} (when accessing len(dataloader)), but {} samples have been fetched. "
)
_WORKERS_REPEAT = (
    "For multiprocessing data-loading, this could be caused by not properly configuring the IterableDataset replica at each "
    "worker. Please see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples."
)


class _BaseDataLoaderIter:
    """What both kinds share: counting, pinning, the warning of datasets longer than they said."""

    def __init__(self, loader):
        self._loader = loader
        self._index_sampler = loader._index_sampler
        self._is_iterable = isinstance(loader.dataset, IterableDataset)
        self._pins = loader.pin_memory and _has_accelerator()
        self._sampler_iter = iter(self._index_sampler)
        self._base_seed = fresh_seed(loader.generator)
        self._num_yielded = 0
        self._label = f"enumerate(DataLoader)#{self.__class__.__name__}.__next__"

    def _reset(self, loader):
        self._sampler_iter = iter(self._index_sampler)
        self._num_yielded = 0

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._index_sampler)

    def __next__(self):
        with annotated(self._label):
            batch = self._next_batch()
            self._num_yielded += 1
            reported = self._loader._reported_length
            if self._is_iterable and reported is not None and self._num_yielded > reported:
                message = _TOO_LONG.format(self._loader.dataset, reported, self._num_yielded)
                warnings.warn(message + (_WORKERS_REPEAT if self._loader.num_workers else ""), stacklevel=2)
            return pin_memory(batch) if self._pins else batch


def _has_accelerator():
    from ...accelerator import is_available

    if not is_available():
        warnings.warn(
            "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
            stacklevel=5,
        )
        return False
    return True


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """Batches as they are asked for."""

    def __init__(self, loader):
        super().__init__(loader)
        if loader.timeout:
            raise AssertionError(f"timeout needs num_workers > 0, but got timeout={loader.timeout}")
        self._fetch = make_fetcher(loader.dataset, loader._auto_collation, loader.collate_fn, loader.drop_last)

    def _next_batch(self):
        return self._fetch(next(self._sampler_iter))


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """Batches made by workers in turn; the order is that of PyTorch's workers.

    Indices are drawn ahead as PyTorch draws them, `prefetch_factor` batches a worker; the batches themselves are made when
    they are asked for.
    """

    def __init__(self, loader):
        super().__init__(loader)
        self._workers = [Worker(loader, number, self._base_seed) for number in range(loader.num_workers)]
        self._draw_ahead(loader)

    def _reset(self, loader):
        super()._reset(loader)
        for worker in self._workers:
            worker.resume()
        self._draw_ahead(loader)

    def _draw_ahead(self, loader):
        self._turns = collections.deque(self._workers)
        self._drawn = collections.deque()
        if not self._is_iterable:
            for _ in range(loader.prefetch_factor * loader.num_workers):
                self._draw()

    def _draw(self):
        indices = next(self._sampler_iter, self)
        if indices is not self:
            self._drawn.append(indices)

    def _next_batch(self):
        if self._is_iterable:
            return self._next_of_iterables()
        if not self._drawn:
            self._draw()
        if not self._drawn:
            raise StopIteration
        worker = self._turns[0]
        self._turns.rotate(-1)
        indices = self._drawn.popleft()
        self._draw()
        return worker.fetch(indices)

    def _next_of_iterables(self):
        """The next worker's batch; workers whose iterator has ended drop out."""
        while self._turns:
            worker = self._turns.popleft()
            try:
                batch = worker.fetch(next(self._sampler_iter))
            except StopIteration:
                continue
            self._turns.append(worker)
            return batch
        raise StopIteration
