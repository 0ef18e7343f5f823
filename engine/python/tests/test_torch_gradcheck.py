"""Gradients, and gradients of gradients, against finite differences: a sample of what `gradcheck_sweep` checks.

Read next: `gradcheck_sweep`.
"""

import unittest

import torch
import torch.nn.functional as F
from torch.autograd import gradcheck, gradgradcheck
from torch_case import TorchCase


def positive(*shape):
    """Float64 leaves in [0.2, 1.2), away from most kinks."""
    return (torch.rand(*shape, dtype=torch.float64) + 0.2).requires_grad_()


def signed(*shape):
    return torch.randn(*shape, dtype=torch.float64).requires_grad_()


UNARY = """
    neg abs square exp expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan tanh sigmoid erf sinh cosh asinh atan exp2
    erfc logit softmax_last cumsum_last
    """.split()

SPECIAL = {
    "softmax_last": lambda x: torch.softmax(x, -1),
    "cumsum_last": lambda x: torch.cumsum(x, -1),
    "logit": lambda x: torch.logit(x * 0.6),
}

FUNCTIONS = {
    "add": (torch.add, lambda: (signed(2, 3), signed(3))),
    "mul": (torch.mul, lambda: (signed(2, 1), signed(3))),
    "div": (torch.div, lambda: (signed(2, 3), positive(3))),
    "pow": (torch.pow, lambda: (positive(2, 3), signed(3))),
    "atan2": (torch.atan2, lambda: (positive(3), positive(3))),
    "maximum": (torch.maximum, lambda: (signed(4), signed(4))),
    "lerp": (torch.lerp, lambda: (signed(3), signed(3), signed(3))),
    "addcmul": (torch.addcmul, lambda: (signed(3), signed(3), signed(3))),
    "addcdiv": (torch.addcdiv, lambda: (signed(3), signed(3), positive(3))),
    "where": (lambda a, b: torch.where(a > b, a * 2, b * 3), lambda: (signed(5), signed(5))),
    "matmul": (torch.matmul, lambda: (signed(2, 2, 3), signed(3, 2))),
    "mv": (torch.mv, lambda: (signed(2, 3), signed(3))),
    "einsum": (lambda a, b: torch.einsum("ij,kj->ik", a, b), lambda: (signed(2, 3), signed(2, 3))),
    "sum": (lambda x: x.sum(1), lambda: (signed(2, 3),)),
    "mean": (lambda x: x.mean((0, 1)), lambda: (signed(2, 3),)),
    "prod": (lambda x: x.prod(1), lambda: (positive(2, 3),)),
    "var": (lambda x: x.var(1), lambda: (signed(2, 3),)),
    "std": (lambda x: x.std(), lambda: (signed(2, 3),)),
    "norm": (lambda x: x.norm(), lambda: (signed(2, 3),)),
    "logsumexp": (lambda x: x.logsumexp(1), lambda: (signed(2, 3),)),
    "amax": (lambda x: x.amax(1), lambda: (signed(2, 3),)),
    "max": (lambda x: x.max(1).values, lambda: (signed(2, 3),)),
    "sort": (lambda x: x.sort(1).values, lambda: (signed(2, 3),)),
    "topk": (lambda x: x.topk(2).values, lambda: (signed(2, 3),)),
    "gather": (lambda x: x.gather(1, torch.tensor([[0, 0], [2, 1]])), lambda: (signed(2, 3),)),
    "scatter_add": (lambda x, y: x.scatter_add(1, torch.tensor([[0, 0], [2, 1]]), y), lambda: (signed(2, 3), signed(2, 2))),
    "index": (lambda x: x[[0, 1, 1], [2, 0, 0]], lambda: (signed(2, 3),)),
    "index_put": (lambda x, y: x.index_put((torch.tensor([0, 1]),), y), lambda: (signed(3, 2), signed(2, 2))),
    "cat": (lambda x, y: torch.cat([x, y], 1), lambda: (signed(2, 1), signed(2, 2))),
    "as_strided": (lambda x: x.as_strided((2, 2), (1, 1)), lambda: (signed(4),)),
    "unfold": (lambda x: x.unfold(0, 2, 1), lambda: (signed(4),)),
    "roll": (lambda x: x.roll(1, 0), lambda: (signed(2, 3),)),
    "tril": (torch.tril, lambda: (signed(3, 3),)),
    "in-place through a view": (lambda x: (lambda y: (y[1].mul_(x[0]), y)[1])(x * 1), lambda: (signed(2, 3),)),
    "linear": (F.linear, lambda: (signed(2, 3), signed(2, 3), signed(2))),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, (3,), w, b), lambda: (signed(2, 3), signed(3), signed(3))),
    "gelu": (F.gelu, lambda: (signed(4),)),
    "silu": (F.silu, lambda: (signed(4),)),
    "softplus": (F.softplus, lambda: (signed(4),)),
    "cross_entropy": (lambda x: F.cross_entropy(x, torch.tensor([0, 2])), lambda: (signed(2, 3),)),
    "mse_loss": (F.mse_loss, lambda: (signed(2, 3), signed(2, 3))),
    "embedding": (lambda w: F.embedding(torch.tensor([[0, 1], [1, 2]]), w), lambda: (signed(3, 2),)),
    "attention": (F.scaled_dot_product_attention, lambda: (signed(1, 2, 2), signed(1, 2, 2), signed(1, 2, 2))),
    "conv2d": (F.conv2d, lambda: (signed(1, 1, 3, 3), signed(1, 1, 2, 2), signed(1))),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), lambda: (signed(1, 1, 4, 4),)),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 2), lambda: (signed(1, 1, 4, 4),)),
}


class Gradients(TorchCase):
    def check(self, name, function, inputs):
        with self.subTest(name):
            self.assertTrue(gradcheck(function, inputs))
            self.assertTrue(gradgradcheck(function, inputs))

    def test_elementwise(self):
        for name in UNARY:
            function = SPECIAL.get(name) or getattr(torch, name)
            self.check(name, function, (positive(2, 3),))

    def test_functions(self):
        for name, (function, inputs) in FUNCTIONS.items():
            self.check(name, function, inputs())

    def test_inputs_that_do_not_lie_in_a_row(self):
        x = signed(3, 4).detach().t().requires_grad_()
        self.check("strided", lambda x: (x * x).sum(0).exp(), (x,))


if __name__ == "__main__":
    unittest.main()
