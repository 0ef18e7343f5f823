"""Distributions: densities, entropies, moments and quantiles against formulas and numerical integration; draws against both.

Read next: `test_torch_distribution_draws`, `test_torch_distribution_transforms`, `test_torch_kl`.
"""

import math

import torch
import torch.distributions as dist
from torch_case import TorchCase


def number(value):
    return torch.tensor(value, dtype=torch.float64)


def integral(function, low, high, count=20001):
    """By Simpson's rule."""
    x = torch.linspace(low, high, count, dtype=torch.float64)
    weights = torch.full((count,), 2.0, dtype=torch.float64)
    weights[1::2] = 4.0
    weights[0] = weights[-1] = 1.0
    return ((function(x) * weights).sum() * (high - low) / (count - 1) / 3).item()


#: Distributions of one number, each with bounds beyond which there is next to nothing.
CONTINUOUS = {
    "Normal": (dist.Normal(number(0.3), number(1.2)), -15, 15),
    "LogNormal": (dist.LogNormal(number(0.1), number(0.4)), 1e-9, 30),
    "Uniform": (dist.Uniform(number(-1.0), number(3.0)), -1, 3 - 1e-12),
    "Laplace": (dist.Laplace(number(0.0), number(0.7)), -25, 25),
    "Exponential": (dist.Exponential(number(1.5)), 0, 25),
    "Gamma": (dist.Gamma(number(2.5), number(1.4)), 1e-9, 40),
    "Chi2": (dist.Chi2(number(5.0)), 1e-9, 90),
    "InverseGamma": (dist.InverseGamma(number(9.0), number(2.0)), 1e-4, 30),
    "Beta": (dist.Beta(number(2.5), number(3.5)), 1e-9, 1 - 1e-9),
    "Kumaraswamy": (dist.Kumaraswamy(number(2.0), number(3.0)), 1e-9, 1 - 1e-9),
    "ContinuousBernoulli": (dist.ContinuousBernoulli(number(0.3)), 0, 1),
    "StudentT": (dist.StudentT(number(30.0), number(0.5), number(2.0)), -60, 60),
    "FisherSnedecor": (dist.FisherSnedecor(number(7.0), number(40.0)), 1e-9, 60),
    "HalfNormal": (dist.HalfNormal(number(1.3)), 0, 15),
    "Gumbel": (dist.Gumbel(number(0.2), number(0.8)), -8, 35),
    "Weibull": (dist.Weibull(number(1.3), number(2.2)), 1e-9, 20),
    "GeneralizedPareto": (dist.GeneralizedPareto(number(0.5), number(1.2), number(-0.2)), 0.5, 6.5 - 1e-9),
    "VonMises": (dist.VonMises(number(0.4), number(2.3)), -math.pi, math.pi),
    "RelaxedBernoulli": (dist.RelaxedBernoulli(number(2.0), number(0.6)), 1e-7, 1 - 1e-7),
}


