"""Recurrent layers, attention and clipping on the GPU give what they give on the CPU, gradients too."""

import copy
import unittest

import torch
from gpu_case import GpuCase
from torch import nn
from torch.nn.utils.rnn import pack_sequence


class Layers(GpuCase):
    def agree(self, net, *inputs):
        torch.manual_seed(0)
        other = copy.deepcopy(net).to("webgpu")
        found, wanted = other(*[x.to("webgpu") for x in inputs]), net(*inputs)
        found, wanted = (value[0] if isinstance(value, tuple) else value for value in (found, wanted))
        if hasattr(found, "batch_sizes"):
            found, wanted = found.data, wanted.data
        self.assertLess((found.cpu() - wanted).abs().max().item(), 1e-4)
        found.square().sum().backward()
        wanted.square().sum().backward()
        for a, b in zip(other.parameters(), net.parameters()):
            self.assertLess((a.grad.cpu() - b.grad).abs().max().item(), 1e-3)
        return other, net

    def test_recurrent(self):
        x = torch.randn(4, 2, 3)
        self.agree(nn.RNN(3, 4, bidirectional=True), x)
        self.agree(nn.GRU(3, 4, num_layers=2), x)
        self.agree(nn.LSTM(3, 4, proj_size=2), x)
        self.agree(nn.LSTM(3, 4), pack_sequence([torch.randn(length, 3) for length in (3, 1)]))

    def test_whole_recurrent_layers(self):
        # Batches that fill workgroups or not, and steps one at a time where the state is too wide for one.
        two, stacked = {"bidirectional": True}, {"bias": False, "num_layers": 2}
        cases = [(1, 2, 1, two), (3, 5, 33, two), (6, 4, 40, stacked), (5, 2, 256, stacked), (2, 2, 257, two)]
        for kind in ("RNN", "GRU", "LSTM"):
            for batch, steps, units, options in cases:
                with self.subTest(kind=kind, batch=batch, steps=steps, units=units, **options):
                    self.states_agree(self.net(kind, 4, units, **options), torch.randn(steps, batch, 4))

    def test_a_layer_in_several_kernels(self):
        # One kernel walks through 594 steps of 100 units.
        self.states_agree(self.net("RNN", 4, 100, bidirectional=True), torch.randn(600, 1, 4))
        self.states_agree(self.net("LSTM", 4, 200, num_layers=2), torch.randn(300, 1, 4))

    def net(self, kind, inputs, units, **options):
        torch.manual_seed(0)
        if kind == "RNN" and units % 2:
            options["nonlinearity"] = "relu"
        return getattr(nn, kind)(inputs, units, **options)

    def states_agree(self, net, x):
        """Outputs, last states and the gradients of everything, from first states that need gradients too."""
        shape = (2, x.shape[1], net.hidden_size)
        states = [torch.randn(shape) for _ in range(2 if net.mode == "LSTM" else 1)]
        results = []
        for device in ("cpu", "webgpu"):
            model = copy.deepcopy(net).to(device)
            inputs = [value.detach().to(device).requires_grad_() for value in (x, *states)]
            output, last = model(inputs[0], tuple(inputs[1:]) if net.mode == "LSTM" else inputs[1])
            last = last if net.mode == "LSTM" else (last,)
            loss = output.square().mean() + sum((state * (n + 1)).mean() for n, state in enumerate(last))
            loss.backward()
            results.append([output, *last, *(value.grad for value in (*inputs, *model.parameters()))])
        for wanted, found in zip(*results):
            bound = 1e-4 * max(1, wanted.abs().max().item())
            self.assertLess((found.cpu() - wanted).abs().max().item(), bound)

    def test_a_layer_is_one_kernel(self):
        dispatches = lambda: torch.accelerator.memory_stats()["dispatches"]
        counts = []
        for steps in (4, 32):
            net, x = nn.LSTM(3, 5).to("webgpu"), torch.randn(steps, 2, 3, device="webgpu")
            before = dispatches()
            net(x)[0].sum().backward()
            net.weight_hh_l0.grad.sum().item()
            counts.append(dispatches() - before)
        self.assertEqual(counts[0], counts[1])

    def test_transformer_and_clipping(self):
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        for net in self.agree(layer, torch.randn(2, 3, 8)):
            nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            self.assertAlmostEqual(nn.utils.get_total_norm([p.grad for p in net.parameters()]).item(), 0.5, 3)


if __name__ == "__main__":
    unittest.main()
