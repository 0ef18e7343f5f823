"""Arguments that an operator does not take: wrong types, dtypes and values, as PyTorch words them. One row an error.

Read next: `test_torch_errors`, which has the errors of shapes, indices and autograd.
"""

import torch
import torch.nn.functional as F
from torch_case import TorchCase

f23, f3, b2 = torch.ones(2, 3), torch.ones(3), torch.tensor([True, False])
NO_BOOL = "Subtraction, the `-` operator, with a bool tensor is not supported."

# (exception, first line, call)
TABLE = [
    # Types
    (TypeError, "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor", lambda: torch.cat(f23)),
    (TypeError, "stack(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor", lambda: torch.stack(f23)),
    (TypeError, "expected Tensor as element 0 in argument 0, but got int", lambda: torch.cat([1, 2])),
    (TypeError, "sum(): argument 'input' (position 1) must be Tensor, not list", lambda: torch.sum([1])),
    (TypeError, "exp(): argument 'input' (position 1) must be Tensor, not float", lambda: torch.exp(1.0)),
    (TypeError, "add(): argument 'other' (position 2) must be Tensor, not str", lambda: torch.add(f3, "a")),
    (TypeError, "equal(): argument 'other' (position 2) must be Tensor, not int", lambda: torch.equal(f3, 1)),
    (TypeError, "zeros(): argument 'size' (position 1) must be tuple of ints, not float", lambda: torch.zeros(1.5)),
    (
        TypeError,
        "zeros(): argument 'size' failed to unpack the object at pos 2 with error \"type must be tuple of ints,but got str\"",
        lambda: torch.zeros(2, "a"),
    ),
    (TypeError, "unsupported operand type(s) for +: 'Tensor' and 'NoneType'", lambda: f3 + None),
    (TypeError, "'<' not supported between instances of 'Tensor' and 'str'", lambda: f3 < "a"),
    (TypeError, "new(): invalid data type 'str'", lambda: torch.tensor("a")),
    (ValueError, "too many dimensions 'str'", lambda: torch.tensor(["a"])),
    (TypeError, "only integer tensors of a single element can be converted to an index", lambda: [1, 2][torch.tensor([1, 1])]),
    # Dtypes
    (RuntimeError, "mat1 and mat2 must have the same dtype, but got Long and Float", lambda: torch.nn.Linear(3, 4)(f23.long())),
    (RuntimeError, "expected m1 and m2 to have the same dtype, but got: float != long int", lambda: f23 @ f23.t().long()),
    (NotImplementedError, "\"softmax_lastdim_kernel_impl\" not implemented for 'Long'", lambda: torch.tensor([1, 2]).softmax(0)),
    (NotImplementedError, "\"log_softmax_lastdim_kernel_impl\" not implemented for 'Bool'", lambda: b2.log_softmax(0)),
    (NotImplementedError, "argmax(): does not support bool input", lambda: b2.argmax()),
    (RuntimeError, NO_BOOL, lambda: 1 - b2),
    (RuntimeError, NO_BOOL, lambda: b2 - 1),
    (RuntimeError, NO_BOOL, lambda: torch.ones(2) - b2),
    (RuntimeError, "Subtraction, the `-` operator, with two bool tensors is not supported.", lambda: b2 - b2),
    (RuntimeError, "masked_select: expected BoolTensor for mask", lambda: f3.masked_select(f3)),
    (RuntimeError, "masked_fill_ only supports boolean masks, but got mask with dtype long int", lambda: f3.masked_fill(f3.long(), 0)),
    (RuntimeError, "scatter(): Expected dtype int32/int64 for index", lambda: f23.scatter(0, torch.zeros(1, 1), 1.0)),
    (
        RuntimeError,
        "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
        "torch.FloatTensor instead (while checking arguments for embedding)",
        lambda: torch.nn.Embedding(3, 2)(torch.tensor([1.0])),
    ),
    # Values
    (RuntimeError, "all elements of input should be between 0 and 1", lambda: F.binary_cross_entropy(torch.tensor([1.5]), torch.ones(1))),
    (RuntimeError, "0D or 1D target tensor expected, multi-target not supported", lambda: F.cross_entropy(f23, torch.tensor([[0], [1]]))),
    (RuntimeError, "Expected p_in >= 0 && p_in <= 1 to be true, but got false.", lambda: torch.bernoulli(torch.tensor([2.0]))),
    (RuntimeError, "quantile() q must be in the range [0, 1] but got 2", lambda: torch.quantile(f3, 2.0)),
    (RuntimeError, "n must be greater or equal to 0, got -1", lambda: torch.eye(-1)),
    # Shapes and positions
    (IndexError, "out of range: tried to access index 7 on a tensor of 3 elements.", lambda: torch.take(f3, torch.tensor([7]))),
    (RuntimeError, "tril: input tensor must have at least 2 dimensions", lambda: torch.tril(f3)),
    (RuntimeError, "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: tensor([[1., 1., 1.],", lambda: torch.meshgrid(f23)),
    (RuntimeError, "vstack expects a non-empty TensorList", lambda: torch.vstack([])),
    (RuntimeError, "no dimension of size 3 in input", lambda: torch.cross(torch.ones(2), torch.ones(2))),
    (
        RuntimeError,
        "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0",
        lambda: torch.broadcast_tensors(torch.ones(2), f3),
    ),
]


class UnfitArguments(TorchCase):
    def test_table(self):
        for kind, text, call in TABLE:
            with self.subTest(text):
                self.assert_error(kind, text, call)

    def test_reflected_arithmetic(self):
        x = torch.tensor([3.0, 7.0], requires_grad=True)
        self.assertIn("RsubBackward1", repr((1 - x).grad_fn))
        self.assertIn("MulBackward0", repr((1 / x).grad_fn))
        # The number times the reciprocal: last digits are PyTorch's.
        self.assertEqual((5 / x).tolist(), (x.reciprocal() * 5).tolist())
        self.assertEqual((1 / torch.tensor([2, 4])).tolist(), [0.5, 0.25])
        self.assertIn("TrilBackward0", repr(torch.ones(2, 2, requires_grad=True).tril().grad_fn))