class DensityTests(TorchCase):
    def test_densities_have_the_integral_1_and_the_moments(self):
        for name, (made, low, high) in CONTINUOUS.items():
            with self.subTest(name):
                self.assertAlmostEqual(integral(lambda x: made.log_prob(x).exp(), low, high), 1.0, 5)
                if name in ("VonMises", "RelaxedBernoulli"):
                    continue
                mean = integral(lambda x: x * made.log_prob(x).exp(), low, high)
                self.assertAlmostEqual(made.mean.item(), mean, 4)
                square = integral(lambda x: (x - mean) ** 2 * made.log_prob(x).exp(), low, high)
                self.assertAlmostEqual(made.variance.item(), square, 3)
                self.assertAlmostEqual(made.stddev.item(), math.sqrt(square), 3)

    def test_entropies(self):
        for name, (made, low, high) in CONTINUOUS.items():
            if name in ("FisherSnedecor", "VonMises", "RelaxedBernoulli"):
                continue

            def term(x):
                logarithm = made.log_prob(x)
                return torch.where(logarithm > -700, -logarithm.exp() * logarithm, 0.0)

            with self.subTest(name):
                self.assertAlmostEqual(made.entropy().item(), integral(term, low, high), 4)

    def test_distribution_functions_and_their_inverses(self):
        for name, (made, low, high) in CONTINUOUS.items():
            if name in ("Beta", "StudentT", "FisherSnedecor", "VonMises", "RelaxedBernoulli"):
                continue
            with self.subTest(name):
                middle = made.mean.item()
                below = integral(lambda x: made.log_prob(x).exp(), low, middle)
                self.assertAlmostEqual(made.cdf(number(middle)).item(), below, 5)
                if name not in ("Gamma", "Chi2", "InverseGamma"):
                    self.assertAlmostEqual(made.icdf(number(below)).item(), middle, 4)

    def test_known_values(self):
        normal = dist.Normal(0.0, 1.0)
        self.assertAlmostEqual(normal.log_prob(torch.tensor(0.0)).item(), -0.9189385, 6)
        self.assertAlmostEqual(normal.cdf(torch.tensor(1.96)).item(), 0.5 * (1 + math.erf(1.96 / math.sqrt(2))), 6)
        cauchy = dist.Cauchy(number(1.0), number(2.0))
        self.assertAlmostEqual(cauchy.log_prob(number(3.0)).exp().item(), 1 / (4 * math.pi), 9)
        self.assertAlmostEqual(cauchy.cdf(number(3.0)).item(), 0.75, 9)
        self.assertTrue(cauchy.mean.isnan() and cauchy.variance.isinf())
        self.assertAlmostEqual(dist.HalfCauchy(number(2.0)).cdf(number(2.0)).item(), 0.5, 9)
        pareto = dist.Pareto(number(2.0), number(3.0))
        self.assertAlmostEqual(pareto.log_prob(number(4.0)).exp().item(), 3 * 8 / 4**4, 9)
        self.assertAlmostEqual(pareto.mean.item(), 3.0, 9)
        self.assertAlmostEqual(pareto.entropy().item(), math.log(2 / 3) + 1 + 1 / 3, 9)
        self.assertAlmostEqual(dist.Dirichlet(number([1.0, 1.0, 1.0])).entropy().item(), -math.log(2), 9)

    def test_matrices(self):
        covariance = number([[2.0, 0.6], [0.6, 1.0]])
        mean, x = number([1.0, -1.0]), number([0.3, 0.2])
        z, determinant = (x - mean).tolist(), 2 * 1 - 0.36
        square = (1.0 * z[0] ** 2 - 2 * 0.6 * z[0] * z[1] + 2.0 * z[1] ** 2) / determinant
        wanted = -0.5 * square - math.log(2 * math.pi) - 0.5 * math.log(determinant)
        for given in (
            {"covariance_matrix": covariance},
            {"precision_matrix": torch.linalg.inv(covariance)},
            {"scale_tril": torch.linalg.cholesky(covariance)},
        ):
            made = dist.MultivariateNormal(mean, **given)
            self.assertAlmostEqual(made.log_prob(x).item(), wanted, 9)
            self.assert_close(made.covariance_matrix, covariance.tolist())
            self.assert_close(made.precision_matrix @ covariance, [[1, 0], [0, 1]])
            self.assert_close(made.variance, [2.0, 1.0])
            self.assertAlmostEqual(made.entropy().item(), 1 + math.log(2 * math.pi) + 0.5 * math.log(determinant), 9)
        factor, diagonal = number([[0.5], [1.0], [-0.3]]), number([1.0, 0.5, 2.0])
        low_rank = dist.LowRankMultivariateNormal(torch.zeros(3).double(), factor, diagonal)
        whole = dist.MultivariateNormal(torch.zeros(3).double(), factor @ factor.T + diagonal.diag())
        y = number([[0.1, -0.4, 1.0], [2.0, 1.0, 0.0]])
        self.assert_close(low_rank.log_prob(y), whole.log_prob(y).tolist(), 9)
        self.assertAlmostEqual(low_rank.entropy().item(), whole.entropy().item(), 9)
        self.assert_close(low_rank.precision_matrix, whole.precision_matrix.tolist(), 9)
        # Of one row a Wishart distribution is a gamma one.
        wishart = dist.Wishart(number(5.0), covariance_matrix=number([[2.0]]))
        gamma = dist.Gamma(number(2.5), number(0.25))
        self.assertAlmostEqual(wishart.log_prob(number([[3.0]])).item(), gamma.log_prob(number(3.0)).item(), 9)
        self.assertAlmostEqual(wishart.entropy().item(), gamma.entropy().item(), 9)
        # Of two rows the correlation has a density proportional to (1 - r^2)^(concentration - 1).
        lkj = dist.LKJCholesky(2, number(1.5))
        r = 0.4
        factor = number([[1.0, 0.0], [r, math.sqrt(1 - r * r)]])
        normalizer = integral(lambda r: (1 - r * r).clamp(min=0) ** 0.5, -1, 1)
        self.assertAlmostEqual(lkj.log_prob(factor).exp().item(), (1 - r * r) ** 0.5 / normalizer, 3)


