"""Details in which programs made at random differed from PyTorch 2.15: refusals, orders of entries, what is asked first."""

import unittest

import torch
import torch.nn.functional as F
from torch import nn
from torch_case import TorchCase

a23 = torch.ones(2, 3)
i3 = torch.tensor([1, 2, 3])
bools = torch.tensor([[True, False], [False, True]])

#: An error's type, its first line, and the call that raises it.
REFUSALS = [
    (IndexError, "index 5 is out of bounds for dimension 2 with size 3", lambda: a23[None, 0, 5]),
    (IndexError, "take(): tried to take from an empty tensor", lambda: torch.take(torch.ones(0), torch.tensor([0]))),
    (RuntimeError, "quantile() input tensor must be either float or double dtype", lambda: i3.nanquantile(0.3)),
    (RuntimeError, "tensordot expects dims < ndim_a or ndim_b, but got dims=3", lambda: torch.tensordot(a23, a23, dims=3)),
    (RuntimeError, "cdist only supports at least 2D tensors, X1 got: 1D", lambda: torch.cdist(i3, i3)),
    (RuntimeError, "split expects at least a 1-dimensional tensor", lambda: torch.tensor(1.0).split(1, dim=1)),
    (
        RuntimeError,
        "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims",
        lambda: torch.tensor_split(torch.tensor(1.0), 1),
    ),
    (RuntimeError, "maximum size for tensor at dimension 0 is 1 but size is 2", lambda: torch.tensor(1.0).unfold(-1, 2, 2)),
    (IndexError, "Dimension specified as -1 but tensor has no dimensions", lambda: torch.unique(torch.tensor(1.0), dim=-1)),
    (
        RuntimeError,
        "setStorage: sizes [3, 1], strides [1, 0], storage offset 0, and itemsize 4 requiring a storage size of 12 are out of "
        "bounds for storage of size 8",
        lambda: torch.ones(2).as_strided((3, 1), (1, 0)),
    ),
    (
        RuntimeError,
        "fractional_max_pool2d(): pool height 3 too large relative to input height 4",
        lambda: F.fractional_max_pool2d(torch.ones(1, 1, 4, 4), 3, output_size=3),
    ),
    (
        TypeError,
        "adaptive_max_pool1d(): argument 'output_size' (position 2) must be tuple of ints, but found element of type NoneType at pos 0",
        lambda: nn.AdaptiveMaxPool1d((None,))(torch.ones(1, 4)),
    ),
    (
        RuntimeError,
        "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype torch.bool",
        lambda: torch.func.vjp(lambda x: x > 0, a23),
    ),
    (
        RuntimeError,
        "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype torch.int64",
        lambda: torch.func.jacrev(lambda x: x.argmax(-1))(a23),
    ),
    (
        RuntimeError,
        "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
        lambda: a23 & torch.ones(2, 4),
    ),
    (
        RuntimeError,
        "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
        lambda: torch.ones(2, 3).long() // torch.zeros(2, 4).long(),
    ),
    (NotImplementedError, "\"softmax_kernel_impl\" not implemented for 'Bool'", lambda: F.softmax(bools, dim=-2)),
    (
        RuntimeError,
        "expected m1 and m2 to have the same dtype, but got: bool != short int",
        lambda: bools @ torch.ones(2, 2, dtype=torch.int16),
    ),
    (
        TypeError,
        "can_cast(): argument 'from_' (position 1) must be torch.dtype, not Tensor",
        lambda: torch.can_cast(a23, torch.float32),
    ),
    (
        TypeError,
        "promote_types(): argument 'type2' (position 2) must be torch.dtype, not float",
        lambda: torch.promote_types(torch.int8, 2.0),
    ),
    (
        RuntimeError,
        "tensor.H is only supported on matrices (2-D tensors). Got 3-D tensor. For batches of matrices, consider using tensor.mH",
        lambda: torch.ones(1, 2, 3).H,
    ),
]


