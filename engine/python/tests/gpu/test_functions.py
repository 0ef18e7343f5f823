"""Maps over batches, gradients of functions and mixed precision on the GPU, beside the same on the CPU.

Read next: `torch.func`, `torch.amp`.
"""

import unittest

import torch
import torch.nn.functional as F
from gpu_case import GpuCase
from torch import nn
from torch.func import functional_call, grad, hessian, vmap


class Functions(GpuCase):
    """`torch.func` and `torch.amp` on the device `webgpu`."""

    def test_gradients_of_every_sample(self):
        model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 4))
        data, targets = torch.randn(5, 1, 6, 6), torch.randint(0, 4, (5,))
        params = {name: value.detach() for name, value in model.named_parameters()}

        def loss(params, sample, target):
            return F.cross_entropy(functional_call(model, params, (sample.unsqueeze(0),)), target.unsqueeze(0))

        mapped = vmap(grad(loss), in_dims=(None, 0, 0))
        here = mapped(params, data, targets)
        there = mapped({name: value.to("webgpu") for name, value in params.items()}, data.to("webgpu"), targets.to("webgpu"))
        for name, value in here.items():
            torch.testing.assert_close(there[name].cpu(), value, rtol=1e-4, atol=1e-5)

    def test_second_derivatives_and_random_numbers(self):
        found = hessian(lambda x: (x**3).sum())(torch.ones(3, device="webgpu"))
        self.assert_close(found.cpu(), (6 * torch.eye(3)).tolist())
        drawn = vmap(lambda x: torch.rand(2, device="webgpu"), randomness="different")(torch.ones(4, device="webgpu"))
        self.assertEqual(len(set(drawn.reshape(-1).tolist())), 8)

    def test_mixed_precision(self):
        layer, x = nn.Linear(4, 2).to("webgpu"), torch.randn(3, 4, device="webgpu")
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        scaler = torch.amp.GradScaler("cuda", init_scale=128.0)
        with torch.autocast("cuda"):
            y = layer(x)
            self.assertIs(y.dtype, torch.float16)
            self.assertIs((y**2).dtype, torch.float32)
            self.assertIs(y.softmax(1).dtype, torch.float32)
            loss = F.mse_loss(y, torch.zeros(3, 2, device="webgpu"))
        before = layer.weight.detach().cpu()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        self.assertFalse(torch.equal(before, layer.weight.detach().cpu()))
        self.assertEqual(scaler.get_scale(), 128.0)


if __name__ == "__main__":
    unittest.main()
