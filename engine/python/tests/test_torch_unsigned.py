"""uint16, uint32 and uint64: what PyTorch does with them, on the CPU.

Read next: `engine/src/cpu/unsigned.rs`.
"""

import copy
import io
import os
import pickle
import sys
import tempfile
import unittest

import torch
from torch_case import TorchCase

try:
    import numpy as np
except ImportError:
    np = None

WIDE = (torch.uint16, torch.uint32, torch.uint64)


def largest(dtype):
    """The largest number of a dtype."""
    return torch.iinfo(dtype).max


class Dtypes(TorchCase):
    """What the dtypes say of themselves, and how they meet others."""

    def test_facts(self):
        for dtype, name, width in zip(WIDE, ("uint16", "uint32", "uint64"), (2, 4, 8)):
            self.assertEqual((repr(dtype), dtype.itemsize, dtype.is_signed), (f"torch.{name}", width, False))
            self.assertFalse(dtype.is_floating_point or dtype.is_complex)
            limits = torch.iinfo(dtype)
            self.assertEqual((limits.min, limits.max, limits.bits), (0, 2 ** (8 * width) - 1, 8 * width))
            self.assertEqual(repr(limits), f"iinfo(min=0, max={2 ** (8 * width) - 1}, dtype={name})")
            self.assertIs(pickle.loads(pickle.dumps(dtype)), dtype)
            self.assertIs(copy.deepcopy(dtype), dtype)
            self.assertEqual(len({dtype, getattr(torch, name)}), 1)
            x = torch.zeros(2, dtype=dtype)
            self.assertEqual((x.type(), x.element_size(), x.is_signed()), (f"torch.UInt{8 * width}Tensor", width, False))

    def test_promotion(self):
        text = "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote UInt16 and Long"
        self.assert_error(RuntimeError, text, torch.promote_types, torch.uint16, torch.int64)
        x = torch.ones(2, dtype=torch.uint16)
        self.assert_error(RuntimeError, text, torch.add, x, torch.ones(2, dtype=torch.int64))
        self.assert_error(RuntimeError, text, torch.cat, [x, torch.ones(2, dtype=torch.int64)])
        self.assert_error(RuntimeError, text[:-15], torch.result_type, x, torch.ones(2, dtype=torch.uint32))
        self.assert_error(RuntimeError, text[:-15], torch.where, torch.tensor([True, False]), x, torch.tensor([True, False]))
        self.assertIs(torch.promote_types(torch.uint32, torch.float16), torch.float16)
        self.assertIs(torch.promote_types(torch.uint64, torch.uint64), torch.uint64)
        self.assertIs(torch.result_type(x, 3), torch.uint16)
        self.assertIs(torch.result_type(x, 3.5), torch.float32)
        self.assertIs(torch.result_type(x, True), torch.uint16)
        self.assertIs((x + torch.tensor(1, dtype=torch.int64)).dtype, torch.uint16)
        self.assertIs((x + torch.ones(2, dtype=torch.float64)).dtype, torch.float64)
        self.assertTrue(torch.can_cast(torch.uint16, torch.int8) and torch.can_cast(torch.uint64, torch.float16))
        self.assertFalse(torch.can_cast(torch.float32, torch.uint32) or torch.can_cast(torch.uint32, torch.bool))


