"""Scans, sorting, statistics, and placing by index.

Read next: `torch/_scan.py`, `torch/_statistics.py`, `torch/_scatter.py`.
"""

import math

import torch
from torch_case import TorchCase

NAN = math.nan


class Scans(TorchCase):
    def test_running_extremes_keep_the_last_of_equals(self):
        values, indices = torch.cummax(torch.tensor([1.0, 3.0, 3.0, 2.0, NAN, 5.0]), 0)
        self.assertEqual(values.tolist()[:4], [1.0, 3.0, 3.0, 3.0])
        self.assertTrue(values[4:].isnan().all())
        self.assert_tensor(indices, [0, 1, 2, 2, 4, 4])
        self.assert_tensor(torch.cummin(torch.tensor([[2, 1], [1, 3]]), 0).values, [[2, 1], [1, 1]])

    def test_sums_and_products(self):
        x = torch.tensor([[True, True], [False, True]])
        self.assert_tensor(x.cumsum(1), [[1, 2], [0, 1]], torch.int64)
        self.assert_tensor(torch.cumprod(torch.tensor([2, 3, 4], dtype=torch.int8), 0), [2, 6, 24], torch.int64)
        y = torch.tensor([1.0, 2.0])
        y.cumsum_(0)
        self.assert_tensor(y, [1.0, 3.0])
        self.assert_tensor(torch.zeros(0, 3).cumsum(0), [])
        self.assertRaises(NotImplementedError, torch.logcumsumexp, torch.tensor([1]), 0)

    def test_products_with_zeros_have_gradients(self):
        x = torch.tensor([2.0, 0.0, 3.0, 0.0], requires_grad=True)
        torch.cumprod(x, 0).sum().backward()
        self.assert_tensor(x.grad, [1.0, 2.0 + 6.0, 0.0, 0.0])

    def test_differences_and_integrals(self):
        x = torch.tensor([1, 3, 6, 10])
        self.assert_tensor(torch.diff(x), [2, 3, 4])
        self.assert_tensor(torch.diff(x, n=2, prepend=torch.tensor([0])), [1, 1, 1])
        self.assert_tensor(torch.diff(torch.tensor([True, True, False])), [False, True])
        self.assert_tensor(torch.trapezoid(x), 14.5)
        self.assert_tensor(torch.cumulative_trapezoid(x.double(), dx=2.0), [4.0, 13.0, 29.0])
        (slope,) = torch.gradient(torch.tensor([1.0, 2.0, 4.0, 7.0, 11.0, 16.0]), spacing=0.5)
        self.assert_tensor(slope, [2.0, 3.0, 5.0, 7.0, 9.0, 10.0])


