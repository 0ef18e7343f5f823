"""Distances as layers: `PairwiseDistance`, `CosineSimilarity`.

Read next: `nn._distances`.
"""

from .. import functional as F
from .module import Module


class PairwiseDistance(Module):
    """The `p`-norm of differences along the last dimension, `eps` being added to them.

    Shape: inputs (N, D) or (D), broadcast; gives (N) or (), or with keepdim a last size of 1.
    """

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1, x2):
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    """Cosine of the angle between vectors along `dim`; norms count as at least `eps`.

    Shape: inputs of one shape, or broadcast; gives it without `dim`.
    """

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1, x2):
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
