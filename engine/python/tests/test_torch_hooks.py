"""Hooks on tensors and nodes, the history as Python sees it, functions in Python, saved tensors, modes."""

import gc
import unittest
import warnings

import torch
from torch.autograd import Function, gradcheck, gradgradcheck
from torch_case import TorchCase


class TensorHooks(TorchCase):
    def test_run_in_order_on_leaves_and_others(self):
        seen = []
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = x * 2
        x.register_hook(lambda grad: seen.append(("x", grad.tolist())))
        y.register_hook(lambda grad: seen.append(("y1", grad.tolist())))
        y.register_hook(lambda grad: grad * 10)
        y.register_hook(lambda grad: seen.append(("y3", grad.tolist())))
        y.retain_grad()
        (y * 3).sum().backward()
        self.assertEqual(seen, [("y1", [3.0, 3.0]), ("y3", [30.0, 30.0]), ("x", [60.0, 60.0])])
        self.assert_tensor(y.grad, [30.0, 30.0])
        self.assert_tensor(x.grad, [60.0, 60.0])

    def test_leaf_hook_sees_the_sum_once(self):
        seen = []
        x = torch.ones(1, requires_grad=True)
        x.register_hook(lambda grad: seen.append(grad.item()))
        (x * 2 + x * 3).sum().backward()
        self.assertEqual(seen, [5.0])

    def test_removal(self):
        x = torch.ones(1, requires_grad=True)
        handle = x.register_hook(lambda grad: grad * 2)
        handle.remove()
        with x.register_hook(lambda grad: grad * 3):
            x.sum().backward()
        self.assert_tensor(x.grad, [3.0])
        x.grad = None
        x.sum().backward()
        self.assert_tensor(x.grad, [1.0])

    def test_hooks_of_wanted_inputs(self):
        x = torch.ones(1, requires_grad=True)
        x.register_hook(lambda grad: grad + 1)
        self.assert_tensor(torch.autograd.grad((x * 2).sum(), x)[0], [3.0])

    def test_post_accumulate(self):
        seen = []
        p, q = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
        for parameter in (p, q):
            parameter.register_post_accumulate_grad_hook(lambda one: (seen.append(one is p), setattr(one, "grad", None)))
        (p * 2 + q).sum().backward()
        self.assertEqual(sorted(seen), [False, True])
        self.assertIsNone(p.grad)

    def test_errors(self):
        x = torch.ones(1)
        self.assert_error(RuntimeError, "cannot register a hook on a tensor that doesn't require gradient", x.register_hook, print)
        x.requires_grad_()
        self.assert_error(
            RuntimeError, "post accumulate grad hooks cannot be registered on non-leaf tensors", (x * 2).register_post_accumulate_grad_hook, print
        )
        x.register_hook(lambda grad: 3)
        self.assert_error(TypeError, "hook '<lambda>' has returned an incorrect type", x.sum().backward)
        y = torch.ones(2, requires_grad=True)
        y.register_hook(lambda grad: grad[:1])
        self.assert_error(RuntimeError, "hook '<lambda>' has changed the size of value", y.sum().backward)

    @staticmethod
    def let_go():
        gc.collect()
        torch._C.free_dead()
        torch.autograd._hooks.collect()

    def test_hooks_are_let_go(self):
        self.let_go()
        before = len(torch.autograd._hooks.kept)
        x = torch.ones(1, requires_grad=True)
        y = x * 2
        y.register_hook(print)
        x.register_hook(print)
        del x, y
        TensorHooks.let_go()
        self.assertEqual(len(torch.autograd._hooks.kept), before)


