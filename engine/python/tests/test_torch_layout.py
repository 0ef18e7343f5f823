"""Where results lie in memory: strides that follow the inputs, and channels that stay last.

Read next: `engine/src/layout.rs`, `torch/_memory_format.py`.
"""

import torch
import torch.nn.functional as F
from torch_case import TorchCase


class Elementwise(TorchCase):
    """Results of elementwise operators follow their operands, the first operand first."""

    def setUp(self):
        super().setUp()
        self.x = torch.arange(12.0).reshape(4, 3)
        self.t = self.x.t()

    def test_unary_and_numbers(self):
        for made in (self.t + 1, 1 - self.t, self.t.exp(), -self.t, self.t > 2, self.t.double(), self.t**2, self.t.clamp(0, 5)):
            self.assertEqual(made.stride(), (1, 3))
        self.assertEqual((self.t + 1).tolist(), [[1, 4, 7, 10], [2, 5, 8, 11], [3, 6, 9, 12]])
        self.assertFalse((self.t + 1).is_contiguous())
        self.assertEqual(self.x[:, ::2].exp().stride(), (2, 1))
        self.assertEqual(self.x[:, ::2].t().exp().stride(), (1, 2))
        self.assertEqual(self.x[:1].expand(4, 3).exp().stride(), (3, 1))

    def test_binary(self):
        y = torch.ones(3, 4)
        self.assertEqual((self.t + y).stride(), (1, 3))
        self.assertEqual((y + self.t).stride(), (4, 1))
        self.assertEqual((self.t + torch.ones(4)).stride(), (1, 3))
        self.assertEqual((torch.ones(4) + self.t).stride(), (1, 3))
        self.assertEqual(torch.where(self.t > 3, self.t, y).stride(), (1, 3))
        p = torch.zeros(2, 3, 4).permute(2, 0, 1)
        self.assertEqual((p * 2).stride(), p.stride())
        self.assertEqual((p + torch.zeros(2, 3)).stride(), (1, 12, 4))

    def test_copies_and_likes(self):
        p = torch.rand(2, 3, 4).permute(2, 0, 1)
        self.assertEqual(p.clone().stride(), (1, 12, 4))
        self.assertTrue(torch.equal(p.clone(), p))
        self.assertEqual(p.clone(memory_format=torch.contiguous_format).stride(), (6, 3, 1))
        self.assertEqual(p.contiguous().stride(), (6, 3, 1))
        for like in (torch.zeros_like, torch.ones_like, torch.empty_like, torch.rand_like, torch.randn_like):
            self.assertEqual(like(p).stride(), (1, 12, 4))
            self.assertEqual(like(p, memory_format=torch.contiguous_format).stride(), (6, 3, 1))
        self.assertEqual(torch.full_like(p, 3, dtype=torch.int64).stride(), (1, 12, 4))
        # What has gaps or repeats is laid out densely, in the order of its strides.
        self.assertEqual(torch.zeros(4, 6)[:, ::2].clone().stride(), (3, 1))
        self.assertEqual(torch.zeros(6, 4).t()[:, ::2].clone().stride(), (1, 4))
        self.assertEqual(torch.zeros(3, 1).expand(3, 4).clone().stride(), (4, 1))

    def test_in_place_and_views(self):
        t = self.x.clone().t()
        t += 1
        self.assertEqual(t.stride(), (1, 3))
        self.assertEqual(t.tolist(), (self.t + 1).tolist())
        made = self.t + 1
        with self.assertRaises(RuntimeError):
            made.view(-1)
        self.assertEqual(made.reshape(-1).tolist(), [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12])
        self.assertEqual(made.sum(0).tolist(), [6, 15, 24, 33])

    def test_gradients_lie_as_their_leaf(self):
        w = torch.rand(3, 4, requires_grad=True)
        (w.t() * torch.rand(4, 3)).exp().sum().backward()
        self.assertEqual(w.grad.stride(), (4, 1))
        w = torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last).requires_grad_()
        (w * 2).sum().backward()
        self.assertEqual(w.grad.stride(), w.stride())