class Order(TorchCase):
    def test_nan_sorts_last(self):
        values, indices = torch.sort(torch.tensor([NAN, 1.0, -0.0, 0.0]))
        self.assert_tensor(indices, [2, 3, 1, 0])
        self.assertTrue(values[3].isnan())
        self.assert_tensor(torch.sort(torch.tensor([NAN, 1.0, 2.0]), descending=True).indices, [0, 2, 1])

    def test_ranks(self):
        x = torch.tensor([[5, 1, 4], [2, 6, 3]])
        self.assert_tensor(x.topk(2).values, [[5, 4], [6, 3]])
        self.assert_tensor(x.topk(1, 0, largest=False).values, [[2, 1, 3]])
        self.assert_tensor(x.kthvalue(2).values, [4, 3])
        self.assert_error(RuntimeError, "selected index k out of range", x.topk, 4)
        self.assert_error(RuntimeError, "kthvalue(): selected number k out of range for dimension 1", x.kthvalue, 4)

    def test_equal_elements_come_as_in_pytorch(self):
        # The orders of std::nth_element and std::sort, and of std::partial_sort for few of many, in GNU's library.
        x = torch.arange(40) % 3
        largest = [38, 20, 17, 23, 14, 26, 11, 29, 8, 32, 5, 35, 2, 31, 34, 28, 25, 37, 22, 1, 19, 4, 10, 13]
        smallest = [0, 21, 18, 24, 15, 27, 12, 30, 9, 33, 6, 36, 3, 39, 31, 34, 28, 37, 25, 22, 1, 7, 4, 16]
        self.assert_tensor(x.topk(24).indices, largest)
        self.assert_tensor(x.float().topk(24, largest=False).indices, smallest)
        few = torch.arange(200) * 7 % 10
        self.assert_tensor(few.topk(3).indices, [27, 7, 17])
        self.assert_tensor(few.topk(3, largest=False).indices, [20, 0, 10])

    def test_medians(self):
        x = torch.tensor([NAN, 4.0, 1.0, 3.0], requires_grad=True)
        self.assertTrue(x.median().isnan())
        self.assert_tensor(x.nanmedian(), 3.0)
        self.assert_tensor(x.median(0).indices, 0)
        self.assert_tensor(x.nanmedian(0).indices, 3)
        y = torch.tensor([2.0, 2.0, 2.0, 5.0], requires_grad=True)
        y.median().backward()
        self.assert_close(y.grad, [1 / 3, 1 / 3, 1 / 3, 0.0])

    def test_modes(self):
        values, indices = torch.mode(torch.tensor([[3, 1, 3, 1], [2, 2, 2, 0]]))
        self.assert_tensor(values, [1, 2])
        self.assert_tensor(indices, [3, 2])

    def test_quantiles(self):
        x = torch.tensor([[0.0, 1.0, 2.0], [4.0, NAN, 8.0]])
        q = torch.tensor([0.25, 0.5])
        self.assert_tensor(torch.quantile(x[0], q), [0.5, 1.0])
        self.assert_tensor(torch.nanquantile(x, q, dim=1), [[0.5, 5.0], [1.0, 6.0]])
        self.assertEqual(torch.nanquantile(x, q, dim=1, keepdim=True).shape, (2, 2, 1))
        self.assertEqual(torch.quantile(x, q, dim=0, keepdim=True).shape, (2, 1, 3))
        self.assert_tensor(torch.quantile(x[0], 0.3, interpolation="lower"), 0.0)
        self.assertTrue(torch.quantile(x, 0.5).isnan())
        self.assert_error(RuntimeError, "quantile() q must be in the range [0, 1]", torch.quantile, x, 1.5)

    def test_search(self):
        edges = torch.tensor([1, 3, 5, 7, 9])
        self.assert_tensor(torch.searchsorted(edges, torch.tensor([[3, 6], [0, 10]])), [[1, 3], [0, 5]])
        self.assert_tensor(torch.searchsorted(edges, torch.tensor([3]), right=True), [2])
        rows = torch.tensor([[1.0, 3.0], [2.0, 4.0]])
        self.assert_tensor(torch.searchsorted(rows, torch.tensor([[2.0], [5.0]])), [[1], [2]])

    def test_histograms(self):
        x = torch.tensor([1.0, 2.0, 1.0, 5.0])
        self.assert_tensor(torch.histc(x, 4, 0, 4), [0.0, 2.0, 1.0, 0.0])
        counts, edges = torch.histogram(x, torch.tensor([1.0, 2.0, 5.0]), weight=torch.tensor([1.0, 2.0, 3.0, 4.0]))
        self.assert_tensor(counts, [4.0, 6.0])
        self.assert_tensor(edges, [1.0, 2.0, 5.0])
        self.assert_tensor(torch.bincount(torch.tensor([1, 3, 1]), minlength=5), [0, 2, 0, 1, 0])
        points = torch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0]])
        counts, _ = torch.histogramdd(points, [3, 3])
        self.assert_tensor(counts, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 1.0]])

    def test_covariance(self):
        x = torch.tensor([[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]]).T
        self.assert_tensor(torch.cov(x), [[1.0, -1.0], [-1.0, 1.0]])
        self.assert_tensor(torch.corrcoef(x), [[1.0, -1.0], [-1.0, 1.0]])


