"""The Wishart distribution of positive definite matrices, drawn by Bartlett's decomposition.

Read next: `multivariate_normal`, `lkj_cholesky`.
"""

import math

import torch

from . import constraints
from .chi2 import Chi2
from .distribution import Distribution
from .multivariate_normal import precision_to_scale_tril
from .utils import lazy_property, standard_normal

__all__ = ["Wishart"]


def _digamma_sum(x, p):
    """The derivative of `mvlgamma(x, p)`."""
    steps = 0.5 * torch.arange(p, dtype=x.dtype, device=x.device)
    return torch.digamma(x.unsqueeze(-1) - steps).sum(-1)


class Wishart(Distribution):
    """`sum x x'` of `df` normal vectors of zero mean, whose covariance is given as such, by its inverse or its factor."""

    support = constraints.positive_definite
    has_rsample = True
    _event_dims = {
        "df": 0,
        "covariance_matrix": 2,
        "precision_matrix": 2,
        "scale_tril": 2,
        "_unbroadcasted_scale_tril": 2,
    }

    @property
    def arg_constraints(self):
        """The degrees of freedom are at least as many as rows less one."""
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self.event_shape[-1] - 1),
        }

    def __init__(self, df, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        given = {"covariance_matrix": covariance_matrix, "scale_tril": scale_tril, "precision_matrix": precision_matrix}
        given = {name: value for name, value in given.items() if value is not None}
        if len(given) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = given.items()
        if matrix.dim() < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        df = df if isinstance(df, torch.Tensor) else torch.tensor(df, dtype=matrix.dtype, device=matrix.device)
        batch_shape = torch.broadcast_shapes(matrix.shape[:-2], df.shape)
        event_shape = matrix.shape[-2:]
        if (df <= event_shape[-1] - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {event_shape[-1] - 1}.")
        self.df = df.expand(batch_shape)
        setattr(self, name, matrix.expand(batch_shape + event_shape))
        self._event_shape = event_shape
        if name == "scale_tril":
            self._unbroadcasted_scale_tril = matrix
        elif name == "covariance_matrix":
            self._unbroadcasted_scale_tril = torch.linalg.cholesky(matrix)
        else:
            self._unbroadcasted_scale_tril = precision_to_scale_tril(matrix)
        super().__init__(batch_shape, event_shape, validate_args=validate_args)

    @lazy_property
    def scale_tril(self):
        """The lower Cholesky factor of the covariance."""
        return self._unbroadcasted_scale_tril.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def covariance_matrix(self):
        """The covariance of the vectors."""
        factor = self._unbroadcasted_scale_tril
        return (factor @ factor.mT).expand(self._batch_shape + self._event_shape)

    @lazy_property
    def precision_matrix(self):
        """The inverse of the covariance."""
        return torch.cholesky_inverse(self._unbroadcasted_scale_tril).expand(self._batch_shape + self._event_shape)

    @property
    def mean(self):
        return self.df[..., None, None] * self.covariance_matrix

    @property
    def mode(self):
        factor = self.df - self.event_shape[-1] - 1
        return torch.where(factor > 0, factor, math.nan)[..., None, None] * self.covariance_matrix

    @property
    def variance(self):
        covariance = self.covariance_matrix
        diagonal = covariance.diagonal(dim1=-2, dim2=-1)
        return self.df[..., None, None] * (covariance.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def rsample(self, sample_shape=torch.Size(), max_try_correction=None):
        sample_shape = torch.Size(sample_shape)
        sample = self._drawn(sample_shape)
        # PyTorch draws once more what is positive definite, and then what is not: followed, so that seeds agree.
        again = self._per_sample(self.support.check(sample))
        for _ in range(10 if max_try_correction is None else max_try_correction):
            if not again.any():
                break
            anew = self._drawn(again[again].shape)
            sample[again] = anew
            again[again.clone()] = self._per_sample(~self.support.check(anew))
        return sample

    def _per_sample(self, marks):
        return marks.amax([-1 - dim for dim in range(len(self._batch_shape))]) if self._batch_shape else marks

    def _drawn(self, sample_shape):
        """Bartlett's decomposition: chi-squared on the diagonal, normal below it."""
        p = self.event_shape[-1]
        freedom = self.df.unsqueeze(-1) - torch.arange(p, dtype=self.df.dtype, device=self.df.device)
        diagonal = Chi2(freedom).rsample(sample_shape).clamp(min=torch.finfo(self.df.dtype).tiny).sqrt()
        rows, columns = torch.tril_indices(p, p, offset=-1, device=self.df.device)
        noise = torch.diag_embed(diagonal)
        noise[..., rows, columns] = standard_normal(sample_shape + self._batch_shape + (p * (p - 1) // 2,), self.df)
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.mT

    def _half_log_det(self):
        return self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        nu, p = self.df, self._event_shape[-1]
        solved = torch.cholesky_solve(value, self._unbroadcasted_scale_tril)
        return (
            -nu * (p * math.log(2) / 2 + self._half_log_det())
            - torch.mvlgamma(nu / 2, p=p)
            + (nu - p - 1) / 2 * torch.linalg.slogdet(value).logabsdet
            - solved.diagonal(dim1=-2, dim2=-1).sum(dim=-1) / 2
        )

    def entropy(self):
        nu, p = self.df, self._event_shape[-1]
        return (
            (p + 1) * (p * math.log(2) / 2 + self._half_log_det())
            + torch.mvlgamma(nu / 2, p=p)
            - (nu - p - 1) / 2 * _digamma_sum(nu / 2, p)
            + nu * p / 2
        )
