"""Draws of distributions: their moments, gradients and order; mixtures, relaxed draws, gradients of densities.

Read next: `test_torch_random`.
"""

import math

import torch
import torch.distributions as dist
from torch.autograd import gradcheck
from torch_case import TorchCase


def number(value, requires_grad=False):
    return torch.tensor(value, dtype=torch.float64, requires_grad=requires_grad)


#: Makers of distributions from two positive numbers, or from one.
WITH_GRADIENTS = {
    "Normal": (dist.Normal, 0.4, 1.3),
    "LogNormal": (dist.LogNormal, 0.4, 0.6),
    "Uniform": (dist.Uniform, 0.1, 2.3),
    "Laplace": (dist.Laplace, 0.3, 0.8),
    "Cauchy": (dist.Cauchy, 0.3, 0.8),
    "Exponential": (dist.Exponential, 1.4),
    "Gumbel": (dist.Gumbel, 0.3, 0.8),
    "Weibull": (dist.Weibull, 1.3, 2.1),
    "Pareto": (dist.Pareto, 1.3, 2.1),
    "Kumaraswamy": (dist.Kumaraswamy, 1.3, 2.1),
    "HalfNormal": (dist.HalfNormal, 1.3),
    "HalfCauchy": (dist.HalfCauchy, 1.3),
    "ContinuousBernoulli": (dist.ContinuousBernoulli, 0.3),
}
IMPLICIT = {
    "Gamma": (dist.Gamma, 1.7, 0.6),
    "Beta": (dist.Beta, 1.7, 2.6),
    "Chi2": (dist.Chi2, 3.0),
    "InverseGamma": (dist.InverseGamma, 6.0, 2.0),
    "StudentT": (dist.StudentT, 7.0, 0.3, 1.2),
    "FisherSnedecor": (dist.FisherSnedecor, 6.0, 12.0),
}


class GradientTests(TorchCase):
    def test_draws_by_formula(self):
        for name, (maker, *parameters) in WITH_GRADIENTS.items():

            def draw(*given):
                torch.manual_seed(4)
                return maker(*given).rsample((3,))

            with self.subTest(name):
                self.assertTrue(gradcheck(draw, [number(value, True) for value in parameters]))

    def test_draws_by_implicit_gradients_move_the_mean(self):
        for name, (maker, *parameters) in IMPLICIT.items():
            with self.subTest(name):
                given = [number(value, True) for value in parameters]
                made = maker(*given)
                drawn = made.rsample((40000,))
                found = torch.autograd.grad(drawn.mean(), given, retain_graph=True, allow_unused=True)
                wanted = torch.autograd.grad(made.mean, given, allow_unused=True)
                for gradient, want in zip(found, wanted):
                    want = 0.0 if want is None else want.item()
                    self.assertAlmostEqual(gradient.item(), want, delta=0.06 + 0.06 * abs(want))

    def test_densities(self):
        for name, (maker, *parameters) in {**WITH_GRADIENTS, **IMPLICIT}.items():
            with self.subTest(name):
                x = number(1.7 if name in ("Pareto", "Uniform") else 0.4, True)
                given = [number(value, True) for value in parameters]
                self.assertTrue(gradcheck(lambda x, *given: maker(*given).log_prob(x), [x, *given]))
        probs = number([0.2, 0.5, 0.3], True)
        self.assertTrue(gradcheck(lambda p: dist.Categorical(p).log_prob(torch.tensor([0, 2])), [probs]))
        self.assertTrue(gradcheck(lambda p: dist.Dirichlet(p).log_prob(number([0.3, 0.3, 0.4])), [probs]))
        self.assertTrue(gradcheck(lambda p: dist.Binomial(4, p).log_prob(number(3.0)), [number(0.3, True)]))
        self.assertTrue(gradcheck(lambda r: dist.Poisson(r).log_prob(number(3.0)), [number(2.0, True)]))
        factor = number([[1.2, 0.0], [0.3, 0.7]], True)
        mean = number([0.1, 0.2], True)

        def vectors(mean, factor):
            torch.manual_seed(2)
            made = dist.MultivariateNormal(mean, scale_tril=factor.tril())
            return made.log_prob(number([0.4, 1.0])), made.rsample((2,)), made.entropy()

        self.assertTrue(gradcheck(vectors, [mean, factor]))

    def test_policy_gradients(self):
        logits = torch.zeros(3, dtype=torch.float64, requires_grad=True)
        policy = dist.Categorical(logits=logits)
        (-policy.log_prob(torch.tensor(1)) * 2.0).backward()
        self.assert_close(logits.grad, [2 / 3, -4 / 3, 2 / 3])
        self.assertFalse(dist.Normal(number(0.0, True), 1.0).sample().requires_grad)

    def test_straight_through(self):
        logits = number([0.3, 0.9, -0.2], True)
        drawn = dist.OneHotCategoricalStraightThrough(logits=logits).rsample()
        self.assertEqual(sorted(drawn.tolist()), [0.0, 0.0, 1.0])
        weights = number([1.0, 2.0, 5.0])
        (drawn * weights).sum().backward()
        probs = logits.detach().softmax(0)
        self.assert_close(logits.grad, (probs * (weights - (probs * weights).sum())).tolist())


