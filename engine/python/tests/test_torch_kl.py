"""Divergences: against numerical integrals and sums over the support, the table of pairs, and its errors.

Read next: `test_torch_distributions`.
"""

import math
import warnings

import torch
import torch.distributions as dist
from torch.distributions import kl_divergence, register_kl
from torch_case import TorchCase


def number(value):
    return torch.tensor(value, dtype=torch.float64)


#: Bounds beyond which p has next to nothing.
PS = {
    "Normal": (dist.Normal(number(0.3), number(1.2)), -10, 11),
    "Uniform": (dist.Uniform(number(0.1), number(0.8)), 0.1, 0.8 - 1e-9),
    "Laplace": (dist.Laplace(number(0.2), number(0.7)), -20, 20),
    "Exponential": (dist.Exponential(number(2.0)), 1e-9, 18),
    "Gamma": (dist.Gamma(number(2.5), number(3.0)), 1e-9, 15),
    "Beta": (dist.Beta(number(2.0), number(3.0)), 1e-9, 1 - 1e-9),
    "Gumbel": (dist.Gumbel(number(0.1), number(0.5)), -2.5, 16),
    "ContinuousBernoulli": (dist.ContinuousBernoulli(number(0.3)), 0, 1),
    "HalfNormal": (dist.HalfNormal(number(1.0)), 0, 9),
    "LogNormal": (dist.LogNormal(number(0.1), number(0.3)), 1e-3, 9),
    "Cauchy": (dist.Cauchy(number(0.2), number(1.0)), -2000, 2000),
}
QS = [
    dist.Normal(number(-0.3), number(2.2)),
    dist.Uniform(number(-0.1), number(1.8)),
    dist.Laplace(number(1.2), number(1.7)),
    dist.Exponential(number(1.0)),
    dist.Gamma(number(1.5), number(2.0)),
    dist.Beta(number(1.5), number(2.0)),
    dist.Gumbel(number(-0.1), number(1.4)),
    dist.Pareto(number(0.04), number(2.5)),
    dist.ContinuousBernoulli(number(0.6)),
    dist.HalfNormal(number(2.0)),
    dist.LogNormal(number(0.4), number(0.5)),
    dist.Cauchy(number(0.5), number(2.0)),
]


