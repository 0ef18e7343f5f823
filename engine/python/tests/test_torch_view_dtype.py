"""`tensor.view(dtype)`: one memory, seen as elements of another dtype.

Read next: `engine/src/reinterpret.rs`, `torch/_shape.py`.
"""

import io

import torch
from torch_case import TorchCase


class Reinterpretation(TorchCase):
    """Bits stay where they are; sizes count in the last dimension."""

    def test_equal_sizes(self):
        x = torch.tensor([[1.0, -2.0], [0.5, 0.0]])
        words = x.view(torch.int32)
        self.assert_tensor(words, [[1065353216, -1073741824], [1056964608, 0]], torch.int32)
        self.assertEqual(x.t().view(torch.int32).stride(), (1, 2))
        self.assert_tensor(words.view(torch.float32), x.tolist(), torch.float32)
        self.assert_tensor(torch.tensor(1.0).view(torch.int32), 1065353216)
        self.assert_tensor(x.view(dtype=torch.float32), x.tolist())
        self.assert_tensor(torch.tensor([1.0]).bfloat16().view(torch.int16), [0x3F80])

    def test_smaller_and_larger(self):
        x = torch.arange(6, dtype=torch.int32).reshape(2, 3)
        self.assert_tensor(x.view(torch.int16), [[0, 0, 1, 0, 2, 0], [3, 0, 4, 0, 5, 0]])
        self.assertEqual(x.t()[::1].t().view(torch.uint8).stride(), (12, 1))
        part = torch.arange(12, dtype=torch.int16)[4:].reshape(2, 4)
        self.assert_tensor(part.view(torch.int32), [[4 | 5 << 16, 6 | 7 << 16], [8 | 9 << 16, 10 | 11 << 16]])
        self.assertEqual(part.view(torch.int32).storage_offset(), 2)
        self.assertEqual(part.view(torch.int64).shape, (2, 1))
        self.assertEqual(torch.zeros(0, dtype=torch.uint8).view(torch.float64).shape, (0,))
        self.assertEqual(torch.zeros(3, 0).view(torch.uint8).shape, (3, 0))

    def test_every_view_sees_every_write(self):
        x = torch.zeros(2)
        words, octets = x.view(torch.int32), x.view(torch.uint8)
        words.fill_(1065353216)
        self.assertEqual(x.tolist(), [1.0, 1.0])
        x[1] = -2.0
        self.assertEqual(words.tolist(), [1065353216, -1073741824])
        octets[3] = 0x40
        self.assertEqual(x.tolist(), [torch.tensor([0x40800000]).int().view(torch.float32).item(), -2.0])
        self.assertEqual(octets.tolist(), [0, 0, 0x80, 0x40, 0, 0, 0, 0xC0])
        del words, octets
        x.view(torch.int64).zero_()
        self.assertEqual(x.tolist(), [0.0, 0.0])

    def test_memory_is_one(self):
        x = torch.arange(4.0)
        words = x.view(torch.int32)
        self.assertEqual(words.data_ptr(), x.data_ptr())
        self.assertEqual(words.untyped_storage(), x.untyped_storage())
        self.assertEqual(x.untyped_storage().nbytes(), words.untyped_storage().nbytes())
        x.copy_(words)
        self.assertEqual(x.tolist(), [0.0, 1065353216.0, 1073741824.0, 1077936128.0])
        self.assertEqual((words.view(torch.float32) + 0).tolist(), x.tolist())
        seen = torch.TypedStorage(wrap_storage=x.untyped_storage(), dtype=torch.int32)
        self.assertEqual((len(seen), seen.dtype), (4, torch.int32))
        with self.assertRaisesRegex(RuntimeError, "view the same data as different types"):
            torch.save([x, words], io.BytesIO())

    def test_results_do_not_move_into_shared_memory(self):
        x = torch.ones(4)
        words = x.view(torch.int32)
        words += 1
        torch.add(words, 1, out=words)
        words.copy_(words + 1)
        self.assertEqual(words.tolist(), [1065353219] * 4)
        self.assertEqual(x.view(torch.int32).tolist(), [1065353219] * 4)

    def test_gradients_stop(self):
        x = torch.ones(2, requires_grad=True)
        self.assertFalse(x.view(torch.int32).requires_grad)
        self.assertFalse(x.view(torch.int32).view(torch.float32).requires_grad)
        self.assertTrue(x.view(torch.float32).requires_grad)
        y = x.detach().clone()
        version = y._version
        y.view(torch.int32).zero_()
        self.assertEqual(y._version, version + 1)

    def test_refusals(self):
        x = torch.zeros(3, 5)
        self.assert_error(
            RuntimeError,
            "self.size(-1) must be divisible by 2 to view Float as Double (different element sizes), but got 5",
            x.view,
            torch.float64,
        )
        self.assert_error(
            RuntimeError, "self.dim() cannot be 0 to view Float as Half (different element sizes)", torch.tensor(1.0).view, torch.float16
        )
        self.assert_error(
            RuntimeError, "self.stride(-1) must be 1 to view Float as Half (different element sizes), but got 5", x.t().view, torch.float16
        )
        self.assert_error(
            RuntimeError,
            "self.stride(0) must be divisible by 2 to view Float as Double (different element sizes), but got 5",
            x[:, :4].view,
            torch.float64,
        )
        self.assert_error(
            RuntimeError,
            "self.storage_offset() must be divisible by 2 to view Float as Double (different element sizes), but got 1",
            torch.zeros(9)[1:].view,
            torch.float64,
        )

    def test_maps(self):
        x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        self.assertEqual(torch.vmap(lambda row: row.view(torch.int32))(x).tolist(), x.view(torch.int32).tolist())
        self.assertEqual(torch.vmap(lambda row: row.view(torch.int16))(x).shape, (2, 4))
        with self.assertRaisesRegex(RuntimeError, "self.dim"):
            torch.vmap(lambda one: one.view(torch.int16))(x[0])


class TruthOfBytes(TorchCase):
    """`any` and `all` of uint8 stay uint8."""

    def test_any_and_all(self):
        x = torch.tensor([[0, 7], [0, 0]], dtype=torch.uint8)
        self.assert_tensor(x.any(), 1, torch.uint8)
        self.assert_tensor(x.all(dim=0), [0, 0], torch.uint8)
        self.assert_tensor(x.any(dim=1, keepdim=True), [[1], [0]], torch.uint8)
        self.assert_tensor(x.int().any(dim=1), [True, False], torch.bool)
