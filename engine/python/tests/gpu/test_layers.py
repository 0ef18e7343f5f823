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

    def test_transformer_and_clipping(self):
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        for net in self.agree(layer, torch.randn(2, 3, 8)):
            nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            self.assertAlmostEqual(nn.utils.get_total_norm([p.grad for p in net.parameters()]).item(), 0.5, 3)


if __name__ == "__main__":
    unittest.main()