class DifferencesCase(TorchCase):
    def test_refusals(self):
        for kind, text, call in REFUSALS:
            with self.assertRaises(kind) as caught:
                call()
            self.assertEqual(str(caught.exception).split("\n")[0], text)

    def test_numbers_of_scaled_sums_are_of_the_tensors_dtype(self):
        x = torch.tensor([1, 2, 3])
        self.assertEqual(x.index_add(0, torch.tensor([2, 1, 0]), x, alpha=0.5).tolist(), [1, 2, 3])
        self.assertEqual(x.index_add(0, torch.tensor([2, 1, 0]), x, alpha=2).tolist(), [7, 6, 5])

    def test_one_number_of_another_dtype_fills_a_mask(self):
        x = torch.tensor([1, 5, 7], dtype=torch.uint8)
        x[x > 4] = torch.tensor([2.5])
        self.assertEqual(x.tolist(), [1, 2, 2])
        with self.assertRaisesRegex(RuntimeError, "Index put requires the source and destination dtypes match"):
            x[x > 1] = torch.tensor([2.5, 3.5])

    def test_the_spread_of_equal_numbers_has_no_gradient(self):
        x = torch.ones(3, requires_grad=True)
        x.std().backward()
        self.assertEqual(x.grad.tolist(), [0, 0, 0])
        x = torch.tensor([[1.0, 1.0], [0.0, 2.0]], requires_grad=True)
        x.std(1).sum().backward()
        self.assert_close(x.grad, [[0, 0], [-(0.5**0.5), 0.5**0.5]])

    def test_scans_of_one_number_are_copies(self):
        x = torch.tensor(1.5)
        for name in ("cummax", "cummin"):
            getattr(x, name)(0)[0].fill_(7)
            self.assertEqual(x.item(), 1.5)

    def test_factors_of_integers_are_whole(self):
        x = torch.tensor([1, 2], dtype=torch.uint8)
        made = torch.addcmul(x, x, x, value=0.5)
        self.assertEqual((made.dtype, made.tolist()), (torch.uint8, [1, 2]))

    def test_einsum_without_sums_multiplies(self):
        x = torch.rand(2, 3, requires_grad=True)
        made = torch.einsum("...i,...j->...ij", x, x)
        self.assertEqual((made.grad_fn.name(), list(made.shape)), ("MulBackward0", [2, 3, 3]))
        self.assertTrue(torch.equal(made, x.unsqueeze(-1) * x.unsqueeze(-2)))
        self.assertEqual(torch.einsum("i,j->ij", bools[0], bools[1]).tolist(), [[False, True], [False, False]])
        self.assertEqual(torch.einsum("ij,ij->ij", x, torch.ones(1, 3)).tolist(), x.tolist())
        self.assertTrue(torch.equal(torch.einsum("i,jk->kij", x[0], x), (x[0][None, :, None] * x.t()[:, None, :])))

    def test_isin_takes_numbers(self):
        self.assertEqual(torch.isin(i3, 2).tolist(), [False, True, False])
        self.assertEqual(torch.isin(i3, 2, invert=True).tolist(), [True, False, True])
        self.assertTrue(torch.isin(3, i3).item())

    def test_quantiles_lie_in_order(self):
        self.assertTrue(torch.rand(6, 4, 3).quantile(0.5, dim=0).is_contiguous())

    def test_results_that_are_row_major_whatever_the_input(self):
        x, index = torch.rand(4, 3, 2).permute(2, 1, 0), torch.zeros(2, 3, 4, dtype=torch.int64)
        calls = {
            "layer_norm": lambda: F.layer_norm(x, (4,)),
            "batch_norm": lambda: F.batch_norm(x, None, None, training=True),
            "instance_norm": lambda: F.instance_norm(x),
            "masked_fill": lambda: x.masked_fill(x > 0.5, 0),
            "scatter_add": lambda: x.scatter_add(1, index, x),
            "one_hot": lambda: F.one_hot(index.permute(2, 1, 0), 3),
        }
        for name, call in calls.items():
            made = call()
            self.assertTrue(made.is_contiguous(), name)
            made.view(-1)
        wide = torch.rand(2, 4, 3, 3).contiguous(memory_format=torch.channels_last)
        self.assertTrue(F.batch_norm(wide, None, None, training=True).is_contiguous(memory_format=torch.channels_last))
        self.assertTrue(F.channel_shuffle(wide, 2).is_contiguous(memory_format=torch.channels_last))

    def test_states_are_listed_in_pytorchs_order(self):
        def entries(optimizer, steps=1):
            def closure():
                optimizer.zero_grad()
                loss = ((layer(torch.ones(4, 3)) - torch.arange(4.0).reshape(4, 1)) ** 4).mean()
                loss.backward()
                return loss

            for _ in range(steps):
                optimizer.step(closure)
            return list(next(iter(optimizer.state.values())))

        layer = nn.Linear(3, 1)
        self.assertEqual(entries(torch.optim.NAdam(layer.parameters())), ["step", "mu_product", "exp_avg", "exp_avg_sq"])
        self.assertEqual(entries(torch.optim.ASGD(layer.parameters())), ["step", "eta", "mu", "ax"])
        lbfgs = torch.optim.LBFGS(layer.parameters(), lr=0.01, max_iter=3)
        wanted = "func_evals n_iter al d t old_dirs old_stps ro H_diag prev_flat_grad prev_loss".split()
        self.assertEqual(entries(lbfgs, 2), wanted)
        self.assertEqual(len(lbfgs.state_dict()["state"][0]["al"]), 100)
        rates = torch.optim.lr_scheduler.CyclicLR(
            torch.optim.SGD(layer.parameters(), lr=0.1), 0.01, 0.1, cycle_momentum=False
        )
        self.assertEqual(list(rates.state_dict())[-1], "_scale_fn_custom")

    def test_wishart_draws_are_pytorchs(self):
        torch.manual_seed(3)
        drawn = torch.distributions.Wishart(torch.tensor(4.0), torch.eye(2)).sample()
        self.assert_close(drawn, WISHART, places=4)


WISHART = [[0.90162, 0.39300], [0.39300, 1.01606]]

if __name__ == "__main__":
    unittest.main()
