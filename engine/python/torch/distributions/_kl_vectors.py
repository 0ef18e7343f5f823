"""Divergences of distributions of vectors: normal ones of every form, and Dirichlet ones.

Normal vectors of low rank are compared by their Cholesky factors, like the others. Read next: `kl`.
"""

import torch

from .dirichlet import Dirichlet
from .kl import register_kl
from .lowrank_multivariate_normal import LowRankMultivariateNormal
from .multivariate_normal import MultivariateNormal, batch_mahalanobis


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p, q):
    total = p.concentration.sum(-1)
    normalizers = total.lgamma() - q.concentration.sum(-1).lgamma()
    parts = (p.concentration.lgamma() - q.concentration.lgamma()).sum(-1)
    slopes = p.concentration.digamma() - total.digamma().unsqueeze(-1)
    return normalizers - parts + ((p.concentration - q.concentration) * slopes).sum(-1)


def _normal_vectors(p, q):
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL-divergence between two {type(q).__name__}s with different event shapes cannot be computed"
        )
    ours, theirs = p.scale_tril, q.scale_tril
    half_dets = theirs.diagonal(dim1=-2, dim2=-1).log().sum(-1) - ours.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    shape = torch.broadcast_shapes(ours.shape, theirs.shape)
    # The trace of q's inverse covariance times p's covariance, as a sum of squares.
    trace = torch.linalg.solve_triangular(theirs.expand(shape), ours.expand(shape), upper=False).pow(2).sum((-2, -1))
    distance = batch_mahalanobis(theirs, q.loc - p.loc)
    return half_dets + 0.5 * (trace + distance - p.event_shape[0])


for _of_p in (MultivariateNormal, LowRankMultivariateNormal):
    for _of_q in (MultivariateNormal, LowRankMultivariateNormal):
        register_kl(_of_p, _of_q)(_normal_vectors)
