"""float16 and bfloat16 on the GPU: what goes there comes back, and operators round as on the CPU.

Runs with float16 held in two bytes, where the device can, and with CARREL_ENGINE_HALVES=wide in four. Refuses to compare
speeds. Read next: `engine/tests/executor/halves.rs`, which holds the two against each other bit for bit.
"""

import io
import os

import torch
import torch.nn.functional as F
from gpu_case import GpuCase
from torch import nn

HALVES = (torch.float16, torch.bfloat16)


def values(*shape, dtype=torch.float16, seed=0):
    """Numbers between -2 and 2 that both dtypes have."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-16, 17, shape, generator=generator).to(dtype) / 8


class Halves(GpuCase):
    def assert_alike(self, function, *tensors, tolerance=2e-3):
        """The function gives on the GPU what it gives on the CPU, rounding aside."""
        expected = function(*tensors)
        found = function(*[x.to("webgpu") for x in tensors])
        for found, expected in zip(*[x if isinstance(x, tuple) else (x,) for x in (found, expected)]):
            self.assertEqual(found.dtype, expected.dtype)
            self.assertEqual(found.shape, expected.shape)
            scale = 8 if expected.dtype == torch.bfloat16 else 1
            torch.testing.assert_close(found.cpu(), expected, rtol=scale * tolerance, atol=scale * tolerance, equal_nan=True)

    def test_there_and_back(self):
        for dtype in HALVES:
            for count in (0, 1, 2, 3, 5, 255, 1001):
                x = values(count, dtype=dtype)
                moved = x.to("webgpu")
                self.assertEqual(moved.tolist(), x.tolist())
                self.assertTrue(torch.equal(moved.cpu(), x))
                self.assertTrue(torch.equal((moved + 1).cpu(), x + 1))
            self.assertEqual(torch.tensor(1.5, dtype=dtype, device="webgpu").item(), 1.5)
            self.assertEqual(torch.ones(0, 3, dtype=dtype, device="webgpu").sum(0).tolist(), [0.0] * 3)

    def test_every_pattern_keeps_its_bits(self):
        bits = torch.arange(-(1 << 15), 1 << 15, dtype=torch.int16)
        for dtype in HALVES:
            x = bits.view(dtype)
            is_nan = x.isnan()
            for back in (x.to("webgpu").cpu(), x.to("webgpu").clone().cpu(), x.to("webgpu").float().to(dtype).cpu()):
                self.assertTrue(torch.equal(back.isnan(), is_nan))
                self.assertTrue(torch.equal(back.view(torch.int16)[~is_nan], bits[~is_nan]))

    def test_views_and_writes(self):
        for dtype in HALVES:
            x = values(7, 9, dtype=dtype)

            def touch(x):
                x = x.clone()
                x[1:6:2, 3] = 0.5
                x[0].mul_(2)
                x.as_strided((3, 2), (9, 4), 5).add_(1)
                x.t()[8, 1:4] -= 1
                x[x > 1.5] = -1
                return x, x[2, 1::3], x.t()[3], x.as_strided((3, 2), (9, 4), 5), torch.cat([x[0], x[1, :4]]), x.flip(0)

            self.assert_alike(touch, x)
            moved = x.to("webgpu")
            self.assertEqual(moved[3, 4].item(), x[3, 4].item())
            self.assertEqual(moved[2, 1::3].tolist(), x[2, 1::3].tolist())
            target = torch.zeros(9, dtype=torch.float32, device="webgpu")
            target.copy_(moved[1])
            self.assertEqual(target.tolist(), x[1].tolist())

    def test_edges(self):
        edges = torch.tensor([65504.0, -65504.0, 6e-8, -6e-8, 3e-5, 0.0, -0.0, float("inf"), float("nan")])
        for dtype in HALVES:
            x = edges.to(dtype)
            for function in (lambda x: x * 2, lambda x: x / 2, lambda x: x - 1, lambda x: -x, lambda x: x.abs().sqrt()):
                expected, found = function(x), function(x.to("webgpu")).cpu()
                self.assertTrue(torch.equal(found.nan_to_num(7.0), expected.nan_to_num(7.0)), (dtype, found, expected))
                self.assertTrue(torch.equal(found.signbit(), expected.signbit()) or expected.isnan().any())
        # Every operator of a chain rounds: 2048 + 1 is 2048 in float16.
        x = torch.tensor([2048.0], dtype=torch.float16, device="webgpu")
        self.assertEqual((x + 1 - 2048).item(), 0.0)

    def test_operators(self):
        for dtype in HALVES:
            x, y = values(6, 11, dtype=dtype, seed=1), values(6, 11, dtype=dtype, seed=2)
            for function in (
                lambda x, y: x @ y.t(),
                lambda x, y: torch.softmax(x, 1) + y,
                lambda x, y: F.layer_norm(x, (11,)) * y,
                lambda x, y: (x * y).sum(1),
                lambda x, y: x.cumsum(1),
                lambda x, y: torch.sort(x, 1)[0],
                lambda x, y: x.argmax(1),
                lambda x, y: (x.max(), y.min(), x.mean(), x.var()),
                lambda x, y: torch.where(x > y, x, y),
                lambda x, y: x.gather(1, y.abs().long()),
                lambda x, y: x.scatter_add(1, y.abs().long(), y),
                lambda x, y: x[[0, 2, 2], 1:],
                lambda x, y: F.embedding(torch.tensor([1, 5, 1], device=x.device), x),
                lambda x, y: F.avg_pool1d(x, 3, 2),
                lambda x, y: F.max_pool1d(x, 3, 2),
                lambda x, y: F.conv1d(x[None], y[None, :2, :5].reshape(1, 2, 5).repeat(1, 3, 1)),
                lambda x, y: x.float() * y.float(),
                lambda x, y: torch.stack([x, y]).to(torch.int32),
            ):
                self.assert_alike(function, x, y, tolerance=4e-3)

    def test_layers_with_gradients(self):
        for dtype in HALVES:

            def gradients(image, weight, scale):
                image, weight, scale = (x.detach().requires_grad_() for x in (image, weight, scale))
                out = F.conv2d(image, weight, padding=1)
                out = F.max_pool2d(F.relu(F.group_norm(out, 2, scale)), 2)
                out.float().square().mean().backward()
                return out.detach(), image.grad, weight.grad, scale.grad

            self.assert_alike(
                gradients, values(2, 3, 7, 7, dtype=dtype), values(4, 3, 3, 3, dtype=dtype, seed=1), values(4, dtype=dtype, seed=2), tolerance=1e-2
            )

    def test_autocast_and_scaler(self):
        losses = {}
        for device in ("cpu", "webgpu"):
            torch.manual_seed(0)
            model = nn.Sequential(nn.Linear(9, 17), nn.LayerNorm(17), nn.GELU(), nn.Linear(17, 3))
            model.to(device)
            x = values(21, 9).float().to(device)
            optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
            scaler = torch.amp.GradScaler(device, init_scale=256.0)
            losses[device] = []
            for _ in range(5):
                with torch.autocast(device, dtype=torch.float16):
                    out = model(x)
                    self.assertEqual(out.dtype, torch.float16)
                    loss = F.cross_entropy(out.float(), torch.arange(21, device=device) % 3)
                scaler.scale(loss).backward()
                scaler.step(optimizer)
                scaler.update()
                optimizer.zero_grad()
                losses[device].append(loss.item())
            # A scale that is too large for float16 skips the step and halves.
            with torch.autocast(device, dtype=torch.float16):
                huge = (model(x) * 60000).sum()
            scaler.scale(huge).backward()
            before = [p.tolist() for p in model.parameters()]
            scaler.step(optimizer)
            scaler.update()
            self.assertEqual([p.tolist() for p in model.parameters()], before)
            self.assertEqual(scaler.get_scale(), 128.0)
        for found, expected in zip(losses["webgpu"], losses["cpu"]):
            self.assertAlmostEqual(found, expected, delta=4e-3)

    def test_half_parameters_train(self):
        for dtype in HALVES:

            def train(weight, x):
                weight = weight.clone().requires_grad_()
                optimizer = torch.optim.Adam([weight], 0.1)
                for _ in range(3):
                    optimizer.zero_grad()
                    (x @ weight).square().mean().backward()
                    optimizer.step()
                return weight.detach()

            self.assert_alike(train, values(5, 3, dtype=dtype), values(7, 5, dtype=dtype, seed=1), tolerance=2e-2)

    def test_files(self):
        for dtype in HALVES:
            x = values(3, 5, dtype=dtype).to("webgpu")
            file = io.BytesIO()
            torch.save({"x": x, "row": x[1]}, file)
            file.seek(0)
            loaded = torch.load(file)
            self.assertEqual(loaded["x"].device.type, "webgpu")
            self.assertEqual(loaded["x"].dtype, dtype)
            self.assertEqual(loaded["x"].tolist(), x.tolist())
            self.assertEqual(loaded["row"].tolist(), x[1].tolist())

    def test_memory(self):
        count = 1 << 20
        held_wide = os.environ.get("CARREL_ENGINE_HALVES") == "wide"
        torch.accelerator.synchronize()
        before = torch.accelerator.memory_allocated()
        x = values(count).to("webgpu")
        x[0].item()
        # What other tests leave is freed meanwhile.
        held = round((torch.accelerator.memory_allocated() - before) / count, 1)
        self.assertIn(held, (4.0,) if held_wide else (2.0, 4.0))
        self.assertEqual((x.element_size(), x.nbytes), (2, 2 * count))

    def test_other_dtypes_see_no_memory(self):
        x = values(4).to("webgpu")
        self.assertEqual(x.view(torch.float16).tolist(), x.tolist())
        self.assert_error(NotImplementedError, "torch.Tensor.view(dtype) from torch.float16", x.view, torch.int16)
