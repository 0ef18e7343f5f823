"""Optimiser steps that ride on no gradient's kernel: one dispatch for parameters of all sizes, and nothing that a program
could see of their buffers being shared.

Read next: `test_optimizers`, `engine/tests/executor/joined.rs`.
"""

import copy
import io

import torch
from gpu_case import GpuCase
from test_optimizers import CASES
from torch import nn
from torch._C import ops

SHAPES = [(30, 20), (30,), (1,), (), (7, 7), (64,), (5000,)]

#: Steps until buffers are shared, and until RAdam and ASGD have come to their second form.
SETTLED = 9

STATS = torch.accelerator.memory_stats


def parameters(device, shapes=SHAPES):
    torch.manual_seed(0)
    return [torch.randn(shape).to(device).requires_grad_() for shape in shapes]


def backward(params):
    """Gradients, computed before the step."""
    loss = sum((param.sin() ** 2).sum() for param in params)
    loss.backward()
    loss.item()


class JoinedSteps(GpuCase):
    def counted(self, optimizer):
        before = STATS()
        optimizer.step()
        after = STATS()
        return tuple(after[name] - before[name] for name in ("dispatches", "submits", "plans"))

    def assert_same(self, mine, its, tolerance=1e-4):
        for x, y in zip(mine, its):
            self.assertTrue(torch.allclose(x.detach().cpu(), y.detach().cpu(), rtol=tolerance, atol=tolerance))

    def test_one_dispatch_for_each_optimizer(self):
        for name in CASES.keys() - {"Adafactor", "Muon"}:
            with self.subTest(name):
                cpu, gpu = parameters("cpu"), parameters("webgpu")
                optimizers = [getattr(torch.optim, name)(params, lr=0.01, **CASES[name]) for params in (cpu, gpu)]
                for number in range(SETTLED + 3):
                    for optimizer, params in zip(optimizers, (cpu, gpu)):
                        optimizer.zero_grad()
                        backward(params)
                    optimizers[0].step()
                    counts = self.counted(optimizers[1])
                    if number >= SETTLED:
                        self.assertEqual(counts, (1, 1, 0))
                self.assert_same(cpu, gpu, 2e-3 if name in ("Rprop", "Adadelta", "RMSprop") else 1e-4)

    def test_clipped_gradients_and_a_step_are_one_dispatch(self):
        found = []
        for device in ("cpu", "webgpu"):
            params = parameters(device)
            optimizer = torch.optim.AdamW(params, lr=0.01)
            for number in range(5):
                optimizer.zero_grad()
                sum((param.sin() ** 2).sum() for param in params).backward()
                nn.utils.clip_grad_norm_(params, 0.5)
                counts = self.counted(optimizer)
            found.append([*params, *(param.grad for param in params)])
        self.assertEqual(counts[1:], (1, 0))
        self.assert_same(*found)

    def test_groups_of_their_own(self):
        found = []
        for device in ("cpu", "webgpu"):
            params = parameters(device)
            groups = [{"params": params[:3], "lr": 0.1}, {"params": params[3:], "weight_decay": 0.1, "amsgrad": True}]
            optimizer = torch.optim.Adam(groups, lr=0.01)
            for number in range(6):
                if number == 2:
                    params.extend(parameters(device, [(3, 3), (40,)]))
                    optimizer.add_param_group({"params": params[-2:]})
                optimizer.zero_grad(set_to_none=number % 2 == 0)
                backward(params)
                counts = self.counted(optimizer)
            found.append(params)
        self.assertLessEqual(counts[0], 2)
        self.assert_same(*found)

    def test_frozen_missing_and_tied(self):
        found = []
        for device in ("cpu", "webgpu"):
            torch.manual_seed(1)
            model = nn.Sequential(nn.Embedding(20, 8), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 20)).to(device)
            model[3].weight = model[0].weight
            model[1].bias.requires_grad_(False)
            extra = nn.Parameter(torch.ones(50).to(device))
            params = [*model.parameters(), extra]
            optimizer = torch.optim.SGD(params, lr=0.1, momentum=0.9)
            words = torch.arange(20).to(device)
            for number in range(8):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(model(words), words.flip(0))
                if number % 3 == 1:
                    loss = loss + (extra**2).sum()
                loss.backward()
                loss.item()
                optimizer.step()
            found.append(params)
        self.assertIs(model[3].weight, model[0].weight)
        self.assert_same(*found)

    def test_what_a_program_does_to_parameters(self):
        found = []
        for device in ("cpu", "webgpu"):
            params = parameters(device)
            optimizer = torch.optim.Adam(params, lr=0.05)
            views, versions, kept = [], [], []
            firsts = [param._version for param in params]
            for number in range(12):
                optimizer.zero_grad()
                backward(params)
                optimizer.step()
                if number == 3:
                    views.append(params[0].detach()[3:7, ::2])
                    kept.append(params[6].detach().clone())
                if number == 5:
                    with torch.no_grad():
                        params[1].mul_(0.5)
                        params[0][2] = params[0][4] + params[1][0]
                if number == 6:
                    params[4].data = torch.full((7, 7), 0.25).to(device)
                if number == 7:
                    params[5].data = torch.ones(10).to(device)
                    params[5].grad = None
                    del optimizer.state[params[5]]
                if number == 8:
                    file = io.BytesIO()
                    torch.save({"model": params, "optimizer": optimizer.state_dict()}, file)
                if number == 9:
                    file.seek(0)
                    saved = torch.load(file, weights_only=False)
                    with torch.no_grad():
                        for param, value in zip(params, saved["model"]):
                            param.copy_(value)
                    optimizer.load_state_dict(saved["optimizer"])
                if number == 10:
                    other = copy.deepcopy(params)
                    self.assertTrue(all(torch.equal(x, y) for x, y in zip(params, other)))
                    kept.extend(other)
                versions.append([param._version - first for param, first in zip(params[:4], firsts)])
            state = [entry for values in optimizer.state.values() for entry in values.values()]
            found.append((versions, [*params, *views, *kept, *state]))
        self.assertEqual(found[0][0], found[1][0])
        self.assert_same(found[0][1], found[1][1])

    def test_accumulated_over_micro_batches(self):
        found = []
        for device in ("cpu", "webgpu"):
            params = parameters(device)
            optimizer = torch.optim.AdamW(params, lr=0.01)
            for _ in range(4):
                optimizer.zero_grad()
                for _ in range(3):
                    backward(params)
                optimizer.step()
            found.append(params)
        self.assert_same(*found)

    def test_memory_and_bytes_stay_the_same(self):
        params = [torch.randn(1 + 37 * number).to("webgpu").requires_grad_() for number in range(120)]
        optimizer = torch.optim.AdamW(params, lr=1e-3)
        seen = []
        for _ in range(40):
            optimizer.zero_grad()
            backward(params)
            before = ops.gpu_stats()[7]
            counts = self.counted(optimizer)
            submits, dispatches, plans, pipelines, buffers, used, peak, moved = ops.gpu_stats()
            seen.append((plans, pipelines, buffers, used, moved - before))
        self.assertEqual(counts[0], 1)
        self.assertEqual(seen[5:], [seen[5]] * 35)
        # Parameter, two moments and gradient, each counted once.
        elements = sum(param.numel() for param in params)
        self.assertEqual(seen[-1][-1], 4 * elements * 4)

    def test_freed_with_the_last(self):
        before = torch.accelerator.memory_allocated()
        params = parameters("webgpu")
        optimizer = torch.optim.Adam(params, lr=0.01)
        for _ in range(4):
            optimizer.zero_grad()
            backward(params)
            optimizer.step()
        kept = params[0].detach()
        expected = kept.cpu()
        del params, optimizer
        noise = [torch.randn(5000).to("webgpu") * 2 for _ in range(20)]
        self.assertTrue(torch.equal(kept.cpu(), expected))
        del kept, noise
        torch.zeros(1).to("webgpu").item()
        self.assertLessEqual(torch.accelerator.memory_allocated(), before + 4096)
