"""Several transforms along one dimension, each for its part: `CatTransform` of slices, `StackTransform` of single places.

Read next: `transforms`.
"""

import torch

from . import constraints
from .transforms import Transform
from .utils import sum_rightmost


class _JoinedTransform(Transform):
    def __init__(self, tseq, dim, cache_size):
        self.transforms = [part.with_cache(cache_size) for part in tseq] if cache_size else list(tseq)
        super().__init__(cache_size=cache_size)
        self.dim = dim

    bijective = property(lambda self: all(part.bijective for part in self.transforms))


class CatTransform(_JoinedTransform):
    """Transforms of slices of the given lengths."""

    def __init__(self, tseq, dim=0, lengths=None, cache_size=0):
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise AssertionError("lengths and transforms differ in number")

    @property
    def event_dim(self):
        return max(part.event_dim for part in self.transforms)

    @property
    def length(self):
        """The size of the dimension."""
        return sum(self.lengths)

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else CatTransform(self.transforms, self.dim, self.lengths, cache_size)

    def _call(self, x):
        return torch.cat([part(slice_) for part, slice_ in zip(self.transforms, x.split(self.lengths, self.dim))], self.dim)

    def _inverse(self, y):
        slices = y.split(self.lengths, self.dim)
        return torch.cat([part.inv(slice_) for part, slice_ in zip(self.transforms, slices)], self.dim)

    def log_abs_det_jacobian(self, x, y):
        found = []
        for part, before, after in zip(self.transforms, x.split(self.lengths, self.dim), y.split(self.lengths, self.dim)):
            stretch = part.log_abs_det_jacobian(before, after)
            found.append(sum_rightmost(stretch, self.event_dim - part.event_dim))
        dim = self.dim - x.dim() if self.dim >= 0 else self.dim
        dim += self.event_dim
        return torch.cat(found, dim=dim) if dim < 0 else sum(found)

    @constraints.dependent_property
    def domain(self):
        return constraints.cat([part.domain for part in self.transforms], self.dim, self.lengths)

    @constraints.dependent_property
    def codomain(self):
        return constraints.cat([part.codomain for part in self.transforms], self.dim, self.lengths)


class StackTransform(_JoinedTransform):
    """A transform for each place of a dimension."""

    def __init__(self, tseq, dim=0, cache_size=0):
        super().__init__(tseq, dim, cache_size)

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else StackTransform(self.transforms, self.dim, cache_size)

    def _call(self, x):
        return torch.stack([part(place) for part, place in zip(self.transforms, x.unbind(self.dim))], self.dim)

    def _inverse(self, y):
        return torch.stack([part.inv(place) for part, place in zip(self.transforms, y.unbind(self.dim))], self.dim)

    def log_abs_det_jacobian(self, x, y):
        pairs = zip(self.transforms, x.unbind(self.dim), y.unbind(self.dim))
        return torch.stack([part.log_abs_det_jacobian(before, after) for part, before, after in pairs], self.dim)

    @constraints.dependent_property
    def domain(self):
        return constraints.stack([part.domain for part in self.transforms], self.dim)

    @constraints.dependent_property
    def codomain(self):
        return constraints.stack([part.codomain for part in self.transforms], self.dim)
