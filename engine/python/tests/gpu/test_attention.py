"""Attention, however it is written, is a few kernels on the GPU, and agrees with the CPU.

Refuses to time anything. Read next: `engine/src/plan/attend/mod.rs`.
"""

import math
import os
import pathlib
import subprocess
import sys
import unittest

import torch
from gpu_case import GpuCase
from torch.nn import functional as F


def causal(q, k, v, mask):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def masked(q, k, v, mask):
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask > -0.5)


def biased(q, k, v, mask):
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=0.4)


def by_hand(q, k, v, mask):
    scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(q.size(-1)))
    seen = torch.tril(torch.ones(q.size(-2), k.size(-2), device=q.device))
    return F.softmax(scores.masked_fill(seen == 0, float("-inf")), dim=-1) @ v


def with_where(q, k, v, mask):
    scores = q @ k.transpose(-2, -1) / 3
    return torch.softmax(torch.where(mask > -0.5, scores, -1e9), dim=-1) @ v


def unscaled(q, k, v, mask):
    return torch.softmax(q @ k.transpose(-2, -1), dim=-1) @ v


def dropped(q, k, v, mask):
    weights = torch.softmax(q @ k.transpose(-2, -1) * 0.3, dim=-1)
    return (weights * ((mask > -0.5).to(weights.dtype) / 0.7)) @ v


# How it is written, and the most dispatches of the result alone and with its gradients (the loss and its own gradient included).
WAYS = [
    (causal, 1, 5), (masked, 2, 6), (biased, 1, 5), (by_hand, 2, 6), (with_where, 2, 6), (unscaled, 1, 5), (dropped, 2, 6),
]  # fmt: skip


def inputs(sizes, device):
    batch, heads, rows, columns, depth, width = sizes
    generator = torch.Generator().manual_seed(3)
    shapes = [(rows, depth), (columns, depth), (columns, width), (rows, columns), (rows, width)]
    noise = [torch.randn(batch, heads, *shape, generator=generator) for shape in shapes]
    # Each query sees one key at least.
    noise[3][..., 0] = 1
    return [x.to(device) for x in noise]


