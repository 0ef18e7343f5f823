"""Pooling, padding, resampling, normalisation and the other functions over windows: values, gradients, errors."""

import math

import torch
import torch.nn.functional as F
from torch_case import TorchCase


class Pooling(TorchCase):
    def test_largest_and_their_positions(self):
        x = torch.tensor([[[1.0, 5.0, 5.0, 2.0], [7.0, 0.0, float("nan"), 3.0], [4.0, 4.0, 1.0, 9.0]]])
        values, positions = F.max_pool2d(x, 2, stride=1, return_indices=True)
        self.assert_tensor(positions, [[[4, 6, 6], [4, 6, 6]]], torch.int64)
        self.assertEqual(str(values[0, 0].tolist()), "[7.0, nan, nan]")
        self.assert_tensor(F.max_pool1d(torch.tensor([[3.0, 1.0, 2.0]]), 2, 2, ceil_mode=True), [[3.0, 2.0]])
        self.assert_tensor(F.max_pool1d(torch.tensor([[-3.0, -1.0, -2.0]]), 3, 1, 1), [[-1.0, -1.0, -1.0]])
        self.assert_tensor(F.max_pool1d(torch.tensor([[3, 1, 2]]), 2, 1), [[3, 2]])

    def test_gradients_of_overlapping_windows_add(self):
        x = torch.tensor([[1.0, 5.0, 2.0, 3.0]], requires_grad=True)
        F.max_pool1d(x, 2, 1).sum().backward()
        self.assert_tensor(x.grad, [[0.0, 2.0, 0.0, 1.0]])

    def test_means(self):
        x = torch.tensor([[2.0, 4.0, 6.0]], requires_grad=True)
        self.assert_tensor(F.avg_pool1d(x, 2, 1, 1).detach(), [[1.0, 3.0, 5.0, 3.0]])
        self.assert_tensor(F.avg_pool1d(x, 2, 1, 1, count_include_pad=False).detach(), [[2.0, 3.0, 5.0, 6.0]])
        self.assert_tensor(F.avg_pool1d(x, 2, 2, 0, ceil_mode=True).detach(), [[3.0, 6.0]])
        self.assert_close(F.avg_pool2d(torch.ones(1, 2, 2), 2, divisor_override=3), [[[4 / 3]]])
        F.avg_pool1d(x, 2, 1).sum().backward()
        self.assert_tensor(x.grad, [[0.5, 1.0, 0.5]])
        self.assert_tensor(F.avg_pool1d(torch.tensor([[-3, -4]]), 2), [[-3]], torch.int64)

    def test_adaptive_sizes(self):
        x = torch.arange(5.0).reshape(1, 5)
        self.assert_tensor(F.adaptive_avg_pool1d(x, 3), [[0.5, 2.0, 3.5]])
        values, positions = F.adaptive_max_pool1d(x, 3, return_indices=True)
        self.assert_tensor(values, [[1.0, 3.0, 4.0]])
        self.assert_tensor(positions, [[1, 3, 4]])
        self.assertEqual(list(F.adaptive_avg_pool2d(torch.ones(2, 3, 7, 5), (None, 2)).shape), [2, 3, 7, 2])

    def test_unpooling_undoes(self):
        x = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
        values, positions = F.max_pool1d(x, 2, return_indices=True)
        self.assert_tensor(F.max_unpool1d(values, positions, 2), [[[0.0, 2.0, 0.0, 4.0]]])

    def test_second_derivative(self):
        x = torch.tensor([[1.0, 3.0, 2.0]], dtype=torch.float64, requires_grad=True)
        out = F.max_pool1d(x, 2, 1) ** 3
        (first,) = torch.autograd.grad(out.sum(), x, create_graph=True)
        self.assert_tensor(first.detach(), [[0.0, 54.0, 0.0]])
        (second,) = torch.autograd.grad(first.sum(), x)
        self.assert_tensor(second, [[0.0, 36.0, 0.0]])

    def test_errors(self):
        self.assert_error(
            RuntimeError,
            "Given input size: (1x2x2). Calculated output size: (1x0x0). Output size is too small",
            F.max_pool2d,
            torch.ones(1, 1, 2, 2),
            3,
        )
        self.assert_error(
            RuntimeError,
            "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1",
            F.max_pool2d,
            torch.ones(1, 1, 4, 4),
            2,
            padding=2,
        )


