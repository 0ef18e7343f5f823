"""Gradients, grad modes, leaves, and the errors around them."""

import unittest

import torch
from torch_case import TorchCase


class Backward(TorchCase):
    def test_inplace_keeps_what_its_own_gradient_needs(self):
        a = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
        x = a * 1
        x.mul_(y)
        x[1:].mul_(y[1:])
        x.sum().backward()
        self.assert_tensor(y.grad, [1.0, 20.0, 36.0])
        self.assert_tensor(a.grad, [4.0, 25.0, 36.0])

    def test_accumulates_in_leaves(self):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        (x**2).sum().backward()
        self.assert_tensor(x.grad, [2.0, 4.0])
        (x * 3).sum().backward()
        self.assert_tensor(x.grad, [5.0, 7.0])
        x.grad = None
        self.assertIsNone(x.grad)

    def test_broadcast_and_shared_use(self):
        w, b = torch.ones(2, 3, requires_grad=True), torch.ones(3, requires_grad=True)
        y = w * b + b
        y.backward(torch.ones(2, 3))
        self.assert_tensor(b.grad, [4.0, 4.0, 4.0])

    def test_inputs_only(self):
        a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
        (a * b).backward(inputs=[a])
        self.assertIsNotNone(a.grad)
        self.assertIsNone(b.grad)

    def test_grad_and_higher_orders(self):
        x = torch.tensor(2.0, requires_grad=True)
        (first,) = torch.autograd.grad(x**3, x, create_graph=True)
        (second,) = torch.autograd.grad(first, x)
        self.assertAlmostEqual(first.item(), 12.0)
        self.assertAlmostEqual(second.item(), 12.0)

    def test_views_and_in_place(self):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        y[1] = 10
        y[2:] *= 5
        y.sum().backward()
        self.assert_tensor(x.grad, [2.0, 0.0, 10.0])

    def test_overlapping_windows(self):
        x = torch.ones(4, requires_grad=True)
        x.unfold(0, 2, 1).sum().backward()
        self.assert_tensor(x.grad, [1.0, 2.0, 2.0, 1.0])

    def test_detach_and_data(self):
        x = torch.ones(2, requires_grad=True)
        self.assertFalse((x * 2).detach().requires_grad)
        x.data[0] = 5
        self.assert_tensor(x, [5.0, 1.0])
        y = (x * 2).detach_()
        self.assertTrue(y.is_leaf)

    def test_retain_grad(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        y.retain_grad()
        y.sum().backward()
        self.assert_tensor(y.grad, [1.0, 1.0])


class Modes(TorchCase):
    def test_no_grad(self):
        x = torch.ones(2, requires_grad=True)
        with torch.no_grad():
            self.assertFalse((x * 2).requires_grad)
            with torch.enable_grad():
                self.assertTrue((x * 2).requires_grad)
        self.assertTrue((x * 2).requires_grad)

        @torch.no_grad()
        def decorated():
            return x * 2

        @torch.no_grad
        def bare():
            return torch.is_grad_enabled()

        self.assertFalse(decorated().requires_grad)
        self.assertFalse(bare())
        self.assertTrue(torch.is_grad_enabled())

    def test_mode_survives_an_error(self):
        with self.assertRaises(ValueError):
            with torch.no_grad():
                raise ValueError
        self.assertTrue(torch.is_grad_enabled())

    def test_set_grad_enabled(self):
        with torch.set_grad_enabled(False):
            self.assertFalse(torch.is_grad_enabled())
        self.assertTrue(torch.is_grad_enabled())
        with torch.inference_mode():
            self.assertFalse(torch.is_grad_enabled())

    def test_generators(self):
        @torch.no_grad()
        def numbers():
            yield torch.is_grad_enabled()
            yield torch.is_grad_enabled()

        modes = []
        for mode in numbers():
            modes.append((mode, torch.is_grad_enabled()))
        self.assertEqual(modes, [(False, True), (False, True)])


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return x**3 * factor

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * ctx.factor * gradient, None


class Functions(TorchCase):
    def test_backward_in_python(self):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = Cube.apply(x * 1, 2)
        self.assertEqual(type(y.grad_fn).__name__, "CubeBackward")
        (y.sum() + x.sum()).backward()
        self.assert_tensor(x.grad, [7.0, 25.0])
        del y
        torch._C.free_dead()
        torch.autograd._hooks.collect()
        self.assertFalse(any(isinstance(one, torch.autograd.function._Applied) for one in torch.autograd._hooks.kept.values()))

    def test_higher_orders(self):
        x = torch.tensor(2.0, requires_grad=True)
        (first,) = torch.autograd.grad(Cube.apply(x, 1), x, create_graph=True)
        (second,) = torch.autograd.grad(first, x)
        self.assertEqual((first.item(), second.item()), (12.0, 12.0))

    def test_an_error_in_backward_is_raised(self):
        class Broken(Cube):
            @staticmethod
            def backward(ctx, gradient):
                raise ValueError("broken")

        x = torch.ones(1, requires_grad=True)
        self.assert_error(ValueError, "broken", Broken.apply(x, 1).backward)
        (x * 2).backward()
        self.assert_tensor(x.grad, [2.0])


class Errors(TorchCase):
    def test_texts(self):
        x = torch.ones(2, requires_grad=True)
        self.assert_error(RuntimeError, "grad can be implicitly created only for scalar outputs", (x * 2).backward)
        self.assert_error(
            RuntimeError, "element 0 of tensors does not require grad and does not have a grad_fn", torch.ones(1).sum().backward
        )
        self.assert_error(
            RuntimeError, "a leaf Variable that requires grad is being used in an in-place operation.", x.add_, 1
        )
        y = (x * x).sum()
        y.backward()
        self.assert_error(RuntimeError, "Trying to backward through the graph a second time", y.backward)
        self.assert_error(
            RuntimeError, "only Tensors of floating point and complex dtype can require gradients", torch.arange(2).requires_grad_
        )

    def test_changed_saved_tensor(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        z = y * y
        y.add_(1)
        self.assert_error(
            RuntimeError,
            "one of the variables needed for gradient computation has been modified by an inplace operation",
            z.sum().backward,
        )

    def test_grad_fn(self):
        x = torch.ones(2, requires_grad=True)
        self.assertIsNone(x.grad_fn)
        self.assertEqual(type((x + 1).grad_fn).__name__, "AddBackward0")
        self.assertEqual((x.exp()).grad_fn.name(), "ExpBackward0")


if __name__ == "__main__":
    unittest.main()
