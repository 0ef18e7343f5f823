"""The von Mises distribution of angles.

Read next: `distribution`.
"""

import math

import torch

from . import constraints
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ["VonMises"]


class VonMises(Distribution):
    """Angles from -pi to pi around `loc`, the denser the larger `concentration`."""

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    has_rsample = False
    _event_dims = {"loc": 0, "concentration": 0}

    def __init__(self, loc, concentration, validate_args=None):
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        # log I0(k) = log(exp(-k) I0(k)) + k keeps large concentrations finite.
        normalizer = math.log(2 * math.pi) + torch.special.i0e(self.concentration).log() + self.concentration
        return self.concentration * torch.cos(value - self.loc) - normalizer

    @torch.no_grad()
    def sample(self, sample_shape=torch.Size()):
        """By rejection from a wrapped Cauchy distribution: D. Best and N. Fisher (1979)."""
        shape = self._extended_shape(sample_shape)
        k, loc = self.concentration.double(), self.loc.double()
        tau = 1 + (1 + 4 * k**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * k)
        # Of small concentrations the formula loses all digits; to the first order it is 1 / k.
        r = torch.where(k < 1e-5, 1 / k + k, (1 + rho**2) / (2 * rho)).expand(shape)
        k = k.expand(shape)
        # Concentrations that are no numbers, or too large to be squared, accept nothing.
        found = torch.full(shape, math.nan, dtype=loc.dtype, device=loc.device)
        is_done = r.isnan()
        while not is_done.all():
            u1, u2, u3 = torch.rand((3,) + shape, dtype=loc.dtype, device=loc.device).unbind()
            z = torch.cos(math.pi * u1)
            cosine = (1 + r * z) / (r + z)
            c = k * (r - cosine)
            accept = ((c * (2 - c) - u2) > 0) | ((c / u2).log() + 1 - c >= 0)
            found = torch.where(accept, (u3 - 0.5).sign() * cosine.clamp(-1, 1).acos(), found)
            is_done = is_done | accept
        return ((found + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)

    @property
    def mean(self):
        return self.loc

    @property
    def mode(self):
        return self.loc

    @property
    def variance(self):
        """The circular variance."""
        return 1 - torch.special.i1e(self.concentration) / torch.special.i0e(self.concentration)
