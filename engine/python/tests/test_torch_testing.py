"""`torch.testing.assert_close`: what passes, and how differences are told.

Read next: `torch/testing/_comparison.py`.
"""

import torch
from torch.testing import assert_close, make_tensor
from torch_case import TorchCase

CLOSE = """Tensor-likes are not close!

Mismatched elements: 1 / 3 (33.3%)
Greatest absolute difference: 1.0 at index (2,) (up to 1e-05 allowed)
Greatest relative difference: 0.25 at index (2,) (up to 1.3e-06 allowed)"""

EQUAL = """Tensor-likes are not equal!

Mismatched elements: 1 / 4 (25.0%)
Greatest absolute difference: 2 at index (1, 0)
Greatest relative difference: 0.5 at index (1, 0)"""


class AssertClose(TorchCase):
    def assert_differs(self, text, *args, **kwargs):
        with self.assertRaises(AssertionError) as caught:
            assert_close(*args, **kwargs)
        self.assertEqual(str(caught.exception), text)

    def test_what_passes(self):
        x = torch.tensor([1.0, 2.0])
        assert_close(x, x + 1e-6)
        assert_close(x, x.double(), check_dtype=False)
        assert_close([x, {"a": 1}], [x, {"a": 1}])
        assert_close(torch.tensor(float("nan")), torch.tensor(float("nan")), equal_nan=True)
        assert_close(1.0, 1.0 + 1e-9)
        assert_close(x, x + 0.5, rtol=0, atol=1)
        assert_close(torch.empty(0), torch.empty(0))

    def test_differences(self):
        self.assert_differs(CLOSE, torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 4.0]))
        self.assert_differs(EQUAL, torch.tensor([[1, 2], [6, 4]]), torch.tensor([[1, 2], [4, 4]]))
        self.assert_differs("mine", torch.ones(1), torch.zeros(1), msg="mine")
        self.assert_differs(
            "Scalars are not equal!\n\nExpected 2 but got 1.\nAbsolute difference: 1\nRelative difference: 0.5", 1, 2
        )

    def test_attributes_and_containers(self):
        x = torch.ones(2)
        shape = "The values for attribute 'shape' do not match: torch.Size([2]) != torch.Size([3])."
        self.assert_differs(shape, x, torch.ones(3))
        dtype = "The values for attribute 'dtype' do not match: torch.float32 != torch.float64."
        self.assert_differs(dtype, x, x.double())
        self.assert_differs(dtype + "\n\nThe failure occurred for item [0]", [x], [x.double()])
        self.assert_differs("The length of the sequences mismatch: 1 != 2", [x], [x, x])
        with self.assertRaises(TypeError):
            assert_close("a", "a")
        with self.assertRaises(ValueError):
            assert_close(x, x, rtol=1)

    def test_make_tensor(self):
        made = make_tensor(3, 4, dtype=torch.float32, device="cpu", low=1, high=2, noncontiguous=True)
        self.assertEqual(made.shape, (3, 4))
        self.assertFalse(made.is_contiguous())
        self.assertTrue(bool(((made >= 1) & (made < 2)).all()))
        self.assertTrue(make_tensor((2,), dtype=torch.float64, device="cpu", requires_grad=True).requires_grad)
        self.assertIs(make_tensor(2, dtype=torch.bool, device="cpu").dtype, torch.bool)
