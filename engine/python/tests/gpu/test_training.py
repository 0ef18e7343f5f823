"""Training loops of hundreds of steps: GPU memory stays flat, every distinct step is planned once, a step is one submit.

The larger models take fewer steps unless CARREL_TRAINING_STEPS says how many: `make fuzz` asks for 500.
Read next: `training_models`.
"""

import os

import torch
from gpu_case import GpuCase
from torch import nn
from training_models import Gpt, lenet, mlp

LONG = 500
STEPS = int(os.environ.get("CARREL_TRAINING_STEPS", 50))

#: After so many steps all that a loop needs is there.
SETTLED = 10

#: Every so many steps the loop looks at how well the model does.
LOOKS = 5


def counters():
    """What the engine counts, and how many tensors Python holds."""
    return torch.accelerator.memory_stats() | {"handles": torch._C.ops.num_handles()}


class Training(GpuCase):
    def check(self, model, make_optimizer, data, plans, steps=LONG):
        """Trains on batches taken by their places, the learning rate falling. `plans`: distinct steps."""
        torch.manual_seed(0)
        model.to("webgpu")
        optimizer = make_optimizer(model.parameters())
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps * 2)
        inputs, targets, batch = *(part.to("webgpu") for part in data[:2]), data[2]
        place = torch.Generator().manual_seed(1)
        seen, looks = {}, []

        def loss():
            places = torch.randint(len(inputs), (batch,), generator=place).to("webgpu")
            return nn.functional.cross_entropy(model(inputs[places]), targets[places])

        def look():
            model.eval()
            with torch.no_grad():
                looks.append(nn.functional.cross_entropy(model(inputs), targets).item())
            model.train()

        start = counters()
        for step in range(steps + 1):
            if step % LOOKS == 0:
                look()
            if step in (SETTLED, steps):
                seen[step] = counters()
            value = loss()
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            scheduler.step()
        early, late = seen[SETTLED], seen[steps]
        self.assertLess(looks[-1], looks[0] * 0.95, looks)
        for name in ("reserved_bytes.all.current", "allocated_bytes.all.current", "allocated_bytes.all.peak"):
            self.assertEqual(early[name], late[name], name)
        # The first look also sends the parameters, and finds no gradients.
        self.assertEqual(early["plans"] - start["plans"], plans, "a distinct step is planned once")
        self.assertEqual(early["plans"], late["plans"], "a loop that goes on plans nothing")
        self.assertEqual(early["pipelines"], late["pipelines"], "a loop that goes on compiles nothing")
        between = steps - SETTLED
        self.assertEqual(late["submits"] - early["submits"], between + between // LOOKS, "one submit a step, and one a look")
        self.assertLess(abs(late["handles"] - early["handles"]), 70, "handles of dead tensors are given back")

    # With state, the first step is another one than those that follow; a look is one more.

    def features(self):
        return torch.randn(64, 20), torch.randint(0, 4, (64,)), 8

    # Their widths differ, so that no test finds another's plans.

    def test_sgd(self):
        self.check(mlp(16), lambda parameters: torch.optim.SGD(parameters, lr=0.05), self.features(), plans=2)

    def test_sgd_with_momentum(self):
        optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.02, momentum=0.9)
        self.check(mlp(17), optimizer, self.features(), plans=3)

    def test_adam(self):
        self.check(mlp(18), lambda parameters: torch.optim.Adam(parameters, lr=0.01), self.features(), plans=3)

    def test_pictures(self):
        data = torch.randn(16, 1, 28, 28), torch.randint(0, 10, (16,)), 8
        optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.02, momentum=0.9)
        self.check(lenet(), optimizer, data, plans=3, steps=STEPS)

    def test_text(self):
        text = torch.randint(0, 65, (8, 33))
        data = text[:, :-1].contiguous(), text[:, 1:].contiguous(), 4
        self.check(Gpt(), lambda parameters: torch.optim.AdamW(parameters, lr=1e-3), data, plans=3, steps=STEPS)
