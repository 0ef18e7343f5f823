"""Transforms: their inverses and how much they stretch, against autograd; constraints; transformed distributions.

Read next: `test_torch_distributions`.
"""

import math

import torch
import torch.distributions as dist
from torch.distributions import biject_to, constraints, transform_to, transforms
from torch_case import TorchCase


def number(value):
    return torch.tensor(value, dtype=torch.float64)


class TransformTests(TorchCase):
    def test_inverses_and_stretching(self):
        x = torch.linspace(-1.3, 1.4, 6, dtype=torch.float64)
        positive = x.exp()
        of_numbers = [
            (transforms.ExpTransform(), x),
            (transforms.SigmoidTransform(), x),
            (transforms.TanhTransform(), x),
            (transforms.SoftplusTransform(), x),
            (transforms.AffineTransform(1.0, -2.0), x),
            (transforms.AffineTransform(number(1.0), number(3.0)), x),
            (transforms.PowerTransform(number(-1.5)), positive),
            (transforms.ExpTransform().inv, positive),
            (transforms.ComposeTransform([transforms.AffineTransform(0.5, 2.0), transforms.TanhTransform()]), x),
            (transforms.CumulativeDistributionTransform(dist.Normal(number(0.0), number(1.0))), x),
        ]
        for transform, points in of_numbers:
            with self.subTest(repr(transform)):
                points = points.clone().requires_grad_()
                y = transform(points)
                self.assert_close(transform.inv(y), points.tolist(), 8)
                (slope,) = torch.autograd.grad(y.sum(), points)
                self.assert_close(transform.log_abs_det_jacobian(points, y), slope.abs().log().tolist(), 8)
                self.assertTrue(bool(transform.codomain.check(y).all()))
                self.assertTrue(bool((slope.sign() == transform.sign).all()))

    def test_vectors_and_matrices(self):
        x = number([0.3, -0.8, 0.5])
        for transform, kept in (
            (transforms.StickBreakingTransform(), lambda y: y[..., :-1]),
            (transforms.CorrCholeskyTransform(), lambda y: y[[1, 2, 2], [0, 0, 1]]),
        ):
            y = transform(x)
            self.assertTrue(bool(transform.codomain.check(y).all()))
            self.assert_close(transform.inv(y), x.tolist(), 8)
            self.assertEqual(transform.forward_shape((5, 3)), (5,) + tuple(y.shape))
            slopes = torch.autograd.functional.jacobian(lambda x: kept(transform(x)), x)
            self.assertAlmostEqual(transform.log_abs_det_jacobian(x, y).item(), torch.linalg.det(slopes).abs().log().item(), 8)
        self.assert_close(transforms.SoftmaxTransform()(x), x.softmax(-1).tolist())
        square = number([[0.2, 5.0], [-1.0, 0.4]])
        lower = transforms.LowerCholeskyTransform()(square)
        self.assert_close(lower, [[math.exp(0.2), 0.0], [-1.0, math.exp(0.4)]])
        self.assert_close(transforms.PositiveDefiniteTransform()(square), (lower @ lower.T).tolist())
        self.assert_close(transforms.PositiveDefiniteTransform().inv(lower @ lower.T), [[0.2, 0.0], [-1.0, 0.4]])

    def test_joined_and_reshaped(self):
        x = number([[0.1, 0.2, 0.3]])
        parts = [transforms.ExpTransform(), transforms.AffineTransform(1.0, 2.0)]
        cat = transforms.CatTransform(parts, dim=-1, lengths=[1, 2])
        self.assert_close(cat(x), [[math.exp(0.1), 1.4, 1.6]])
        self.assert_close(cat.inv(cat(x)), x.tolist())
        self.assert_close(cat.log_abs_det_jacobian(x, cat(x)), [[0.1, math.log(2), math.log(2)]])
        stack = transforms.StackTransform(parts, dim=-1)
        self.assert_close(stack(x[:, :2]), [[math.exp(0.1), 1.4]])
        reshape = transforms.ReshapeTransform((4,), (2, 2))
        self.assertEqual(reshape(torch.zeros(3, 4)).shape, (3, 2, 2))
        self.assertEqual(reshape.inv(torch.zeros(3, 2, 2)).shape, (3, 4))
        summed = transforms.IndependentTransform(transforms.ExpTransform(), 1)
        self.assert_close(summed.log_abs_det_jacobian(x, x.exp()), [0.6])

    def test_caches_and_equality(self):
        cached = transforms.TanhTransform(cache_size=1)
        x = number(30.0)
        y = cached(x)
        # Without the cache all digits of x would be lost.
        self.assertIs(cached.inv(y), x)
        self.assertEqual(transforms.ExpTransform(), transforms.ExpTransform())
        self.assertNotEqual(transforms.ExpTransform(), transforms.ExpTransform().inv)
        self.assertEqual(transforms.AffineTransform(0.0, 1.0), transforms.AffineTransform(0.0, 1.0))
        self.assertIs(transforms.ExpTransform().with_cache(0).__class__, transforms.ExpTransform)
        self.assert_error(ValueError, "cache_size must be 0 or 1", transforms.ExpTransform, 2)


