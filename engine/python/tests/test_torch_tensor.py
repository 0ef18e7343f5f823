"""Making tensors, their operators and attributes, and the texts of common errors."""

import copy
import pickle
import unittest

import torch
from torch_case import TorchCase


class Creation(TorchCase):
    def test_dtype_is_inferred(self):
        self.assert_tensor(torch.tensor([[1, 2], [3, 4]]), [[1, 2], [3, 4]], torch.int64)
        self.assert_tensor(torch.tensor([1, 2.5]), [1.0, 2.5], torch.float32)
        self.assert_tensor(torch.tensor([True, False]), [True, False], torch.bool)
        self.assert_tensor(torch.tensor([True, 2]), [1, 2], torch.int64)
        self.assertIs(torch.tensor([]).dtype, torch.float32)
        self.assert_tensor(torch.tensor([torch.tensor(1), torch.tensor(2)]), [1, 2])
        self.assert_tensor(torch.tensor([1.9], dtype=torch.int64), [1])
        self.assert_tensor(torch.tensor(2**62), 2**62)

    def test_shape_errors(self):
        self.assert_error(ValueError, "expected sequence of length 2 at dim 1 (got 1)", torch.tensor, [[1, 2], [3]])
        self.assert_error(TypeError, "new(): invalid data type 'str'", torch.tensor, "a")
        self.assert_error(RuntimeError, "Could not infer dtype of NoneType", torch.tensor, None)
        self.assert_error(RuntimeError, "Trying to create tensor with negative dimension -1", torch.zeros, -1)

    def test_ranges(self):
        self.assert_tensor(torch.arange(3), [0, 1, 2], torch.int64)
        self.assert_tensor(torch.arange(1, 2, 0.5), [1.0, 1.5], torch.float32)
        self.assert_tensor(torch.linspace(0, 1, 3), [0.0, 0.5, 1.0])
        self.assert_tensor(torch.eye(2), [[1.0, 0.0], [0.0, 1.0]])
        self.assert_tensor(torch.full((2,), 7), [7, 7], torch.int64)

    def test_classes_of_tensors(self):
        self.assertIs(torch.LongTensor([1]).dtype, torch.int64)
        self.assertIsInstance(torch.ones(1), torch.FloatTensor)
        self.assertEqual(torch.Tensor(2, 3).shape, (2, 3))
        self.assert_tensor(torch.Tensor([1, 2]), [1.0, 2.0], torch.float32)

    def test_defaults(self):
        torch.set_default_dtype(torch.float64)
        try:
            self.assertIs(torch.tensor(1.5).dtype, torch.float64)
            self.assertIs((torch.ones(2, dtype=torch.int64) / 2).dtype, torch.float64)
        finally:
            torch.set_default_dtype(torch.float32)


