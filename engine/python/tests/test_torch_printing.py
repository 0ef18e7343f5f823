"""Tensors print as PyTorch prints them. The texts were written by real PyTorch."""

import unittest

import torch
from torch_case import TorchCase

nan, inf = float("nan"), float("inf")


class Numbers(TorchCase):
    def test_floats_share_one_format(self):
        self.assert_prints(torch.tensor([1.0, 2.5]), "tensor([1.0000, 2.5000])")
        self.assert_prints(torch.tensor([1.0, 20.0]), "tensor([ 1., 20.])")
        self.assert_prints(torch.tensor([-1.5, 10.25]), "tensor([-1.5000, 10.2500])")
        self.assert_prints(torch.tensor(3.5), "tensor(3.5000)")
        self.assert_prints(torch.tensor([0.0, -0.0]), "tensor([0., -0.])")

    def test_far_apart_floats_are_scientific(self):
        self.assert_prints(torch.tensor([1e-8, 123456.0]), "tensor([1.0000e-08, 1.2346e+05])")
        self.assert_prints(torch.tensor([1.0, 1001.0]), "tensor([1.0000e+00, 1.0010e+03])")
        self.assert_prints(torch.tensor([1.0, 1000.0]), "tensor([   1., 1000.])")
        self.assert_prints(torch.tensor([0.00001]), "tensor([1.0000e-05])")
        self.assert_prints(torch.tensor([2e8]), "tensor([2.0000e+08])")

    def test_not_finite(self):
        self.assert_prints(torch.tensor([nan, 1.0, inf]), "tensor([nan, 1., inf])")
        self.assert_prints(torch.tensor([nan, 1.5, -inf]), "tensor([   nan, 1.5000,   -inf])")
        self.assert_prints(torch.tensor([nan, inf]), "tensor([nan, inf])")
        self.assert_prints(torch.tensor(nan), "tensor(nan)")

    def test_integers_and_bools(self):
        self.assert_prints(torch.tensor([1, -20, 300]), "tensor([  1, -20, 300])")
        self.assert_prints(torch.tensor([True, False]), "tensor([ True, False])")
        self.assert_prints(torch.tensor(7), "tensor(7)")
        self.assert_prints(torch.tensor([1, 2], dtype=torch.uint8), "tensor([1, 2], dtype=torch.uint8)")

    def test_dtypes(self):
        self.assert_prints(torch.tensor([1.5], dtype=torch.float64), "tensor([1.5000], dtype=torch.float64)")
        self.assert_prints(torch.tensor([1.5], dtype=torch.float16), "tensor([1.5000], dtype=torch.float16)")
        self.assert_prints(torch.tensor([1.5], dtype=torch.bfloat16), "tensor([1.5000], dtype=torch.bfloat16)")
        self.assert_prints(torch.float32, "torch.float32")
        self.assert_prints(torch.long, "torch.int64")


class Layout(TorchCase):
    def test_nesting_is_aligned(self):
        self.assert_prints(
            torch.arange(8).reshape(2, 2, 2),
            """
            tensor([[[0, 1],
                     [2, 3]],

                    [[4, 5],
                     [6, 7]]])
            """,
        )

    def test_empty(self):
        self.assert_prints(torch.zeros(0), "tensor([])")
        self.assert_prints(torch.zeros(0, 3), "tensor([], size=(0, 3))")
        self.assert_prints(torch.zeros(2, 0, dtype=torch.int64), "tensor([], size=(2, 0), dtype=torch.int64)")

    def test_lines_break_at_the_width(self):
        self.assert_prints(
            torch.arange(30),
            """
            tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
                    18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
            """,
        )

    def test_large_tensors_lose_their_middle(self):
        self.assert_prints(torch.arange(1001), "tensor([   0,    1,    2,  ...,  998,  999, 1000])")
        self.assert_prints(
            torch.arange(2000.0).reshape(20, 100),
            """
            tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 9.7000e+01, 9.8000e+01,
                     9.9000e+01],
                    [1.0000e+02, 1.0100e+02, 1.0200e+02,  ..., 1.9700e+02, 1.9800e+02,
                     1.9900e+02],
                    [2.0000e+02, 2.0100e+02, 2.0200e+02,  ..., 2.9700e+02, 2.9800e+02,
                     2.9900e+02],
                    ...,
                    [1.7000e+03, 1.7010e+03, 1.7020e+03,  ..., 1.7970e+03, 1.7980e+03,
                     1.7990e+03],
                    [1.8000e+03, 1.8010e+03, 1.8020e+03,  ..., 1.8970e+03, 1.8980e+03,
                     1.8990e+03],
                    [1.9000e+03, 1.9010e+03, 1.9020e+03,  ..., 1.9970e+03, 1.9980e+03,
                     1.9990e+03]])
            """,
        )


