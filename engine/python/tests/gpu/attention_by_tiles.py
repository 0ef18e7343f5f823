"""Attention by tiles: what reaches it from Python agrees with the CPU. `test_attention` runs this with
CARREL_ENGINE_GPU=hardware, which chooses the kernels meant for GPUs on any adapter.

Refuses short sequences, which `test_attention` has. Read next: `shaders/attention/tiles.wgsl`.
"""

import unittest

import torch
from gpu_case import GpuCase
from torch import nn
from torch.nn import functional as F

LENGTH = 80


def noise(*shape):
    return torch.randn(*shape)


class ByTiles(GpuCase):
    """Each case gives its results and gradients; both devices must agree."""

    def agree(self, case, tolerance=1e-4):
        found = {}
        for device in ("cpu", "webgpu"):
            torch.manual_seed(7)
            found[device] = [x.detach().cpu() for x in case(device)]
        for x, y in zip(found["webgpu"], found["cpu"]):
            self.assertEqual(x.shape, y.shape)
            self.assertTrue(torch.allclose(x, y, atol=tolerance, rtol=1e-3), (x - y).abs().max().item())

    def test_grouped_queries_and_other_lengths(self):
        def case(device):
            q, k, v = (noise(1, heads, length, 16).to(device).requires_grad_() for heads, length in ((4, 33), (2, 90), (2, 90)))
            out = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
            return [out, *torch.autograd.grad(out.sin().sum(), (q, k, v))]

        self.agree(case)

    def test_multihead_attention_with_padding(self):
        def case(device):
            layer = nn.MultiheadAttention(16, 2, batch_first=True).to(device)
            x = noise(2, LENGTH, 16).to(device).requires_grad_()
            padding = (torch.arange(LENGTH) >= torch.tensor([[60], [20]])).to(device)
            out, _ = layer(x, x, x, key_padding_mask=padding, need_weights=False)
            return [out, *torch.autograd.grad(out.sin().sum(), [x, *layer.parameters()])]

        self.agree(case)

    def test_a_transformer_layer_that_learns(self):
        def case(device):
            layer = nn.TransformerDecoderLayer(16, 2, 32, dropout=0.0, batch_first=True).to(device)
            optimizer = torch.optim.SGD(layer.parameters(), lr=0.05)
            target, memory = noise(2, LENGTH, 16).to(device), noise(2, 50, 16).to(device)
            mask = nn.Transformer.generate_square_subsequent_mask(LENGTH, device=device)
            losses = []
            for _ in range(2):
                optimizer.zero_grad()
                loss = layer(target, memory, tgt_mask=mask, tgt_is_causal=True).square().mean()
                loss.backward()
                optimizer.step()
                losses.append(loss)
            return losses

        self.agree(case)

    def test_queries_keys_and_values_from_one_product(self):
        def case(device):
            layer = nn.Linear(8, 24).to(device)
            x = noise(1, LENGTH, 8).to(device).requires_grad_()
            q, k, v = (part.view(1, LENGTH, 2, 4).transpose(1, 2) for part in layer(x).split(8, -1))
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            return [out, *torch.autograd.grad(out.sin().sum(), [x, *layer.parameters()])]

        before = torch.accelerator.memory_stats()["dispatches"]
        self.agree(case)
        # Three of attention, one forward and two backward of the layer, and what joins the three gradients.
        self.assertLessEqual(torch.accelerator.memory_stats()["dispatches"] - before, 12)

    def test_gradients_of_gradients(self):
        def case(device):
            q, k, v = (noise(1, 2, LENGTH, 4).to(device).requires_grad_() for _ in range(3))
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            first = torch.autograd.grad(out.square().sum(), (q, k, v), create_graph=True)
            second = torch.autograd.grad(sum(x.square().sum() for x in first), (q, k, v))
            return [*first, *second]

        self.agree(case, 1e-3)

    def test_a_value_read_before_the_gradients(self):
        def case(device):
            q, k, v = (noise(1, 2, LENGTH, 4).to(device).requires_grad_() for _ in range(3))
            loss = F.scaled_dot_product_attention(q, k, v, is_causal=True).square().sum()
            loss.item()
            return torch.autograd.grad(loss, (q, k, v))

        self.agree(case)

    def test_memory_and_dispatches(self):
        # Products, softmax and gradients would hold so many bytes several times.
        length = 640
        scores = 4 * 2 * length * length
        q, k, v, g = (noise(2, length, 4).to("webgpu") for _ in range(4))
        leaves = [x.requires_grad_() for x in (q, k, v)]

        def written_out():
            seen = torch.tril(torch.ones(length, length, device="webgpu"))
            return torch.softmax((q @ k.mT / 2).masked_fill(seen == 0, float("-inf")), -1) @ v

        for way, most_dispatches, most_bytes in [
            (lambda: F.scaled_dot_product_attention(*leaves, is_causal=True), 3, scores // 4),
            # The mask is an array of numbers, which all heads share.
            (written_out, 4, scores),
        ]:
            (g + 0).sum().item()
            torch.accelerator.reset_peak_memory_stats()
            before = torch.accelerator.memory_stats()
            gradients = torch.autograd.grad((way() * g).sum(), leaves)
            gradients[0].cpu()
            after = torch.accelerator.memory_stats()
            self.assertLessEqual(after["dispatches"] - before["dispatches"], most_dispatches)
            self.assertLess(after["allocated_bytes.all.peak"] - before["allocated_bytes.all.current"], most_bytes)


if __name__ == "__main__":
    unittest.main()
