"""Workers that run in this process.

A tab has one process, so `num_workers=4` makes four workers that take turns in it. Each behaves as a process of its own
where programs can tell: it has its number, its copy of the dataset object, and random states of its own, seeded as
PyTorch seeds them, so that augmentations come out as with real workers. Nothing runs at the same time.
Read next: `fetch`, `dataloader`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import copy
import random
import sys

from ...._generator import Generator, drawing_from
from .fetch import make_fetcher

_current = None


class WorkerInfo:
    """What a worker knows of itself: `id`, `num_workers`, `seed` and `dataset`, its own copy."""

    __initialized = False

    def __init__(self, **known):
        for name, value in known.items():
            setattr(self, name, value)
        self.__keys = tuple(known)
        self.__initialized = True

    def __setattr__(self, name, value):
        if self.__initialized:
            raise RuntimeError(f"Cannot assign attributes to {self.__class__.__name__} objects")
        super().__setattr__(name, value)

    def __repr__(self):
        known = ", ".join(f"{name}={getattr(self, name)}" for name in self.__keys)
        return f"{self.__class__.__name__}({known})"


def get_worker_info():
    """The `WorkerInfo` of the worker that asks; None outside of workers."""
    return _current


class Worker:
    """One worker. Raises what the dataset, `worker_init_fn` or the collate function raise, as they raise it."""

    def __init__(self, loader, number, base_seed):
        dataset = _copy_of(loader.dataset)
        self._info = WorkerInfo(id=number, num_workers=loader.num_workers, seed=base_seed + number, dataset=dataset)
        self._make_fetcher = lambda: make_fetcher(dataset, loader._auto_collation, loader.collate_fn, loader.drop_last)
        self._states = _States(base_seed, number)
        with self._states, _being(self._info):
            if loader.worker_init_fn is not None:
                loader.worker_init_fn(number)
            self._fetch = self._make_fetcher()

    def resume(self):
        """Starts over with the dataset, keeping the random states."""
        with self._states, _being(self._info):
            self._fetch = self._make_fetcher()

    def fetch(self, indices):
        """A batch, made as this worker. Raises StopIteration where its iteration ends."""
        with self._states, _being(self._info):
            return self._fetch(indices)


def _copy_of(dataset):
    """The worker's dataset: what it assigns to the object's attributes is its own, the data are shared."""
    try:
        return copy.copy(dataset)
    except Exception:
        return dataset


class _being:
    """Context manager: `get_worker_info` answers with this worker."""

    def __init__(self, info):
        self._info = info

    def __enter__(self):
        global _current
        self._before, _current = _current, self._info

    def __exit__(self, *exc_info):
        global _current
        _current = self._before


class _States:
    """Context manager: torch, `random` and NumPy (if it is loaded) draw from this worker's states."""

    def __init__(self, base_seed, number):
        seed = base_seed + number
        self._generator = Generator().manual_seed(seed)
        self._python = random.Random(seed).getstate()
        self._numpy = None
        if "numpy" in sys.modules:
            # Words of both numbers, mixed: workers with neighbouring seeds draw nothing alike.
            words = [number, base_seed & 0xFFFFFFFF, base_seed >> 32, 0]
            mixed = sys.modules["numpy"].random.SeedSequence(words).generate_state(4)
            self._numpy = sys.modules["numpy"].random.RandomState(mixed).get_state()

    def __enter__(self):
        self._drawing = drawing_from(self._generator)
        self._drawing.__enter__()
        self._swap()

    def __exit__(self, *exc_info):
        self._swap()
        self._drawing.__exit__(*exc_info)

    def _swap(self):
        before = random.getstate()
        random.setstate(self._python)
        self._python = before
        if self._numpy is not None:
            before = sys.modules["numpy"].random.get_state()
            sys.modules["numpy"].random.set_state(self._numpy)
            self._numpy = before