class Padding(TorchCase):
    def test_modes(self):
        x = torch.tensor([[1.0, 2.0, 3.0]])
        self.assert_tensor(F.pad(x, (1, 2)), [[0.0, 1.0, 2.0, 3.0, 0.0, 0.0]])
        self.assert_tensor(F.pad(x, (1, -1), value=7), [[7.0, 1.0, 2.0]])
        self.assert_tensor(F.pad(x, (2, 1), mode="reflect"), [[3.0, 2.0, 1.0, 2.0, 3.0, 2.0]])
        self.assert_tensor(F.pad(x, (2, 1), mode="replicate"), [[1.0, 1.0, 1.0, 2.0, 3.0, 3.0]])
        self.assert_tensor(F.pad(x, (2, 1), mode="circular"), [[2.0, 3.0, 1.0, 2.0, 3.0, 1.0]])
        self.assert_tensor(F.pad(torch.tensor([True]), (0, 1), value=True), [True, True], torch.bool)
        self.assert_error(
            RuntimeError,
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (3, 0) at dimension 1 of "
            "input [1, 3]",
            F.pad,
            x,
            (3, 0),
            mode="reflect",
        )

    def test_gradients(self):
        x = torch.ones(1, 3, requires_grad=True)
        F.pad(x, (2, 1), mode="reflect").sum().backward()
        self.assert_tensor(x.grad, [[1.0, 3.0, 2.0]])


class Resampling(TorchCase):
    def test_modes(self):
        x = torch.tensor([[[1.0, 2.0, 4.0]]])
        self.assert_tensor(F.interpolate(x, scale_factor=2), [[[1.0, 1.0, 2.0, 2.0, 4.0, 4.0]]])
        self.assert_tensor(F.interpolate(x, size=2), [[[1.0, 2.0]]])
        self.assert_tensor(F.interpolate(x, size=2, mode="nearest-exact"), [[[1.0, 4.0]]])
        self.assert_close(F.interpolate(x, size=5, mode="linear", align_corners=True), [[[1.0, 1.5, 2.0, 3.0, 4.0]]])
        self.assert_close(F.interpolate(x, size=6, mode="linear"), [[[1.0, 1.25, 1.75, 2.5, 3.5, 4.0]]])
        self.assert_close(F.interpolate(x, size=2, mode="area"), [[[1.5, 3.0]]])

    def test_what_is_not_finite_stays_where_it_is(self):
        x = torch.tensor([[[math.nan, 1.0, 2.0, 3.0]]])
        found = F.interpolate(x, size=8, mode="linear")[0, 0]
        self.assertTrue(found[:3].isnan().all() and found[3:].isfinite().all())

    def test_errors(self):
        self.assert_error(
            ValueError,
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
            F.interpolate,
            torch.ones(1, 1, 2),
            2,
            align_corners=True,
        )
        self.assert_error(ValueError, "either size or scale_factor should be defined", F.interpolate, torch.ones(1, 1, 2))

    def test_grids(self):
        image = torch.arange(9.0).reshape(1, 1, 3, 3)
        theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        for align in (True, False):
            grid = F.affine_grid(theta, (1, 1, 3, 3), align_corners=align)
            self.assert_close(F.grid_sample(image, grid, align_corners=align), image.tolist())
        outside = torch.full((1, 1, 1, 2), 3.0)
        for mode, value in (("zeros", 0.0), ("border", 8.0)):
            found = F.grid_sample(image, outside, padding_mode=mode, align_corners=True)
            self.assert_close(found, [[[[value]]]])

    def test_unfold_and_fold(self):
        x = torch.arange(9.0).reshape(1, 1, 3, 3)
        columns = F.unfold(x, 2)
        self.assert_tensor(columns, [[[0.0, 1.0, 3.0, 4.0], [1.0, 2.0, 4.0, 5.0], [3.0, 4.0, 6.0, 7.0], [4.0, 5.0, 7.0, 8.0]]])
        self.assert_tensor(F.fold(columns, (3, 3), 2), [[[[0.0, 2.0, 2.0], [6.0, 16.0, 10.0], [6.0, 14.0, 8.0]]]])
        self.assert_tensor(F.pixel_shuffle(torch.arange(4.0).reshape(1, 4, 1, 1), 2), [[[[0.0, 1.0], [2.0, 3.0]]]])