class Placing(TorchCase):
    def test_scatter_folds(self):
        base, index = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0, 0, 2])
        source = torch.tensor([4.0, 6.0, 0.5])
        for reduce, wanted in {
            "sum": [11.0, 2.0, 3.5],
            "prod": [24.0, 2.0, 1.5],
            "mean": [11 / 3, 2.0, 1.75],
            "amax": [6.0, 2.0, 3.0],
            "amin": [1.0, 2.0, 0.5],
        }.items():
            self.assert_close(base.scatter_reduce(0, index, source, reduce), wanted)
        self.assert_tensor(base.scatter_reduce(0, index, source, "mean", include_self=False), [5.0, 2.0, 0.5])
        self.assert_error(
            RuntimeError,
            "reduce argument must be either sum, prod, mean, amax or amin, got max",
            base.scatter_reduce,
            0,
            index,
            source,
            "max",
        )
        self.assert_tensor(base.scatter(0, index[1:], 9.0, reduce="multiply"), [9.0, 2.0, 27.0])

    def test_bool_and_integers_fold(self):
        base = torch.tensor([5, 1])
        self.assert_tensor(base.scatter_reduce(0, torch.tensor([0, 0]), torch.tensor([1, 1]), "mean"), [2, 1])
        low = base.index_reduce(0, torch.tensor([1]), torch.tensor([7]), "amin", include_self=False)
        self.assert_tensor(low, [5, 7])

    def test_masks_and_flat_positions(self):
        x, mask = torch.zeros(2, 3), torch.tensor([[True, False, True], [False, True, False]])
        self.assert_tensor(x.masked_scatter(mask, torch.arange(1.0, 6.0)), [[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])
        self.assertRaises(RuntimeError, x.masked_scatter, mask, torch.ones(2))
        self.assert_tensor(torch.zeros(2, 2).put_(torch.tensor([3, -4]), torch.tensor([1.0, 2.0])), [[2.0, 0.0], [0.0, 1.0]])
        self.assert_tensor(torch.tensor([[1, 2], [3, 4]]).take(torch.tensor([3, 0])), [4, 1])

    def test_writes_into_parts_of_copies(self):
        x = torch.zeros(2, 2)
        self.assert_tensor(torch.diagonal_scatter(x, torch.ones(2)), [[1.0, 0.0], [0.0, 1.0]])
        self.assert_tensor(torch.select_scatter(x, torch.ones(2), 0, 1), [[0.0, 0.0], [1.0, 1.0]])
        self.assert_tensor(torch.slice_scatter(x, torch.ones(2, 1), 1, 1), [[0.0, 1.0], [0.0, 1.0]])
        self.assert_tensor(x, [[0.0, 0.0], [0.0, 0.0]])
        self.assertRaises(RuntimeError, torch.select_scatter, x, torch.ones(3), 0, 1)

    def test_strided_scatter_has_the_gradients_of_pytorch(self):
        x, src = torch.arange(6.0, requires_grad=True), torch.ones(2, requires_grad=True)
        written = torch.as_strided_scatter(x, src, (2,), (2,), 1)
        self.assert_tensor(written, [0.0, 1.0, 2.0, 1.0, 4.0, 5.0])
        self.assertEqual(written.grad_fn.name(), "AsStridedScatterBackward0")
        written.mul(torch.arange(6.0)).sum().backward()
        self.assert_tensor(x.grad, [0.0, 1.0, 0.0, 3.0, 0.0, 0.0])
        self.assert_tensor(src.grad, [1.0, 3.0])
        text = "as_strided_scatter is currently only supported for contiguous inputs"
        self.assert_error(RuntimeError, text, torch.as_strided_scatter, x.reshape(2, 3).t(), src, (2,), (2,), 1)



class Combining(TorchCase):
    def test_sets_and_blocks(self):
        a, b = torch.tensor([1, 2]), torch.tensor([3, 4])
        self.assert_tensor(torch.cartesian_prod(a, b), [[1, 3], [1, 4], [2, 3], [2, 4]])
        self.assert_tensor(torch.combinations(torch.tensor([1, 2, 3])), [[1, 2], [1, 3], [2, 3]])
        self.assert_tensor(torch.block_diag(a, b.reshape(2, 1)), [[1, 2, 0], [0, 0, 3], [0, 0, 4]])
        self.assert_tensor(torch.diagflat(a, 1), [[0, 1, 0], [0, 0, 2], [0, 0, 0]])
        rows, columns = torch.unravel_index(torch.tensor([0, 3, 5]), (2, 3))
        self.assert_tensor(rows, [0, 1, 1])
        self.assert_tensor(columns, [0, 0, 2])

    def test_copies_do_not_share(self):
        x = torch.zeros(2, 2)
        x.t().add_(1)
        torch.t_copy(x).add_(1)
        self.assert_tensor(x, [[1.0, 1.0], [1.0, 1.0]])
        first, second = torch.unbind_copy(x)
        first.zero_()
        self.assert_tensor(x[0], [1.0, 1.0])

    def test_splits(self):
        x = torch.arange(6.0).reshape(2, 3)
        left, right = torch.hsplit(x, [1])
        self.assert_tensor(left, [[0.0], [3.0]])
        right.zero_()
        self.assert_tensor(x, [[0.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
        self.assert_error(RuntimeError, "torch.hsplit attempted to split along dimension 1", torch.hsplit, x, 2)

    def test_renorm(self):
        self.assert_close(torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0), [[0.6, 0.8], [0.3, 0.4]])


class Unique(TorchCase):
    def test_values(self):
        x = torch.tensor([[3, 1], [3, 2]])
        values, inverse, counts = torch.unique(x, return_inverse=True, return_counts=True)
        self.assert_tensor(values, [1, 2, 3])
        self.assert_tensor(inverse, [[2, 0], [2, 1]])
        self.assert_tensor(counts, [1, 1, 2])
        self.assert_tensor(torch.unique_consecutive(torch.tensor([1, 1, 2, 1])), [1, 2, 1])
        self.assert_tensor(torch.unique(torch.zeros(0)), [])

    def test_slices(self):
        x = torch.tensor([[1, 2], [0, 9], [1, 2], [1, 0]])
        rows, inverse, counts = x.unique(dim=0, return_inverse=True, return_counts=True)
        self.assert_tensor(rows, [[0, 9], [1, 0], [1, 2]])
        self.assert_tensor(inverse, [2, 0, 2, 1])
        self.assert_tensor(counts, [1, 1, 2])
        columns = torch.unique_consecutive(torch.tensor([[1, 1, 2], [3, 3, 3]]), dim=1)
        self.assert_tensor(columns, [[1, 2], [3, 3]])


class Signals(TorchCase):
    def test_windows(self):
        self.assert_close(torch.hann_window(4), [0.0, 0.5, 1.0, 0.5], 6)
        self.assert_close(torch.bartlett_window(5, periodic=False), [0.0, 0.5, 1.0, 0.5, 0.0], 6)
        self.assert_close(torch.hamming_window(3, False), [0.08, 1.0, 0.08], 6)
        self.assert_close(torch.blackman_window(3, False), [0.0, 1.0, 0.0], 6)
        self.assert_close(torch.kaiser_window(3, False, 0.0), [1.0, 1.0, 1.0], 6)
        self.assert_error(RuntimeError, "hann_window expects floating point dtypes", torch.hann_window, 4, dtype=torch.int64)

    def test_transforms_have_no_complex_result(self):
        x = torch.tensor([1.0, 0.0, -1.0, 0.0])
        parts = torch.stft(x, 4, center=False, return_complex=False)
        self.assert_close(parts, [[[0.0, 0.0]], [[2.0, 0.0]], [[0.0, 0.0]]], 6)
        self.assertRaises(NotImplementedError, torch.stft, x, 4, return_complex=True)
        self.assert_error(RuntimeError, "stft requires the return_complex parameter", torch.stft, x, 4)
