"""Every optimiser on the GPU: the CPU's values, one plan for all steps of a schedule, one submit a step, nothing read.

Read next: `test_training`.
"""

import copy

import torch
from gpu_case import GpuCase
from torch import nn

#: Options that reach every kind of state.
CASES = {
    "SGD": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    "Adam": {"amsgrad": True, "weight_decay": 0.1},
    "AdamW": {},
    "Adamax": {},
    "NAdam": {"decoupled_weight_decay": True, "weight_decay": 0.1},
    "RAdam": {},
    "Adadelta": {"maximize": True},
    "Adagrad": {"lr_decay": 0.1},
    "RMSprop": {"momentum": 0.9, "centered": True},
    "Rprop": {},
    "ASGD": {"t0": 5},
    "Adafactor": {"weight_decay": 0.1},
    "Muon": {},
}

#: Steps until all state is there and RAdam and ASGD have come to their second form.
SETTLED = 8

STEPS = 20 + SETTLED


def model_for(name, width):
    layers = [nn.Linear(width, 16, bias=name != "Muon"), nn.Tanh(), nn.Linear(16, 3, bias=name != "Muon")]
    return nn.Sequential(*layers)


class Optimizers(GpuCase):
    def train(self, name, model, inputs, targets, look=lambda: None):
        """Trains with a falling rate and gives what `look` saw after each step."""
        optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.01, **CASES[name])
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100)
        seen = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            ((model(inputs) - targets) ** 2).mean().backward()
            optimizer.step()
            scheduler.step()
            seen.append(look())
        return optimizer, seen

    def check(self, name, width):
        torch.manual_seed(0)
        model = model_for(name, width)
        inputs, targets = torch.randn(8, width), torch.randn(8, 3)
        other = copy.deepcopy(model).to("webgpu")
        self.train(name, model, inputs, targets)
        look = lambda: torch.accelerator.memory_stats()
        optimizer, seen = self.train(name, other, inputs.to("webgpu"), targets.to("webgpu"), look)
        for before, after in zip(seen[SETTLED:], seen[SETTLED + 1 :]):
            self.assertEqual(after["plans"], before["plans"], f"{name}: a change of the rate plans nothing")
            self.assertEqual(after["submits"] - before["submits"], 1, f"{name}: a step is one submit, and reads nothing")
        # Muon rounds to bfloat16 on the CPU.
        tolerance = 0.02 if name == "Muon" else 2e-3 if name in ("Rprop", "Adadelta", "RMSprop") else 1e-4
        for mine, its in zip(model.parameters(), other.parameters()):
            self.assertTrue(torch.allclose(mine, its.cpu(), rtol=tolerance, atol=tolerance), name)
        return optimizer, other

    def test_each(self):
        for width, name in enumerate(CASES, start=5):
            with self.subTest(name):
                self.check(name, width)

    def test_state_goes_between_devices(self):
        optimizer, model = self.check("Adam", 20)
        saved = copy.deepcopy(optimizer.state_dict())
        self.assertEqual(saved["state"][0]["step"].device.type, "cpu")
        self.assertEqual(saved["state"][0]["exp_avg"].device.type, "webgpu")
        cpu_model = copy.deepcopy(model).to("cpu")
        on_cpu = torch.optim.Adam(cpu_model.parameters())
        on_cpu.load_state_dict(saved)
        for mine, its in zip(cpu_model.parameters(), model.parameters()):
            self.assertEqual(on_cpu.state[mine]["exp_avg"].device.type, "cpu")
            mine.grad, its.grad = torch.ones_like(mine), torch.ones_like(its)
        on_cpu.step()
        optimizer.step()
        for mine, its in zip(cpu_model.parameters(), model.parameters()):
            self.assertTrue(torch.allclose(mine, its.cpu(), rtol=1e-4, atol=1e-5))

    def test_steps_loaded_onto_the_gpu(self):
        parameter = torch.ones(3, device="webgpu", requires_grad=True)
        parameter.grad = torch.ones_like(parameter)
        optimizer = torch.optim.Adam([parameter], lr=0.1)
        state = {"step": torch.tensor(3.0).to("webgpu"), "exp_avg": torch.ones(3), "exp_avg_sq": torch.ones(3)}
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": {0: state}, "param_groups": groups})
        optimizer.step()
        self.assertEqual(optimizer.state[parameter]["step"].item(), 4.0)

    def test_lbfgs(self):
        matrix = torch.tensor([[3.0, 1.0], [1.0, 2.0]], device="webgpu")
        parameter = torch.tensor([4.0, -3.0], device="webgpu", requires_grad=True)
        optimizer = torch.optim.LBFGS([parameter], line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            loss = 0.5 * parameter @ matrix @ parameter - parameter.sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        self.assert_close(parameter.cpu(), [0.2, 0.4], 4)
