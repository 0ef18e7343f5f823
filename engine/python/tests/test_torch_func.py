"""`torch.func`: gradients of functions, Jacobians, modules as functions, and how they nest and map.

Read next: `torch.func`.
"""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, stack_module_state, vjp
from torch.func import vmap
from torch.utils import _pytree
from torch_case import TorchCase


class Gradients(TorchCase):
    """`grad`, `vjp` and `jvp`."""

    def test_of_a_function_of_one_number(self):
        x = torch.tensor(1.0)
        self.assertAlmostEqual(grad(torch.sin)(x).item(), torch.cos(x).item(), 6)
        self.assertAlmostEqual(grad(grad(torch.sin))(x).item(), -torch.sin(x).item(), 6)
        self.assertFalse(grad(torch.sin)(x).requires_grad)
        self.assertIsNone(x.grad)

    def test_by_several_arguments_and_containers(self):
        a, b = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
        first, second = grad(lambda a, b: (a * b * b).sum(), argnums=(0, 1))(a, b)
        self.assert_tensor(first, [9.0, 16.0])
        self.assert_tensor(second, [6.0, 16.0])
        found = grad(lambda p: (p["w"] * 2).sum() + p["b"][0].sum())({"w": a, "b": (b,)})
        self.assert_tensor(found["w"], [2.0, 2.0])
        self.assert_tensor(found["b"][0], [1.0, 1.0])

    def test_value_and_auxiliary_results(self):
        x = torch.tensor([1.0, 2.0])
        gradient, (value, aux) = grad_and_value(lambda x: ((x * x).sum(), x + 1), has_aux=True)(x)
        self.assert_tensor(gradient, [2.0, 4.0])
        self.assertEqual(value.item(), 5.0)
        self.assert_tensor(aux, [2.0, 3.0])
        self.assertFalse(value.requires_grad or aux.requires_grad)

    def test_histories_outside_stay(self):
        w = torch.tensor(3.0, requires_grad=True)
        found = grad(lambda x: x * x * w)(torch.tensor(2.0))
        found.backward()
        self.assertEqual(found.item(), 12.0)
        self.assertEqual(w.grad.item(), 4.0)

    def test_an_input_with_a_history_keeps_it(self):
        x = torch.tensor(2.0, requires_grad=True)
        grad(lambda x: x**3)(x).backward()
        self.assertEqual(x.grad.item(), 12.0)

    def test_no_grad_outside_does_not_matter_and_inside_does(self):
        x = torch.tensor(2.0)
        with torch.no_grad():
            self.assertEqual(grad(lambda x: x * x)(x).item(), 4.0)

        def constant(x):
            with torch.no_grad():
                held = x * x
            return x + held

        self.assertEqual(grad(constant)(x).item(), 1.0)

    def test_errors(self):
        x = torch.ones(2)
        self.assert_error(RuntimeError, "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor", grad(torch.sin), x)
        self.assert_error(RuntimeError, "Got argnum=3, but only 1 positional inputs", grad(torch.sum, argnums=3), x)

    def test_vjp(self):
        x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
        value, pull = vjp(lambda x, y: (x * y, x + y), x, y)
        self.assert_tensor(value[0], [3.0, 8.0])
        first, second = pull((torch.ones(2), torch.ones(2)))
        self.assert_tensor(first, [4.0, 5.0])
        self.assert_tensor(second, [2.0, 3.0])
        self.assert_error(RuntimeError, "Expected pytree structure of cotangents", pull, torch.ones(2))

    def test_jvp_and_linearize(self):
        x, t = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0])
        value, product = jvp(lambda x: x**3, (x,), (t,))
        self.assert_tensor(value, [1.0, 8.0])
        self.assert_close(product, [3.0, 120.0])
        value, push = linearize(lambda x: x**3, x)
        self.assert_close(push(t), [3.0, 120.0])
        _, constant = jvp(lambda x: torch.ones(2), (x,), (t,))
        self.assert_tensor(constant, [0.0, 0.0])

    def test_jacobians(self):
        weight, x = torch.randn(3, 2), torch.randn(2)
        for transform in (jacrev, jacfwd):
            self.assert_close(transform(lambda x: weight @ x)(x), weight.tolist())
            by_both = transform(lambda w, x: w @ x, argnums=(0, 1))(weight, x)
            self.assertEqual([tuple(one.shape) for one in by_both], [(3, 3, 2), (3, 2)])
            found, aux = transform(lambda x: (x.sin(), x), has_aux=True)(x)
            self.assert_close(found, torch.diag(x.cos()).tolist())
            self.assert_tensor(aux, x.tolist())

    def test_hessian(self):
        x = torch.tensor([1.0, 2.0])
        self.assert_close(hessian(lambda x: x[0] ** 2 * x[1] ** 3)(x), [[16.0, 24.0], [24.0, 12.0]])
        self.assert_close(jacrev(jacfwd(lambda x: x[0] ** 2 * x[1] ** 3))(x), [[16.0, 24.0], [24.0, 12.0]])


