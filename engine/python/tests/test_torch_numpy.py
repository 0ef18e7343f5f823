"""Tensors and NumPy: arrays both ways, functions of NumPy's on tensors, buffers and DLPack; and what is said without NumPy."""

import os
import sys
import unittest
from unittest import mock

import torch
from torch_case import TorchCase

try:
    import numpy as np
except ImportError:
    if os.environ.get("CARREL_TESTS_NEED_NUMPY"):
        raise
    np = None

NAMES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


class WithoutNumPy(TorchCase):
    """These run everywhere: NumPy is hidden."""

    def setUp(self):
        patch = mock.patch.dict(sys.modules, {"numpy": None})
        patch.start()
        self.addCleanup(patch.stop)

    def test_errors_say_so(self):
        self.assert_error(RuntimeError, "Numpy is not available: Tensor.numpy() needs it", torch.ones(2).numpy)
        self.assert_error(TypeError, "expected np.ndarray (got list)", torch.from_numpy, [1])
        self.assert_error(RuntimeError, "Numpy is not available: DLPack needs it", torch.ones(2).__dlpack__)
        self.assert_error(RuntimeError, "Numpy is not available: torch.from_dlpack() needs it", torch.from_dlpack, object())

    def test_tensors_among_themselves(self):
        source = torch.arange(3)
        found = torch.from_dlpack(source)
        found[0] = 7
        self.assert_tensor(source, [7, 1, 2])
        self.assert_error(
            BufferError, "Can't export tensors that require gradient, use tensor.detach()", torch.from_dlpack, torch.ones(1, requires_grad=True)
        )

    def test_buffers(self):
        tensor = torch.arange(6, dtype=torch.int16).reshape(2, 3)
        view = tensor.t().__buffer__(0)
        self.assertEqual((view.format, view.shape, view.tolist()), ("h", (3, 2), [[0, 3], [1, 4], [2, 5]]))
        self.assertEqual(torch.zeros(0, 3).__buffer__(0).nbytes, 0)
        self.assertEqual(torch.tensor(5.0).__buffer__(0).tolist(), 5.0)
        if sys.version_info >= (3, 12):
            self.assertEqual(memoryview(tensor).tolist(), tensor.tolist())
            self.assertEqual(bytes(tensor), bytes([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0]))
            self.assertEqual(torch.frombuffer(tensor, dtype=torch.int16).tolist(), [0, 1, 2, 3, 4, 5])
        self.assert_error(BufferError, "a tensor that requires grad has no buffer", torch.ones(1, requires_grad=True).__buffer__, 0)
        self.assert_error(BufferError, "buffers cannot tell of torch.bfloat16", torch.ones(1, dtype=torch.bfloat16).__buffer__, 0)

    def test_frombuffer(self):
        data = bytearray(b"\x01\x00\x02\x00\x03\x00")
        self.assert_tensor(torch.frombuffer(data, dtype=torch.int16), [1, 2, 3], torch.int16)
        self.assert_tensor(torch.frombuffer(data, dtype=torch.int16, count=1, offset=2), [2])
        self.assert_tensor(torch.frombuffer(b"\x00\x05", dtype=torch.bool), [False, True])
        self.assertTrue(torch.frombuffer(b"\0\0\0\0", dtype=torch.float32, requires_grad=True).requires_grad)
        for text, arguments in (
            ("both buffer length (6) and count (0) must not be 0", {"count": 0}),
            ("offset (6 bytes) must be non-negative and no greater than buffer length (6 bytes) minus 1", {"offset": 6}),
            ("buffer length (5 bytes) after offset (1 bytes) must be a multiple of element size (2)", {"offset": 1}),
            ("requested buffer length (4 * 2 bytes) after offset (0 bytes) must not be greater than actual buffer length (6", {"count": 4}),
        ):
            self.assert_error(ValueError, text, torch.frombuffer, data, dtype=torch.int16, **arguments)
        self.assert_error(ValueError, "object does not implement Python buffer protocol.", torch.frombuffer, 5, dtype=torch.int8)


