"""The common errors: their types and first lines, as PyTorch words them. One row an error.

Read next: `torch_case`.
"""

import copy
import unittest

import torch
import torch.nn.functional as F
from torch_case import TorchCase

f23, f3, i3 = torch.ones(2, 3), torch.ones(3), torch.tensor([1, 2, 3])
leaf = torch.ones(3, requires_grad=True)


def setter(tensor, name, value):
    return lambda: setattr(tensor, name, value)


# (exception, first line, call)
TABLE = [
    # Shapes
    (RuntimeError, "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0", lambda: torch.ones(2) + f3),
    (RuntimeError, "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1", lambda: f23 * torch.ones(2, 2)),
    (RuntimeError, "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0", lambda: torch.ones(2).add_(f3)),
    (RuntimeError, "output with shape [3] doesn't match the broadcast shape [2, 3]", lambda: torch.ones(3).add_(f23)),
    (RuntimeError, "mm: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", lambda: f23 @ f23),
    (RuntimeError, "mm: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x4)", lambda: F.linear(f23, torch.ones(4, 2))),
    (RuntimeError, "mm: self must be a matrix, got 1-D tensor", lambda: torch.mm(f3, f23)),
    (RuntimeError, "mm: mat2 must be a matrix, got 1-D tensor", lambda: torch.mm(f23, f3)),
    (RuntimeError, "batch1 must be a 3D tensor", lambda: torch.bmm(f23, f23)),
    (
        RuntimeError,
        "Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [2, 5].",
        lambda: torch.bmm(torch.ones(2, 3, 4), torch.ones(2, 5, 6)),
    ),
    (
        RuntimeError,
        "inconsistent tensor size, expected tensor [2] and src [3] to have the same number of elements, but got 2 and 3 elements respectively",
        lambda: torch.dot(torch.ones(2), f3),
    ),
    (RuntimeError, "1D tensors expected, but got 2D and 1D tensors", lambda: torch.dot(f23, f3)),
    (RuntimeError, "shape '[4]' is invalid for input of size 6", lambda: f23.view(4)),
    (RuntimeError, "shape '[2]' is invalid for input of size 3", lambda: f3.reshape(2)),
    (RuntimeError, "only one dimension can be inferred", lambda: f23.view(-1, -1)),
    (RuntimeError, "invalid shape dimension -2", lambda: f23.view(-2, 3)),
    (
        RuntimeError,
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
        lambda: f23.t().view(6),
    ),
    (
        RuntimeError,
        "The expanded size of the tensor (4) must match the existing size (3) at non-singleton dimension 1.  Target sizes: [2, 4].  Tensor sizes: [3]",
        lambda: f3.expand(2, 4),
    ),
    (
        RuntimeError,
        "expand(torch.FloatTensor{[2, 3]}, size=[3]): the number of sizes provided (1) must be greater or equal to the number of dimensions in the tensor (2)",
        lambda: f23.expand(3),
    ),
    (RuntimeError, "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor", lambda: f23.repeat(2)),
    (RuntimeError, "Tensors must have same number of dimensions: got 1 and 2", lambda: torch.cat([f3, f23])),
    (
        RuntimeError,
        "Sizes of tensors must match except in dimension 0. Expected size 3 but got size 2 for tensor number 1 in the list.",
        lambda: torch.cat([f23, torch.ones(2, 2)]),
    ),
    (RuntimeError, "stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1", lambda: torch.stack([torch.ones(2), f3])),
    (RuntimeError, "stack expects a non-empty TensorList", lambda: torch.stack([])),
    (RuntimeError, "zero-dimensional tensor (at position 0) cannot be concatenated", lambda: torch.cat([torch.tensor(1.0), f3])),
    (RuntimeError, "split_with_sizes expects split_sizes to sum exactly to 3 (input tensor's size at dimension 0), but got split_sizes=[1, 1]", lambda: f3.split([1, 1])),
    (RuntimeError, "chunk expects `chunks` to be greater than 0, got: 0", lambda: f3.chunk(0)),
    (RuntimeError, "Trying to create tensor with negative dimension -1: [-1]", lambda: torch.zeros(-1)),
    (RuntimeError, "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.", lambda: f3.mT),
    (RuntimeError, "t() expects a tensor with <= 2 dimensions, but self is 3D", lambda: torch.ones(1, 1, 1).t()),
    (RuntimeError, "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.", lambda: torch.ones(1).expand(3).add_(1)),
    (RuntimeError, "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = 2 is not equal to len(dims) = 1", lambda: f23.permute(0)),
    (RuntimeError, "permute(): duplicate dims are not allowed.", lambda: f23.permute(0, 0)),
    # Dimensions and indices
    (IndexError, "Dimension out of range (expected to be in range of [-2, 1], but got 5)", lambda: f23.sum(5)),
    (IndexError, "Dimension out of range (expected to be in range of [-1, 0], but got 1)", lambda: f3.size(1)),
    (IndexError, "Dimension out of range (expected to be in range of [-2, 1], but got 2)", lambda: f23.squeeze(2)),
    (IndexError, "Dimension out of range (expected to be in range of [-3, 2], but got 4)", lambda: f23.unsqueeze(4)),
    (RuntimeError, "dim 0 appears multiple times in the list of dims", lambda: f23.sum((0, 0))),
    (IndexError, "index 5 is out of bounds for dimension 0 with size 3", lambda: f3[5]),
    (IndexError, "index 5 is out of bounds for dimension 0 with size 3", lambda: f3[torch.tensor([5])]),
    (IndexError, "too many indices for tensor of dimension 1", lambda: f3[0, 0]),
    (ValueError, "step must be greater than zero", lambda: f3[::-1]),
    (IndexError, "tensors used as indices must be long, int, byte or bool tensors", lambda: f3[torch.tensor([1.0])]),
    (IndexError, "index out of range in self", lambda: F.embedding(torch.tensor([5]), f23)),
    (IndexError, "select(): index 4 out of range for tensor of size [3] at dimension 0", lambda: f3.select(0, 4)),
    (RuntimeError, "start (2) + length (5) exceeds dimension size (3).", lambda: f3.narrow(0, 2, 5)),
    (RuntimeError, "gather(): Expected dtype int32/int64 for index", lambda: torch.gather(f3, 0, f3)),
    (RuntimeError, "index 7 is out of bounds for dimension 0 with size 3", lambda: torch.gather(f3, 0, torch.tensor([7]))),
    (RuntimeError, "Index tensor must have the same number of dimensions as input tensor", lambda: torch.gather(f23, 0, torch.tensor([0]))),
    (RuntimeError, "selected index k out of range", lambda: f3.topk(5)),
    # Dtypes
    (RuntimeError, "expected m1 and m2 to have the same dtype, but got: float != double", lambda: f23 @ torch.ones(3, 2, dtype=torch.float64)),
    (RuntimeError, "result type Float can't be cast to the desired output type Long", lambda: torch.tensor([1, 2, 3]).add_(0.5)),
    (NotImplementedError, "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long", lambda: i3.mean()),
    (NotImplementedError, "std and var only support floating point and complex dtypes", lambda: i3.var()),
    (RuntimeError, "where expected condition to be a boolean tensor, but got a tensor with dtype Float", lambda: torch.where(f3, f3, f3)),
    (RuntimeError, "masked_fill_ only supports boolean masks, but got mask with dtype float", lambda: f3.masked_fill(f3, 0)),
    (RuntimeError, "value cannot be converted to type int64_t without overflow", lambda: i3.masked_fill(i3 > 1, float("-inf"))),
    (RuntimeError, "Integers to negative integer powers are not allowed.", lambda: i3 ** -1),
    (RuntimeError, "ZeroDivisionError", lambda: i3 // 0),
    (NotImplementedError, "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.", lambda: (i3 > 1) - (i3 > 2)),
    (NotImplementedError, "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.", lambda: -(i3 > 1)),
    (TypeError, "~ (operator.invert) is only implemented on integer and Boolean-type tensors", lambda: ~f3),
    (NotImplementedError, "\"bitwise_and_cpu\" not implemented for 'Float'", lambda: f3 & f3),
    (NotImplementedError, "\"bitwise_not_cpu\" not implemented for 'Float'", lambda: torch.bitwise_not(f3)),
    (NotImplementedError, "\"lshift_cpu\" not implemented for 'Float'", lambda: f3 << f3),
    (NotImplementedError, "\"gcd_cpu\" not implemented for 'Float'", lambda: torch.gcd(f3, f3)),
    (NotImplementedError, "\"GeluKernelImpl\" not implemented for 'Long'", lambda: torch.nn.functional.gelu(i3)),
    (NotImplementedError, "\"elu_cpu\" not implemented for 'Long'", lambda: torch.nn.functional.selu(i3)),
    (NotImplementedError, "\"silu_cpu\" not implemented for 'Int'", lambda: torch.nn.functional.silu(i3.int())),
    (NotImplementedError, "\"hardswish_cpu\" not implemented for 'Long'", lambda: torch.nn.functional.hardswish(i3)),
    (NotImplementedError, "\"log_sigmoid_cpu\" not implemented for 'Long'", lambda: torch.nn.functional.logsigmoid(i3)),
    (NotImplementedError, "\"threshold_cpu\" not implemented for 'Bool'", lambda: torch.nn.functional.threshold(i3 > 1, 0, 0)),
    (NotImplementedError, "\"LayerNormKernelImpl\" not implemented for 'Long'", lambda: torch.nn.functional.layer_norm(i3, (3,))),
    (NotImplementedError, "\"nll_loss_out_frame\" not implemented for 'Long'", lambda: torch.nn.functional.nll_loss(i3[None], i3[:1])),
    (NotImplementedError, "\"frac_cpu\" not implemented for 'Long'", lambda: i3.frac()),
    (NotImplementedError, "\"histogram_cpu\" not implemented for 'Long'", lambda: torch.histc(i3)),
    (NotImplementedError, "\"hypot_cpu\" not implemented for 'Long'", lambda: torch.hypot(i3, i3)),
    (NotImplementedError, "\"nextafter_cpu\" not implemented for 'Long'", lambda: torch.nextafter(i3, i3)),
    (NotImplementedError, "\"logaddexp_cpu\" not implemented for 'Long'", lambda: torch.logaddexp(i3, i3)),
    (NotImplementedError, "\"lerp_kernel_scalar\" not implemented for 'Long'", lambda: torch.lerp(i3, i3, 0.5)),
    (NotImplementedError, "\"abs_cpu\" not implemented for 'Bool'", lambda: (i3 > 1).abs()),
    (NotImplementedError, "\"floor_vml_cpu\" not implemented for 'Bool'", lambda: (i3 > 1).floor()),
    (NotImplementedError, "\"remainder_cpu\" not implemented for 'Bool'", lambda: torch.remainder(i3 > 1, i3 > 0)),
    (NotImplementedError, "\"dot\" not implemented for 'Bool'", lambda: (i3 > 1) @ (i3 > 1)),
    (NotImplementedError, "topk does not support bool dtypes on CPU", lambda: (i3 > 1).topk(1)),
    (NotImplementedError, "Boolean inputs not supported for relu", lambda: (i3 > 1).relu()),
    (NotImplementedError, "Bool inputs not supported for hardtanh", lambda: torch.nn.functional.hardtanh(i3 > 1)),
    (TypeError, "maximum(): argument 'other' (position 2) must be Tensor, not int", lambda: torch.maximum(f3, 2)),
    (TypeError, "hypot(): argument 'other' (position 2) must be Tensor, not float", lambda: torch.hypot(f3, 2.0)),
    (RuntimeError, "Float did not match Double", lambda: torch.allclose(f3, f3.double())),
    (RuntimeError, "Overflow when unpacking long long", lambda: i3 + 2**64),
    (RuntimeError, "value cannot be converted to type uint8_t without overflow", lambda: torch.full((2,), 300, dtype=torch.uint8)),
    # Conversions
    (RuntimeError, "Boolean value of Tensor with more than one value is ambiguous", lambda: bool(f3)),
    (RuntimeError, "Boolean value of Tensor with no values is ambiguous", lambda: bool(torch.ones(0))),
    (RuntimeError, "a Tensor with 3 elements cannot be converted to Scalar", lambda: f3.item()),
    (ValueError, "only one element tensors can be converted to Python scalars", lambda: float(f3)),
    (TypeError, "only integer tensors of a single element can be converted to an index", lambda: [1, 2][torch.tensor(1.5)]),
    (TypeError, "len() of a 0-d tensor", lambda: len(torch.tensor(1))),
    (TypeError, "iteration over a 0-d tensor", lambda: list(torch.tensor(1))),
    (ValueError, "expected sequence of length 2 at dim 1 (got 1)", lambda: torch.tensor([[1, 2], [3]])),
    (ValueError, "only one element tensors can be converted to Python scalars", lambda: torch.tensor([f3, f3])),
    (TypeError, "new(): invalid data type 'str'", lambda: torch.tensor("a")),
    (RuntimeError, "Could not infer dtype of NoneType", lambda: torch.tensor(None)),
    (RuntimeError, "Could not infer dtype of dict", lambda: torch.tensor({})),
    (IndexError, "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number", lambda: torch.tensor(1)[0]),
    # Arguments
    (TypeError, "unsupported operand type(s) for +: 'Tensor' and 'str'", lambda: f3 + "a"),
    (TypeError, "unsupported operand type(s) for +: 'Tensor' and 'NoneType'", lambda: f3 + None),
    (TypeError, "exp(): argument 'input' (position 1) must be Tensor, not int", lambda: torch.exp(1)),
    (TypeError, "add(): argument 'other' (position 2) must be Tensor, not str", lambda: torch.add(f3, "a")),
    (AttributeError, "'Tensor' object has no attribute 'no_such_name'", lambda: f3.no_such_name),
    (AttributeError, "module 'torch' has no attribute 'no_such_name'", lambda: torch.no_such_name),
    (ValueError, "torch.cat(): expected a non-empty list of Tensors", lambda: torch.cat([])),
    (RuntimeError, "torch.clamp: At least one of 'min' or 'max' must not be None", lambda: f3.clamp()),
    (RuntimeError, "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.", lambda: torch.ones(0).max()),
    (IndexError, "argmax(): Expected reduction dim to be specified for input.numel() == 0.", lambda: torch.ones(0).argmax()),
    (RuntimeError, "step must be nonzero", lambda: torch.arange(0, 1, 0)),
    (RuntimeError, "upper bound and lower bound inconsistent with step sign", lambda: torch.arange(1, 0)),
    (RuntimeError, "number of steps must be non-negative", lambda: torch.linspace(0, 1, -1)),
    (RuntimeError, "Expected one of cpu, cuda, mps, webgpu device type at start of device string: tpu", lambda: torch.device("tpu")),
    (RuntimeError, "random_ expects 'from' to be less than 'to', but got from=3 >= to=2", lambda: torch.randint(3, 2, (1,))),
    (RuntimeError, "probability tensor contains either `inf`, `nan` or element < 0", lambda: torch.multinomial(torch.tensor([-1.0, 2.0]), 1)),
    # Autograd
    (RuntimeError, "a leaf Variable that requires grad is being used in an in-place operation.", lambda: leaf.add_(1)),
    (RuntimeError, "a view of a leaf Variable that requires grad is being used in an in-place operation.", lambda: leaf[0].add_(1)),
    (RuntimeError, "only Tensors of floating point and complex dtype can require gradients", setter(i3, "requires_grad", True)),
    (RuntimeError, "Only Tensors of floating point and complex dtype can require gradients", lambda: torch.tensor([1], requires_grad=True)),
    (RuntimeError, "element 0 of tensors does not require grad and does not have a grad_fn", lambda: f3.sum().backward()),
    (RuntimeError, "grad can be implicitly created only for scalar outputs", lambda: (leaf * 2).backward()),
    (RuntimeError, "you can only change requires_grad flags of leaf variables.", setter(leaf * 2, "requires_grad", True)),
    (RuntimeError, "can't retain_grad on Tensor that has requires_grad=False", lambda: f3.retain_grad()),
    (RuntimeError, "One of the differentiated Tensors does not require grad", lambda: torch.autograd.grad((leaf * 2).sum(), f3)),
    (
        RuntimeError,
        "The differentiated Tensor at index 0 appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.",
        lambda: torch.autograd.grad((leaf * 2).sum(), torch.ones(1, requires_grad=True)),
    ),
    (RuntimeError, "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.", lambda: copy.deepcopy(leaf * 2)),
    (RuntimeError, "attempting to assign a gradient of size '[2]' to a tensor of size '[3]'. Please ensure that the gradient and the tensor are the same size", setter(leaf, "grad", torch.ones(2))),
    (TypeError, "assigned grad expected to be a Tensor or None but got grad of type int", setter(leaf, "grad", 3)),
    # Modules
    (ValueError, "Expected input batch_size (2) to match target batch_size (3).", lambda: F.cross_entropy(f23, torch.tensor([0, 1, 2]))),
    (IndexError, "Target 9 is out of bounds.", lambda: F.cross_entropy(f23, torch.tensor([0, 9]))),
    (ValueError, "dropout probability has to be between 0 and 1, but got 2", lambda: F.dropout(f3, 2)),
    (AttributeError, "'Linear' object has no attribute 'no_such_name'", lambda: torch.nn.Linear(1, 1).no_such_name),
    (ValueError, "optimizer got an empty parameter list", lambda: torch.optim.SGD([], lr=0.1)),
]


class Errors(TorchCase):
    def test_table(self):
        for kind, text, call in TABLE:
            with self.subTest(text):
                with self.assertRaises(kind) as caught:
                    call()
                first = str(caught.exception).partition("\n")[0]
                self.assertTrue(first.startswith(text), first)


if __name__ == "__main__":
    unittest.main()
