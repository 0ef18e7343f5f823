"""Divergences of continuous distributions of numbers: those of one family, and those of pairs of families.

Between families a divergence is minus the entropy of p less the mean of q's log density under p; what that mean needs
of p (its mean and variance, the mean of the logarithm or of an exponential) is asked of small functions, so that one
formula serves every p. Read next: `kl`.
"""

import math

import torch

from ._kl_discrete import infinite_like
from .beta import Beta
from .cauchy import Cauchy
from .continuous_bernoulli import ContinuousBernoulli
from .exponential import Exponential
from .gamma import Gamma
from .gumbel import Gumbel
from .half_normal import HalfNormal
from .kl import register_kl
from .laplace import Laplace
from .normal import Normal
from .pareto import Pareto
from .uniform import Uniform
from .utils import euler_constant


def _log_beta(d):
    return d.concentration1.lgamma() + d.concentration0.lgamma() - (d.concentration1 + d.concentration0).lgamma()


# Within a family


@register_kl(Beta, Beta)
def _beta(p, q):
    a, b = p.concentration1, p.concentration0
    slope = (a + b).digamma()
    ones = (a - q.concentration1) * (a.digamma() - slope)
    return _log_beta(q) - _log_beta(p) + ones + (b - q.concentration0) * (b.digamma() - slope)


@register_kl(Cauchy, Cauchy)
def _cauchy(p, q):
    """F. Chyzak and F. Nielsen, 2019."""
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p, q):
    ours = p._log_constant() + torch.log1p(-p.probs)
    return p.mean * (p.logits - q.logits) + ours - q._log_constant() - torch.log1p(-q.probs)


@register_kl(Exponential, Exponential)
def _exponential(p, q):
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@register_kl(Gamma, Gamma)
def _gamma(p, q):
    return (
        q.concentration * (p.rate / q.rate).log()
        + q.concentration.lgamma()
        - p.concentration.lgamma()
        + (p.concentration - q.concentration) * p.concentration.digamma()
        + (q.rate - p.rate) * (p.concentration / p.rate)
    )


@register_kl(Gumbel, Gumbel)
def _gumbel(p, q):
    ratio, apart = p.scale / q.scale, (p.loc - q.loc) / q.scale
    return apart - ratio.log() + ratio * euler_constant + ((1 + ratio).lgamma() - apart).exp() - (1 + euler_constant)


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p, q):
    return _normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _laplace(p, q):
    ratio, apart = p.scale / q.scale, (p.loc - q.loc).abs()
    return apart / q.scale + ratio * (-apart / p.scale).exp() - ratio.log() - 1


@register_kl(Normal, Normal)
def _normal(p, q):
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(Pareto, Pareto)
def _pareto(p, q):
    ratio = q.alpha / p.alpha
    found = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return torch.where(p.scale < q.scale, math.inf, found)


@register_kl(Uniform, Uniform)
def _uniform(p, q):
    found = ((q.high - q.low) / (p.high - p.low)).log()
    return torch.where((q.low > p.low) | (q.high < p.high), math.inf, found)


# What p must tell of itself


def _mean_log(p):
    """The mean of the logarithm of a positive number."""
    if isinstance(p, Beta):
        return p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    if isinstance(p, Exponential):
        return -euler_constant - p.rate.log()
    if isinstance(p, Pareto):
        return p.scale.log() + p.alpha.reciprocal()
    return (torch.xlogy(p.high, p.high) - torch.xlogy(p.low, p.low)) / (p.high - p.low) - 1


def _mean_exp(p, s):
    """The mean of `exp(-x / s)`."""
    if isinstance(p, Exponential):
        return p.rate * s / (p.rate * s + 1)
    if isinstance(p, Gamma):
        return (-p.concentration * torch.log1p((p.rate * s).reciprocal())).exp()
    if isinstance(p, Normal):
        return (-p.loc / s + 0.5 * (p.scale / s).pow(2)).exp()
    return s * ((-p.low / s).exp() - (-p.high / s).exp()) / (p.high - p.low)


# Between families


def _to_normal(p, q):
    spread = p.variance + (p.mean - q.loc).pow(2)
    return -p.entropy() + 0.5 * (2 * math.pi * q.scale.pow(2)).log() + 0.5 * spread / q.scale.pow(2)