@unittest.skipIf(np is None, "NumPy is not installed; tools/test_python.sh runs these with it")
class Arrays(TorchCase):
    def test_every_dtype_both_ways(self):
        for name in NAMES:
            for tensor in (torch.arange(6).reshape(2, 3).t(), torch.tensor(1), torch.zeros(0, 3)):
                tensor = tensor.to(getattr(torch, name))
                array = tensor.numpy()
                self.assertEqual((array.dtype.name, array.shape, array.tolist()), (name, tuple(tensor.shape), tensor.tolist()))
                found = torch.from_numpy(array)
                self.assertEqual((found.dtype, found.shape, found.tolist()), (tensor.dtype, tensor.shape, tensor.tolist()))

    def test_large_arrays_go_in_pieces(self):
        array = np.arange(700_001, dtype=np.int64)
        self.assertTrue(np.array_equal(torch.from_numpy(array).numpy(), array))
        self.assertEqual(torch.from_numpy(array[::2]).sum().item(), array[::2].sum())

    def test_exchanges_copy(self):
        array = np.zeros(2)
        tensor = torch.from_numpy(array)
        tensor[0] = 1
        self.assertEqual(array.tolist(), [0.0, 0.0])
        tensor.numpy()[1] = 5
        self.assert_tensor(tensor, [1.0, 0.0])

    def test_what_numpy_refuses(self):
        self.assert_error(TypeError, "Got unsupported ScalarType BFloat16", torch.ones(1, dtype=torch.bfloat16).numpy)
        parameter = torch.ones(2, requires_grad=True)
        text = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
        self.assert_error(RuntimeError, text, parameter.numpy)
        self.assert_error(RuntimeError, text, np.asarray, parameter)
        self.assertEqual(parameter.numpy(force=True).tolist(), [1.0, 1.0])
        with torch.no_grad():
            self.assertEqual(parameter.numpy().tolist(), [1.0, 1.0])

    def test_what_from_numpy_refuses(self):
        for kind, text, value in (
            (TypeError, "expected np.ndarray (got float32)", np.float32(1)),
            (TypeError, "can't convert np.ndarray of type numpy.str_.", np.array(["a"])),
            (TypeError, "can't convert np.ndarray of type numpy.complex64.", np.ones(2, np.complex64)),
            (ValueError, "At least one stride in the given numpy array is negative", np.ones(3)[::-1]),
            (ValueError, "given numpy array has byte order different from the native byte order.", np.ones(2, ">f4")),
        ):
            self.assert_error(kind, text, torch.from_numpy, value)

    def test_tensors_of_arrays(self):
        self.assert_tensor(torch.tensor(np.array([1.5, 2.5])), [1.5, 2.5], torch.float64)
        self.assert_tensor(torch.tensor(np.float64(1.5)), 1.5, torch.float64)
        self.assert_tensor(torch.tensor(np.int32(3), dtype=torch.float32), 3.0, torch.float32)
        self.assert_tensor(torch.tensor([np.float32(1), np.float32(2)]), [1.0, 2.0], torch.float32)
        self.assert_tensor(torch.tensor([np.ones(2), np.zeros(2)]), [[1.0, 1.0], [0.0, 0.0]], torch.float64)
        self.assert_tensor(torch.as_tensor(np.array([1, 2])), [1, 2], torch.int64)
        self.assert_tensor(torch.asarray(np.array([1, 2]), dtype=torch.float16), [1.0, 2.0], torch.float16)
        self.assert_tensor(torch.Tensor(np.array([1.0, 2.0])), [1.0, 2.0], torch.float32)
        self.assert_tensor(torch.LongTensor(np.array([1, 2])), [1, 2], torch.int64)
        self.assertEqual(torch.zeros(np.int64(3), 2).shape, (3, 2))
        self.assert_error(ValueError, "can't alias arbitrary sequence into a tensor.", torch.asarray, np.ones(2), copy=False)

    def test_numpys_view_of_tensors(self):
        tensor = torch.arange(6.0).reshape(2, 3)
        array = np.asarray(tensor)
        self.assertTrue(array.flags.writeable)
        self.assertEqual((array.dtype, array.shape), (np.float32, (2, 3)))
        self.assertEqual(np.asarray(tensor, dtype=np.int64).tolist(), [[0, 1, 2], [3, 4, 5]])
        self.assertIsInstance(np.sin(tensor), torch.Tensor)
        self.assertEqual(np.stack([tensor, tensor]).shape, (2, 2, 3))
        self.assertTrue(np.allclose(tensor, tensor + 1e-9))
        self.assert_tensor(np.equal(tensor, tensor), [[1, 1, 1], [1, 1, 1]], torch.uint8)

    def test_operators_and_indices(self):
        tensor = torch.arange(3.0)
        self.assert_tensor(tensor + np.float64(2), [2.0, 3.0, 4.0], torch.float32)
        self.assert_tensor(np.float32(2) * tensor, [0.0, 2.0, 4.0], torch.float32)
        self.assert_tensor(tensor + np.ones(3), [1.0, 2.0, 3.0], torch.float64)
        self.assertRaises(TypeError, lambda: np.ones(3) * tensor)
        self.assert_tensor(tensor[np.array([2, 0])], [2.0, 0.0])
        self.assert_tensor(tensor[np.array([True, False, True])], [0.0, 2.0])
        self.assert_tensor(tensor[np.int64(1)], 1.0)

    def test_dlpack(self):
        tensor = torch.arange(6.0).reshape(2, 3)
        self.assertEqual(tensor.__dlpack_device__(), (1, 0))
        self.assertEqual(np.from_dlpack(tensor).tolist(), tensor.tolist())
        self.assert_tensor(torch.from_dlpack(np.arange(3)), [0, 1, 2], torch.int64)
        capsule = torch.utils.dlpack.to_dlpack(tensor)
        self.assertEqual(torch.utils.dlpack.from_dlpack(capsule).tolist(), tensor.tolist())
        self.assert_error(BufferError, "Can't export tensors that require gradient", np.from_dlpack, torch.ones(1, requires_grad=True))
        self.assert_error(BufferError, "bfloat16 tensors cannot be exported", np.from_dlpack, torch.ones(1, dtype=torch.bfloat16))
        self.assert_error(BufferError, "Unable to avoid copy", torch.from_dlpack, np.ones(1), copy=False)
        self.assert_error(AttributeError, "'int' object has no attribute '__dlpack__'", torch.from_dlpack, 5)


if __name__ == "__main__":
    unittest.main()