class Mapped(TorchCase):
    """Transforms inside maps and around them."""

    def test_maps_of_gradients(self):
        x = torch.randn(4)
        self.assert_close(vmap(grad(torch.sin))(x), x.cos().tolist())
        self.assert_close(vmap(jacrev(lambda x: x**2))(x.reshape(2, 2)), torch.diag_embed(2 * x.reshape(2, 2)).tolist())
        self.assert_close(vmap(hessian(lambda x: (x**3).sum()))(x.reshape(2, 2)), torch.diag_embed(6 * x.reshape(2, 2)).tolist())
        weight = torch.randn(4)
        self.assert_close(grad(lambda w: vmap(lambda x: w @ x)(torch.eye(4)).sum())(weight), [1.0] * 4)

    def test_gradients_by_what_all_entries_share(self):
        weight, x = torch.randn(3), torch.randn(5, 3)
        found = vmap(grad(lambda w, x: (w @ x) ** 2), in_dims=(None, 0))(weight, x)
        self.assert_close(found, (2 * (x @ weight)[:, None] * x).tolist())

    def test_rows_of_a_jacobian_by_a_map_of_autograd(self):
        x = torch.randn(3, requires_grad=True)
        y = x**2
        rows = vmap(lambda v: torch.autograd.grad(y, x, v, retain_graph=True)[0])(torch.eye(3))
        self.assert_close(rows, torch.diag(2 * x).tolist())

    def test_gradients_of_every_sample(self):
        model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 4))
        data, targets = torch.randn(5, 1, 6, 6), torch.randint(0, 4, (5,))
        params = {name: value.detach() for name, value in model.named_parameters()}

        def loss(params, sample, target):
            return F.cross_entropy(functional_call(model, params, (sample.unsqueeze(0),)), target.unsqueeze(0))

        found = vmap(grad(loss), in_dims=(None, 0, 0))(params, data, targets)
        for place in range(5):
            model.zero_grad()
            F.cross_entropy(model(data[place : place + 1]), targets[place : place + 1]).backward()
            for name, value in model.named_parameters():
                torch.testing.assert_close(found[name][place], value.grad, rtol=1e-4, atol=1e-5)

    def test_an_ensemble(self):
        models = [nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.LayerNorm(8), nn.Linear(8, 2)) for _ in range(3)]
        params, buffers = stack_module_state(models)
        base = copy.deepcopy(models[0])
        data = torch.randn(3, 6, 4)

        def call(params, buffers, x):
            return functional_call(base, (params, buffers), (x,))

        each = vmap(call)(params, buffers, data)
        same = vmap(call, in_dims=(0, 0, None))(params, buffers, data[0])
        for place, model in enumerate(models):
            torch.testing.assert_close(each[place], model(data[place]), rtol=1e-4, atol=1e-5)
            torch.testing.assert_close(same[place], model(data[0]), rtol=1e-4, atol=1e-5)
        each.sum().backward()
        self.assertEqual(params["0.weight"].grad.shape, (3, 8, 4))


