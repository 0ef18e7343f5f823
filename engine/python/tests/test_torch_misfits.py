"""Arguments of a wrong type, names that programs mention, and how layers print: as PyTorch 2.15 has them.

Read next: `test_torch_unfit_arguments`, `test_torch_error_texts`.
"""

import unittest

import torch
import torch.backends.cudnn as cudnn
import torch.nn.functional as F
from torch import nn
from torch_case import TorchCase

x2, x23 = torch.zeros(2), torch.zeros(2, 3)

# (exception, first line, call)
TABLE = [
    (TypeError, "zeros(): argument 'dtype' must be torch.dtype, not str", lambda: torch.zeros(2, dtype="float32")),
    (TypeError, "mm(): argument 'mat2' (position 2) must be Tensor, not int", lambda: torch.mm(x2, 3)),
    (TypeError, "linear(): argument 'weight' (position 2) must be Tensor, not NoneType", lambda: F.linear(x2, None)),
    (TypeError, "linear(): argument 'input' (position 1) must be Tensor, not int", lambda: nn.Sequential(nn.Linear(2, 3))(3)),
    (TypeError, "full(): argument 'fill_value' (position 2) must be Number, not str", lambda: torch.full((2,), "a")),
    (TypeError, "matmul(): argument 'other' (position 2) must be Tensor, not int", lambda: torch.matmul(x2, 3)),
    (TypeError, "gelu(): argument 'input' (position 1) must be Tensor, not int", lambda: F.gelu(3)),
    (TypeError, "argmax(): argument 'dim' (position 2) must be int, not str", lambda: torch.argmax(x2, "a")),
    (TypeError, "pow() received an invalid combination of arguments - got (Tensor, str), but expected one of:", lambda: torch.pow(x2, "a")),
    (TypeError, "max() received an invalid combination of arguments - got (Tensor, str), but expected one of:", lambda: torch.max(x2, "a")),
    (TypeError, "clamp() received an invalid combination of arguments - got (Tensor, str), but expected one of:", lambda: torch.clamp(x2, "a")),
    (TypeError, "permute(): argument 'dims' (position 1) must be tuple of ints, not str", lambda: x2.permute("a")),
    (TypeError, "randn(): argument 'size' (position 1) must be tuple of ints, not float", lambda: torch.randn(2.5)),
    (TypeError, "heaviside(): argument 'values' (position 2) must be Tensor, not int", lambda: torch.heaviside(x2, 2)),
    (TypeError, "ldexp(): argument 'other' (position 2) must be Tensor, not int", lambda: torch.ldexp(x2, 2)),
    (TypeError, "addcmul(): argument 'tensor2' (position 3) must be Tensor, not int", lambda: torch.addcmul(x2, x2, 2)),
    (TypeError, "isclose(): argument 'other' (position 2) must be Tensor, not int", lambda: torch.isclose(x2, 2)),
    (TypeError, "embedding(): argument 'indices' (position 2) must be Tensor, not list", lambda: F.embedding([0, 1], x23)),
    (TypeError, "index_select(): argument 'index' (position 3) must be Tensor, not int", lambda: torch.index_select(x2, 0, 3)),
    (TypeError, "cross_entropy_loss(): argument 'target' (position 2) must be Tensor, not list", lambda: F.cross_entropy(x23, [0, 1])),
    (TypeError, "zeros_like(): argument 'input' (position 1) must be Tensor, not int", lambda: torch.zeros_like(3)),
    (TypeError, "zeros() got an unexpected keyword argument 'foo'", lambda: torch.zeros(2, foo=3)),
    (TypeError, "mean(): argument 'input' (position 1) must be Tensor, not list", lambda: torch.mean([1.0])),
    (TypeError, "relu(): argument 'input' (position 1) must be Tensor, not list", lambda: nn.ReLU()([1])),
    (NotImplementedError, "argmax(): does not support bool input", lambda: torch.argmax(x2.bool())),
    (TypeError, "eq() received an invalid combination of arguments - got (int, int), but expected one of:", lambda: torch.eq(2, 3)),
    (TypeError, "bias should be of type bool, got: int", lambda: nn.GRU(3, 5, bias=1)),
    # Values
    (ValueError, "input_size must be greater than zero", lambda: nn.RNN(0, 5)),
    (RuntimeError, "label_smoothing must be between 0.0 and 1.0. Got: 1.5", lambda: F.cross_entropy(x23, x2.long(), label_smoothing=1.5)),
    (RuntimeError, "ignore_index is not supported for floating point target", lambda: F.cross_entropy(x23, x23, ignore_index=1)),
    (ValueError, "batch_norm eps must be positive during training, but got 0.0", lambda: nn.BatchNorm1d(3, eps=0.0)(x23)),
    (ValueError, "Invalid lambd value: -0.5", lambda: torch.optim.ASGD([x2], lambd=-0.5)),
    (ValueError, "Overflow when unpacking long long", lambda: torch.tensor([2**70])),
    (RuntimeError, "value cannot be converted to type uint8 without overflow", lambda: torch.tensor([300], dtype=torch.uint8)),
    (RuntimeError, "value cannot be converted to type int8 without overflow", lambda: torch.tensor(-129, dtype=torch.int8)),
    (RuntimeError, "value cannot be converted to type int32 without overflow", lambda: torch.tensor([float("nan")], dtype=torch.int32)),
    (RuntimeError, "output with shape [2] doesn't match the broadcast shape [3, 2]", lambda: torch.zeros(2).copy_(torch.zeros(3, 2))),
    (RuntimeError, "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0", lambda: torch.zeros(3).copy_(torch.zeros(4))),
    (RuntimeError, "Only Tensors of floating point and complex dtype can require gradients", lambda: nn.Parameter(x2.long())),
    (
        ValueError,
        "RNN input dtype (torch.float64) does not match weight dtype (torch.float32). Convert input: input.to(torch.float32), or convert "
        "model: model.to(torch.float64)",
        lambda: nn.RNN(3, 4)(torch.zeros(2, 2, 3).double()),
    ),
    (RuntimeError, "For integral input tensors, argument alpha must not be a floating point number.", lambda: torch.add(x2.int(), x2.int(), alpha=0.5)),
    (RuntimeError, "rtol must be greater than or equal to zero, but got -0.4", lambda: torch.isclose(x2, x2, rtol=-0.4)),
    (RuntimeError, "Found dtype Long but expected Float", lambda: F.binary_cross_entropy(x2, x2.long())),
    (RuntimeError, "result type Float can't be cast to the desired output type Long", lambda: F.binary_cross_entropy_with_logits(x2, x2.long())),
    (RuntimeError, "kl_div: Integral inputs not supported.", lambda: F.kl_div(x2.long(), x2.long())),
    (ValueError, "min_val cannot be greater than max_val", lambda: F.hardtanh(x2, 1, -1)),
    (ValueError, "margin must be greater than 0, got -1.0", lambda: F.triplet_margin_loss(x2, x2, x2, margin=-1.0)),
    (RuntimeError, "lambda must be in range [0, 3.40282e+38] for input dtype Float, but found -0.5", lambda: F.softshrink(x2, -0.5)),
    (RuntimeError, "Lower bound should be less than or equal to the upper bound", lambda: F.rrelu(x2, 0.3, 0.1)),
    (
        RuntimeError,
        "Mismatch of parameter numbers and input channel size. Found parameter numbers = 9 and channel size = 3.",
        lambda: F.prelu(x23, torch.zeros(9)),
    ),
    (
        RuntimeError,
        "Expected weight to be of same shape as normalized_shape, but got weight of shape [3] and normalized_shape = [2, 3]",
        lambda: F.layer_norm(x23, (2, 3), torch.zeros(3)),
    ),
    (
        RuntimeError,
        "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True",
        lambda: F.scaled_dot_product_attention(x23[None], x23[None], x23[None], attn_mask=torch.zeros(2, 2), is_causal=True),
    ),
    (ValueError, "Input dimension should be at least 3", lambda: F.adaptive_avg_pool2d(x23, (2, 2))),
    (NotImplementedError, "\"adaptive_avg_pool2d\" not implemented for 'Long'", lambda: F.adaptive_avg_pool2d(x23.long()[None], 2)),
    (IndexError, "slice() cannot be applied to a 0-dim tensor.", lambda: torch.tensor(1)[:1]),
    (IndexError, "index 1 is out of bounds for dimension 0 with size 0", lambda: torch.tensor(1)[1]),
    (ValueError, "only one element tensors can be converted to Python scalars", lambda: int(x2)),
    (RuntimeError, "cov(): fweights cannot be negative", lambda: torch.cov(x2, fweights=torch.tensor([-1, 1]))),
    (RuntimeError, "`shifts` required", lambda: torch.roll(x2, ())),
]


