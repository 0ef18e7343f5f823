"""Optimisers: their steps against formulas worked out by hand, groups, state, and checks of options. Read next: `test_torch_optim_contract`."""

import copy
import math
import unittest

import torch
from torch import nn
from torch_case import TorchCase


def parameter(*values):
    made = nn.Parameter(torch.tensor(values))
    made.grad = torch.ones(len(values))
    return made


def path(make, gradients, start=1.0):
    """The values of a parameter of one element, stepped by gradients in turn."""
    p = nn.Parameter(torch.tensor([start], dtype=torch.float64))
    optimizer = make([p])
    found = []
    for gradient in gradients:
        p.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        found.append(p.item())
    return found


class Formulas(TorchCase):
    def assert_path(self, found, wanted):
        for x, y in zip(found, wanted, strict=True):
            self.assertAlmostEqual(x, y, 12)

    def test_sgd(self):
        make = lambda **options: path(lambda p: torch.optim.SGD(p, lr=0.5, **options), [0.5, 0.5])
        self.assert_path(make(), [0.75, 0.5])
        self.assert_path(make(maximize=True), [1.25, 1.5])
        self.assert_path(make(momentum=0.5), [0.75, 0.375])
        self.assert_path(make(momentum=0.5, dampening=0.5), [0.75, 0.5])
        self.assert_path(make(momentum=0.5, nesterov=True), [0.625, 0.1875])
        self.assert_path(make(weight_decay=0.5), [0.5, 0.125])

    def test_adam_and_its_kin_by_a_constant_gradient(self):
        # All moments are then those of the gradient, so a step is the rate.
        for make in (torch.optim.Adam, torch.optim.Adamax, torch.optim.AdamW):
            options = {} if make is torch.optim.Adamax else {"amsgrad": True}
            found = path(lambda p: make(p, lr=0.1, eps=0, weight_decay=0, **options), [2.0, 2.0, 2.0])
            self.assert_path(found, [0.9, 0.8, 0.7])
        self.assert_path(path(lambda p: torch.optim.AdamW(p, lr=0.1, eps=0, weight_decay=0.5), [2.0]), [0.85])
        self.assert_path(path(lambda p: torch.optim.Adam(p, lr=0.1, eps=0, weight_decay=0.5), [2.0]), [0.9])
        # The first step of NAdam takes the gradient twice: as itself and as the mean, ahead of its time.
        momentum = lambda step: 0.9 * (1 - 0.5 * 0.96 ** (step * 4e-3))
        first, second = momentum(1), momentum(2)
        change = 0.1 * (1 - first) / (1 - first) + 0.1 * second * 0.1 / (1 - first * second)
        # The product of momenta is a float32 in the state, as in PyTorch, unless float64 is the default.
        found = path(lambda p: torch.optim.NAdam(p, lr=0.1, eps=0), [2.0])
        self.assertAlmostEqual(found[0], 1 - change, 6)

    def test_radam(self):
        found = path(lambda p: torch.optim.RAdam(p, lr=0.1, eps=0), [2.0] * 6)
        self.assert_path(found[:5], [0.8, 0.6, 0.4, 0.2, 0.0])
        decay = 0.999**6
        length = 1999 - 12 * decay / (1 - decay)
        self.assertAlmostEqual(found[5], -0.1 * math.sqrt((length - 4) * (length - 2) * 1999 / (1995 * 1997 * length)), 10)

    def test_adadelta(self):
        found = path(lambda p: torch.optim.Adadelta(p, rho=0.5, eps=0.5), [1.0, 1.0])
        first = math.sqrt(0.5)
        self.assert_path(found, [1 - first, 1 - first - math.sqrt(0.75) / math.sqrt(1.25)])

    def test_adagrad(self):
        found = path(lambda p: torch.optim.Adagrad(p, lr=0.1, lr_decay=1, eps=0), [3.0, 4.0])
        self.assert_path(found, [0.9, 0.9 - 0.05 * 4 / 5])
        found = path(lambda p: torch.optim.Adagrad(p, lr=0.1, initial_accumulator_value=16, eps=0), [3.0])
        self.assert_path(found, [1 - 0.1 * 3 / 5])

    def test_rmsprop(self):
        make = lambda **options: path(lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.75, eps=0, **options), [2.0, 2.0])
        root = math.sqrt(1.75)
        self.assert_path(make(), [0.8, 0.8 - 0.2 / root])
        self.assert_path(make(momentum=0.5), [0.8, 0.8 - 0.1 * (1 + 2 / root)])
        self.assert_path(make(centered=True)[:1], [1 - 0.2 / math.sqrt(0.75)])
        self.assert_path(make(centered=True, momentum=0.5)[:1], [1 - 0.2 / math.sqrt(0.75)])

    def test_rprop(self):
        found = path(lambda p: torch.optim.Rprop(p, lr=0.1, step_sizes=(0.01, 0.13)), [3.0, 1.0, 5.0, -2.0, -2.0])
        self.assert_path(found, [0.9, 0.78, 0.65, 0.65, 0.715])

    def test_asgd(self):
        p = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
        torch.set_default_dtype(torch.float64)
        try:
            optimizer = torch.optim.ASGD([p], lr=0.1, lambd=0.5, alpha=1.0, t0=0)
            for count in (1, 2):
                p.grad = torch.tensor([2.0], dtype=torch.float64)
                optimizer.step()
        finally:
            torch.set_default_dtype(torch.float32)
        first = 1 * 0.95 - 0.2
        eta = 0.1 / 1.05
        self.assert_path([p.item()], [first * (1 - 0.5 * eta) - 2 * eta])
        state = optimizer.state[p]
        self.assert_path([state["eta"].item(), state["mu"].item()], [0.1 / 1.1, 1 / 2])
        self.assert_path([state["ax"].item()], [p.item()])

    def test_adafactor(self):
        # A matrix of one rank: rows and columns say all of its squares, so the update is its sign, times the root mean square.
        p = nn.Parameter(torch.full((2, 3), 2.0, dtype=torch.float64))
        p.grad = torch.tensor([[1.0], [2.0]], dtype=torch.float64) * torch.tensor([[1.0, -2.0, 3.0]], dtype=torch.float64)
        optimizer = torch.optim.Adafactor([p], lr=0.01)
        optimizer.step()
        self.assert_close(p, [[1.98, 2.02, 1.98], [1.98, 2.02, 1.98]], 10)
        self.assertEqual([tuple(optimizer.state[p][name].shape) for name in ("row_var", "col_var")], [(2, 1), (1, 3)])
        # A vector keeps all; its scale is at least eps2.
        q = nn.Parameter(torch.zeros(2))
        q.grad = torch.tensor([3.0, -4.0])
        torch.optim.Adafactor([q], lr=0.01).step()
        self.assert_close(q, [-1e-5, 1e-5], 9)

    def test_muon(self):
        # Coefficients that leave singular values as they are: the update is the gradient over its norm.
        options = {"lr": 0.1, "weight_decay": 0.5, "momentum": 0.0, "nesterov": False, "ns_coefficients": (1.0, 0.0, 0.0)}
        p = nn.Parameter(torch.ones(2, 2))
        p.grad = torch.tensor([[3.0, 0.0], [0.0, 4.0]])
        torch.optim.Muon([p], **options).step()
        self.assert_close(p, [[0.89, 0.95], [0.95, 0.87]], 3)
        tall = nn.Parameter(torch.zeros(4, 1))
        tall.grad = torch.tensor([[2.0]] * 4)
        torch.optim.Muon([tall], **options).step()
        self.assert_close(tall, [[-0.1]] * 4, 3)
        self.assert_error(ValueError, "Muon only supports 2D parameters", torch.optim.Muon, [nn.Parameter(torch.ones(3))])

    def test_lbfgs_finds_the_minimum_of_a_quadratic(self):
        matrix = torch.tensor([[3.0, 1.0], [1.0, 2.0]])
        for options in ({}, {"line_search_fn": "strong_wolfe"}, {"line_search_fn": "strong_wolfe", "maximize": True}):
            p = nn.Parameter(torch.tensor([4.0, -3.0]))
            optimizer = torch.optim.LBFGS([p], **options)
            sign = -1 if options.get("maximize") else 1

            def closure():
                optimizer.zero_grad()
                loss = sign * (0.5 * p @ matrix @ p - p.sum())
                loss.backward()
                return loss

            first = optimizer.step(closure)
            self.assertAlmostEqual(first.item(), sign * 20.0, 4)
            self.assert_close(p, torch.linalg.solve(matrix, torch.ones(2)).tolist(), 4)

    def test_lbfgs_finds_the_valley_of_rosenbrock(self):
        p = nn.Parameter(torch.tensor([-1.2, 1.0], dtype=torch.float64))
        optimizer = torch.optim.LBFGS([p], line_search_fn="strong_wolfe", max_iter=100)

        def closure():
            optimizer.zero_grad()
            loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
            loss.backward()
            return loss

        optimizer.step(closure)
        self.assert_close(p, [1.0, 1.0], 4)
        self.assertEqual(optimizer.state[p]["func_evals"] >= optimizer.state[p]["n_iter"], True)


