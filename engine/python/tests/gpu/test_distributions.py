"""Distributions with parameters on the GPU: draws there, densities and divergences as on the CPU.

Read next: `test_torch_distributions`.
"""

import warnings

import torch
import torch.distributions as dist
from gpu_case import GpuCase


def both(maker, *parameters):
    """A distribution on the CPU, and the same on the GPU."""
    here = [torch.tensor(value) for value in parameters]
    return maker(*here), maker(*[value.to("cuda") for value in here])


class GpuDistributionTests(GpuCase):
    def test_densities_and_draws(self):
        cases = [
            (dist.Normal, [0.0, 1.0], [1.0, 2.0]),
            (dist.LogNormal, [0.0, 0.5], [0.5, 1.0]),
            (dist.Uniform, [0.0, 0.0], [2.0, 1.0]),
            (dist.Laplace, [0.0, 1.0], [1.0, 2.0]),
            (dist.Exponential, [1.0, 2.0]),
            (dist.Bernoulli, [0.3, 0.6]),
            (dist.Geometric, [0.3, 0.6]),
            (dist.Categorical, [0.3, 0.3, 0.4]),
            (dist.Gumbel, [0.0, 1.0], [1.0, 2.0]),
            (dist.Gamma, [2.0, 3.0], [1.0, 2.0]),
            (dist.Beta, [2.0, 3.0], [1.0, 2.0]),
            (dist.Dirichlet, [2.0, 3.0, 1.0]),
            (dist.Poisson, [2.0, 3.0]),
            (dist.StudentT, [5.0, 6.0]),
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for maker, *parameters in cases:
                with self.subTest(maker.__name__):
                    here, there = both(maker, *parameters)
                    drawn = there.sample((3000,))
                    self.assertEqual(drawn.device.type, "webgpu")
                    self.assert_close(there.log_prob(drawn)[:20], here.log_prob(drawn.cpu())[:20].tolist(), 3)
                    if maker is dist.Categorical:
                        continue
                    error = (drawn.cpu().mean(0) - here.mean).abs() / (here.stddev / 3000**0.5)
                    self.assertLess(error.max().item(), 5)
                    self.assert_close(there.mean, here.mean.tolist(), 4)

    def test_reproducible(self):
        _, there = both(dist.Normal, [0.0, 1.0], [1.0, 2.0])
        torch.manual_seed(3)
        first = there.sample((4,)).tolist()
        torch.manual_seed(3)
        self.assertEqual(first, there.sample((4,)).tolist())

    def test_training_of_a_posterior(self):
        mean = torch.tensor([2.0, -2.0], device="cuda", requires_grad=True)
        scale = torch.ones(2, device="cuda", requires_grad=True)
        loss = dist.kl_divergence(dist.Normal(mean, scale), dist.Normal(torch.zeros(2, device="cuda"), torch.ones(2, device="cuda"))).sum()
        loss.backward()
        self.assert_close(mean.grad, [2.0, -2.0], 4)
        draw = dist.Normal(mean, scale).rsample((1000,)).mean(0)
        (gradient,) = torch.autograd.grad(draw.sum(), mean)
        self.assert_close(gradient, [1.0, 1.0], 4)

    def test_vectors(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            covariance = [[2.0, 0.6], [0.6, 1.0]]
            here, there = both(dist.MultivariateNormal, [0.0, 1.0], covariance)
            drawn = there.rsample((4000,))
            self.assertLess((drawn.cpu().T.cov() - torch.tensor(covariance)).abs().max().item(), 0.2)
            self.assert_close(there.log_prob(drawn)[:20], here.log_prob(drawn.cpu())[:20].tolist(), 3)
