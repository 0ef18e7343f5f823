"""`torch.vmap`: mapped functions beside loops, dimensions, containers, random numbers, writes, and errors.

Read next: `torch._batched`, `vmap_sweep`.
"""

import warnings

import torch
import torch.nn.functional as F
from torch import nn, vmap
from torch_case import TorchCase


class Maps(TorchCase):
    """What a mapped function gives."""

    def assert_as_loop(self, function, *batches):
        """A map gives what a loop over the first dimensions gives."""
        found = vmap(function)(*batches)
        wanted = torch.stack([function(*entry) for entry in zip(*batches)])
        self.assertEqual(found.dtype, wanted.dtype)
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)

    def test_families(self):
        x, y = torch.randn(3, 4, 5), torch.randn(3, 4, 5)
        with warnings.catch_warnings():
            # None of these may need a loop.
            warnings.simplefilter("error")
            for function in (
                torch.add, torch.maximum, torch.atan2, lambda a, b: a @ b.T, lambda a, b: a @ b[0], F.mse_loss, lambda a, b: torch.where(a > b, a, 0.0),
                lambda a, b: torch.cat([a, b], -1), lambda a, b: torch.stack([a, b]), lambda a, b: F.linear(a, b),
                lambda a, b: torch.einsum("ij,kj->ik", a, b), lambda a, b: F.softmax(a, 0) - F.log_softmax(b, 1),
                lambda a, b: a.sum() + b.mean(0).amax(), lambda a, b: a.std(1) - b.var(), lambda a, b: a.sort(0)[0] + b.cumsum(1),
                lambda a, b: a.reshape(2, -1) * b.flatten().view(2, 10), lambda a, b: a[1:, ::2] - b[..., :3][1:],
                lambda a, b: a.t() + b.permute(1, 0), lambda a, b: F.layer_norm(a, (5,)) + F.dropout(b, 0.5, False),
                lambda a, b: a.argmax() + b.argmax(1), lambda a, b: torch.gather(a, 1, b.argsort(1)), lambda a, b: a.norm() * b.max(),
                lambda a, b: F.scaled_dot_product_attention(a, b, b), lambda a, b: a.expand(2, 4, 5) + b.repeat(2, 1, 1),
                lambda a, b: torch.linalg.solve(a[:, :4] + 9 * torch.eye(4), b), lambda a, b: torch.diag(a.diagonal()) + b.tril()[:, :4],
            ):
                self.assert_as_loop(function, x, y)

    def test_entries_without_dimensions(self):
        x, whole = torch.randn(4), torch.arange(4)
        self.assert_as_loop(lambda a, b: a * b, x, whole)
        self.assert_as_loop(lambda a: a.softmax(0) + a.sum(0) + a.cumsum(-1), x)
        # An entry without dimensions does not raise the dtype of one that has some.
        self.assert_as_loop(lambda a, b: a * b, x.double(), torch.randn(4, 2))

    def test_layers(self):
        x = torch.randn(3, 2, 4, 8, 8)
        weight = torch.randn(3, 6, 4, 3, 3)
        self.assert_as_loop(lambda a, w: F.conv2d(a, w, padding=1), x, weight)
        self.assert_as_loop(lambda a: F.conv2d(a, weight[0], torch.ones(6), 2), x)
        self.assert_as_loop(lambda w: F.conv2d(x[0], w), weight)
        self.assert_as_loop(lambda a, w: F.conv_transpose2d(a, w.transpose(0, 1), groups=1), x, weight)
        self.assert_as_loop(lambda a: F.max_pool2d(a, 2) + F.avg_pool2d(a, 2) + F.adaptive_avg_pool2d(a, 4), x)
        self.assert_as_loop(lambda a: F.group_norm(a, 2) + F.batch_norm(a, None, None, training=True), x)
        self.assert_as_loop(lambda a: F.interpolate(a, scale_factor=2, mode="bilinear").mean((2, 3)), x)
        self.assert_as_loop(lambda a, t: F.cross_entropy(a.mean((2, 3)), t), x, torch.randint(0, 4, (3, 2)))
        embedding = nn.Embedding(10, 3)
        self.assert_as_loop(embedding, torch.randint(0, 10, (3, 5)))
        self.assert_as_loop(lambda w, i: F.embedding(i, w), torch.randn(3, 10, 2), torch.randint(0, 10, (3, 5)))

    def test_indexing(self):
        x = torch.randn(3, 4, 5)
        places = torch.randint(0, 4, (3, 2))
        self.assert_as_loop(lambda a, i: a[i], x, places)
        self.assert_as_loop(lambda a, i: a[:, i], x, places)
        self.assert_as_loop(lambda a, i: a[i, :, None][:, i, ..., 0], x, places)
        self.assert_as_loop(lambda i: x[0][i], places)
        self.assert_as_loop(lambda i: x[:, :, i], places)
        self.assert_as_loop(lambda a: a[torch.tensor([0, 2])][:, torch.tensor([1])], x)
        self.assert_as_loop(lambda a: a[None][:, torch.tensor([0, 2]), :, None], x)
        self.assert_as_loop(lambda a, i: a[i[0]], x, places)

        def put(a, i):
            a = a.clone()
            a[:, i] = a[:, :2] * 2
            a[0] = 7.0
            return a

        self.assert_as_loop(put, x, places)

    def test_dimensions(self):
        x = torch.randn(2, 3, 4)
        self.assertEqual(vmap(lambda a: a.sum(0), in_dims=1, out_dims=1)(x).shape, (4, 3))
        self.assertEqual(vmap(lambda a: a, in_dims=-1, out_dims=-1)(x).shape, (2, 3, 4))
        two = vmap(lambda a, b: (a * b, b), in_dims=(0, None), out_dims=(1, None))(x, torch.ones(4))
        self.assertEqual([tuple(one.shape) for one in two], [(3, 2, 4), (4,)])
        nested = vmap(lambda p, k: p["w"] * p["b"][0] * k, in_dims=({"w": 0, "b": None}, None))
        self.assertEqual(nested({"w": x, "b": [torch.ones(4)]}, 2).shape, (2, 3, 4))

    def test_nests_and_works_in_chunks(self):
        x, y = torch.randn(3, 4), torch.randn(5, 4)
        products = vmap(vmap(torch.dot, in_dims=(None, 0)), in_dims=(0, None))(x, y)
        self.assert_close(products, (x @ y.T).tolist())
        self.assert_close(vmap(lambda a: a * 2, chunk_size=2)(x), (x * 2).tolist())
        self.assertEqual(vmap(lambda a: a * 2)(torch.ones(0, 2)).shape, (0, 2))

    def test_without_a_rule_it_loops_and_says_so(self):
        lstm = nn.LSTM(3, 4)
        x = torch.randn(2, 5, 1, 3)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = vmap(lambda a: lstm(a)[0])(x)
        torch.testing.assert_close(found, torch.stack([lstm(a)[0] for a in x]))
        self.assertTrue(any("performance drop" in str(one.message) for one in caught))

    def test_gradients_flow_through(self):
        x = torch.randn(3, 4, requires_grad=True)
        vmap(lambda a: (a**2).sum())(x).sum().backward()
        self.assert_close(x.grad, (2 * x).tolist())

    def test_writes(self):
        x = torch.zeros(3, 2)

        def write(a, b):
            a.add_(b)
            a[0] = 5
            return a

        self.assert_tensor(vmap(write)(x, torch.ones(3, 2)), [[5.0, 1.0]] * 3)
        self.assert_tensor(x, [[5.0, 1.0]] * 3)
        fresh = vmap(lambda b: b.new_zeros(3).index_fill(0, torch.tensor([1]), 2.0) + b[0])(torch.ones(2, 1))
        self.assert_tensor(fresh, [[1.0, 3.0, 1.0]] * 2)
        shared = torch.zeros(2)
        self.assert_error(RuntimeError, "vmap: inplace arithmetic(self, *extra_args) is not possible", vmap(shared.add_), torch.ones(3, 2))

    def test_random_numbers(self):
        x = torch.zeros(4, 3)
        self.assert_error(RuntimeError, "vmap: called random operation while in randomness error mode", vmap(lambda a: a + torch.rand(3)), x)
        same = vmap(lambda a: a + torch.randn(3), randomness="same")(x)
        self.assertTrue(bool((same == same[0]).all()))
        for draw in (
            lambda a: a + torch.randn(3), lambda a: torch.rand_like(a), lambda a: F.dropout(a + 1), lambda a: torch.randperm(9),
            lambda a: torch.randint(0, 1000, (5,)), lambda a: torch.bernoulli(torch.full((20,), 0.5)), lambda a: a.normal_(),
        ):
            found = vmap(draw, randomness="different")(x.clone())
            self.assertEqual(found.shape[0], 4)
        different = vmap(vmap(lambda a: torch.rand(2), randomness="different"), randomness="different")(x)
        self.assertEqual(different.shape, (4, 3, 2))
        self.assertEqual(len(set(different.reshape(-1).tolist())), 24)
        self.assertEqual(torch.rand(1).shape, (1,))

    def test_errors(self):
        x = torch.ones(3, 2)
        self.assert_error(RuntimeError, "vmap: It looks like you're attempting to use a Tensor in some data-dependent", vmap(lambda a: a if a.sum() > 0 else -a), x)
        self.assert_error(RuntimeError, "vmap: It looks like you're calling .item() on a Tensor", vmap(lambda a: a.sum().item()), x)
        self.assert_error(RuntimeError, "vmap: It looks like you're attempting to use an operator that outputs", vmap(lambda a: a.nonzero()), x)
        self.assert_error(ValueError, "vmap(add)(<inputs>): got no inputs", vmap(torch.add))
        self.assert_error(ValueError, "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [3, 4]", vmap(torch.add), x, torch.ones(4))
        self.assert_error(ValueError, "vmap: Expected at least one Tensor to vmap over", vmap(lambda a: a, in_dims=(None,)), x)
        self.assert_error(RuntimeError, "Only allowed values for randomness are", vmap, torch.sin, randomness="none")
        self.assert_error(ValueError, "vmap(<lambda>, ...): `<lambda>` must only return Tensors, got type <class 'int'>", vmap(lambda a: 3), x)