class Values(TorchCase):
    """Every number goes in and comes out."""

    def test_creation_and_reading(self):
        for dtype in WIDE:
            top = largest(dtype)
            x = torch.tensor([[0, top], [top // 2 + 1, 7]], dtype=dtype)
            self.assert_tensor(x, [[0, top], [top // 2 + 1, 7]], dtype)
            self.assertEqual(x[0, 1].item(), top)
            self.assertEqual(int(x[1, 0]), top // 2 + 1)
            self.assert_tensor(torch.full((2,), top, dtype=dtype), [top, top], dtype)
            self.assert_tensor(torch.empty(1, dtype=dtype).fill_(top), [top])
            self.assert_tensor(torch.zeros_like(x), [[0, 0], [0, 0]], dtype)
            self.assert_tensor(torch.arange(3, dtype=dtype), [0, 1, 2], dtype)
            self.assert_tensor(torch.arange(top - 2, top, dtype=dtype), [top - 2, top - 1], dtype)
            self.assert_tensor(torch.ones(1, dtype=dtype).new_full((1,), top), [top], dtype)
            self.assertEqual(torch.randint(0, 9, (50,), dtype=dtype).dtype, dtype)
            x[0, 0] = top
            self.assertEqual(x[0].tolist(), [top, top])

    def test_printing(self):
        self.assert_prints(torch.tensor([1, 65535], dtype=torch.uint16), "tensor([    1, 65535], dtype=torch.uint16)")
        self.assert_prints(torch.tensor(2**64 - 1, dtype=torch.uint64), "tensor(18446744073709551615, dtype=torch.uint64)")
        self.assert_prints(torch.zeros(0, dtype=torch.uint32), "tensor([], dtype=torch.uint32)")

    def test_numbers_that_do_not_fit(self):
        self.assert_error(OverflowError, "can't convert negative int to unsigned", torch.tensor, [-1], dtype=torch.uint32)
        self.assert_error(OverflowError, "int too big to convert", torch.tensor, 2**64, dtype=torch.uint64)
        self.assert_error(RuntimeError, "Overflow when unpacking unsigned long", torch.tensor, 2**32, dtype=torch.uint32)
        text = "value cannot be converted to type uint16_t without overflow"
        self.assert_error(RuntimeError, text, torch.zeros(1, dtype=torch.uint16).fill_, 65536)
        text = "value cannot be converted to type int64_t without overflow"
        self.assert_error(RuntimeError, text, torch.full, (1,), 2**63, dtype=torch.int64)
        self.assert_error(RuntimeError, text, torch.add, torch.ones(1, dtype=torch.int64), 2**63)
        self.assert_tensor(torch.full((1,), 2**63, dtype=torch.float32), [2.0**63])
        self.assert_error(RuntimeError, "Overflow when unpacking long long", torch.full, (1,), 2**64, dtype=torch.uint64)

    def test_conversions(self):
        for dtype in WIDE:
            top = largest(dtype)
            x = torch.tensor([top, top // 2 + 1, 7], dtype=dtype)
            self.assert_tensor(x.to(torch.float64), [float(top), float(top // 2 + 1), 7.0])
            self.assert_tensor(x.to(torch.float32), torch.tensor(x.tolist(), dtype=torch.float32).tolist())
            self.assert_tensor(x.to(torch.int8), [-1, 0, 7])
            self.assert_tensor(x.to(torch.uint8), [255, 0, 7])
            self.assert_tensor(x.bool(), [True] * 3)
            self.assert_tensor(x.to(torch.bfloat16).to(torch.float32)[2:], [7.0])
            self.assert_tensor(torch.tensor([-1, 3]).to(dtype), [top, 3], dtype)
            self.assert_tensor(torch.tensor([True, False]).to(dtype), [1, 0], dtype)
            self.assert_tensor(torch.tensor([2.9, 0.5, float(top // 2 + 1)], dtype=torch.float64).to(dtype), [2, 0, top // 2 + 1])
        self.assert_tensor(torch.tensor([2**64 - 1], dtype=torch.uint64).long(), [-1])
        self.assert_tensor(torch.tensor([3e9]).to(torch.uint32), [3000000000])
        self.assert_tensor(torch.tensor([-1.5]).to(torch.uint64), [2**64 - 1])
        self.assert_tensor(torch.tensor([65535], dtype=torch.uint16).to(torch.uint64), [65535])
        self.assert_tensor(torch.zeros(2, dtype=torch.uint32).copy_(torch.tensor([-1.0, 5.5])), [2**32 - 1, 5])

    def test_bits(self):
        x = torch.tensor([1.0, -2.0])
        self.assert_tensor(x.view(torch.uint32), [0x3F800000, 0xC0000000], torch.uint32)
        self.assert_tensor(torch.tensor([-1], dtype=torch.int16).view(torch.uint16), [65535])
        self.assert_tensor(torch.tensor([2**64 - 1], dtype=torch.uint64).view(torch.uint16), [65535] * 4)
        y = torch.zeros(1, dtype=torch.int64)
        y.view(torch.uint64).fill_(2**64 - 1)
        self.assertEqual(y.item(), -1)


class Operators(TorchCase):
    """What there are kernels for, and the words for what there is none for."""

    def test_moving(self):
        for dtype in WIDE:
            top = largest(dtype)
            x = torch.tensor([[top, 1, 2], [3, 4, top - 1]], dtype=dtype)
            self.assert_tensor(torch.cat([x, x[:1]]), [*x.tolist(), x[0].tolist()], dtype)
            self.assert_tensor(torch.stack([x[0], x[1]]), x.tolist(), dtype)
            self.assert_tensor(x.t().contiguous(), [[top, 3], [1, 4], [2, top - 1]], dtype)
            self.assert_tensor(x[:, [2, 0]], [[2, top], [top - 1, 3]], dtype)
            self.assert_tensor(x[x > 3], [top, 4, top - 1], dtype)
            self.assert_tensor(x.index_select(1, torch.tensor([1])), [[1], [4]], dtype)
            self.assert_tensor(x.gather(1, torch.tensor([[0], [2]])), [[top], [top - 1]], dtype)
            self.assert_tensor(x.flip(1)[0], [2, 1, top], dtype)
            self.assert_tensor(torch.where(x == 1, x, torch.zeros_like(x)), [[0, 1, 0], [0, 0, 0]], dtype)
            self.assert_tensor(x.masked_fill(x == 1, top), [[top, top, 2], [3, 4, top - 1]], dtype)
            self.assert_tensor(x.tril(), [[top, 0, 0], [3, 4, 0]], dtype)
            x[0, torch.tensor([1, 2])] = torch.tensor([8, 9], dtype=dtype)
            self.assert_tensor(x[0], [top, 8, 9])
            self.assert_tensor(x.scatter(1, torch.tensor([[0], [1]]), torch.tensor([[5], [6]], dtype=dtype))[1], [3, 6, top - 1])
            self.assert_tensor(torch.unique(torch.tensor([top, 1, top], dtype=dtype)), [1, top], dtype)

    def test_arithmetic_wraps(self):
        for dtype in WIDE:
            top = largest(dtype)
            x, y = torch.tensor([top, 5], dtype=dtype), torch.tensor([2, 7], dtype=dtype)
            self.assert_tensor(x + y, [1, 12], dtype)
            self.assert_tensor(x - y, [top - 2, top - 1], dtype)
            self.assert_tensor(x * y, [top - 1, 35], dtype)
            self.assert_tensor(x * 3, [top - 2, 15], dtype)
            self.assert_tensor(x + 1, [0, 6], dtype)
            self.assert_tensor(1 - y, [top, top - 5], dtype)
            self.assert_tensor(x / y, (x.float() / y.float()).tolist(), torch.float32)
            self.assert_tensor(x ^ y, [top - 2, 2], dtype)
            self.assert_tensor(x & 6, [6, 4], dtype)
            self.assert_tensor(x | y, [top, 7], dtype)
            self.assert_tensor(~y, [top - 2, top - 7], dtype)
            self.assert_tensor(x << 1, [top - 1, 10], dtype)
            self.assert_tensor(x >> 1, [top // 2, 2], dtype)
            x += y
            self.assert_tensor(x, [1, 12], dtype)

    def test_order(self):
        for dtype in WIDE:
            top = largest(dtype)
            x, y = torch.tensor([top, 5, 9], dtype=dtype), torch.tensor([2, 7, 9], dtype=dtype)
            self.assertEqual((x == y).tolist(), [False, False, True])
            self.assertEqual((x != 5).tolist(), [True, False, True])
            self.assertEqual((x == top).tolist(), [True, False, False])
            self.assertEqual((x > y).tolist(), [True, False, False])
            self.assertEqual((x <= 9).tolist(), [False, True, True])
            self.assertTrue(torch.equal(x, x.clone()) and not torch.equal(x, y))
            self.assertEqual((x.max().item(), x.min().item(), x.argmax().item()), (top, 5, 0))
            self.assert_tensor(torch.maximum(x, y), [top, 7, 9], dtype)
            self.assert_tensor(x.clamp(6, 10), [10, 6, 9], dtype)
            values, positions = x.sort()
            self.assert_tensor(values, [5, 9, top], dtype)
            self.assert_tensor(positions, [1, 2, 0])
            self.assert_tensor(x.topk(2).values, [top, 9], dtype)
            self.assertTrue(torch.allclose(x.double(), x.double()))

    def test_sums(self):
        x = torch.tensor([65535, 65535], dtype=torch.uint16)
        self.assert_tensor(x.sum(), 131070, torch.int64)
        self.assert_tensor(x.prod(), 65535**2, torch.int64)
        self.assert_tensor(x.cumsum(0), [65535, 131070], torch.int64)
        self.assert_tensor(x.sum(dtype=torch.uint16), 65534, torch.uint16)
        self.assert_tensor(torch.tensor([2**63, 5], dtype=torch.uint64).sum(dtype=torch.uint64), 2**63 + 5, torch.uint64)
        self.assert_tensor(torch.tensor([300, 5]).sum(dtype=torch.int8), 49, torch.int8)
        self.assert_tensor(torch.tensor([3, 5]).prod(dtype=torch.int32), 15, torch.int32)
        self.assert_tensor(torch.tensor([2**63], dtype=torch.uint64).sum(), -(2**63), torch.int64)
        self.assertTrue(x.any() and x.all() and x.count_nonzero() == 2)
        self.assert_tensor(torch.tensor([0, 3], dtype=torch.uint32).nonzero(), [[1]])
        self.assert_tensor(torch.tensor([4, 9], dtype=torch.uint64).sqrt(), [2.0, 3.0], torch.float32)

    def test_what_has_no_kernel(self):
        x = torch.ones(2, dtype=torch.uint16)
        for function, kernel in (
            (lambda: -x, "neg_cpu"),
            (lambda: x.abs(), "abs_cpu"),
            (lambda: x // x, "div_floor_cpu"),
            (lambda: x % 2, "remainder_cpu"),
            (lambda: x**2, "pow"),
            (lambda: torch.gcd(x, x), "gcd_cpu"),
            (lambda: torch.bincount(x), "bincount_cpu"),
        ):
            self.assert_error(NotImplementedError, f"\"{kernel}\" not implemented for 'UInt16'", function)
        self.assert_error(RuntimeError, "mean(): could not infer output dtype.", x.mean)


class Interchange(TorchCase):
    """Files, NumPy and buffers."""

    @unittest.skipIf(np is None, "needs NumPy")
    def test_numpy(self):
        for dtype, name in zip(WIDE, ("uint16", "uint32", "uint64")):
            x = torch.tensor([1, largest(dtype)], dtype=dtype)
            array = x.numpy()
            self.assertEqual((array.dtype.name, array.tolist()), (name, x.tolist()))
            self.assert_tensor(torch.from_numpy(array), x.tolist(), dtype)
            self.assert_tensor(torch.tensor(array), x.tolist(), dtype)
            self.assert_tensor(torch.as_tensor(array[1]), largest(dtype), dtype)
            self.assertEqual(np.asarray(x).tolist(), x.tolist())
            self.assert_tensor(torch.from_dlpack(array), x.tolist(), dtype)
            self.assertEqual(np.from_dlpack(x).tolist(), x.tolist())

    def test_buffers(self):
        self.assert_tensor(torch.frombuffer(b"\x01\x00\xff\xff", dtype=torch.uint16), [1, 65535], torch.uint16)
        x = torch.tensor([[2**64 - 1]], dtype=torch.uint64)
        self.assert_tensor(torch.frombuffer(b"\xff" * 8, dtype=torch.uint64), [2**64 - 1])
        if sys.version_info >= (3, 12):
            self.assertEqual(memoryview(x).tolist(), [[2**64 - 1]])
        self.assert_tensor(torch.tensor([7, 2**31], dtype=torch.uint32).view(torch.uint8)[4:], [0, 0, 0, 128])

    def test_saving(self):
        for dtype in WIDE:
            x = torch.tensor([1, 2, largest(dtype)], dtype=dtype)
            file = io.BytesIO()
            torch.save({"x": x, "tail": x[1:], "y": torch.ones(2)}, file)
            self.assertIn(b"_rebuild_tensor_v3", file.getvalue())
            file.seek(0)
            found = torch.load(file)
            self.assert_tensor(found["x"], x.tolist(), dtype)
            found["x"][1] = 9
            self.assert_tensor(found["tail"], [9, largest(dtype)], dtype)
            self.assert_tensor(pickle.loads(pickle.dumps(x)), x.tolist(), dtype)
            self.assert_tensor(copy.deepcopy(x), x.tolist(), dtype)

    def test_other_files(self):
        import safetensors.torch

        from torch.utils import npy

        for dtype in WIDE:
            x = torch.tensor([1, largest(dtype)], dtype=dtype)
            found = safetensors.torch.load(safetensors.torch.save({"x": x}))["x"]
            self.assert_tensor(found, x.tolist(), dtype)
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "x.npy")
                npy.save(path, x)
                self.assert_tensor(npy.load(path), x.tolist(), dtype)


class Hash(TorchCase):
    """`torch.hash_tensor`"""

    def test_values(self):
        def bits(value):
            return torch.tensor(value, dtype=torch.float64).view(torch.uint64).item()

        x = torch.tensor([[1.5, -2.0], [0.25, 4.0]])
        self.assert_tensor(torch.hash_tensor(x), bits(1.5) ^ bits(-2.0) ^ bits(0.25) ^ bits(4.0), torch.uint64)
        self.assert_tensor(torch.hash_tensor(x, 0), [bits(1.5) ^ bits(0.25), bits(-2.0) ^ bits(4.0)])
        self.assert_tensor(torch.hash_tensor(x, (-1,), keepdim=True), [[bits(1.5) ^ bits(-2.0)], [bits(0.25) ^ bits(4.0)]])
        self.assert_tensor(torch.hash_tensor(x.t(), 1), torch.hash_tensor(x, 0).tolist())
        self.assert_tensor(torch.hash_tensor(x.half()), torch.hash_tensor(x).item())
        self.assert_tensor(torch.hash_tensor(torch.tensor([-1, 1], dtype=torch.int8)), 2**64 - 2)
        self.assert_tensor(torch.hash_tensor(torch.tensor([True, True, True])), 1)
        self.assert_tensor(torch.hash_tensor(torch.tensor(2**64 - 1, dtype=torch.uint64)), 2**64 - 1)

    def test_edges(self):
        self.assert_tensor(torch.hash_tensor(torch.zeros(0)), 0, torch.uint64)
        self.assert_tensor(torch.hash_tensor(torch.zeros(2, 0), 1), [0, 0])
        self.assertEqual(torch.hash_tensor(torch.ones(2, 3), keepdim=True).shape, (1, 1))
        self.assertFalse(torch.hash_tensor(torch.ones(2, requires_grad=True)).requires_grad)
        self.assert_error(IndexError, "Dimension out of range", torch.hash_tensor, torch.ones(2), 1)
        self.assert_error(RuntimeError, "hash_tensor", torch.hash_tensor, torch.ones(2), mode=1)
