"""Samplers: the orders in which a data loader takes items.

The draws from the random generator are PyTorch's, so that a seed gives the same batches; nothing is drawn before the
first index is asked for. Read next: `distributed`, `dataloader`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import itertools
from typing import Generic, TypeVar

from ..._creation import empty
from ..._from_data import as_tensor
from ..._dtype import float64, int64
from ..._generator import Generator
from ..._random import multinomial, randint, randperm

_Index = TypeVar("_Index", covariant=True)

# Indices drawn at once where they may repeat: the order of draws depends on it.
_DRAWN_TOGETHER = 32


class Sampler(Generic[_Index]):
    """Base class: define `__iter__()`, and `__len__()` if it is known.

    Source: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Sampler
    """

    def __init__(self, data_source=None):
        pass

    def __iter__(self):
        raise NotImplementedError


class SequentialSampler(Sampler):
    """Every position in order: 0, 1, 2, …"""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


def fresh_seed(generator=None):
    """A seed drawn from the default generator (or another), as PyTorch draws it."""
    return empty((), dtype=int64, device="cpu").random_(generator=generator).item()


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


class RandomSampler(Sampler):
    """All indices in random order, or `num_samples` of them, with or without replacement.

    generator: where the draws come from; without one a seed is drawn from the default generator at each iteration.
    Raises ValueError if there is nothing to draw.
    """

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(f"num_samples should be a positive integer value, but got num_samples={self.num_samples}")

    @property
    def num_samples(self):
        """How many indices an iteration gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        size = len(self.data_source)
        generator = self.generator
        if generator is None:
            generator = Generator().manual_seed(fresh_seed())
        if self.replacement:
            whole, rest = divmod(self.num_samples, _DRAWN_TOGETHER)
            for count in (*[_DRAWN_TOGETHER] * whole, rest):
                yield from randint(0, size, (count,), dtype=int64, generator=generator, device="cpu").tolist()
        else:
            whole, rest = divmod(self.num_samples, size) if size else (0, 0)
            for count in (*[size] * whole, rest):
                yield from randperm(size, generator=generator, device="cpu").tolist()[:count]

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """Given indices in random order."""

    def __init__(self, indices, generator=None):
        self.indices = indices
        self.generator = generator

    def __iter__(self):
        for position in randperm(len(self.indices), generator=self.generator, device="cpu").tolist():
            yield self.indices[position]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Indices drawn with given weights, which need not sum to 1."""

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        if not _is_count(num_samples):
            raise ValueError(f"num_samples should be a positive integer value, but got num_samples={num_samples}")
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        self.weights = as_tensor(weights, dtype=float64, device="cpu")
        if self.weights.dim() != 1:
            raise ValueError(f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}")
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self):
        yield from multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).tolist()

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """Groups the indices of a sampler (any iterable) into lists."""

    def __init__(self, sampler, batch_size, drop_last):
        if not _is_count(batch_size):
            raise ValueError(f"batch_size should be a positive integer value, but got batch_size={batch_size}")
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        source = iter(self.sampler)
        while batch := list(itertools.islice(source, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield batch

    def __len__(self):
        if self.drop_last:
            return len(self.sampler) // self.batch_size
        return (len(self.sampler) + self.batch_size - 1) // self.batch_size
