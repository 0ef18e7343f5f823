"""Draws on the GPU: reproducible from a seed, a state or a generator, and of the right distributions.

Read next: `test_torch_random`.
"""

import torch
from gpu_case import GpuCase


class GpuRandomTests(GpuCase):
    def test_seeds_states_and_generators_reproduce(self):
        torch.manual_seed(6)
        first = [torch.rand(5, device="cuda").tolist(), torch.randn(5, device="cuda").tolist()]
        torch.cuda.manual_seed(6)
        self.assertEqual(first[0], torch.rand(5, device="cuda").tolist())
        state = torch.cuda.get_rng_state()
        self.assertEqual(first[1], torch.randn(5, device="cuda").tolist())
        torch.cuda.set_rng_state(state)
        self.assertEqual(first[1], torch.randn(5, device="cuda").tolist())
        generator = torch.Generator("cuda").manual_seed(6)
        self.assertEqual(first[0], torch.rand(5, device="cuda", generator=generator).tolist())
        with torch.random.fork_rng():
            inside = torch.rand(5, device="cuda").tolist()
        self.assertEqual(inside, torch.rand(5, device="cuda").tolist())

    def test_fills(self):
        def quantile(made, at):
            return made.cpu().sort().values[int(at * made.numel())].item()

        cauchy = torch.empty(20000, device="cuda").cauchy_(1.0, 2.0)
        self.assertAlmostEqual(quantile(cauchy, 0.5), 1.0, delta=0.1)
        self.assertAlmostEqual(quantile(cauchy, 0.75), 3.0, delta=0.2)
        trials = torch.empty(20000, device="cuda", dtype=torch.int64).geometric_(0.25)
        self.assertAlmostEqual(trials.float().mean().item(), 4.0, delta=0.15)
        self.assertEqual(trials.min().item(), 1)
        logs = torch.empty(20000, device="cuda").log_normal_(0.5, 0.25).log()
        self.assertAlmostEqual(logs.mean().item(), 0.5, delta=0.02)
        self.assertAlmostEqual(logs.std().item(), 0.25, delta=0.02)
        self.assertLessEqual(torch.empty(999, device="cuda", dtype=torch.int16).random_().max().item(), 2**15 - 1)

    def test_parameters_on_the_gpu(self):
        counts = torch.poisson(torch.full((5000,), 3.0, device="cuda"))
        self.assertEqual(counts.device.type, "webgpu")
        self.assertAlmostEqual(counts.mean().item(), 3.0, delta=0.15)
        shapes = torch.full((5000,), 2.0, device="cuda", requires_grad=True)
        torch._standard_gamma(shapes).sum().backward()
        self.assertAlmostEqual(shapes.grad.mean().item(), 1.0, delta=0.1)