class Kinds(TorchCase):
    """What every optimiser has to stand: other dtypes, layouts, sizes, and rates that are tensors."""

    MAKERS = {
        name: getattr(torch.optim, name)
        for name in "SGD Adam AdamW Adamax NAdam RAdam Adadelta Adagrad RMSprop Rprop ASGD Adafactor".split()
    }

    def stepped(self, make, parameter, **options):
        optimizer = make([parameter], lr=0.125, **options)
        for scale in (1.0, -0.5, 0.25):
            parameter.grad = torch.linspace(-1, 1, parameter.numel(), dtype=parameter.dtype).reshape(parameter.shape) * scale
            optimizer.step()
        return parameter.detach()

    def test_layouts_agree(self):
        values = torch.arange(12.0).reshape(3, 4) / 7
        for name, make in self.MAKERS.items():
            plain = self.stepped(make, nn.Parameter(values.clone()))
            turned = self.stepped(make, nn.Parameter(values.t().contiguous().t()))
            part = torch.zeros(5, 4)
            part[1:4] = values
            window = self.stepped(make, part[1:4].requires_grad_())
            for other in (turned, window):
                self.assertTrue(torch.allclose(plain, other, rtol=1e-6, atol=1e-7), name)
            self.assert_tensor(part[0], [0.0] * 4)

    def test_half_types_follow_float32(self):
        values = torch.arange(6.0).reshape(2, 3) / 8
        for name, make in self.MAKERS.items():
            exact = self.stepped(make, nn.Parameter(values.clone()))
            for dtype in (torch.float16, torch.bfloat16):
                found = self.stepped(make, nn.Parameter(values.to(dtype)))
                self.assertIs(found.dtype, dtype)
                if name not in ("Rprop", "Adadelta"):
                    self.assertTrue(torch.allclose(found.float(), exact, rtol=0.05, atol=0.05), (name, dtype, found, exact))

    def test_empty_and_scalar_parameters(self):
        for name, make in self.MAKERS.items():
            self.assertEqual(tuple(self.stepped(make, nn.Parameter(torch.zeros(0, 3))).shape), (0, 3), name)
            self.assertEqual(self.stepped(make, nn.Parameter(torch.tensor(2.0))).dim(), 0, name)

    def test_rates_that_are_tensors(self):
        for name, make in self.MAKERS.items():
            runs = []
            for rate in (0.125, torch.tensor(0.125)):
                p = nn.Parameter(torch.ones(3))
                p.grad = torch.tensor([1.0, -2.0, 0.5])
                make([p], lr=rate).step()
                runs.append(p.tolist())
            self.assertEqual(*runs, name)
            self.assert_error(ValueError, "Tensor lr must be 1-element", make, [p], lr=torch.ones(2))

    def test_not_a_number_stays(self):
        for name, make in self.MAKERS.items():
            p = nn.Parameter(torch.ones(2))
            p.grad = torch.tensor([float("nan"), 1.0])
            make([p], lr=0.1).step()
            wanted = [False, False] if name == "Rprop" else [True, name == "Adafactor"]
            self.assertEqual(p.isnan().tolist(), wanted, name)

    def test_differentiable_steps(self):
        for make in (torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop):
            rate = torch.tensor(2.0, requires_grad=True)
            p = (torch.ones(3) * rate).requires_grad_()
            optimizer = make([p], lr=0.5, differentiable=True)
            p.grad = p.detach() * rate
            optimizer.step()
            self.assertIsNotNone(p.grad_fn)
            (slope,) = torch.autograd.grad(p.sum(), rate)
            wanted = 3 - 3 * 0.5 * 2 if make is torch.optim.SGD else 3.0
            self.assertAlmostEqual(slope.item(), wanted, 2)


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


if __name__ == "__main__":
    unittest.main()
