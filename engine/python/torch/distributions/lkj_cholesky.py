"""Cholesky factors of random correlation matrices.

D. Lewandowski, D. Kurowicka and H. Joe, 2009: the onion method. Read next: `beta`, `wishart`.
"""

import math

import torch

from . import constraints
from .beta import Beta
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """Factors of correlation matrices of `dim` rows with a density proportional to `det ** (concentration - 1)`."""

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky
    _event_dims = {"concentration": 0}

    def __init__(self, dim, concentration=1.0, validate_args=None):
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        batch_shape = self.concentration.size()
        # How much of each row lies off the diagonal, squared: the first row has nothing.
        marginal = self.concentration + 0.5 * (dim - 2)
        offset = torch.arange(dim - 1, dtype=self.concentration.dtype, device=self.concentration.device)
        offset = torch.cat([offset.new_zeros((1,)), offset])
        self._beta = Beta(0.5 * offset + 0.5, marginal.unsqueeze(-1) - 0.5 * offset)
        super().__init__(batch_shape, torch.Size((dim, dim)), validate_args=validate_args)

    def _expand_parts(self, made, batch_shape):
        made.dim = self.dim
        made._beta = self._beta.expand(batch_shape + (self.dim,))

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            off = self._beta.sample(sample_shape).unsqueeze(-1)
            normal = torch.randn(self._extended_shape(sample_shape), dtype=off.dtype, device=off.device).tril(-1)
            directions = normal / normal.norm(dim=-1, keepdim=True)
            directions[..., 0, :] = 0.0
            rows = torch.sqrt(off) * directions
            tiny = torch.finfo(rows.dtype).tiny
            diagonal = torch.clamp(1 - torch.sum(rows**2, dim=-1), min=tiny).sqrt()
            return rows + torch.diag_embed(diagonal)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = torch.arange(2, self.dim + 1, device=self.concentration.device, dtype=self.concentration.dtype)
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - order
        unnormalized = torch.sum(order * diagonal.log(), dim=-1)
        # The normaliser: page 1999 of the paper.
        rest = self.dim - 1
        alpha = self.concentration + 0.5 * rest
        normalizer = 0.5 * rest * math.log(math.pi) + torch.mvlgamma(alpha - 0.5, rest) - torch.lgamma(alpha) * rest
        return unnormalized - normalizer