class Normalization(TorchCase):
    def test_running_statistics_follow(self):
        x = torch.tensor([[1.0, 10.0], [3.0, 10.0], [5.0, 10.0]])
        mean, variance = torch.zeros(2), torch.ones(2)
        found = F.batch_norm(x, mean, variance, training=True, momentum=0.5)
        self.assert_close(mean, [1.5, 5.0])
        self.assert_close(variance, [2.5, 0.5])
        self.assert_close(found, [[-1.2247, 0.0], [0.0, 0.0], [1.2247, 0.0]], places=3)
        self.assertEqual(mean._version, 1)
        evaluated = F.batch_norm(x, mean, variance)
        self.assert_close(evaluated[0], [(1 - 1.5) / math.sqrt(2.5 + 1e-5), 5 / math.sqrt(0.5 + 1e-5)])
        self.assert_error(
            ValueError,
            "Expected more than 1 value per channel when training, got input size torch.Size([1, 2])",
            F.batch_norm,
            x[:1],
            mean,
            variance,
            training=True,
        )

    def test_groups_and_instances(self):
        x = torch.randn(2, 4, 5, dtype=torch.float64)
        grouped = F.group_norm(x, 2).reshape(2, 2, 10)
        self.assert_close(grouped.mean(2), [[0.0] * 2] * 2)
        self.assert_close(grouped.var(2, correction=0), [[1.0] * 2] * 2, places=3)
        self.assertTrue(torch.allclose(F.instance_norm(x), F.group_norm(x, 4)))
        self.assertTrue(torch.allclose(F.batch_norm(x, None, None, training=True).mean((0, 2)), torch.zeros(4).double()))

    def test_gradient_of_a_batch_norm(self):
        x = torch.randn(3, 2, 4, dtype=torch.float64, requires_grad=True)
        weight = torch.ones(2, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad((F.batch_norm(x, None, None, weight, training=True) ** 3).sum(), x)
        self.assertLess(gradient.sum((0, 2)).abs().max().item(), 1e-9)


class Others(TorchCase):
    def test_distances(self):
        x = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
        self.assert_tensor(torch.cdist(x, x).detach(), [[0.0, 5.0], [5.0, 0.0]])
        self.assert_tensor(F.pdist(x, 1.0).detach(), [7.0])
        torch.cdist(x, x).sum().backward()
        self.assertTrue(x.grad.isfinite().all())

    def test_bags(self):
        weight = torch.arange(8.0).reshape(4, 2).requires_grad_()
        index, offsets = torch.tensor([0, 1, 3, 3]), torch.tensor([0, 2, 2])
        self.assert_tensor(F.embedding_bag(index, weight, offsets, mode="sum").detach(), [[2.0, 4.0], [0.0, 0.0], [12.0, 14.0]])
        self.assert_tensor(F.embedding_bag(index, weight, offsets).detach(), [[1.0, 2.0], [0.0, 0.0], [6.0, 7.0]])
        largest = F.embedding_bag(index, weight, offsets, mode="max")
        self.assert_tensor(largest.detach(), [[2.0, 3.0], [0.0, 0.0], [6.0, 7.0]])
        largest.sum().backward()
        self.assert_tensor(weight.grad, [[0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0]])

    def test_embeddings_by_norm_and_frequency(self):
        weight = torch.tensor([[3.0, 4.0], [0.3, 0.4]])
        found = F.embedding(torch.tensor([0, 1]), weight, max_norm=1.0)
        self.assert_close(found, [[0.6, 0.8], [0.3, 0.4]], places=4)
        self.assert_close(weight[0], [0.6, 0.8], places=4)
        weight = torch.ones(2, 1, requires_grad=True)
        F.embedding(torch.tensor([0, 0, 1]), weight, scale_grad_by_freq=True).sum().backward()
        self.assert_tensor(weight.grad, [[1.0], [1.0]])

    def test_dropping_channels(self):
        found = F.dropout2d(torch.ones(4, 8, 3, 3))
        self.assertTrue(all(part in (0.0, 18.0) for part in found.sum((2, 3)).reshape(-1).tolist()))
        self.assertIs(F.dropout2d(found, training=False), found)
        hard = F.gumbel_softmax(torch.zeros(5, 3), hard=True)
        self.assert_close(hard.sum(1), [1.0] * 5)


class Alignment(TorchCase):
    def test_sum_over_alignments(self):
        even = torch.full((2, 1, 2), math.log(0.5), requires_grad=True)
        loss = F.ctc_loss(even, torch.tensor([[1]]), torch.tensor([2]), torch.tensor([1]), reduction="sum")
        self.assertAlmostEqual(loss.item(), -math.log(0.75), 5)
        loss.backward()
        # Of three equally likely alignments, two have the label at each time.
        self.assert_close(even.grad[:, 0], [[-1 / 3, -2 / 3]] * 2)

    def test_repeated_labels_need_a_blank_between(self):
        even = torch.full((2, 1, 2), math.log(0.5))
        arguments = even, torch.tensor([1, 1]), (2,), (2,)
        self.assertEqual(F.ctc_loss(*arguments).item(), math.inf)
        self.assertEqual(F.ctc_loss(*arguments, zero_infinity=True).item(), 0.0)
        longer = torch.full((3, 2), math.log(0.5))
        found = F.ctc_loss(longer, torch.tensor([1, 1]), torch.tensor(3), torch.tensor(2), reduction="none")
        self.assertAlmostEqual(found.item(), 3 * math.log(2), 5)

    def test_lengths_end_samples(self):
        x = torch.randn(5, 2, 4).log_softmax(2)
        targets = torch.tensor([[1, 2], [3, 0]])
        both = F.ctc_loss(x, targets, (5, 3), (2, 1), reduction="none")
        alone = F.ctc_loss(x[:3, 1:], targets[1:, :1], (3,), (1,), reduction="none")
        self.assertAlmostEqual(both[1].item(), alone[0].item(), 5)


class Layers(TorchCase):
    def test_they_print_as_pytorch(self):
        self.assert_prints(
            torch.nn.Sequential(
                torch.nn.Conv2d(3, 6, 5, padding=2, bias=False), torch.nn.BatchNorm2d(6), torch.nn.MaxPool2d(2)
            ),
            """
            Sequential(
              (0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2), bias=False)
              (1): BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
              (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
            )
            """,
        )

    def test_a_small_network_learns(self):
        model = torch.nn.Sequential(
            torch.nn.Conv2d(1, 4, 3, padding=1),
            torch.nn.BatchNorm2d(4),
            torch.nn.ReLU(),
            torch.nn.AvgPool2d(2),
            torch.nn.Flatten(),
            torch.nn.Linear(16, 2),
        )
        images = torch.randn(16, 1, 4, 4)
        labels = (images.mean((1, 2, 3)) > 0).long()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        losses = []
        for _ in range(30):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        self.assertLess(losses[-1], losses[0] / 4)
        self.assertEqual(model[1].num_batches_tracked.item(), 30)
        model.eval()
        self.assertTrue(torch.allclose(model(images[:1]), model(images)[:1], atol=1e-5))
