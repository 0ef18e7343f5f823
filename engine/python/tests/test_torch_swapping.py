"""Tensors that exchange everything, and modules that load and convert by swapping.

Read next: `torch/_swapping.py`.
"""

import contextlib
import unittest
import weakref

import torch
from torch import nn
from torch_case import TorchCase


@contextlib.contextmanager
def swapping():
    """Modules swap parameters while this lasts."""
    torch.__future__.set_swap_module_params_on_conversion(True)
    try:
        yield
    finally:
        torch.__future__.set_swap_module_params_on_conversion(False)


class Named(nn.Parameter):
    """A parameter class of a program's own."""


class Swapping(TorchCase):
    def test_everything_is_exchanged(self):
        a = nn.Parameter(torch.tensor([1.0, 2.0]))
        b = torch.arange(6).reshape(2, 3)
        (a * 3).sum().backward()
        a.note = "first"
        self.assertIsNone(torch.utils.swap_tensors(a, b))
        self.assertIs(type(a), torch.Tensor)
        self.assertIs(type(b), nn.Parameter)
        self.assert_tensor(a, [[0, 1, 2], [3, 4, 5]], torch.int64)
        self.assert_tensor(b.grad, [3.0, 3.0])
        self.assertEqual(b.note, "first")
        self.assertFalse(hasattr(a, "note"))

    def test_weak_references_and_others_are_refused(self):
        a, b = torch.ones(1), torch.ones(2)
        pointer = weakref.ref(b)
        self.assert_error(RuntimeError, "Cannot swap t2 because it has weakref associated with it", torch.utils.swap_tensors, a, b)
        self.assertIs(pointer(), b)
        self.assert_error(TypeError, "swap_tensors(): t2 must be Tensor", torch.utils.swap_tensors, a, 1)

    def test_module_load(self):
        a, b = torch.zeros(2), torch.ones(2, requires_grad=True)
        self.assertFalse(a.module_load(b, assign=True).requires_grad)
        self.assert_tensor(a, [0.0, 0.0])
        self.assert_tensor(a.detach().module_load(b.detach()), [1.0, 1.0])

    def test_modules_swap_when_asked(self):
        layer = nn.Linear(2, 1)
        weight = layer.weight = Named(torch.zeros(1, 2))
        layer(torch.ones(2)).sum().backward()
        with swapping():
            layer.double()
            self.assertIs(layer.weight, weight)
            self.assertIs(type(weight), Named)
            self.assertIs(weight.dtype, torch.float64)
            self.assert_tensor(weight.grad, [[1.0, 1.0]], torch.float64)
            layer.load_state_dict({"weight": torch.ones(1, 2), "bias": torch.ones(1)})
            self.assertIs(layer.weight, weight)
            self.assert_tensor(weight, [[1.0, 1.0]], torch.float64)
            self.assertTrue(weight.requires_grad)
            layer.load_state_dict({"weight": torch.full((1, 2), 3.0), "bias": torch.ones(1)}, assign=True)
            self.assert_tensor(weight, [[3.0, 3.0]], torch.float32)
            self.assertIs(layer.weight, weight)

    def test_conversions_make_new_parameters_when_asked(self):
        layer = nn.Linear(2, 1)
        before = layer.weight
        torch.__future__.set_overwrite_module_params_on_conversion(True)
        try:
            layer.double()
        finally:
            torch.__future__.set_overwrite_module_params_on_conversion(False)
        self.assertIsNot(layer.weight, before)
        self.assertIs(before.dtype, torch.float32)
        self.assertIs(layer.weight.dtype, torch.float64)


if __name__ == "__main__":
    unittest.main()