class MomentTests(TorchCase):
    def test_means_and_variances(self):
        cases = {**WITH_GRADIENTS, **IMPLICIT}
        for name in ("Cauchy", "HalfCauchy", "Pareto"):
            del cases[name]
        made = {name: maker(*[number(value) for value in values]) for name, (maker, *values) in cases.items()}
        made["Binomial"] = dist.Binomial(30, number([0.2, 0.7]))
        made["NegativeBinomial"] = dist.NegativeBinomial(5.0, number(0.4))
        made["Geometric"] = dist.Geometric(number(0.3))
        made["Poisson"] = dist.Poisson(number([2.0, 25.0]))
        made["Bernoulli"] = dist.Bernoulli(number([0.2, 0.7]))
        made["Multinomial"] = dist.Multinomial(7, number([0.2, 0.3, 0.5]))
        made["Dirichlet"] = dist.Dirichlet(number([0.5, 2.0, 3.0]))
        made["OneHotCategorical"] = dist.OneHotCategorical(number([0.2, 0.3, 0.5]))
        made["LowRank"] = dist.LowRankMultivariateNormal(number([0.0, 1.0]), number([[1.0], [0.5]]), number([0.3, 0.6]))
        made["Mixture"] = dist.MixtureSameFamily(
            dist.Categorical(number([0.3, 0.7])), dist.Normal(number([-2.0, 1.0]), number([0.5, 1.0]))
        )
        made["Wishart"] = dist.Wishart(number(6.0), covariance_matrix=number([[1.0, 0.3], [0.3, 0.5]]))
        for name, one in made.items():
            with self.subTest(name):
                drawn = one.sample((20000,))
                error = (drawn.mean(0) - one.mean).abs() / (one.stddev / math.sqrt(20000))
                self.assertLess(error.max().item(), 5)
                ratio = drawn.var(0) / one.variance
                self.assertLess((ratio - 1).abs().max().item(), 0.2)

    def test_angles(self):
        made = dist.VonMises(number(0.7), number(3.0))
        drawn = made.sample((20000,))
        self.assertLessEqual(drawn.abs().max().item(), math.pi)
        self.assertAlmostEqual(torch.atan2(drawn.sin().mean(), drawn.cos().mean()).item(), 0.7, delta=0.02)
        length = (drawn - 0.7).cos().mean().item()
        self.assertAlmostEqual(1 - length, made.variance.item(), delta=0.01)
        strange = dist.VonMises(number(0.0), number([math.nan, math.inf, 1.0]), validate_args=False).sample()
        self.assert_tensor(strange.isnan(), [True, True, False])

    def test_correlations(self):
        factors = dist.LKJCholesky(3, number(2.0)).sample((20000,))
        correlations = factors @ factors.mT
        self.assert_close(correlations.diagonal(dim1=-2, dim2=-1)[:3], [[1, 1, 1]] * 3)
        # A correlation of three rows is twice a beta number of concentration + 1/2, less 1.
        self.assertAlmostEqual(correlations[:, 1, 0].mean().item(), 0.0, delta=0.02)
        self.assertAlmostEqual(correlations[:, 2, 0].var().item(), 1 / (2 * 2.0 + 2), delta=0.01)

    def test_relaxed_draws(self):
        hard = dist.RelaxedBernoulli(number(1e-3), number(0.3)).sample((5000,))
        self.assertAlmostEqual((hard > 0.5).double().mean().item(), 0.3, delta=0.03)
        soft = dist.RelaxedOneHotCategorical(number(0.5), number([0.2, 0.8]))
        drawn = soft.rsample((5000,))
        self.assert_close(drawn.sum(-1)[:3], [1, 1, 1])
        self.assertAlmostEqual((drawn[:, 1] > drawn[:, 0]).double().mean().item(), 0.8, delta=0.03)


class OrderTests(TorchCase):
    """Which draws of the generator a distribution takes, as PyTorch takes them."""

    def check(self, distribution, draw, shape=(20,)):
        torch.manual_seed(8)
        found = distribution.sample(shape)
        torch.manual_seed(8)
        self.assert_close(found, draw().tolist())
        # What is drawn next shows that no more was taken.
        after = torch.rand(1)
        torch.manual_seed(8)
        distribution.sample(shape)
        self.assertEqual(after.item(), torch.rand(1).item())

    def test_order(self):
        self.check(dist.Normal(1.0, 2.0), lambda: torch.randn(20) * 2 + 1)
        self.check(dist.Uniform(1.0, 3.0), lambda: torch.rand(20) * 2 + 1)
        self.check(dist.Exponential(2.0), lambda: torch.empty(20).exponential_() / 2)
        self.check(dist.Bernoulli(0.3), lambda: torch.bernoulli(torch.full((20,), 0.3)))
        probs = torch.tensor([0.1, 0.2, 0.7])
        self.check(dist.Categorical(probs), lambda: torch.multinomial(probs, 20, True))
        self.check(dist.Poisson(4.0), lambda: torch.poisson(torch.full((20,), 4.0)))
        self.check(dist.Binomial(9, torch.tensor(0.4)), lambda: torch.binomial(torch.full((20,), 9.0), torch.full((20,), 0.4)))
        self.check(dist.Gamma(2.0, 3.0), lambda: torch._standard_gamma(torch.full((20,), 2.0)) / 3)
        self.check(dist.Cauchy(1.0, 2.0), lambda: torch.empty(20).cauchy_() * 2 + 1)
        self.check(dist.MultivariateNormal(torch.zeros(2), torch.eye(2)), lambda: torch.randn(20, 2))
