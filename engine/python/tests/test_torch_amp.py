"""Mixed precision: what runs in which dtype in `autocast` regions, their nesting, custom functions, and `GradScaler`.

Read next: `torch.amp`.
"""

import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch_case import TorchCase


class Autocast(TorchCase):
    """Regions of the CPU."""

    def test_dtypes(self):
        x, layer = torch.randn(4, 8), nn.Linear(8, 3)
        with torch.autocast("cpu"):
            y = layer(x)
            self.assertIs(y.dtype, torch.bfloat16)
            self.assertIs((x @ x.T).dtype, torch.bfloat16)
            self.assertIs(F.conv1d(x[None], torch.randn(2, 4, 3)).dtype, torch.bfloat16)
            self.assertIs(F.mse_loss(y, torch.zeros(4, 3)).dtype, torch.float32)
            self.assertIs(F.cross_entropy(y, torch.zeros(4, dtype=torch.int64)).dtype, torch.float32)
            self.assertIs(torch.cat([y, torch.zeros(4, 3)]).dtype, torch.float32)
            self.assertIs((y + 1).dtype, torch.bfloat16)
            self.assertIs((x.double() @ x.double().T).dtype, torch.float64)
            self.assertIs(nn.BatchNorm1d(3)(y).dtype, torch.bfloat16)
        self.assertIs(layer(x).dtype, torch.float32)
        y.float().sum().backward()
        self.assertIs(layer.weight.grad.dtype, torch.float32)

    def test_nesting_and_decorators(self):
        x = torch.ones(2, 2)

        @torch.autocast(device_type="cpu", dtype=torch.float16)
        def product(a):
            return a @ a

        with torch.autocast("cpu"):
            self.assertTrue(torch.is_autocast_enabled("cpu"))
            with torch.autocast("cpu", enabled=False):
                self.assertIs((x @ x).dtype, torch.float32)
            self.assertIs((x @ x).dtype, torch.bfloat16)
            self.assertIs(product(x).dtype, torch.float16)
        self.assertFalse(torch.is_autocast_enabled("cpu"))
        self.assertIs(product(x).dtype, torch.float16)
        self.assertIs(torch.get_autocast_dtype("cpu"), torch.bfloat16)

    def test_an_error_leaves_the_region(self):
        with self.assertRaises(ValueError), torch.autocast("cpu"):
            raise ValueError
        self.assertIs((torch.ones(2, 2) @ torch.ones(2, 2)).dtype, torch.float32)

    def test_weights_are_cast_once(self):
        layer, x = nn.Linear(4, 4), torch.randn(2, 4)
        with torch.autocast("cpu"):
            (layer(x) + layer(x)).sum().float().backward()
        twice = layer.weight.grad.clone()
        layer.weight.grad = None
        with torch.autocast("cpu", cache_enabled=False):
            layer(x).sum().float().backward()
        self.assert_close(twice, (2 * layer.weight.grad).tolist(), 1)

    def test_refused_arguments(self):
        self.assert_error(RuntimeError, "User specified an unsupported autocast device_type 'moon'", torch.autocast, "moon")
        self.assert_error(ValueError, "Expected `device_type` of type `str`, got:", torch.autocast, 3)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            torch.autocast("cpu", dtype=torch.float64)
        self.assertIn("the target dtype is not supported", str(caught[0].message))

    def test_custom_functions(self):
        seen = []

        class Double(torch.autograd.Function):
            @staticmethod
            @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
            def forward(ctx, x):
                seen.append((x.dtype, torch.is_autocast_enabled("cpu")))
                return x * 2

            @staticmethod
            @torch.amp.custom_bwd(device_type="cpu")
            def backward(ctx, gradient):
                seen.append(torch.is_autocast_enabled("cpu"))
                return gradient * 2

        x = torch.ones(2, dtype=torch.bfloat16, requires_grad=True)
        with torch.autocast("cpu"):
            y = Double.apply(x)
        y.sum().backward()
        self.assertEqual(seen, [(torch.float32, False), False])


class Scaler(TorchCase):
    """`GradScaler` on the CPU."""

    def setUp(self):
        super().setUp()
        self.weight = torch.tensor([1.0, 2.0], requires_grad=True)
        self.optimizer = torch.optim.SGD([self.weight], lr=0.5)
        self.scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)

    def step(self, factor):
        self.optimizer.zero_grad()
        self.scaler.scale((self.weight * factor).sum()).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()

    def test_steps_as_without_it_and_grows(self):
        self.step(1.0)
        self.assert_tensor(self.weight, [0.5, 1.5])
        self.assertEqual(self.scaler.get_scale(), 8.0)
        self.step(1.0)
        self.assertEqual(self.scaler.get_scale(), 16.0)

    def test_infinite_gradients_are_left_out(self):
        for factor in (float("inf"), float("nan")):
            before = self.scaler.get_scale()
            self.step(factor)
            self.assert_tensor(self.weight, [1.0, 2.0])
            self.assertEqual(self.scaler.get_scale(), before / 2)

    def test_unscale_before_clipping(self):
        self.scaler.scale(self.weight.sum()).backward()
        self.scaler.unscale_(self.optimizer)
        self.assert_tensor(self.weight.grad, [1.0, 1.0])
        self.assert_error(RuntimeError, "unscale_() has already been called", self.scaler.unscale_, self.optimizer)
        self.scaler.step(self.optimizer)
        self.assert_error(RuntimeError, "step() has already been called", self.scaler.step, self.optimizer)
        self.scaler.update()

    def test_state(self):
        self.step(1.0)
        state = self.scaler.state_dict()
        self.assertEqual(state["_growth_tracker"], 1)
        other = torch.amp.GradScaler("cpu")
        other.load_state_dict(state)
        self.assertEqual(other.state_dict(), state)
        self.assertEqual(torch.amp.GradScaler("cpu", enabled=False).state_dict(), {})
        self.assertEqual(torch.amp.GradScaler("cpu", enabled=False).scale(3), 3)
        self.assert_error(RuntimeError, "The source state dict is empty", other.load_state_dict, {})