class ConstraintTests(TorchCase):
    def test_checks(self):
        values = torch.tensor([-1.0, 0.0, 0.5, 1.0, 2.0, math.nan])
        for constraint, wanted in (
            (constraints.real, [True] * 5 + [False]),
            (constraints.positive, [False, False, True, True, True, False]),
            (constraints.nonnegative, [False, True, True, True, True, False]),
            (constraints.unit_interval, [False, True, True, True, False, False]),
            (constraints.half_open_interval(0.0, 1.0), [False, True, True, False, False, False]),
            (constraints.boolean, [False, True, False, True, False, False]),
            (constraints.nonnegative_integer, [False, True, False, True, True, False]),
            (constraints.less_than(0.5), [True, True, False, False, False, False]),
        ):
            self.assert_tensor(constraint.check(values), wanted)
        self.assert_tensor(constraints.simplex.check(torch.tensor([[0.5, 0.5], [0.7, 0.7]])), [True, False])
        self.assert_tensor(constraints.one_hot.check(torch.tensor([[1.0, 0.0], [1.0, 1.0]])), [True, False])
        matrices = torch.tensor([[[2.0, 0.5], [0.5, 1.0]], [[1.0, 2.0], [2.0, 1.0]]])
        self.assert_tensor(constraints.positive_definite.check(matrices), [True, False])
        self.assert_tensor(constraints.lower_cholesky.check(matrices.tril()), [True, True])
        self.assert_tensor(constraints.symmetric.check(matrices), [True, True])
        self.assert_error(ValueError, "Cannot determine validity", constraints.dependent.check, values)
        self.assertTrue(constraints.is_dependent(dist.Uniform.support))

    def test_registry(self):
        x = number([0.4, -1.2, 0.1])
        for constraint in (
            constraints.real,
            constraints.positive,
            constraints.greater_than(2.0),
            constraints.less_than(-1.0),
            constraints.interval(-2.0, 5.0),
            constraints.unit_interval,
            constraints.simplex,
            constraints.corr_cholesky,
            constraints.independent(constraints.positive, 1),
        ):
            for registry in (biject_to, transform_to):
                transform = registry(constraint)
                self.assertTrue(bool(constraint.check(transform(x)).all()), repr(constraint))
            self.assert_close(biject_to(constraint).inv(biject_to(constraint)(x)), x.tolist(), 6)
        square = number([[0.2, 5.0], [-1.0, 0.4]])
        for constraint in (constraints.lower_cholesky, constraints.positive_definite):
            self.assertTrue(bool(constraint.check(transform_to(constraint)(square)).all()))
        self.assert_error(NotImplementedError, "Cannot transform _Boolean constraints", biject_to, constraints.boolean)


class TransformedTests(TorchCase):
    def test_known_distributions(self):
        normal = dist.Normal(number(0.2), number(0.7))
        made = dist.TransformedDistribution(normal, [transforms.ExpTransform()])
        same = dist.LogNormal(number(0.2), number(0.7))
        x = number([0.3, 1.0, 4.0])
        self.assert_close(made.log_prob(x), same.log_prob(x).tolist(), 9)
        self.assert_close(made.cdf(x), normal.cdf(x.log()).tolist(), 9)
        self.assert_close(made.icdf(made.cdf(x)), x.tolist(), 6)
        # A falling transform turns quantiles round.
        fall = dist.TransformedDistribution(normal, [transforms.AffineTransform(1.0, -2.0)])
        wanted = dist.Normal(number(0.6), number(1.4))
        self.assert_close(fall.log_prob(x), wanted.log_prob(x).tolist(), 9)
        self.assert_close(fall.cdf(x), wanted.cdf(x).tolist(), 9)
        self.assert_close(fall.icdf(number([0.2, 0.9])), wanted.icdf(number([0.2, 0.9])).tolist(), 9)

    def test_events_of_transforms(self):
        base = dist.Normal(torch.zeros(5, 3).double(), 1.0)
        made = dist.TransformedDistribution(base, transforms.StickBreakingTransform())
        self.assertEqual((made.batch_shape, made.event_shape), ((5,), (4,)))
        drawn = made.rsample((2,))
        self.assertEqual((drawn.shape, made.log_prob(drawn).shape), ((2, 5, 4), (2, 5)))
        self.assertEqual(made.expand((6, 5)).sample().shape, (6, 5, 4))
        wide = dist.TransformedDistribution(dist.Normal(0.0, 1.0), transforms.AffineTransform(torch.zeros(3), torch.ones(3)))
        self.assertEqual(wide.sample((2,)).shape, (2, 3))
        self.assert_error(ValueError, "transforms must be a Transform or list, but was 3", dist.TransformedDistribution, base, 3)
