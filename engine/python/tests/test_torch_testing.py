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
        self.assert_error(ValueError, "`requires_grad=True` is not supported for boolean and integral dtypes", make_tensor, 2, dtype=torch.int64, device="cpu", requires_grad=True)
        self.assert_error(ValueError, "`low` must be less than `high`, but got 3 >= 2", make_tensor, 2, dtype=torch.int64, device="cpu", low=3, high=2)
        self.assert_error(ValueError, "`low` and `high` cannot be NaN", make_tensor, 2, dtype=torch.float32, device="cpu", low=float("nan"))
        small = make_tensor(500, dtype=torch.uint8, device="cpu", high=1000, exclude_zero=True)
        self.assertTrue(small.min().item() >= 1 and small.max().item() > 200)
        self.assertEqual(make_tensor(3, dtype=torch.int8, device="cpu", low=-0.5, high=0.5, exclude_zero=True).tolist(), [1, 1, 1])
        wide = make_tensor(100, dtype=torch.float64, device="cpu", low=-1.7e308, high=1.7e308)
        self.assertTrue(wide.isfinite().all() and (wide.abs() > 1e307).any())


class Words(TorchCase):
    """The texts, to the letter."""

    def differs(self, actual, expected, text, kind=AssertionError, **options):
        with self.assertRaises(kind) as caught:
            assert_close(actual, expected, **options)
        self.assertEqual(str(caught.exception), text)

    def test_differences_are_of_the_dtype(self):
        self.differs(
            torch.tensor([1.0, 0.3]),
            torch.tensor([1.0, 0.1]),
            "Tensor-likes are not close!\n\nMismatched elements: 1 / 2 (50.0%)\n"
            "Greatest absolute difference: 0.20000001788139343 at index (1,) (up to 1e-05 allowed)\n"
            "Greatest relative difference: 2.0000002384185791 at index (1,) (up to 1.3e-06 allowed)".replace("2.0000002384185791", str(((torch.tensor(0.3) - torch.tensor(0.1)) / 0.1).item())),
        )
        self.differs(
            torch.tensor([[True, False]]),
            torch.tensor([[False, False]]),
            "Tensor-likes are not equal!\n\nMismatched elements: 1 / 2 (50.0%)\n"
            "Greatest absolute difference: 1 at index (0, 0)\nGreatest relative difference: inf at index (0, 0)",
        )
        self.differs(
            torch.tensor([200], dtype=torch.uint8),
            torch.tensor([250], dtype=torch.uint8),
            "Tensor-likes are not equal!\n\nMismatched elements: 1 / 1 (100.0%)\n"
            "Greatest absolute difference: 50 at index (0,)\nGreatest relative difference: 0.20000000298023224 at index (0,)",
        )

    def test_scalars(self):
        self.differs(
            torch.tensor(1.0),
            torch.tensor(2.0),
            "Scalars are not close!\n\nExpected 2.0 but got 1.0.\n"
            "Absolute difference: 1.0 (up to 1e-05 allowed)\nRelative difference: 0.5 (up to 1.3e-06 allowed)",
        )
        self.differs(
            1.0, 0.0, "Scalars are not close!\n\nExpected 0.0 but got 1.0.\n"
            "Absolute difference: 1.0 (up to 1e-07 allowed)\nRelative difference: inf (up to 1e-07 allowed)"
        )
        self.differs(1, 1.0, "The (d)types do not match: <class 'int'> != <class 'float'>.")
        assert_close(1, 1.0, check_dtype=False)
        self.differs(True, False, "Booleans mismatch: True is not False")
        self.differs(None, 1, "None mismatch: None is not 1")
        assert_close(float("inf"), float("inf"))
        self.differs(
            float("inf"), 1e308, "Scalars are not close!\n\nExpected 1e+308 but got inf.\n"
            "Absolute difference: inf (up to 1e-07 allowed)\nRelative difference: inf (up to 1e-07 allowed)"
        )
        assert_close(float("nan"), float("nan"), equal_nan=True)

    def test_containers(self):
        self.differs(
            {"a": 1, "b": 2},
            {"a": 1, "c": 2},
            "The keys of the mappings do not match:\nMissing keys in the actual mapping: ['c']\nAdditional keys in the actual mapping: ['b']",
        )
        self.differs([1, {"k": [1, 2]}], [1, {"k": [1, 3]}], "Scalars are not equal!\n\nExpected 3 but got 2.\nAbsolute difference: 1\nRelative difference: 0.3333333333333333\n\nThe failure occurred for item [1]['k'][1]")
        # Lengths are looked at before any value is.
        self.differs([1, [1]], [2, [1, 2]], "The length of the sequences mismatch: 1 != 2\n\nThe failure occurred for item [1]")
        assert_close((1, 2), [1, 2])

    def test_what_cannot_be_compared(self):
        text = "No comparison pair was able to handle inputs of type <class 'str'> and <class 'str'>."
        self.differs("a", "a", text, TypeError)
        self.differs(torch.ones(1), 1.0, "No comparison pair was able to handle inputs of type <class 'torch.Tensor'> and <class 'float'>.", TypeError)
        self.differs([1.0, "a"], [2.0, "a"], text + "\n\nThe failure occurred for item [1]", TypeError)
        self.differs(1.0, 1.0, "Both 'rtol' and 'atol' must be either specified or omitted, but got no atol.", ValueError, rtol=1)
        parameter = torch.nn.Parameter(torch.ones(1))
        assert_close(parameter, torch.ones(1))
        self.assertRaises(TypeError, assert_close, parameter, torch.ones(1), allow_subclasses=False)

    def test_messages_of_ones_own(self):
        self.differs(1, 2, "mine", msg="mine")
        self.differs([1], [2], "Header\n\nScalars are not equal!\n\nExpected 2 but got 1.\nAbsolute difference: 1\nRelative difference: 0.5\n\nThe failure occurred for item [0]", msg=lambda text: "Header\n\n" + text)

    def test_attributes(self):
        x = torch.ones(2, 2)
        self.differs(x, x.T.contiguous().T, "The values for attribute 'stride()' do not match: (2, 1) != (1, 2).", check_stride=True)
        assert_close(x, x.T)
        assert_close(x, x.half(), check_dtype=False)
        self.differs(torch.ones(1).half(), torch.tensor([1.01]), "The values for attribute 'dtype' do not match: torch.float16 != torch.float32.")

    def test_the_old_name(self):
        with self.assertWarnsRegex(FutureWarning, r"`torch.testing.assert_allclose\(\)` is deprecated since 1.12"):
            torch.testing.assert_allclose(torch.ones(1), torch.ones(1).double() + 1e-9)


if __name__ == "__main__":
    unittest.main()