class Attention(GpuCase):
    """Both devices, and how much is dispatched."""

    def run_way(self, way, sizes, device, with_gradients):
        q, k, v, mask, g = inputs(sizes, device)
        before = torch.accelerator.memory_stats()["dispatches"]
        if not with_gradients:
            results = [way(q, k, v, mask)]
        else:
            leaves = [x.requires_grad_() for x in (q, k, v)]
            loss = (way(*leaves, mask) * g).sum()
            loss.backward()
            results = [loss, *(x.grad for x in leaves)]
        dispatches = torch.accelerator.memory_stats()["dispatches"] - before
        return [x.detach().cpu() for x in results], dispatches

    def test_every_way_agrees_with_the_cpu_in_few_dispatches(self):
        for sizes in [(2, 2, 9, 9, 4, 4), (1, 2, 6, 13, 5, 7)]:
            for way, alone, trained in WAYS:
                for with_gradients in (False, True):
                    with self.subTest(way=way.__name__, sizes=sizes, gradients=with_gradients):
                        expected, _ = self.run_way(way, sizes, "cpu", with_gradients)
                        found, dispatches = self.run_way(way, sizes, "webgpu", with_gradients)
                        for x, y in zip(found, expected):
                            self.assertTrue(torch.allclose(x, y, atol=1e-5, rtol=1e-4))
                        self.assertLessEqual(dispatches, trained if with_gradients else alone)

    def test_weights_that_are_kept_are_right(self):
        kept = {}
        for device in ("cpu", "webgpu"):
            q, k, v, _, g = inputs((1, 2, 6, 6, 4, 4), device)
            leaves = [x.requires_grad_() for x in (q, k, v)]
            weights = torch.softmax(leaves[0] @ leaves[1].transpose(-2, -1), dim=-1)
            weights.retain_grad()
            (weights @ leaves[2] * g).sum().backward()
            kept[device] = [x.detach().cpu() for x in (weights, weights.grad, *(leaf.grad for leaf in leaves))]
        for x, y in zip(kept["webgpu"], kept["cpu"]):
            self.assertTrue(torch.allclose(x, y, atol=1e-5))

    def test_a_query_that_sees_nothing_gets_zeros_or_nan_by_hand_and_harms_no_other(self):
        for device in ("cpu", "webgpu"):
            for length in (4, 70):
                q, k, v, _, g = inputs((1, 1, 4, length, 4, 4), device)
                seen = torch.zeros(4, length, dtype=torch.bool)
                seen[1, 3] = seen[3, 1] = True
                seen[2] = True
                seen = seen.to(device)
                leaves = [x.requires_grad_() for x in (q, k, v)]
                for mask in (seen, torch.zeros_like(seen, dtype=torch.float32).masked_fill(~seen, -math.inf)):
                    out = F.scaled_dot_product_attention(*leaves, attn_mask=mask)
                    gradients = torch.autograd.grad((out * g).sum(), leaves)
                    out = out.detach().cpu()[0, 0]
                    self.assertEqual(out[0].abs().max().item(), 0)
                    self.assertTrue(torch.allclose(out[1], v.detach().cpu()[0, 0, 3]))
                    self.assertFalse(any(x.isnan().any().item() for x in (out, *gradients)))
                    self.assertEqual(gradients[0][0, 0, 0].abs().max().item(), 0)
                by_hand = torch.softmax((q @ k.mT).masked_fill(~seen, -math.inf), -1) @ v
                self.assertTrue(by_hand.detach().cpu()[0, 0, 0].isnan().all())
                self.assertFalse(by_hand.detach().cpu()[0, 0, 1:].isnan().any())

    def test_many_queries_and_keys_take_no_memory_for_their_scores(self):
        # The scores alone would be 144 MiB: more than a buffer of some devices may have.
        length = 6144
        generator = torch.Generator().manual_seed(5)
        q, k, v, g = (torch.randn(1, length, 4, generator=generator).to("webgpu") for _ in range(4))
        leaves = [x.requires_grad_() for x in (q, k, v)]
        torch.accelerator.reset_peak_memory_stats()
        before = torch.accelerator.memory_stats()["allocated_bytes.all.current"]
        out = F.scaled_dot_product_attention(*leaves, is_causal=True)
        gradients = torch.autograd.grad((out * g).sum(), leaves)
        found = [x.detach().cpu() for x in (out, *gradients)]
        peak = torch.accelerator.memory_stats()["allocated_bytes.all.peak"] - before
        self.assertLess(peak, 4 << 20)
        q, k, v, g = (x.detach().cpu()[0] for x in (q, k, v, g))
        # Some rows, and the gradient of the last key, which one query sees.
        for row in (0, 33, length - 1):
            weights = (k[: row + 1] @ q[row] / 2).softmax(0)
            self.assertTrue(torch.allclose(found[0][0, row], weights @ v[: row + 1], atol=1e-5))
        of_weights = v @ g[-1]
        of_scores = weights * (of_weights - weights @ of_weights) / 2
        self.assertTrue(torch.allclose(found[1][0, -1], of_scores @ k, atol=1e-5))
        self.assertTrue(torch.allclose(found[2][0, -1], of_scores[-1] * q[-1], atol=1e-5))
        self.assertTrue(torch.allclose(found[3][0, -1], weights[-1] * g[-1], atol=1e-5))

    def test_by_tiles_as_on_a_gpu(self):
        script = pathlib.Path(__file__).with_name("attention_by_tiles.py")
        settings = {**os.environ, "CARREL_ENGINE_GPU": "hardware"}
        child = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=600, env=settings)
        self.assertEqual(child.returncode, 0, child.stderr[-3000:])

    def test_large_scores_do_not_overflow(self):
        q, k, v, _, _ = inputs((1, 1, 8, 8, 4, 4), "webgpu")
        out = unscaled(q * 40, k * 40, v, None).cpu()
        expected = unscaled(q.cpu() * 40, k.cpu() * 40, v.cpu(), None)
        self.assertTrue(torch.allclose(out, expected, atol=1e-3))

    def test_gradients_of_gradients_and_of_one_input(self):
        found = {}
        for device in ("cpu", "webgpu"):
            q, k, v, mask, g = inputs((1, 2, 5, 5, 3, 3), device)
            q.requires_grad_()
            (first,) = torch.autograd.grad((causal(q, k, v, mask) * g).sum(), q, create_graph=True)
            (second,) = torch.autograd.grad(first.square().sum(), q)
            found[device] = [first.detach().cpu(), second.cpu()]
        for x, y in zip(found["webgpu"], found["cpu"]):
            self.assertTrue(torch.allclose(x, y, atol=1e-4))

    def test_training_plans_once_and_values_may_be_made_after_the_weights(self):
        torch.manual_seed(0)
        layers = torch.nn.ModuleList(torch.nn.Linear(8, 4) for _ in range(3)).to("webgpu")
        x = torch.randn(2, 6, 8, device="webgpu")
        optimizer = torch.optim.SGD(layers.parameters(), lr=0.1)
        plans = []
        for _ in range(5):
            weights = torch.softmax(layers[0](x) @ layers[1](x).transpose(-2, -1) * 0.5, dim=-1)
            loss = (weights @ layers[2](x)).square().mean()
            del weights
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            plans.append(torch.accelerator.memory_stats()["plans"])
        self.assertEqual(plans[-1], plans[2])


if __name__ == "__main__":
    unittest.main()
