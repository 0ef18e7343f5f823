"""Divergences of discrete distributions.

Read next: `kl`.
"""

import math

import torch
from torch.nn import functional as F

from .bernoulli import Bernoulli
from .binomial import Binomial
from .categorical import Categorical
from .geometric import Geometric
from .kl import register_kl
from .one_hot_categorical import OneHotCategorical
from .poisson import Poisson


def infinite_like(tensor):
    """Infinity in the shape of a tensor."""
    return torch.full_like(tensor, math.inf)


def _weighted(weight, difference, is_impossible):
    """`weight * difference`: infinite where q calls impossible what has weight, 0 where there is none."""
    product = torch.where(is_impossible, math.inf, weight * difference)
    return torch.where(weight == 0, 0.0, product)


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p, q):
    of_one = F.softplus(-q.logits) - F.softplus(-p.logits)
    of_zero = F.softplus(q.logits) - F.softplus(p.logits)
    return _weighted(p.probs, of_one, q.probs == 0) + _weighted(1 - p.probs, of_zero, q.probs == 1)


@register_kl(Binomial, Binomial)
def _binomial(p, q):
    if (p.total_count < q.total_count).any():
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    of_trial = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return torch.where(p.total_count > q.total_count, math.inf, p.total_count * of_trial)


@register_kl(Categorical, Categorical)
def _categorical(p, q):
    return _weighted(p.probs, p.logits - q.logits, (q.probs == 0).expand((p.probs + q.probs).shape)).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot(p, q):
    return _categorical(p._categorical, q._categorical)


@register_kl(Geometric, Geometric)
def _geometric(p, q):
    return -p.entropy() - torch.log1p(-q.probs) / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _poisson(p, q):
    return torch.xlogy(p.rate, p.rate / q.rate) - (p.rate - q.rate)


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p, q):
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


@register_kl(Poisson, Bernoulli)
def _poisson_bernoulli(p, q):
    return infinite_like(p.rate)


@register_kl(Poisson, Binomial)
def _poisson_binomial(p, q):
    return infinite_like(p.rate)