class DivergenceTests(TorchCase):
    def test_continuous_pairs(self):
        count = 0
        for p, low, high in PS.values():
            # Near zero logarithms want a closer grid.
            u = torch.linspace(0, 1, 40001, dtype=torch.float64)
            x = low + (high - low) * (u**3 if low >= 0 else u)
            for q in QS:
                try:
                    found = kl_divergence(p, q).item()
                except NotImplementedError:
                    continue
                count += 1
                with self.subTest(f"{p} {q}"):
                    if not q.support.check(x).all():
                        self.assertEqual(found, math.inf)
                        continue
                    wanted = torch.trapezoid(p.log_prob(x).exp() * (p.log_prob(x) - q.log_prob(x)), x).item()
                    self.assertAlmostEqual(found, wanted, 2 if isinstance(p, dist.Cauchy) else 4)
        self.assertGreater(count, 50)

    def test_powers_of_pareto(self):
        p, q = dist.Pareto(number(2.0), number(3.0)), dist.Pareto(number(1.0), number(2.0))
        # With x = 2 exp(t / 3) the integral is one over t.
        t = torch.linspace(0, 40, 40001, dtype=torch.float64)
        x = 2 * (t / 3).exp()
        wanted = torch.trapezoid((-t).exp() * (p.log_prob(x) - q.log_prob(x)), t).item()
        self.assertAlmostEqual(kl_divergence(p, q).item(), wanted, 4)
        self.assertEqual(kl_divergence(q, p).item(), math.inf)
        self.assertEqual(kl_divergence(q, dist.Normal(number(0.0), number(1.0))).item(), math.inf)
        normal = dist.Normal(number(0.0), number(3.0))
        wanted = torch.trapezoid((-t).exp() * (p.log_prob(x) - normal.log_prob(x)), t).item()
        self.assertAlmostEqual(kl_divergence(p, normal).item(), wanted, 2)

    def test_discrete_pairs(self):
        x = torch.arange(300, dtype=torch.float64)
        for p, q, support in (
            (dist.Bernoulli(number(0.3)), dist.Bernoulli(number(0.8)), x[:2]),
            (dist.Bernoulli(number(0.3)), dist.Poisson(number(0.8)), x[:2]),
            (dist.Binomial(7, number(0.3)), dist.Binomial(7, number(0.8)), x[:8]),
            (dist.Geometric(number(0.3)), dist.Geometric(number(0.5)), x),
            (dist.Poisson(number(3.0)), dist.Poisson(number(5.0)), x[:60]),
            (dist.Categorical(number([0.2, 0.8])), dist.Categorical(number([0.5, 0.5])), x[:2]),
        ):
            wanted = (p.log_prob(support).exp() * (p.log_prob(support) - q.log_prob(support))).sum().item()
            self.assertAlmostEqual(kl_divergence(p, q).item(), wanted, 7)
        self.assert_close(kl_divergence(dist.Bernoulli(number([0.0, 1.0])), dist.Bernoulli(number([0.5, 0.5]))), [math.log(2)] * 2)
        impossible = kl_divergence(dist.Categorical(number([0.5, 0.5])), dist.Categorical(number([1.0, 0.0])))
        self.assertEqual(impossible.item(), math.inf)
        self.assertEqual(kl_divergence(dist.Poisson(number(1.0)), dist.Bernoulli(number(0.5))).item(), math.inf)
        self.assertEqual(kl_divergence(dist.Binomial(4, number(0.5)), dist.Binomial(3, number(0.5))).item(), math.inf)

    def test_vectors(self):
        a, b = number([[1.0, 0.3], [0.3, 0.5]]), number([[2.0, -0.4], [-0.4, 1.0]])
        mean = number([0.3, -0.2])
        p, q = dist.MultivariateNormal(mean, a), dist.MultivariateNormal(torch.zeros(2).double(), b)
        inverse = torch.linalg.inv(b)
        wanted = 0.5 * (torch.trace(inverse @ a) + mean @ inverse @ mean - 2 + torch.linalg.det(b).log() - torch.linalg.det(a).log())
        self.assertAlmostEqual(kl_divergence(p, q).item(), wanted.item(), 9)
        low = dist.LowRankMultivariateNormal(mean, number([[0.5], [0.2]]), number([1.0, 2.0]))
        self.assertAlmostEqual(kl_divergence(low, dist.MultivariateNormal(mean, low.covariance_matrix)).item(), 0.0, 9)
        batch = dist.Independent(dist.Normal(torch.zeros(3, 2), 1.0), 1)
        other = dist.Independent(dist.Normal(torch.ones(3, 2), 1.0), 1)
        self.assert_close(kl_divergence(batch, other), [1.0, 1.0, 1.0])
        # Of two parts Dirichlet distributions are beta ones.
        pair = kl_divergence(dist.Dirichlet(number([2.0, 3.0])), dist.Dirichlet(number([1.5, 0.7])))
        betas = kl_divergence(dist.Beta(number(2.0), number(3.0)), dist.Beta(number(1.5), number(0.7)))
        self.assertAlmostEqual(pair.item(), betas.item(), 9)

    def test_variational_loss(self):
        mean = torch.tensor([0.5, -1.0], requires_grad=True)
        kl_divergence(dist.Normal(mean, torch.ones(2)), dist.Normal(0.0, 1.0)).sum().backward()
        self.assert_close(mean.grad, [0.5, -1.0])

    def test_table(self):
        class Mine(dist.Normal):
            pass

        class Other(dist.Normal):
            pass

        self.assertAlmostEqual(kl_divergence(Mine(0.0, 1.0), Other(1.0, 1.0)).item(), 0.5, 6)

        @register_kl(Mine, dist.Normal)
        def of_mine(p, q):
            return "p"

        @register_kl(dist.Normal, Other)
        def of_other(p, q):
            return "q"

        self.assertEqual(kl_divergence(Mine(0.0, 1.0), Mine(0.0, 1.0)), "p")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            kl_divergence(Mine(0.0, 1.0), Other(0.0, 1.0))
        self.assertIn("Ambiguous kl_divergence(Mine, Other). Please register_kl(Mine, Other)", str(caught[0].message))
        text = "No KL(p || q) is implemented for p type Normal and q type Cauchy"
        self.assert_error(NotImplementedError, text, kl_divergence, dist.Normal(0.0, 1.0), dist.Cauchy(0.0, 1.0))
        self.assert_error(TypeError, "Expected type_p to be a Distribution subclass but got", register_kl, int, dist.Normal)

    def test_exponential_families(self):
        from torch.distributions.exp_family import ExponentialFamily
        from torch.distributions.kl import _KL_REGISTRY

        general = _KL_REGISTRY[ExponentialFamily, ExponentialFamily]
        for p, q in (
            (dist.Normal(number(0.3), number(1.2)), dist.Normal(number(0.0), number(2.0))),
            (dist.Gamma(number(2.0), number(1.2)), dist.Gamma(number(3.0), number(2.0))),
            (dist.Exponential(number(2.0)), dist.Exponential(number(0.4))),
            (dist.Poisson(number(2.0)), dist.Poisson(number(0.4))),
            (dist.Bernoulli(number(0.3)), dist.Bernoulli(number(0.6))),
        ):
            self.assertAlmostEqual(general(p, q).item(), kl_divergence(p, q).item(), 7)
        for p in (dist.Normal(number(0.3), number(1.2)), dist.Exponential(number(2.0)), dist.Gamma(number(2.0), number(1.2))):
            self.assertAlmostEqual(ExponentialFamily.entropy(p).item(), p.entropy().item(), 7)
