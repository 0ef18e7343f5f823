"""Training loops of 500 steps: GPU memory stays flat, every distinct step is planned once, a step is one submit."""

import torch
from gpu_case import GpuCase
from torch import nn

STEPS = 500


def counters():
    """What the engine counts, and how many tensors Python holds."""
    return torch.accelerator.memory_stats() | {"handles": torch._C.ops.num_handles()}


class Training(GpuCase):
    def check(self, make_optimizer, plans):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 4)).to("webgpu")
        optimizer = make_optimizer(model.parameters())
        x, y = torch.randn(8, 20, device="webgpu"), torch.randint(0, 4, (8,), device="webgpu")
        losses, seen = [], {}
        start = counters()
        for step in range(STEPS + 1):
            if step in (50, STEPS):
                seen[step] = counters()
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step in (0, STEPS - 1):
                losses.append(loss.item())
        early, late = seen[50], seen[STEPS]
        self.assertLess(losses[1], losses[0] / 2)
        for name in ("reserved_bytes.all.current", "allocated_bytes.all.current", "allocated_bytes.all.peak"):
            self.assertEqual(early[name], late[name], name)
        self.assertEqual(early["plans"] - start["plans"], plans, "a distinct step is planned once")
        # The step that reads its loss at the end is another program than the others.
        self.assertLessEqual(late["plans"] - early["plans"], 1)
        self.assertLessEqual(late["pipelines"] - early["pipelines"], 1)
        reads = 1
        self.assertEqual(late["submits"] - early["submits"], STEPS - 50 + reads, "one submit a step")
        self.assertLess(abs(late["handles"] - early["handles"]), 70, "handles of dead tensors are given back")

    def test_sgd(self):
        self.check(lambda parameters: torch.optim.SGD(parameters, lr=0.05), plans=1)

    # With state, the first step is another one than those that follow.

    def test_sgd_with_momentum(self):
        self.check(lambda parameters: torch.optim.SGD(parameters, lr=0.02, momentum=0.9), plans=2)

    def test_adam(self):
        self.check(lambda parameters: torch.optim.Adam(parameters, lr=0.01), plans=2)