class CustomFunctions(TorchCase):
    """`autograd.Function`s in maps."""

    def test_a_generated_rule(self):
        class Square(torch.autograd.Function):
            generate_vmap_rule = True

            @staticmethod
            def forward(x, scale):
                return x * x * scale

            @staticmethod
            def setup_context(ctx, inputs, output):
                ctx.save_for_backward(inputs[0])
                ctx.scale = inputs[1]

            @staticmethod
            def backward(ctx, gradient):
                (x,) = ctx.saved_tensors
                return 2 * x * gradient * ctx.scale, None

        x = torch.randn(3, 2)
        self.assert_close(vmap(lambda a: Square.apply(a, 3.0))(x), (3 * x * x).tolist())
        self.assert_close(vmap(grad(lambda a: Square.apply(a, 3.0).sum()))(x), (6 * x).tolist())
        self.assert_close(vmap(grad(lambda a: grad(lambda b: Square.apply(b, 3.0).sum())(a).sum()))(x), [[6.0] * 2] * 3)
        self.assert_close(vmap(vmap(grad(lambda a: Square.apply(a, 1.0))))(x), (2 * x).tolist())

    def test_an_own_rule(self):
        class Negative(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return -x

            @staticmethod
            def backward(ctx, gradient):
                return -gradient

            @staticmethod
            def vmap(info, in_dims, x):
                return Negative.apply(x.movedim(in_dims[0], -1)), -1

        x = torch.randn(3, 2)
        self.assert_close(vmap(Negative.apply)(x), (-x).tolist())
        self.assert_close(vmap(grad(lambda a: Negative.apply(a).sum()))(x), [[-1.0] * 2] * 3)

    def test_without_a_rule(self):
        class Plain(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x

            @staticmethod
            def backward(ctx, gradient):
                return gradient

        self.assert_error(RuntimeError, "You tried to vmap over Plain, but it does not have vmap support", vmap(Plain.apply), torch.ones(2))


class ModulesAsFunctions(TorchCase):
    """`functional_call` and `stack_module_state`."""

    def test_replaces_and_puts_back(self):
        model = nn.Linear(2, 1)
        weight = model.weight
        found = functional_call(model, {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}, torch.tensor([[1.0, 2.0]]))
        self.assert_tensor(found, [[3.0]])
        self.assertIs(model.weight, weight)
        self.assert_error(
            RuntimeError,
            "Error(s) in reparametrizing",
            functional_call,
            model,
            {"weight": torch.ones(1, 2)},
            torch.ones(1, 2),
            strict=True,
        )

    def test_tied_tensors_are_replaced_together(self):
        model = nn.Module()
        model.a = nn.Parameter(torch.ones(1))
        model.b = model.a
        model.forward = lambda x: model.a * model.b * x
        self.assertEqual(functional_call(model, {"a": torch.tensor([2.0])}, torch.ones(1)).item(), 4.0)
        self.assertEqual(functional_call(model, {"a": torch.tensor([2.0])}, torch.ones(1), tie_weights=False).item(), 2.0)

    def test_errors(self):
        self.assert_error(RuntimeError, "stack_module_state: Expected at least one model, got 0.", stack_module_state, [])
        models = [nn.Linear(1, 1), nn.Linear(1, 1).eval()]
        self.assert_error(RuntimeError, "stack_module_state: Expected all models to have the same training", stack_module_state, models)


class Containers(TorchCase):
    """`torch.utils._pytree`."""

    def test_there_and_back(self):
        tree = {"a": [1, (2, None)], "b": torch.ones(2, 2).max(0)}
        leaves, spec = _pytree.tree_flatten(tree)
        self.assertEqual(leaves[:3], [1, 2, None])
        again = _pytree.tree_unflatten(leaves, spec)
        self.assertEqual(again["a"], [1, (2, None)])
        self.assertEqual(_pytree.tree_map(lambda x: x + 1, [1, (2, 3)]), [2, (3, 4)])
        self.assertEqual(_pytree.tree_map_only(int, lambda x: -x, [1, "a"]), [-1, "a"])
        with self.assertRaises(ValueError):
            _pytree.tree_unflatten([1], spec)
