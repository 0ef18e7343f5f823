"""Operators that the GPU has not: they run on the CPU, gradients flow both ways, and a warning names them once."""

import unittest
import warnings

import torch
from gpu_case import GpuCase
from torch import _fallback


class FallbackTest(GpuCase):
    def setUp(self):
        super().setUp()
        _fallback._named.clear()

    def test_results_are_on_the_gpu(self):
        A = torch.tensor([[2.0, 0.0], [0.0, 4.0]], device="webgpu")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            inverse = torch.linalg.inv(A)
            torch.linalg.inv(A)
            found = torch.linalg.svd(A)
        self.assertEqual(inverse.device.type, "webgpu")
        self.assertEqual(inverse.tolist(), [[0.5, 0.0], [0.0, 0.25]])
        self.assertEqual({part.device.type for part in found}, {"webgpu"})
        self.assertEqual(found.S.tolist(), [4.0, 2.0])
        texts = [str(warning.message) for warning in caught]
        self.assertEqual(len(texts), 2)
        self.assertIn("torch.linalg.inv has no kernel on the webgpu device", texts[0])
        self.assertIn("torch.linalg.svd", texts[1])
        self.assertEqual(caught[0].filename, __file__)
        self.assertIs(caught[0].category, UserWarning)

    def test_gradients_reach_a_leaf_on_the_gpu(self):
        A = torch.tensor([[2.0, 1.0], [0.0, 4.0]], device="webgpu", requires_grad=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (torch.linalg.inv(A * 1.0) * 2.0).sum().backward()
        self.assertEqual(A.grad.device.type, "webgpu")
        here = A.detach().cpu().requires_grad_()
        (torch.linalg.inv(here) * 2.0).sum().backward()
        self.assertTrue(torch.allclose(A.grad.cpu(), here.grad))

    def test_rows_fall_back_too(self):
        A = torch.eye(2, device="webgpu").requires_grad_()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            X = torch._C.ops.linalg_solve_triangular(A, torch.ones(2, 1, device="webgpu"), True, False)
            X.sum().backward()
        self.assertEqual(X.device.type, "webgpu")
        self.assertEqual(A.grad.tolist(), [[-1.0, -1.0], [0.0, -1.0]])
        self.assertEqual(A.grad.device.type, "webgpu")
        self.assertEqual(len(caught), 1)

    def test_gradients_cross_devices_to_any_order(self):
        a = torch.tensor([1.0, 2.0], requires_grad=True)
        (first,) = torch.autograd.grad((a.to("webgpu") ** 3).sum(), a, create_graph=True)
        self.assertEqual(first.device.type, "cpu")
        self.assertEqual(torch.autograd.grad(first.sum(), a)[0].tolist(), [6.0, 12.0])

    def test_a_copy_from_the_gpu_waits(self):
        target = torch.zeros(2)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            target.copy_(torch.ones(2, device="webgpu"))
        self.assertEqual(target.tolist(), [1.0, 1.0])
        self.assertEqual(caught, [])

    def test_errors_of_the_operator_are_its_own(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with self.assertRaises(torch.linalg.LinAlgError):
                torch.linalg.inv(torch.zeros(2, 2, device="webgpu"))


if __name__ == "__main__":
    unittest.main()
