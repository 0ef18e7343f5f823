"""What tensors share whatever the operator: `out=`, in-place variants, storages, memory formats, exact integers."""

import copy
import pickle
import unittest
import warnings

import torch
from torch_case import TorchCase


class Out(TorchCase):
    def test_resizes_with_a_warning(self):
        out = torch.ones(3)
        with self.assertWarnsRegex(UserWarning, r"An output with one or more elements was resized since it had shape \[3\], which does not match"):
            torch.add(torch.ones(2), 1, out=out)
        self.assert_tensor(out, [2.0, 2.0])
        out = torch.empty(0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            torch.exp(torch.zeros(2), out=out)
        self.assert_tensor(out, [1.0, 1.0])

    def test_dtypes_and_gradients(self):
        self.assert_error(
            RuntimeError, "result type Float can't be cast to the desired output type Long", torch.add, torch.ones(2), 1, out=torch.ones(2).long()
        )
        self.assert_error(
            RuntimeError,
            "add(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad.",
            torch.add,
            torch.ones(2, requires_grad=True),
            1,
            out=torch.ones(2),
        )

    def test_makers_and_pairs(self):
        self.assert_tensor(torch.zeros(2, out=torch.ones(2, dtype=torch.int32)), [0, 0], torch.int32)
        values, indices = torch.empty(0), torch.empty(0, dtype=torch.int64)
        found = torch.max(torch.tensor([[1.0, 3.0]]), 1, out=(values, indices))
        self.assert_tensor(found.indices, [1])
        self.assert_tensor(values, [3.0])


class Memory(TorchCase):
    def test_formats(self):
        x = torch.arange(120.0).reshape(2, 3, 4, 5)
        y = x.to(memory_format=torch.channels_last)
        self.assertEqual(y.stride(), (60, 1, 15, 3))
        self.assertTrue(torch.equal(x, y))
        self.assertFalse(y.is_contiguous())
        self.assertTrue(y.is_contiguous(memory_format=torch.channels_last))
        self.assertEqual(torch.empty(2, 3, 4, 5, memory_format=torch.channels_last).stride(), (60, 1, 15, 3))
        self.assertEqual(repr(torch.channels_last), "torch.channels_last")
        self.assert_error(RuntimeError, "required rank 4 tensor to use channels_last format", torch.ones(2).contiguous, memory_format=torch.channels_last)

    def test_storages(self):
        x = torch.arange(4.0)
        self.assertEqual(x[1:].untyped_storage().nbytes(), 16)
        self.assertEqual(x[1:].untyped_storage().data_ptr(), x.untyped_storage().data_ptr())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            storage = x.storage()
        storage[0] = 9.0
        self.assertEqual(x[0].item(), 9.0)
        y = torch.empty(0).set_(storage, 1, (3,), (1,))
        self.assert_tensor(y, [1.0, 2.0, 3.0])

    def test_copies(self):
        x = torch.ones(2, requires_grad=True)
        self.assertTrue(pickle.loads(pickle.dumps(x)).requires_grad)
        self.assertTrue(copy.deepcopy(x).is_leaf)

    def test_channels_last_gradients(self):
        x = torch.ones(1, 2, 2, 2, requires_grad=True)
        (x.contiguous(memory_format=torch.channels_last) * 2).sum().backward()
        self.assertEqual(x.grad.sum().item(), 16.0)


class Numbers(TorchCase):
    def test_integers_beyond_doubles(self):
        self.assertEqual((torch.tensor([0]) + (2**53 + 1)).item(), 2**53 + 1)
        self.assertEqual(torch.full((1,), -(2**62) - 1).item(), -(2**62) - 1)
        self.assert_tensor(torch.arange(2**53, 2**53 + 3), [2**53, 2**53 + 1, 2**53 + 2])
        self.assert_tensor(torch.tensor([2**62]) * 4, [0])

    def test_overflow(self):
        self.assert_error(RuntimeError, "value cannot be converted to type uint8_t without overflow", torch.full, (1,), 300, dtype=torch.uint8)
        self.assert_error(RuntimeError, "value cannot be converted to type at::Half without overflow", torch.full, (1,), 1e6, dtype=torch.float16)
        self.assert_tensor(torch.tensor([250], dtype=torch.uint8) + 10, [4], torch.uint8)

    def test_nan(self):
        nan = float("nan")
        self.assertEqual(torch.sign(torch.tensor(nan)).item(), 0.0)
        self.assertTrue(torch.isnan(torch.clamp(torch.tensor([1.0]), nan)).all())
        self.assertTrue(torch.isnan(torch.tensor([3.0, nan, 1.0]).max()))
        self.assertEqual(torch.tensor([3.0, nan, 1.0]).sort().indices.tolist(), [2, 0, 1])

    def test_tensors_in_lists(self):
        self.assert_tensor(torch.tensor([torch.tensor(1, dtype=torch.int32), torch.tensor(2, dtype=torch.int32)]), [1, 2], torch.int32)

    def test_foreach(self):
        found = torch._foreach_add([torch.ones(1), torch.zeros(1)], 2)
        self.assertEqual([one.item() for one in found], [3.0, 2.0])


if __name__ == "__main__":
    unittest.main()
