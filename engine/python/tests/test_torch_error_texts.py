"""Errors that PyTorch 2.15 words in its own way: matrix products, losses, placing by index, pooling, reductions, dtypes.

The rows are what PyTorch answers. Read next: `test_torch_errors`.
"""

import unittest

import torch
import torch.nn.functional as F
from torch_case import TorchCase

zeros = torch.zeros
x23, i23 = zeros(2, 3), zeros(2, 3).long()
first = torch.tensor([0])

# (exception, first line, call)
TABLE = [
    # Matrix products
    (RuntimeError, "addmm: mat1 and mat2 shapes cannot be multiplied (10x3 and 2x4)", lambda: F.linear(zeros(2, 5, 3), zeros(4, 2), zeros(4))),
    (RuntimeError, "mm: mat1 and mat2 shapes cannot be multiplied (1x3 and 2x4)", lambda: F.linear(zeros(3), zeros(4, 2))),
    (RuntimeError, "self and mat2 must have the same dtype, but got Float and Double", lambda: F.linear(x23, zeros(4, 3).double(), zeros(4))),
    (RuntimeError, "mat1 and mat2 must have the same dtype, but got Long and Float", lambda: F.linear(i23, zeros(4, 3), zeros(4))),
    (
        RuntimeError,
        "The expanded size of the tensor (4) must match the existing size (5) at non-singleton dimension 1.  Target sizes: [2, 4].  Tensor sizes: [5]",
        lambda: F.linear(x23, zeros(4, 3), zeros(5)),
    ),
    (RuntimeError, "expected scalar type Float but found Long", lambda: zeros(2, 2, 3) @ zeros(2, 3, 2).long()),
    (RuntimeError, "addmv input tensors must have the same dtype, but got Long, Float, and Long", lambda: x23 @ zeros(3).long()),
    (NotImplementedError, "\"bmm\" not implemented for 'Bool'", lambda: torch.bmm(zeros(2, 2, 2).bool(), zeros(2, 2, 2).bool())),
    # Classes
    (RuntimeError, "expected target dtype to be Long or Byte, but got Float", lambda: F.cross_entropy(x23, zeros(2))),
    (RuntimeError, "expected target dtype to be Long or Byte, but got Int", lambda: F.nll_loss(x23, zeros(2).int())),
    (
        RuntimeError,
        "weight tensor should be defined either for all 3 classes or no classes but got weight tensor of shape: [4]",
        lambda: F.cross_entropy(x23, zeros(2).long(), weight=zeros(4)),
    ),
    # Placing and reading by index
    (RuntimeError, "index_select(): Expected dtype int32 or int64 for index", lambda: x23.index_select(0, torch.tensor([0.5]))),
    (
        RuntimeError,
        "index_add_(): Number of indices (1) should be equal to source.size(dim): (2), for dim: 0",
        lambda: x23.index_add(0, first, x23),
    ),
    (RuntimeError, "index_add_(): self (Float) and source (Double) must have the same scalar type", lambda: x23.index_add(0, first, zeros(1, 3).double())),
    (RuntimeError, "index_add_(): Expected dtype int32/int64 for index but got: Float", lambda: x23.index_add(0, torch.tensor([0.5]), zeros(1, 3))),
    (
        RuntimeError,
        "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = [2, 3] source.shape = [1, 4]",
        lambda: x23.index_add(0, first, zeros(1, 4)),
    ),
    (IndexError, "index_add_(): Index is supposed to be a vector, but got dim: 2 with type: Long and size: [1, 1]", lambda: x23.index_add(0, first[None], zeros(1, 3))),
    (IndexError, "index_copy_(): Number of indices (1) should be equal to source.size(dim) (2)", lambda: x23.index_copy(0, first, x23)),
    (RuntimeError, "index_copy_(): Expected a long tensor for index, but got Float", lambda: x23.index_copy(0, torch.tensor([0.5]), zeros(1, 3))),
    (IndexError, "index_fill_(): Expected dtype int64 for index.", lambda: x23.index_fill(0, torch.tensor([0.5]), 1)),
    (RuntimeError, "scatter(): Expected dtype int32/int64 for index", lambda: x23.scatter_add(0, zeros(2, 2), zeros(2, 2))),
    (
        RuntimeError,
        "Expected index [2, 2] to be no larger than self [2, 3] apart from dimension 0 and to be no larger size than src [1, 2]",
        lambda: x23.scatter(0, zeros(2, 2).long(), zeros(1, 2)),
    ),
    (RuntimeError, "masked_scatter_ only supports boolean masks, but got mask with dtype Float", lambda: x23.masked_scatter(x23, x23)),
    # Pooling
    (RuntimeError, "non-empty 3D or 4D (batch mode) tensor expected for input", lambda: F.max_pool2d(x23, 2)),
    (
        RuntimeError,
        "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:[2, 1, 0, 3]",
        lambda: F.max_pool2d(zeros(2, 1, 0, 3), 2),
    ),
    (RuntimeError, "max_pool1d() stride must be greater than zero, but got 0", lambda: F.max_pool1d(zeros(3, 3, 3), 1, stride=0)),
    (RuntimeError, "max_pool1d() Invalid computed output size: -2", lambda: F.max_pool1d(zeros(2, 2, 2), 5, stride=1)),
    (RuntimeError, "max_pool1d() padding should be at most half of kernel size, but got padding=3 and kernel_size=2", lambda: F.max_pool1d(zeros(2, 3, 4), 2, padding=3)),
    (RuntimeError, "Given input size: (3x1x4). Calculated output size: (3x1x0). Output size is too small", lambda: F.avg_pool1d(zeros(2, 3, 4), 5)),
    # Shapes
    (RuntimeError, "movedim: repeated dim in `source` ([0, -2])", lambda: x23.movedim((0, -2), (0, 1))),
    (RuntimeError, "movedim: repeated dim in `destination` ([0, 0])", lambda: x23.movedim((0, 1), (0, 0))),
    (RuntimeError, "diagonal dimensions cannot be identical 1, 1", lambda: torch.diag_embed(x23, dim1=1, dim2=1)),
    (RuntimeError, "narrow(): length must be non-negative.", lambda: x23.narrow(0, 0, -1)),
    (IndexError, "start out of range (expected to be in range of [-3, 3], but got 11)", lambda: x23.narrow(1, 11, 0)),
    (RuntimeError, "start must be an 0-dim integral Tensor.", lambda: x23.narrow(1, first, 1)),
    (IndexError, "Dimension specified as 0 but tensor has no dimensions", lambda: torch.tensor(1).unbind(0)),
    # Reductions and dtypes
    (IndexError, "amax(): Expected reduction dim 1 to have non-zero size.", lambda: zeros(2, 0).amax(1)),
    (
        RuntimeError,
        "amin(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.",
        lambda: zeros(2, 0).amin(),
    ),
    (NotImplementedError, "linalg.vector_norm: Expected a floating point or complex tensor as input. Got Long", lambda: i23.norm()),
    (NotImplementedError, "std_mean only support floating point and complex dtypes", lambda: torch.std_mean(i23)),
    (NotImplementedError, "nanmean(): expected input to have floating point or complex dtype but got Long", lambda: i23.nanmean()),
    (NotImplementedError, "linalg.inv: Low precision dtypes not supported. Got Half", lambda: torch.linalg.inv(zeros(2, 2).half())),
    (NotImplementedError, "linalg.svd: Expected a floating point or complex tensor as input. Got Long", lambda: torch.linalg.svdvals(i23)),
    (NotImplementedError, "\"lu_cpu\" not implemented for 'Long'", lambda: torch.linalg.lu_factor(i23)),
    (NotImplementedError, "\"bessel_j0_cpu\" not implemented for 'Half'", lambda: torch.special.bessel_j0(x23.half())),
    (NotImplementedError, "\"mse_cpu\" not implemented for 'Long'", lambda: F.mse_loss(i23, i23)),
]


class ErrorTexts(TorchCase):
    def test_table(self):
        for kind, text, call in TABLE:
            with self.subTest(text), self.assertRaises(RuntimeError if kind is NotImplementedError else kind) as caught:
                call()
            self.assertIs(type(caught.exception), kind, text)
            self.assertEqual(str(caught.exception).split("\n")[0], text)

    def test_a_failed_write_leaves_nothing_behind(self):
        x = torch.ones(3, requires_grad=True)
        y = x.exp()
        with self.assertRaises(RuntimeError):
            zeros(3).add_(x23)
        y += 1
        self.assert_error(RuntimeError, "one of the variables needed for gradient computation", y.sum().backward)


if __name__ == "__main__":
    unittest.main()