class ChannelsLast(TorchCase):
    """What a convolutional network hands on."""

    def last(self, *shape):
        kind = torch.channels_last if len(shape) == 4 else torch.channels_last_3d
        return torch.rand(*shape).to(memory_format=kind)

    def assert_last(self, made):
        kind = torch.channels_last if made.dim() == 4 else torch.channels_last_3d
        self.assertTrue(made.is_contiguous(memory_format=kind), made.stride())
        self.assertFalse(made.is_contiguous())

    def test_layers(self):
        x, w = self.last(2, 4, 8, 8), torch.rand(6, 4, 3, 3)
        plain = x.contiguous()
        for function in (
            lambda x: F.conv2d(x, w, torch.rand(6)),
            lambda x: F.conv_transpose2d(x, torch.rand(4, 6, 3, 3)),
            lambda x: F.max_pool2d(x, 2),
            lambda x: F.max_pool2d(x, 2, return_indices=True)[1],
            lambda x: F.avg_pool2d(x, 2),
            lambda x: F.adaptive_avg_pool2d(x, 3),
            lambda x: F.adaptive_max_pool2d(x, 4),
            lambda x: F.batch_norm(x, None, None, torch.ones(4), torch.zeros(4), True),
            lambda x: F.batch_norm(x, torch.zeros(4), torch.ones(4)),
            lambda x: F.group_norm(x, 2),
            lambda x: F.relu(x),
            lambda x: F.dropout(x, 0.5),
            lambda x: F.interpolate(x, scale_factor=2),
            lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
            lambda x: F.pad(x, (1, 1)),
            lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
            lambda x: torch.cat([x, x], 1),
        ):
            torch.manual_seed(0)
            made = function(x)
            self.assert_last(made)
            torch.manual_seed(0)
            self.assertTrue(function(plain).is_contiguous())
        self.assertTrue(torch.allclose(F.conv2d(x, w), F.conv2d(plain, w), atol=1e-5))
        self.assert_last(F.conv2d(plain, w.to(memory_format=torch.channels_last)))
        self.assertTrue(torch.cat([x, plain], 1).is_contiguous())
        # Ranks that have no such format, reductions, and norms of single samples lie as usual.
        self.assertTrue(F.instance_norm(x).is_contiguous())
        self.assertTrue(x.sum(1).is_contiguous())
        self.assertTrue(x.flatten(2).exp().stride()[-1] != 0)

    def test_volumes(self):
        x = self.last(2, 3, 4, 5, 6)
        self.assertEqual(x.stride(), (360, 1, 90, 18, 3))
        self.assert_last(F.conv3d(x, torch.rand(4, 3, 2, 2, 2)))
        self.assert_last(F.max_pool3d(x, 2))
        self.assert_last(x + 1)

    def test_gradients(self):
        x = self.last(2, 3, 6, 6).requires_grad_()
        w = torch.rand(4, 3, 3, 3, requires_grad=True)
        made = F.max_pool2d(F.conv2d(x, w).relu(), 2)
        made.square().sum().backward()
        plain, other = x.detach().contiguous().requires_grad_(), w.detach().clone().requires_grad_()
        F.max_pool2d(F.conv2d(plain, other).relu(), 2).square().sum().backward()
        self.assertTrue(torch.allclose(x.grad, plain.grad, atol=1e-5))
        self.assertTrue(torch.allclose(w.grad, other.grad, atol=1e-5))
        self.assert_last(x.grad)
        self.assertTrue(w.grad.is_contiguous())

    def test_names_of_nodes(self):
        x = self.last(2, 3, 6, 6).requires_grad_()
        made = F.conv2d(x, torch.rand(4, 3, 3, 3))
        self.assertIn("ConvolutionBackward0", repr(made.grad_fn))
        self.assertIn("CloneBackward0", repr(torch.rand(1, 2, 3, 4, requires_grad=True).contiguous(memory_format=torch.channels_last).grad_fn))

    def test_tell_apart(self):
        self.assertTrue(torch.rand(2, 1, 4, 4).is_contiguous(memory_format=torch.channels_last))
        self.assertFalse(torch.rand(2, 3, 4, 4).is_contiguous(memory_format=torch.channels_last))
        self.assertTrue(F.conv2d(torch.rand(2, 1, 4, 4), torch.rand(3, 1, 2, 2)).is_contiguous())
        x = torch.rand(2, 3, 4, 4)
        self.assertIs(x.to(memory_format=torch.contiguous_format), x)
        last = x.to(memory_format=torch.channels_last)
        self.assertIs(last.to(memory_format=torch.channels_last), last)
        self.assertIsNot(last.to(memory_format=torch.channels_last, copy=True), last)
        self.assertEqual(last.to(torch.float64).stride(), last.stride())
        self.assertEqual(last.clone().stride(), last.stride())