class Suffixes(TorchCase):
    def test_gradients(self):
        w = torch.ones(2, requires_grad=True)
        self.assert_prints(w, "tensor([1., 1.], requires_grad=True)")
        self.assert_prints(w * 2, "tensor([2., 2.], grad_fn=<MulBackward0>)")
        self.assert_prints((w * 2).sum(), "tensor(4., grad_fn=<SumBackward0>)")

    def test_a_suffix_that_does_not_fit_gets_a_line(self):
        x = torch.full((9,), 1.25, requires_grad=True)
        self.assert_prints(
            x,
            """
            tensor([1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500],
                   requires_grad=True)
            """,
        )

    def test_parameters(self):
        self.assert_prints(
            torch.nn.Parameter(torch.ones(1)),
            """
            Parameter containing:
            tensor([1.], requires_grad=True)
            """,
        )


class Options(TorchCase):
    def tearDown(self):
        torch.set_printoptions(profile="default")

    def test_precision_and_scientific(self):
        torch.set_printoptions(precision=2)
        self.assert_prints(torch.tensor([1.2345]), "tensor([1.23])")
        torch.set_printoptions(sci_mode=False)
        self.assert_prints(torch.tensor([1e-8, 1.5]), "tensor([0.00, 1.50])")
        torch.set_printoptions(sci_mode=True)
        self.assert_prints(torch.tensor([1.5]), "tensor([1.50e+00])")

    def test_edges_and_width(self):
        torch.set_printoptions(threshold=5, edgeitems=1)
        self.assert_prints(torch.arange(6), "tensor([0,  ..., 5])")
        torch.set_printoptions(profile="default", linewidth=20)
        self.assert_prints(torch.arange(6), "tensor([0, 1, 2, 3,\n        4, 5])")


class Others(TorchCase):
    def test_sizes_and_devices(self):
        self.assert_prints(torch.Size([2, 3]), "torch.Size([2, 3])")
        self.assert_prints(torch.Size([]), "torch.Size([])")
        self.assertEqual(torch.Size([2, 3]).numel(), 6)
        self.assert_prints(torch.Size([2, 3])[:1], "torch.Size([2])")
        self.assert_prints(torch.device("cpu"), "device(type='cpu')")
        self.assertEqual(str(torch.device("cuda", 0)), "webgpu:0")

    def test_return_types(self):
        self.assert_prints(
            torch.tensor([[1.0, 2.0]]).max(dim=1),
            """
            torch.return_types.max(
            values=tensor([2.]),
            indices=tensor([1]))
            """,
        )

    def test_format(self):
        self.assertEqual(f"{torch.tensor(1.23456):.2f}", "1.23")
        self.assertEqual(f"{torch.tensor([1])}", "tensor([1])")

    def test_limits(self):
        self.assertEqual(torch.finfo(torch.float32).eps, 1.1920928955078125e-07)
        self.assertEqual(torch.iinfo(torch.int8).min, -128)
        self.assert_prints(torch.iinfo(torch.uint8), "iinfo(min=0, max=255, dtype=uint8)")


class Values(TorchCase):
    def test_one_format_for_all(self):
        for values, text in (
            ([1e-10, 1.0, 1e5], "tensor([1.0000e-10, 1.0000e+00, 1.0000e+05])"),
            ([1.5, float("inf"), float("-inf"), float("nan")], "tensor([1.5000,    inf,   -inf,    nan])"),
            ([1.0, 2.0, float("nan")], "tensor([1., 2., nan])"),
            ([123456789.0], "tensor([1.2346e+08])"),
            ([-0.0, 0.0], "tensor([-0., 0.])"),
            ([True, False], "tensor([ True, False])"),
            ([[-1, 100], [3, 4]], "tensor([[ -1, 100],\n        [  3,   4]])"),
        ):
            with self.subTest(text):
                self.assertEqual(repr(torch.tensor(values)), text)

    def test_narrow_dtypes_and_empty_ones(self):
        self.assertEqual(repr(torch.tensor([0.1], dtype=torch.bfloat16)), "tensor([0.1001], dtype=torch.bfloat16)")
        self.assertEqual(repr(torch.tensor([0, 65504.0], dtype=torch.float16)), "tensor([    0., 65504.], dtype=torch.float16)")
        self.assertEqual(repr(torch.zeros(2, 0)), "tensor([], size=(2, 0))")
        self.assertEqual(repr(torch.tensor([], dtype=torch.int32)), "tensor([], dtype=torch.int32)")
        self.assertEqual(repr(torch.tensor(3, dtype=torch.uint8)), "tensor(3, dtype=torch.uint8)")

    def test_formatted(self):
        self.assertEqual(f"{torch.tensor(1.5)} {torch.tensor(7):03d} {torch.ones(2)}", "1.5 007 tensor([1., 1.])")


if __name__ == "__main__":
    unittest.main()