class Operators(TorchCase):
    def test_arithmetic(self):
        a = torch.tensor([1.0, 2.0])
        self.assert_tensor(1 - a, [0.0, -1.0])
        self.assert_tensor(2 / a, [2.0, 1.0])
        self.assert_tensor(2**a, [2.0, 4.0])
        self.assert_tensor(a**2, [1.0, 4.0])
        self.assert_tensor(-a // 2, [-1.0, -1.0])
        self.assert_tensor(torch.tensor([-7, 7]) % 3, [2, 1])
        self.assert_tensor(torch.tensor([1, 2]) / 2, [0.5, 1.0], torch.float32)
        self.assert_tensor(torch.tensor([1, 2]) + 1.5, [2.5, 3.5], torch.float32)
        self.assert_tensor(torch.tensor([True]) + True, [True], torch.bool)
        self.assert_tensor(~torch.tensor([True, False]), [False, True])
        self.assert_tensor((a > 1) & (a < 3), [False, True])

    def test_in_place(self):
        a = torch.ones(2)
        before = a
        a += 1
        a *= 3
        self.assertIs(a, before)
        self.assert_tensor(a, [6.0, 6.0])
        self.assert_tensor(a.sub_(1).div_(5), [1.0, 1.0])
        self.assert_error(
            RuntimeError,
            "result type Float can't be cast to the desired output type Long",
            lambda: torch.ones(2, dtype=torch.int64).add_(0.5),
        )

    def test_none_is_not_equal(self):
        self.assertFalse(torch.ones(1) == None)  # noqa: E711
        with self.assertRaises(TypeError):
            torch.ones(1) + "a"

    def test_python_protocols(self):
        self.assertEqual(int(torch.tensor(3.7)), 3)
        self.assertEqual([10, 20, 30][torch.tensor(1)], 20)
        self.assertTrue(bool(torch.tensor([1])))
        self.assert_error(RuntimeError, "Boolean value of Tensor with more than one value", bool, torch.ones(2))
        self.assert_error(RuntimeError, "a Tensor with 2 elements cannot be converted to Scalar", torch.ones(2).item)
        self.assert_error(TypeError, "len() of a 0-d tensor", len, torch.tensor(1))
        self.assert_error(TypeError, "iteration over a 0-d tensor", iter, torch.tensor(1))

    def test_copies(self):
        a = torch.tensor([1.0, 2.0], requires_grad=True)
        b = copy.deepcopy(a)
        self.assertTrue(b.requires_grad)
        self.assert_tensor(pickle.loads(pickle.dumps(torch.arange(3))), [0, 1, 2])

    def test_common_errors(self):
        self.assert_error(
            RuntimeError,
            "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
            lambda: torch.ones(2, 3) + torch.ones(4),
        )
        self.assert_error(
            RuntimeError,
            "mm: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
            lambda: torch.ones(2, 3) @ torch.ones(2, 3),
        )
        self.assert_error(RuntimeError, "shape '[5]' is invalid for input of size 6", torch.ones(6).view, 5)
        self.assert_error(IndexError, "Dimension out of range (expected to be in range of [-1, 0], but got 2)", torch.ones(2).sum, 2)
        self.assert_error(RuntimeError, "mean(): could not infer output dtype", torch.arange(3).mean)


class Functions(TorchCase):
    def test_reductions(self):
        x = torch.tensor([[1.0, 4.0], [3.0, 2.0]])
        self.assert_tensor(x.sum(0), [4.0, 6.0])
        self.assert_tensor(x.sum(axis=1, keepdims=True), [[5.0], [5.0]])
        values, indices = x.max(1)
        self.assert_tensor(values, [4.0, 3.0])
        self.assert_tensor(indices, [1, 0])
        self.assert_close(x.std(), 1.2909944)
        self.assert_tensor(x.argmax(), 1)
        self.assertTrue((x > 0).all())

    def test_shapes(self):
        x = torch.arange(6).reshape(2, 3)
        self.assert_tensor(torch.cat([x, x], 1)[0], [0, 1, 2, 0, 1, 2])
        self.assertEqual(torch.stack([x, x], -1).shape, (2, 3, 2))
        self.assertEqual([part.shape[0] for part in torch.arange(10).chunk(3)], [4, 4, 2])
        self.assertEqual([part.tolist() for part in torch.arange(5).split([1, 4])], [[0], [1, 2, 3, 4]])
        self.assertEqual(x.T.stride(), (1, 3))
        self.assertFalse(x.T.is_contiguous())
        self.assert_tensor(x.flip(0), [[3, 4, 5], [0, 1, 2]])
        self.assert_tensor(x.roll(1, 1), [[2, 0, 1], [5, 3, 4]])

    def test_einsum(self):
        a, b = torch.arange(6.0).reshape(2, 3), torch.arange(12.0).reshape(3, 4)
        self.assertTrue(torch.equal(torch.einsum("ij,jk->ik", a, b), a @ b))
        self.assert_tensor(torch.einsum("ii->i", torch.arange(4).reshape(2, 2)), [0, 3])
        self.assert_tensor(torch.einsum("ij->", a), 15.0)
        self.assert_tensor(torch.einsum("i,j->ji", torch.tensor([1, 2]), torch.tensor([3, 4])), [[3, 6], [4, 8]])
        self.assertEqual(torch.einsum("b...i,...i->b...", torch.ones(2, 5, 3), torch.ones(5, 3)).shape, (2, 5))

    def test_out(self):
        out = torch.empty(2)
        torch.add(torch.ones(2), 1, out=out)
        self.assert_tensor(out, [2.0, 2.0])

    def test_names_that_are_not_there_say_so(self):
        self.assert_error(AttributeError, "module 'torch' has no attribute 'no_such_name'", lambda: torch.no_such_name)
        self.assert_error(NotImplementedError, "torch.fft.fft is not supported in Carrel: it has no complex numbers", lambda: torch.fft.fft(1))
        self.assert_error(AttributeError, "torch.nn.Conv9d is not in Carrel yet", lambda: torch.nn.Conv9d)
        self.assertFalse(hasattr(torch, "nonsense"))


class Devices(TorchCase):
    def test_names(self):
        self.assertEqual(torch.device("cuda").type, "webgpu")
        self.assertEqual(torch.device("webgpu:0"), torch.device("cuda", 0))
        self.assert_error(RuntimeError, "Expected one of cpu, cuda", torch.device, "cpx")
        self.assertEqual(torch.ones(1).device, torch.device("cpu"))
        self.assertFalse(torch.backends.mps.is_available())

    def test_without_a_gpu(self):
        if torch.cuda.is_available():
            self.skipTest("there is a GPU")
        self.assertIsNone(torch.accelerator.current_accelerator())
        self.assert_error(RuntimeError, "No WebGPU device is available", torch.ones(1).to, "cuda")


if __name__ == "__main__":
    unittest.main()
