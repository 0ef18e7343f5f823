"""The generalized Pareto distribution of what exceeds a threshold.

Read next: `pareto`, `exponential`.
"""

import math

import torch

from . import constraints
from .distribution import Distribution
from .utils import are_numbers, broadcast_all

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """From `loc` on, with `scale` and a tail of `concentration`: 0 gives an exponential one, less than 0 an end."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True
    _event_dims = {"loc": 0, "scale": 0, "concentration": 0}

    def __init__(self, loc, scale, concentration, validate_args=None):
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        batch_shape = torch.Size() if are_numbers(loc, scale, concentration) else self.loc.size()
        super().__init__(batch_shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, torch.where(self.concentration < 0, end, math.inf))

    def _parts(self):
        """Where the concentration is as good as zero, and a concentration to divide by."""
        is_zero = self.concentration.abs() < torch.finfo(self.concentration.dtype).eps
        return is_zero, torch.where(is_zero, 1.0, self.concentration)

    @property
    def mean(self):
        c = torch.where(self.concentration < 1, self.concentration, 0.0)
        return torch.where(self.concentration < 1, self.loc + self.scale / (1 - c), math.inf)

    @property
    def mode(self):
        return self.loc

    @property
    def variance(self):
        c = torch.where(self.concentration < 0.5, self.concentration, 0.0)
        return torch.where(self.concentration < 0.5, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), math.inf)

    def rsample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        return self.icdf(torch.rand(shape, dtype=self.loc.dtype, device=self.loc.device))

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        is_zero, c = self._parts()
        z = (value - self.loc) / self.scale
        return torch.where(is_zero, -z, -(1 / c + 1) * torch.log1p(c * z)) - self.scale.log()

    def cdf(self, value):
        if self._validate_args:
            self._validate_sample(value)
        is_zero, c = self._parts()
        z = (value - self.loc) / self.scale
        return -torch.expm1(torch.where(is_zero, -z, -torch.log1p(c * z) / c))

    def icdf(self, value):
        is_zero, c = self._parts()
        wait = -torch.log1p(-value)
        return self.loc + self.scale * torch.where(is_zero, wait, torch.expm1(c * wait) / c)

    def entropy(self):
        return self.scale.log() + self.concentration + 1