def _pareto_normal(p, q):
    return torch.where(p.alpha <= 2, math.inf, _to_normal(p, q))


def _to_exponential(p, q):
    return -p.entropy() - q.rate.log() + q.rate * p.mean


def _pareto_exponential(p, q):
    return torch.where(p.alpha <= 1, math.inf, _to_exponential(p, q))


def _to_gamma(p, q):
    normalizer = torch.xlogy(q.concentration, q.rate) - q.concentration.lgamma()
    return -p.entropy() - normalizer - (q.concentration - 1) * _mean_log(p) + q.rate * p.mean


def _pareto_gamma(p, q):
    return torch.where(p.alpha <= 1, math.inf, _to_gamma(p, q))


def _to_gumbel(p, q):
    return -p.entropy() + q.scale.log() + (p.mean - q.loc) / q.scale + (q.loc / q.scale).exp() * _mean_exp(p, q.scale)


@register_kl(Normal, Laplace)
def _normal_laplace(p, q):
    apart = p.loc - q.loc
    z = apart / (math.sqrt(2) * p.scale)
    distance = math.sqrt(2 / math.pi) * p.scale * (-z.pow(2)).exp() + apart * torch.erf(z)
    return -p.entropy() + (2 * q.scale).log() + distance / q.scale


def _unit_uniform(p, q):
    """From a distribution on the unit interval to a uniform one."""
    found = -p.entropy() + (q.high - q.low).log()
    return torch.where((q.high < 1) | (q.low > 0), math.inf, found)


def _outside_unit(p, found):
    return torch.where((p.low < 0) | (p.high > 1), math.inf, found)


@register_kl(Uniform, Beta)
def _uniform_beta(p, q):
    below, above = 1 - p.high, 1 - p.low
    mean_log_rest = (torch.xlogy(above, above) - torch.xlogy(below, below)) / (p.high - p.low) - 1
    found = -p.entropy() - (q.concentration1 - 1) * _mean_log(p) - (q.concentration0 - 1) * mean_log_rest + _log_beta(q)
    return _outside_unit(p, found)


@register_kl(Uniform, ContinuousBernoulli)
def _uniform_continuous_bernoulli(p, q):
    return _outside_unit(p, -p.entropy() - p.mean * q.logits - torch.log1p(-q.probs) - q._log_constant())


@register_kl(Uniform, Exponential)
def _uniform_exponential(p, q):
    return torch.where(p.low < 0, math.inf, _to_exponential(p, q))


@register_kl(Uniform, Gamma)
def _uniform_gamma(p, q):
    return torch.where(p.low < 0, math.inf, _to_gamma(p, q))


@register_kl(Uniform, Pareto)
def _uniform_pareto(p, q):
    found = -p.entropy() - q.alpha.log() - q.alpha * q.scale.log() + (q.alpha + 1) * _mean_log(p)
    return torch.where(p.low < q.scale, math.inf, found)


def _infinite(p, q):
    """Some draws of p are impossible to q."""
    return infinite_like(p.mean + torch.zeros_like(q.mean))


_PAIRS = {
    _to_normal: ((Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Uniform), (Normal,)),
    _to_exponential: ((Beta, ContinuousBernoulli, Gamma), (Exponential,)),
    _to_gamma: ((Beta, Exponential), (Gamma,)),
    _to_gumbel: ((Exponential, Gamma, Normal, Uniform), (Gumbel,)),
    _unit_uniform: ((Beta, ContinuousBernoulli), (Uniform,)),
    _pareto_normal: ((Pareto,), (Normal,)),
    _pareto_exponential: ((Pareto,), (Exponential,)),
    _pareto_gamma: ((Pareto,), (Gamma,)),
}
_INFINITE = {
    (Beta, ContinuousBernoulli): (Pareto,),
    (Exponential, Gamma): (Beta, ContinuousBernoulli, Pareto, Uniform),
    (Gumbel, Laplace, Normal): (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    (Pareto,): (Beta, ContinuousBernoulli, Uniform),
}
for _function, (_all_p, _all_q) in _PAIRS.items():
    for _p in _all_p:
        for _q in _all_q:
            register_kl(_p, _q)(_function)
for _all_p, _all_q in _INFINITE.items():
    for _p in _all_p:
        for _q in _all_q:
            register_kl(_p, _q)(_infinite)