class Nodes(TorchCase):
    def test_next_functions(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        z = y + x
        self.assertEqual(z.grad_fn.name(), "AddBackward0")
        (first, number), (second, _) = z.grad_fn.next_functions
        self.assertEqual((first.name(), number), ("MulBackward0", 0))
        self.assertIs(first, y.grad_fn)
        self.assertEqual(second.name(), "AccumulateGrad")
        self.assertTrue(torch.equal(second.variable, x))
        z.grad_fn.metadata["note"] = 1
        node = z.grad_fn
        self.assertEqual(node.metadata, {})

    def test_node_hooks(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        seen = []
        y.grad_fn.register_prehook(lambda grads: seen.append([g.tolist() for g in grads]))
        y.grad_fn.register_hook(lambda inputs, outputs: tuple(None if g is None else g * 5 for g in inputs))
        y.sum().backward()
        self.assertEqual(seen, [[[1.0, 1.0]]])
        self.assert_tensor(x.grad, [10.0, 10.0])

    def test_saved(self):
        x = torch.tensor([2.0], requires_grad=True)
        y = x.exp()
        self.assertTrue(torch.equal(y.grad_fn._saved_result, y))
        y.backward()
        with self.assertRaisesRegex(RuntimeError, "Trying to backward through the graph a second time"):
            y.grad_fn._saved_result
        self.assert_error(RuntimeError, "Trying to backward through the graph a second time", y.backward)


class Saved(TorchCase):
    def test_hooks_pack_and_unpack(self):
        log = []
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(
            lambda t: (log.append("pack"), t.tolist())[1], lambda c: (log.append("unpack"), torch.tensor(c))[1]
        ):
            y = x.exp() * x
        y.sum().backward()
        self.assertEqual(log.count("pack"), 3)
        self.assertEqual(log.count("unpack"), 3)
        self.assert_close(x.grad, [2 * 2.718281828, 3 * 7.389056099])

    def test_save_on_cpu(self):
        x = torch.ones(3, requires_grad=True)
        with torch.autograd.graph.save_on_cpu():
            y = (x * x).sum()
        y.backward()
        self.assert_tensor(x.grad, [2.0, 2.0, 2.0])

    def test_double_backward_through_packed(self):
        x = torch.tensor(2.0, requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            y = x**3
        (first,) = torch.autograd.grad(y, x, create_graph=True)
        (second,) = torch.autograd.grad(first, x)
        self.assertEqual((first.item(), second.item()), (12.0, 12.0))

    def test_in_place_operators_keep_the_old_value_that_they_need(self):
        x = torch.tensor([3.0], requires_grad=True)
        w = torch.tensor([2.0], requires_grad=True)
        y = x * 1
        y *= w
        y.mul_(w)
        y.sum().backward()
        self.assert_tensor(w.grad, [12.0])
        y = x * 1
        z = y * y
        y.mul_(2)
        self.assert_error(RuntimeError, "one of the variables needed for gradient computation", z.sum().backward)

    def test_versions(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        z = y.exp()
        z.add_(1)
        with self.assertRaisesRegex(
            RuntimeError,
            r"one of the variables needed for gradient computation has been modified by an inplace operation: "
            r"\[torch.FloatTensor \[2\]\], which is output 0 of Exp, is at version 1; expected version 0 instead.",
        ):
            z.sum().backward()


class Square(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return 2 * x * grad


class Functions(TorchCase):
    def test_saved_output_and_versions(self):
        class Exp(Function):
            @staticmethod
            def forward(ctx, x):
                y = x.exp()
                ctx.save_for_backward(y)
                return y

            @staticmethod
            def backward(ctx, grad):
                return grad * ctx.saved_tensors[0]

        x = torch.randn(3, dtype=torch.float64, requires_grad=True)
        self.assertTrue(gradcheck(Exp.apply, x))
        self.assertTrue(gradgradcheck(Exp.apply, x))
        y = Exp.apply(x)
        self.assertEqual(type(y.grad_fn).__name__, "ExpBackward")
        self.assertTrue(torch.equal(y.grad_fn.saved_tensors[0], y))
        y.add_(1)
        self.assert_error(RuntimeError, "one of the variables needed for gradient computation", y.sum().backward)

    def test_nothing_is_kept_in_a_circle(self):
        TensorHooks.let_go()
        before = len(torch.autograd._hooks.kept)
        y = Square.apply(torch.ones(2, requires_grad=True))
        del y
        TensorHooks.let_go()
        self.assertEqual(len(torch.autograd._hooks.kept), before)

    def test_mark_dirty(self):
        class Double(Function):
            @staticmethod
            def forward(ctx, x):
                x.mul_(2)
                ctx.mark_dirty(x)
                return x

            @staticmethod
            def backward(ctx, grad):
                return grad * 2

        x = torch.ones(2, requires_grad=True)
        y = x * 1
        z = Double.apply(y)
        self.assertIs(z, y)
        z.sum().backward()
        self.assert_tensor(x.grad, [2.0, 2.0])
        self.assert_error(RuntimeError, "a leaf Variable that requires grad is being used", Double.apply, x)

    def test_setup_context_and_nones(self):
        class Scale(Function):
            @staticmethod
            def forward(x, factor):
                return x * factor, x.argmax()

            @staticmethod
            def setup_context(ctx, inputs, output):
                ctx.factor = inputs[1]
                ctx.mark_non_differentiable(output[1])
                ctx.set_materialize_grads(False)

            @staticmethod
            def backward(ctx, grad, _):
                return grad * ctx.factor, None

        x = torch.ones(2, requires_grad=True)
        y, index = Scale.apply(x, 3.0)
        self.assertFalse(index.requires_grad)
        y.sum().backward()
        self.assert_tensor(x.grad, [3.0, 3.0])

    def test_errors(self):
        class Wrong(Function):
            answer = None

            @staticmethod
            def forward(ctx, x):
                return x.clone()

            @staticmethod
            def backward(ctx, grad):
                return Wrong.answer

        x = torch.ones(2, requires_grad=True)
        Wrong.answer = (torch.ones(2), torch.ones(2))
        self.assert_error(
            RuntimeError, "function WrongBackward returned an incorrect number of gradients (expected 1, got 2)", Wrong.apply(x).sum().backward
        )
        Wrong.answer = torch.ones(3)
        self.assert_error(
            RuntimeError,
            "Function WrongBackward returned an invalid gradient at index 0 - got [3] but expected shape compatible with [2]",
            Wrong.apply(x).sum().backward,
        )
        Wrong.answer = 3
        self.assert_error(RuntimeError, "expected Variable or None (got int)", Wrong.apply(x).sum().backward)

        class Saver(Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(3)
                return x

        self.assert_error(TypeError, "save_for_backward can only save variables, but argument 0 is of type int", Saver.apply, x)

    def test_once_differentiable(self):
        class Once(Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            @torch.autograd.function.once_differentiable
            def backward(ctx, grad):
                return 2 * ctx.saved_tensors[0] * grad

        x = torch.ones(2, requires_grad=True)
        Once.apply(x).sum().backward()
        self.assert_tensor(x.grad, [2.0, 2.0])
        (g,) = torch.autograd.grad((Once.apply(x) ** 2).sum(), x, create_graph=True)
        self.assert_error(RuntimeError, "trying to differentiate twice a function that was marked with", g.sum().backward)


class Modes(TorchCase):
    def test_inference_mode(self):
        with torch.inference_mode():
            self.assertTrue(torch.is_inference_mode_enabled())
            x = torch.ones(2)
        self.assertFalse(torch.is_inference_mode_enabled())
        self.assertTrue(x.is_inference())
        w = torch.ones(2, requires_grad=True)
        self.assert_error(RuntimeError, "Inference tensors cannot be saved for backward.", lambda: w * x)
        self.assert_error(RuntimeError, "Inplace update to inference tensor outside InferenceMode is not allowed.", x.add_, 1)
        self.assert_error(RuntimeError, "Setting requires_grad=True on inference tensor outside InferenceMode", x.requires_grad_)
        self.assert_error(RuntimeError, "Inference tensors do not track version counter.", lambda: x._version)
        self.assertFalse(x.clone().is_inference())

    def test_decorated_generator(self):
        @torch.no_grad()
        def states():
            yield torch.is_grad_enabled()
            yield torch.is_grad_enabled()

        modes = []
        for state in states():
            modes.append((state, torch.is_grad_enabled()))
        self.assertEqual(modes, [(False, True), (False, True)])

    def test_views_that_must_not_be_written(self):
        x = torch.ones(2, 2, requires_grad=True)
        y = x * 1
        self.assert_error(RuntimeError, "Output 0 of UnbindBackward0 is a view and is being modified inplace.", y.unbind(0)[0].mul_, 2)
        with torch.no_grad():
            view = y.view(-1)
        self.assert_error(RuntimeError, "A view was created in no_grad mode and is being modified inplace", view.mul_, 2)
        self.assert_error(RuntimeError, "a leaf Variable that requires grad is being used in an in-place operation.", x.mul_, 2)
        self.assert_error(RuntimeError, "a view of a leaf Variable that requires grad is being used", x.view(-1).mul_, 2)

    def test_anomaly(self):
        x = torch.zeros(1, requires_grad=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with torch.autograd.detect_anomaly():
                y = (x.sqrt() * 0).sum()
                self.assert_error(RuntimeError, "Function 'SqrtBackward0' returned nan values in its 0th output.", y.backward)

    def test_requires_grad_errors(self):
        i = torch.tensor([1])
        self.assert_error(RuntimeError, "only Tensors of floating point and complex dtype can require gradients", i.requires_grad_)
        self.assert_error(RuntimeError, "only Tensors of floating point and complex dtype can require gradients", setattr, i, "requires_grad", True)
        self.assert_error(RuntimeError, "Only Tensors of floating point and complex dtype", torch.tensor, [1], requires_grad=True)
        y = torch.ones(1, requires_grad=True) * 2
        self.assert_error(RuntimeError, "you can only change requires_grad flags of leaf variables.", setattr, y, "requires_grad", False)


class Grad(TorchCase):
    def test_batched_and_materialized(self):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = x * x
        (jacobian,) = torch.autograd.grad(y, x, torch.eye(2), is_grads_batched=True)
        self.assert_tensor(jacobian, [[2.0, 0.0], [0.0, 4.0]])
        z = torch.ones(1, requires_grad=True)
        found = torch.autograd.grad((x * 2).sum(), [x, z], materialize_grads=True)
        self.assert_tensor(found[1], [0.0])
        self.assert_error(RuntimeError, "The differentiated Tensor at index 1 appears to not have been used in the graph.", torch.autograd.grad, (x * 2).sum(), [x, z])

    def test_inputs_that_are_no_leaves(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 3
        (y * y).sum().backward(inputs=[y])
        self.assert_tensor(y.grad, [6.0, 6.0])
        self.assertIsNone(x.grad)

    def test_roots(self):
        x = torch.ones(2)
        self.assert_error(RuntimeError, "element 0 of tensors does not require grad and does not have a grad_fn", x.sum().backward)
        x.requires_grad_()
        self.assert_error(RuntimeError, "grad can be implicitly created only for scalar outputs", (x * 2).backward)

    def test_functional(self):
        f = torch.autograd.functional
        x = torch.tensor([1.0, 2.0])
        self.assert_tensor(f.jacobian(lambda x: x * x, x), [[2.0, 0.0], [0.0, 4.0]])
        self.assert_tensor(f.hessian(lambda x: (x**3).sum(), x), [[6.0, 0.0], [0.0, 12.0]])
        value, product = f.vjp(lambda x: x * x, x, torch.tensor([1.0, 10.0]))
        self.assert_tensor(product, [2.0, 40.0])
        value, product = f.jvp(lambda x: x * x, x, torch.tensor([1.0, 10.0]))
        self.assert_tensor(product, [2.0, 40.0])
        self.assert_tensor(f.hvp(lambda x: (x**3).sum(), x, torch.ones(2))[1], [6.0, 12.0])
        self.assert_tensor(f.vhp(lambda x: (x**3).sum(), x, torch.ones(2))[1], [6.0, 12.0])
        both = f.jacobian(lambda a, b: (a * b, a), (x, x))
        self.assert_tensor(both[1][1], [[0.0, 0.0], [0.0, 0.0]])

    def test_gradcheck(self):
        x = torch.rand(3, dtype=torch.float64, requires_grad=True) + 0.5
        self.assertTrue(gradcheck(torch.log, x))
        self.assertTrue(gradgradcheck(torch.log, x))

        class Bad(Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                return grad * 3

        self.assert_error(RuntimeError, "Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor([[2.0000,", gradcheck, Bad.apply, x.detach().requires_grad_())
        self.assertFalse(gradcheck(Bad.apply, x.detach().requires_grad_(), raise_exception=False))
        self.assert_error(ValueError, "gradcheck expects at least one input tensor to require gradient", gradcheck, torch.log, torch.ones(1))


if __name__ == "__main__":
    unittest.main()