class DiscreteTests(TorchCase):
    def test_probabilities_sum_to_1_with_the_moments(self):
        values = torch.arange(400, dtype=torch.float64)
        cases = {
            "Bernoulli": (dist.Bernoulli(number(0.3)), values[:2]),
            "Binomial": (dist.Binomial(10, number(0.3)), values[:11]),
            "Geometric": (dist.Geometric(number(0.2)), values),
            "Poisson": (dist.Poisson(number(6.5)), values[:60]),
            "NegativeBinomial": (dist.NegativeBinomial(4.0, number(0.45)), values),
        }
        for name, (made, x) in cases.items():
            with self.subTest(name):
                weights = made.log_prob(x).exp()
                self.assertAlmostEqual(weights.sum().item(), 1.0, 9)
                mean = (weights * x).sum().item()
                self.assertAlmostEqual(made.mean.item(), mean, 7)
                self.assertAlmostEqual(made.variance.item(), (weights * (x - mean) ** 2).sum().item(), 6)
                self.assertEqual(made.mode.item(), x[weights.argmax()].item())
                if name not in ("Poisson", "NegativeBinomial"):
                    entropy = -(weights * made.log_prob(x)).nan_to_num().sum().item()
                    self.assertAlmostEqual(made.entropy().item(), entropy, 6)

    def test_categories(self):
        made = dist.Categorical(number([1.0, 2.0, 1.0]))
        self.assert_close(made.probs, [0.25, 0.5, 0.25])
        self.assert_close(made.log_prob(torch.tensor([1, 0])).exp(), [0.5, 0.25])
        self.assertAlmostEqual(made.entropy().item(), 1.5 * math.log(2), 9)
        self.assertAlmostEqual(made.perplexity().item(), 2**1.5, 9)
        self.assert_tensor(made.enumerate_support(), [0, 1, 2], torch.int64)
        by_logits = dist.Categorical(logits=number([[0.0, math.log(3.0)], [5.0, 5.0]]))
        self.assert_close(by_logits.probs, [[0.25, 0.75], [0.5, 0.5]])
        self.assertEqual((by_logits.batch_shape, by_logits.mode.tolist()), ((2,), [1, 0]))
        hot = dist.OneHotCategorical(number([0.2, 0.8]))
        self.assert_close(hot.log_prob(number([0.0, 1.0])).exp(), [0.8])
        self.assert_close(hot.enumerate_support(), [[1, 0], [0, 1]])

    def test_multinomials(self):
        made = dist.Multinomial(4, number([0.2, 0.3, 0.5]))
        ways = math.factorial(4) / (1 * 1 * 2)
        self.assertAlmostEqual(made.log_prob(number([1.0, 1.0, 2.0])).exp().item(), ways * 0.2 * 0.3 * 0.25, 9)
        self.assert_close(made.mean, [0.8, 1.2, 2.0])
        every = [(a, b, 4 - a - b) for a in range(5) for b in range(5 - a)]
        logarithms = made.log_prob(number(every).double())
        self.assertAlmostEqual(logarithms.exp().sum().item(), 1.0, 9)
        self.assertAlmostEqual(made.entropy().item(), -(logarithms.exp() * logarithms).sum().item(), 9)


