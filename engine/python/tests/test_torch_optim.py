"""Optimisers against their formulas, their state, and learning rate schedules."""

import copy
import math
import unittest

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch_case import TorchCase


def parameter(*values):
    made = nn.Parameter(torch.tensor(values))
    made.grad = torch.ones(len(values))
    return made


class Steps(TorchCase):
    def test_sgd(self):
        p = parameter(1.0)
        optimizer = torch.optim.SGD([p], lr=0.1, momentum=0.9)
        optimizer.step()
        self.assert_close(p, [0.9])
        optimizer.step()
        self.assert_close(p, [0.9 - 0.1 * 1.9])

    def test_adam(self):
        p = parameter(1.0)
        optimizer = torch.optim.Adam([p], lr=0.1)
        for count in (1, 2, 3):
            optimizer.step()
            self.assert_close(p, [1.0 - 0.1 * count], 4)

    def test_groups_and_absent_gradients(self):
        a, b, c = parameter(1.0), parameter(1.0), nn.Parameter(torch.ones(1))
        optimizer = torch.optim.SGD([{"params": [a]}, {"params": [b, c], "lr": 1.0}], lr=0.1)
        optimizer.step()
        self.assert_close(torch.cat([a, b, c]), [0.9, 0.0, 1.0])
        optimizer.zero_grad()
        self.assertIsNone(a.grad)

    def test_training_goes_down(self):
        model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
        x = torch.randn(64, 2)
        y = (x[:, :1] * x[:, 1:]).sin()
        for make in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
            optimizer = make(model.parameters(), lr=0.01)
            losses = []
            for _ in range(50):
                loss = nn.functional.mse_loss(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            self.assertLess(losses[-1], losses[0])

    def test_closure(self):
        p = nn.Parameter(torch.ones(1))
        optimizer = torch.optim.SGD([p], lr=0.5)

        def closure():
            optimizer.zero_grad()
            loss = (p * p).sum()
            loss.backward()
            return loss

        self.assertEqual(optimizer.step(closure).item(), 1.0)
        self.assert_close(p, [0.0])

    def test_state_round_trip(self):
        p, q = parameter(1.0), parameter(1.0)
        first = torch.optim.Adam([p], lr=0.1)
        first.step()
        state = first.state_dict()
        self.assertEqual(state["state"][0]["step"].item(), 1.0)
        second = torch.optim.Adam([q], lr=0.5)
        q.data.copy_(p.data)
        second.load_state_dict(copy.deepcopy(state))
        first.step()
        second.step()
        self.assertEqual(p.tolist(), q.tolist())

    def test_printing_and_errors(self):
        self.assert_prints(
            torch.optim.SGD([parameter(1.0)], lr=0.1),
            """
            SGD (
            Parameter Group 0
                dampening: 0
                differentiable: False
                foreach: None
                fused: None
                lr: 0.1
                maximize: False
                momentum: 0
                nesterov: False
                weight_decay: 0
            )
            """,
        )
        self.assert_error(ValueError, "optimizer got an empty parameter list", torch.optim.SGD, [])
        self.assert_error(ValueError, "Invalid learning rate: -1", torch.optim.Adam, [parameter(1.0)], lr=-1)
        self.assert_error(ValueError, "can't optimize a non-leaf Tensor", torch.optim.SGD, [parameter(1.0) * 2])


class Schedules(TorchCase):
    def rates(self, make, count, **options):
        optimizer = torch.optim.SGD([parameter(1.0)], lr=1.0, momentum=0.9)
        scheduler = make(optimizer, **options)
        rates = [scheduler.get_last_lr()[0]]
        for _ in range(count):
            optimizer.step()
            scheduler.step()
            rates.append(scheduler.get_last_lr()[0])
        return rates

    def test_rates(self):
        self.assertEqual(self.rates(lr_scheduler.StepLR, 4, step_size=2, gamma=0.5), [1, 1, 0.5, 0.5, 0.25])
        self.assertEqual(self.rates(lr_scheduler.ExponentialLR, 2, gamma=0.5), [1, 0.5, 0.25])
        self.assertEqual(self.rates(lr_scheduler.LambdaLR, 2, lr_lambda=lambda epoch: 1 / (epoch + 1)), [1, 1 / 2, 1 / 3])
        self.assertEqual(self.rates(lr_scheduler.MultiStepLR, 3, milestones=[1, 3], gamma=0.1)[-1], 0.1 * 0.1)
        for epoch, rate in enumerate(self.rates(lr_scheduler.CosineAnnealingLR, 10, T_max=10)):
            self.assertAlmostEqual(rate, (1 + math.cos(math.pi * epoch / 10)) / 2)
        self.assertAlmostEqual(self.rates(lr_scheduler.LinearLR, 5, start_factor=0.5, total_iters=5)[-1], 1.0)

    def test_one_cycle(self):
        rates = self.rates(lr_scheduler.OneCycleLR, 9, max_lr=0.1, total_steps=10)
        self.assertAlmostEqual(rates[0], 0.004)
        self.assertAlmostEqual(max(rates), 0.1)
        self.assertAlmostEqual(rates[-1], 0.004 / 1e4)

    def test_plateau(self):
        optimizer = torch.optim.SGD([parameter(1.0)], lr=1.0)
        scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
        for loss in (1.0, 1.0, 1.0):
            scheduler.step(loss)
        self.assertAlmostEqual(optimizer.param_groups[0]["lr"], 0.1)


if __name__ == "__main__":
    unittest.main()
