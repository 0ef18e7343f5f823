"""`torch.utils.checkpoint`: gradients as without it, functions run again, random numbers drawn again.

Read next: `torch/utils/checkpoint.py`.
"""

import contextlib
import unittest
import warnings

import torch
from torch import nn
from torch.utils.checkpoint import CheckpointError, checkpoint, checkpoint_sequential, set_checkpoint_early_stop
from torch_case import TorchCase


class Counted:
    """A function that counts its runs."""

    def __init__(self, function):
        self.function, self.runs = function, 0

    def __call__(self, *args, **kwargs):
        self.runs += 1
        return self.function(*args, **kwargs)


class Checkpoints(TorchCase):
    def test_gradients_and_draws_are_the_same(self):
        net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Tanh(), nn.Linear(8, 2))
        x = torch.randn(3, 4, requires_grad=True)

        def trained(run):
            torch.manual_seed(1)
            out = run(x)
            after = torch.rand(2).tolist()
            out.square().sum().backward()
            gradients = [x.grad.tolist(), *(parameter.grad.tolist() for parameter in net.parameters())]
            x.grad = None
            net.zero_grad()
            return out.tolist(), after, torch.rand(2).tolist(), gradients

        plain = trained(net)
        for use_reentrant in (False, True):
            with self.subTest(use_reentrant=use_reentrant):
                counted = Counted(net)
                self.assertEqual(trained(lambda value: checkpoint(counted, value, use_reentrant=use_reentrant)), plain)
                self.assertEqual(counted.runs, 2)
                self.assertEqual(trained(lambda value: checkpoint_sequential(net, 2, value, use_reentrant=use_reentrant)), plain)

    def test_draws_need_not_be_kept(self):
        drawn = []

        def noisy(x):
            drawn.append(torch.rand(()).item())
            return (x * drawn[-1]).exp()

        for preserve in (True, False):
            drawn.clear()
            checkpoint(noisy, torch.ones(1, requires_grad=True), use_reentrant=False, preserve_rng_state=preserve).sum().backward()
            self.assertEqual(drawn[0] == drawn[1], preserve)

    def test_nothing_runs_again_unasked(self):
        counted = Counted(torch.exp)
        out = checkpoint(counted, torch.ones(2, requires_grad=True), use_reentrant=False)
        self.assertEqual(counted.runs, 1)
        with torch.no_grad():
            checkpoint(counted, torch.ones(2), use_reentrant=False)
        out.sum().backward()
        self.assertEqual(counted.runs, 3)

    def test_keywords_and_several_outputs(self):
        def both(x, *, times):
            return x * times, {"exp": x.exp()}

        x = torch.tensor([0.5], requires_grad=True)
        double, rest = checkpoint(both, x, times=2, use_reentrant=False)
        (double.sum() + rest["exp"].sum()).backward()
        self.assert_close(x.grad, [2 + 1.6487213])

    def test_gradients_of_gradients_and_nesting(self):
        x = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)

        def inner(value):
            return (value.sin() * value).exp()

        def outer(value):
            return checkpoint(inner, value, use_reentrant=False).cos()

        (first,) = torch.autograd.grad(checkpoint(outer, x, use_reentrant=False).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), x)
        (plain,) = torch.autograd.grad(inner(x).cos().sum(), x, create_graph=True)
        self.assert_close(first, plain.tolist(), 12)
        self.assert_close(second, torch.autograd.grad(plain.sum(), x)[0].tolist(), 10)

    def test_early_stop(self):
        reached = []

        def function(x):
            x = x.exp()
            reached.append("end")
            return x

        def runs(**options):
            reached.clear()
            checkpoint(function, torch.ones(1, requires_grad=True), use_reentrant=False, **options).sum().backward()
            return len(reached)

        self.assertEqual((runs(), runs(early_stop=False)), (1, 2))
        with set_checkpoint_early_stop(False):
            self.assertEqual(runs(), 2)

    def test_contexts(self):
        entered = []

        @contextlib.contextmanager
        def telling(name):
            entered.append(name)
            yield

        out = checkpoint(torch.exp, torch.ones(1, requires_grad=True), use_reentrant=False, context_fn=lambda: (telling("first"), telling("second")))
        out.sum().backward()
        self.assertEqual(entered, ["first", "second"])

    def test_unlike_second_runs(self):
        sizes = iter([2, 3])

        def shifting(x):
            return (x.sum() * torch.ones(next(sizes))).exp()

        out = checkpoint(shifting, torch.ones(1, requires_grad=True), use_reentrant=False)
        with self.assertRaisesRegex(CheckpointError, "have different metadata than during the forward pass"):
            out.sum().backward()
        exps = iter([2, 1])

        def shorter(x):
            for _ in range(next(exps)):
                x = x.exp()
            return x

        out = checkpoint(shorter, torch.ones(1, requires_grad=True), use_reentrant=False)
        with self.assertRaisesRegex(CheckpointError, "Number of tensors saved during forward: 2\nNumber of tensors saved during recomputation: 1"):
            out.sum().backward()

    def test_arguments(self):
        x = torch.ones(1, requires_grad=True)
        with self.assertWarnsRegex(UserWarning, "the use_reentrant parameter should be passed explicitly"):
            checkpoint(torch.exp, x)
        with self.assertWarnsRegex(UserWarning, r"None of the inputs have requires_grad=True\. Gradients will be None"):
            self.assertFalse(checkpoint(torch.exp, x.detach(), use_reentrant=True).requires_grad)
        self.assert_error(ValueError, "Unexpected keyword arguments: a", checkpoint, torch.exp, x, use_reentrant=True, a=1)
        self.assert_error(ValueError, "Passing `context_fn` or `debug` is only supported", checkpoint, torch.exp, x, use_reentrant=True, debug=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertEqual(checkpoint(lambda a, b, c: a * b, x, None or 3, "c", use_reentrant=True).item(), 3.0)


if __name__ == "__main__":
    unittest.main()