class SurfaceTests(TorchCase):
    def test_shapes(self):
        made = dist.Normal(torch.zeros(3, 1), torch.ones(2))
        self.assertEqual((made.batch_shape, made.event_shape), ((3, 2), ()))
        self.assertEqual(made.sample((5,)).shape, (5, 3, 2))
        self.assertEqual(made.expand((4, 3, 2)).log_prob(torch.zeros(2)).shape, (4, 3, 2))
        self.assertEqual(dist.Normal(0, 1).sample().dtype, torch.float32)
        apart = dist.Independent(made, 1)
        self.assertEqual((apart.batch_shape, apart.event_shape, apart.log_prob(torch.zeros(3, 2)).shape), ((3,), (2,), (3,)))
        self.assertEqual(apart.entropy().shape, (3,))
        self.assertEqual(dist.Dirichlet(torch.ones(4, 3)).expand((2, 4)).sample((6,)).shape, (6, 2, 4, 3))

    def test_every_distribution_expands_and_draws(self):
        vectors = [
            dist.Dirichlet(torch.ones(3)),
            dist.MultivariateNormal(torch.zeros(2), torch.eye(2)),
            dist.LowRankMultivariateNormal(torch.zeros(3), torch.ones(3, 1), torch.ones(3)),
            dist.LKJCholesky(3),
            dist.Wishart(torch.tensor(4.0), torch.eye(2)),
            dist.LogisticNormal(torch.zeros(2), torch.ones(2)),
            dist.RelaxedOneHotCategorical(torch.tensor(0.5), torch.tensor([0.4, 0.6])),
            dist.OneHotCategoricalStraightThrough(torch.tensor([0.4, 0.6])),
            dist.Multinomial(3, torch.tensor([0.4, 0.6])),
            dist.MixtureSameFamily(dist.Categorical(torch.ones(2)), dist.Normal(torch.zeros(2), 1.0)),
            dist.HalfCauchy(1.0),
        ]
        for made in [*(made for made, _, _ in CONTINUOUS.values()), *vectors]:
            with self.subTest(type(made).__name__):
                wide = made.expand((4, 2))
                self.assertIs(type(wide), type(made))
                drawn = wide.sample((3,))
                self.assertEqual(drawn.shape, (3, 4, 2) + made.event_shape)
                self.assertTrue(bool(made.support.check(drawn).all()))
                self.assertEqual(wide.log_prob(drawn).shape, (3, 4, 2))
                self.assertTrue(bool(wide.log_prob(drawn).isfinite().all()))

    def test_printing(self):
        self.assertEqual(repr(dist.Normal(0.0, 1.0)), "Normal(loc: 0.0, scale: 1.0)")
        self.assertEqual(repr(dist.Normal(torch.zeros(3), 1.0)), "Normal(loc: torch.Size([3]), scale: torch.Size([3]))")
        self.assertEqual(
            repr(dist.Independent(dist.Normal(torch.zeros(3), 1.0), 1)),
            "Independent(Normal(loc: torch.Size([3]), scale: torch.Size([3])), 1)",
        )
        self.assertEqual(repr(dist.constraints.interval(0.0, 1.0)), "Interval(lower_bound=0.0, upper_bound=1.0)")
        self.assertEqual(repr(dist.constraints.real_vector), "IndependentConstraint(Real(), 1)")

    def test_errors(self):
        text = (
            "Expected parameter scale (Tensor of shape ()) of distribution Normal(loc: 0.0, scale: -1.0) to satisfy the "
            "constraint GreaterThan(lower_bound=0.0), but found invalid values:\n-1.0"
        )
        self.assert_error(ValueError, text, dist.Normal, 0.0, -1.0)
        dist.Normal(0.0, -1.0, validate_args=False)
        made = dist.Exponential(torch.ones(2))
        text = (
            "Expected value argument (Tensor of shape (2,)) to be within the support (GreaterThanEq(lower_bound=0.0)) of "
            "the distribution Exponential(rate: torch.Size([2])), but found invalid values:\ntensor([-1.,  1.])"
        )
        self.assert_error(ValueError, text, made.log_prob, torch.tensor([-1.0, 1.0]))
        self.assert_error(ValueError, "The value argument to log_prob must be a Tensor", made.log_prob, 1.0)
        text = "Value is not broadcastable with batch_shape+event_shape: torch.Size([3]) vs torch.Size([2])."
        self.assert_error(ValueError, text, made.log_prob, torch.ones(3))
        text = "The right-most size of value must match event_shape: torch.Size([4]) vs torch.Size([3])."
        self.assert_error(ValueError, text, dist.Dirichlet(torch.ones(3)).log_prob, torch.ones(4) / 4)
        text = "Either `probs` or `logits` must be specified, but not both."
        for family in (dist.Bernoulli, dist.Categorical, dist.Binomial, dist.Geometric):
            self.assert_error(ValueError, text, family)
        self.assert_error(ValueError, "`probs` parameter must be at least one-dimensional.", dist.Categorical, torch.tensor(1.0))
        self.assert_error(ValueError, "Input arguments must all be instances of", dist.Normal, "a", 1.0)
        self.assertRaises(NotImplementedError, lambda: dist.Poisson(1.0).rsample())
        self.assertRaises(NotImplementedError, lambda: dist.LogisticNormal(torch.zeros(2), torch.ones(2)).mean)

        class Shifted(dist.Normal):
            def __init__(self, shift):
                super().__init__(shift, 1.0)

        text = "Subclass Shifted of Normal that defines a custom __init__ method must also define a custom .expand() method."
        self.assert_error(NotImplementedError, text, Shifted(1.0).expand, (2,))