class Misfits(TorchCase):
    def test_table(self):
        for kind, text, call in TABLE:
            with self.subTest(text):
                with self.assertRaises(Exception) as caught:
                    call()
                self.assertIs(type(caught.exception), kind)
                self.assertEqual(str(caught.exception).split("\n")[0], text)

    def test_python_types_are_dtypes(self):
        self.assertIs(torch.zeros(2, dtype=float).dtype, torch.float64)
        self.assertIs(torch.ones(2, dtype=int).dtype, torch.int64)
        self.assertIs(torch.arange(3, dtype=float).dtype, torch.float64)
        self.assertIs(x2.sum(dtype=float).dtype, torch.float64)

    def test_sums_of_bools_keep_the_dtype(self):
        flags = torch.ones(2, dtype=torch.bool)
        self.assertIs(torch.add(torch.ones(2, dtype=torch.int8), flags, alpha=2).dtype, torch.int8)
        self.assertIs(torch.add(flags, flags, alpha=2).dtype, torch.bool)
        self.assertIs(torch.div(flags, torch.ones(2, dtype=torch.int32), rounding_mode="trunc").dtype, torch.int32)
        self.assertIs(torch.xlogy(torch.ones(2).half(), torch.ones(2).long()).dtype, torch.float16)
        self.assertIs(torch.ldexp(torch.ones(2).half(), torch.ones(2).int()).dtype, torch.float16)


    def test_negative_numbers_wrap_in_unsigned_types(self):
        self.assertEqual(torch.tensor([-1, -255], dtype=torch.uint8).tolist(), [255, 1])


class Names(TorchCase):
    def test_backends_are_modules(self):
        self.assertFalse(cudnn.deterministic)
        before, cudnn.benchmark = cudnn.benchmark, True
        self.assertTrue(torch.backends.cudnn.benchmark)
        cudnn.benchmark = before

    def test_windows(self):
        windows = torch.signal.windows
        self.assert_close(windows.hann(5), [0.0, 0.5, 1.0, 0.5, 0.0])
        self.assert_close(windows.cosine(3, sym=False), [0.3826834, 0.9238795, 0.9238795])
        self.assert_close(windows.kaiser(4, beta=3.0), [0.2048830, 0.8711980, 0.8711980, 0.2048830], 4)
        self.assert_close(windows.exponential(4, sym=False, center=1.0), [0.3678795, 1.0, 0.3678795, 0.1353353])
        self.assertEqual(windows.gaussian(0).shape, (0,))
        self.assert_error(ValueError, "bartlett requires non-negative window length, got M=-1", windows.bartlett, -1)
        self.assert_error(ValueError, "Tau must be positive, got: -1 instead.", windows.exponential, 3, tau=-1)
        self.assert_error(ValueError, "general_cosine expects float32 or float64 dtypes, got: torch.int64", windows.hann, 3, dtype=torch.int64)

    def test_low_rank(self):
        A = torch.randn(6, 2) @ torch.randn(2, 4)
        U, S, V = torch.svd_lowrank(A, 2)
        self.assertTrue(torch.allclose(U @ S.diag() @ V.mT, A, atol=1e-5))
        U, S, V = torch.pca_lowrank(A, 2)
        self.assertTrue(torch.allclose(U @ S.diag() @ V.mT, A - A.mean(0), atol=1e-5))
        self.assert_error(ValueError, "q(=9) must be non-negative integer and not greater than min(m, n)=4", torch.pca_lowrank, A, 9)

    def test_small_ones(self):
        self.assertEqual(x2[:, torch.newaxis].shape, (2, 1))
        self.assertTrue(torch.is_signed(x2))
        self.assertEqual(torch.empty_permuted((2, 3, 4), (2, 0, 1)).stride(), (3, 1, 6))
        self.assertEqual(torch.get_device(x2), -1)


class Printing(TorchCase):
    def test_norms_tell_their_bias(self):
        self.assert_prints(nn.LayerNorm((3, 4), bias=False), "LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=False)")
        self.assert_prints(nn.GroupNorm(2, 4), "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)")
        self.assert_prints(nn.BatchNorm1d(3, affine=False), "BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=True)")


if __name__ == "__main__":
    unittest.main()
