"""Values and gradients at ties, bounds, infinities and NaN, and of half types: what PyTorch answers there."""

import math
import unittest

import torch
import torch.nn.functional as F

INF, NAN = math.inf, math.nan


class Edges(unittest.TestCase):
    def assert_values(self, found, expected, places=5):
        found = found.double().reshape(-1).tolist()
        self.assertEqual(len(found), len(expected))
        for number, (one, other) in enumerate(zip(found, expected)):
            same = one == other or (math.isnan(one) and math.isnan(other)) or abs(one - other) < 10**-places
            self.assertTrue(same, f"element {number} of {found} instead of {expected}")

    def gradients(self, function, *values):
        leaves = [torch.tensor(value, requires_grad=True) for value in values]
        return torch.autograd.grad(function(*leaves).sum(), leaves)

    def test_extremes_share_ties_and_pass_nan_on(self):
        x, y = [1.0, 2.0, NAN, 1.0], [1.0, 1.0, 1.0, NAN]
        for function in (torch.maximum, torch.max, torch.clamp_min):
            dx, dy = self.gradients(function, x, y)
            self.assert_values(dx, [0.5, 1, 1, 1])
            self.assert_values(dy, [0.5, 0, 1, 1])
        dx, dy = self.gradients(torch.fmin, x + [NAN], y + [NAN])
        self.assert_values(dx, [0.5, 0, 0, 1, 1])
        self.assert_values(dy, [0.5, 1, 1, 0, 0])

    def test_clamp_has_no_gradient_at_its_bounds(self):
        (slope,) = self.gradients(lambda x: torch.clamp(x, 0.0, 1.0), [0.0, 1.0, NAN, 0.5, 2.0])
        self.assert_values(slope, [0, 0, 0, 1, 0])
        low, high = [2.0, 2.0, 1.0, 1.0, 2.0], [1.0, 2.0, 3.0, 1.0, 3.0]
        parts = self.gradients(torch.clamp, [1.0, 2.0, 3.0, 1.0, 2.5], low, high)
        self.assert_values(parts[0], [0, 1, 0.5, 1, 1])
        self.assert_values(parts[1], [0, 0, 0, 0, 0])
        self.assert_values(parts[2], [1, 0, 0.5, 0, 0])

    def test_activations_at_their_bends(self):
        points = [-6.0, -3.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0]
        for function, slopes in (
            (F.relu, [0, 0, 0, 0, 1, 1, 1, 1]),
            (F.relu6, [0, 0, 0, 0, 1, 1, 1, 0]),
            (F.hardtanh, [0, 0, 1, 1, 1, 0, 0, 0]),
            (F.hardswish, [0, 0, 1 / 3, 0.5, 2 / 3, 5 / 6, 1, 1]),
            (F.hardsigmoid, [0, 0, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 0, 0]),
        ):
            self.assert_values(self.gradients(function, points)[0], slopes)
        self.assertEqual(self.gradients(F.relu, [NAN])[0].item(), 1)
        self.assert_values(F.logsigmoid(torch.tensor([-200.0, -INF, INF])), [-200, -INF, 0])
        self.assert_values(self.gradients(F.logsigmoid, [-200.0, -INF, INF])[0], [1, 1, 0])

    def test_slopes_without_a_value_of_their_own(self):
        self.assert_values(torch.cat(self.gradients(torch.atan2, [0.0], [0.0])), [0, 0])
        self.assert_values(self.gradients(torch.copysign, [INF, 0.0, 2.0], [1.0, 1.0, -1.0])[0], [NAN, 0, -1])
        self.assert_values(self.gradients(torch.nextafter, [1.0, 1.0], [1.0, 2.0])[0], [0, 1])
        self.assert_values(self.gradients(torch.logaddexp, [1.0, -INF, INF], [1.0, -INF, -INF])[0], [0.5, NAN, 1])
        dx, dy = self.gradients(torch.xlogy, [0.0, 0.0, 1.0, 0.0], [-1.0, 0.0, 0.0, INF])
        self.assert_values(dx, [0, 0, -INF, INF])
        self.assert_values(dy, [0, NAN, INF, 0])
        self.assert_values(self.gradients(torch.logit, [0.0, 1.0, 0.5, 2.0])[0], [INF, INF, 4, NAN])
        self.assert_values(self.gradients(torch.special.entr, [0.0, 1.0, -1.0, INF])[0], [INF, -1, NAN, -INF])
        truncated = self.gradients(lambda x, y: torch.div(x, y, rounding_mode="trunc"), [1.0, 0.0], [0.0, 0.0])
        self.assert_values(torch.cat(truncated), [0, 0, 0, 0])
        self.assert_values(self.gradients(lambda x: F.huber_loss(x, torch.zeros(2), reduction="none"), [INF, 0.5])[0], [1, 0.5])

    def test_bessel_functions_have_gradients(self):
        self.assert_values(self.gradients(torch.special.bessel_j0, [0.5, 1.0, 2.0])[0], [-0.2422685, -0.4400506, -0.5767248])
        self.assert_values(self.gradients(torch.special.bessel_y1, [0.5, 1.0])[0], [2.498426, 0.8694698])
        self.assert_values(self.gradients(torch.special.modified_bessel_k0, [0.5, 1.0])[0], [-1.6564411, -0.6019073])
        self.assert_values(torch.special.bessel_j0(torch.tensor([INF, -INF])), [NAN, NAN])
        self.assert_values(torch.i0(torch.tensor([INF])), [NAN])

    def test_halves_are_rounded_once(self):
        big = torch.full((4,), 300.0, dtype=torch.float16)
        self.assertEqual(big.norm().item(), 600)
        self.assertEqual(torch.dist(big, -big).item(), 1200)
        self.assertEqual(torch.full((1000,), 100.0, dtype=torch.float16).mean().item(), 100)
        self.assertEqual(torch.linalg.vector_norm(big, 4).item(), 424.25)
        x, y, z = (torch.tensor([v], dtype=torch.float16) for v in (0.1, 300.0, 300.0))
        self.assertEqual(torch.addcmul(x, y, z, value=0.5).item(), 44992)
        self.assertEqual(torch.addcmul(x, y, z).dtype, torch.float16)

    def test_two_numbers(self):
        self.assertEqual(torch.add(1, 2).dtype, torch.int64)
        self.assertEqual(torch.div(3, 2).item(), 1.5)
        self.assertEqual(torch.mul(2.5, 2).dtype, torch.float32)
        self.assertEqual(torch.sub(2, 5).item(), -3)
        self.assertEqual(torch.floor_divide(7, 2).item(), 3)
        with self.assertRaises(TypeError):
            torch.remainder(7, 2)

    def test_dtypes_and_shapes(self):
        a = torch.tensor([1, 2], dtype=torch.int8)
        self.assertEqual(torch.dot(a, a).dtype, torch.int8)
        self.assertEqual(torch.prod(a, 0, dtype=torch.int32).dtype, torch.int32)
        self.assertEqual(a.sum_to_size(()).dtype, torch.int64)
        self.assertEqual([part.dtype for part in torch.unravel_index(a, (2, 2))], [torch.int64] * 2)
        self.assertEqual(torch.gather(torch.tensor(3.0), 0, torch.tensor([0])).shape, (1,))
        self.assertEqual(torch.diff(torch.ones(3), 0, prepend=torch.ones(2)).shape, (3,))
        self.assertEqual(torch.ldexp(torch.ones(2, dtype=torch.float16), a).dtype, torch.float16)
        self.assertEqual(torch.logspace(0.5, 4.5, 5, base=2, dtype=torch.int64).tolist(), [1, 2, 4, 8, 16])
        self.assertEqual(torch.logsumexp(torch.ones(0, 3), 0).tolist(), [-INF] * 3)
        product = torch.tensordot(torch.arange(2.0).reshape(1, 2), torch.arange(8.0).reshape(2, 2, 2), dims=([0, 1], [2, 1]))
        self.assertEqual(product.tolist(), [5, 13])


class Segments(unittest.TestCase):
    def test_folds_over_runs(self):
        data = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
        lengths = torch.tensor([1, 0, 2])
        self.assertEqual(torch.segment_reduce(data, "sum", lengths=lengths).tolist(), [[1, 2], [0, 0], [8, 10]])
        self.assertEqual(torch.segment_reduce(data, "max", lengths=lengths).tolist(), [[1, 2], [-INF, -INF], [5, 6]])
        self.assertEqual(torch.segment_reduce(data, "mean", lengths=lengths, initial=2).tolist(), [[3, 4], [2, 2], [5, 6]])
        self.assertEqual(torch.segment_reduce(data, "prod", offsets=torch.tensor([0, 1, 3])).tolist(), [[1, 2], [15, 24]])
        torch.segment_reduce(data, "sum", lengths=lengths)[2].sum().backward()
        self.assertEqual(data.grad.tolist(), [[0, 0], [1, 1], [1, 1]])
        with self.assertRaisesRegex(RuntimeError, "Expected all rows of lengths along axis to sum"):
            torch.segment_reduce(data, "sum", lengths=torch.tensor([1, 1]))

    def test_filled_places_have_one_gradient(self):
        value = torch.tensor(2.0, requires_grad=True)
        torch.index_fill(torch.zeros(2, 3), 1, torch.tensor([0, 0, 2]), value).sum().backward()
        self.assertEqual(value.grad.item(), 4)

    def test_views_in_place(self):
        x = torch.arange(6.0)
        self.assertIs(x.as_strided_((2, 2), (1, 2), 1), x)
        self.assertEqual(x.tolist(), [[1, 3], [2, 4]])
        self.assertIs(x.conj_physical_(), x)


class Masked(unittest.TestCase):
    def test_what_a_mask_leaves_out_does_not_count(self):
        x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        mask = torch.tensor([[True, False, True], [False, False, False]])
        self.assertEqual(torch.masked.sum(x, 1, mask=mask).tolist(), [4, 0])
        self.assertEqual(torch.masked.prod(x, 1, mask=mask).tolist(), [3, 1])
        self.assertEqual(torch.masked.amax(x, 1, mask=mask).tolist(), [3, -INF])
        self.assertEqual(torch.masked.mean(x, 1, mask=mask)[0].item(), 2)
        self.assertTrue(torch.masked.mean(x, 1, mask=mask)[1].isnan())
        self.assertEqual(torch.masked.var(x[:1], 1, mask=mask[:1]).item(), 2)
        self.assertEqual(torch.masked.cumsum(x, 1, mask=mask).tolist(), [[1, 1, 4], [0, 0, 0]])
        self.assertAlmostEqual(torch.masked.softmax(x, 1, mask=mask)[0, 2].item(), 0.880797, 5)
        self.assertEqual(torch.masked.median(x[:1], 1, mask=mask[:1]).item(), 1)
        with self.assertRaises(ValueError):
            torch.masked.median(x.int(), 1, mask=mask)

    def test_windows_shifts_and_polynomials(self):
        found = torch.signal.windows.hann(5).tolist()
        for one, other in zip(found, [0, 0.5, 1, 0.5, 0]):
            self.assertAlmostEqual(one, other, 6)
        self.assertEqual(torch.signal.windows.bartlett(4, sym=False).tolist(), [0, 0.5, 1, 0.5])
        with self.assertRaisesRegex(ValueError, "kaiser requires non-negative window length, got M=-1"):
            torch.signal.windows.kaiser(-1)
        self.assertEqual(torch.fft.fftshift(torch.arange(5)).tolist(), [3, 4, 0, 1, 2])
        self.assertEqual(torch.fft.ifftshift(torch.arange(5)).tolist(), [2, 3, 4, 0, 1])
        self.assertEqual(torch.fft.fftfreq(4).tolist(), [0, 0.25, -0.5, -0.25])
        self.assertEqual(torch.special.chebyshev_polynomial_t(0.5, torch.tensor([1.0, 2.0])).tolist(), [0.5, -0.5])
        self.assertEqual(torch.special.shifted_chebyshev_polynomial_w(torch.tensor([1.0]), 3).item(), 7)
        self.assertEqual(torch.special.legendre_polynomial_p(torch.tensor([NAN, INF]), 0).tolist(), [1, 1])

    def test_large_degrees_end(self):
        x = torch.tensor([-1.0, 0.5, 1.001, 2.0], dtype=torch.float64)
        for letter, end in (("t", -1.0), ("u", -102.0), ("v", -203.0), ("w", -1.0)):
            polynomial = getattr(torch.special, f"chebyshev_polynomial_{letter}")
            walked = polynomial(x, 64) * 0 + polynomial(x, torch.tensor([101.0] * 4))
            self.assertAlmostEqual(walked[0].item(), end)
            step = 2 * x * polynomial(x, 100) - polynomial(x, 99)
            self.assertTrue(torch.allclose(walked[:3], step[:3], rtol=1e-9))
        degrees = torch.tensor([1e20, 3.0, 1e6, NAN])
        found = torch.special.chebyshev_polynomial_t(torch.tensor([0.5, 0.5, 2.0, 0.5]), degrees).tolist()
        self.assertEqual([found[0], found[1], found[3]], [0, -1, 0])
        self.assertTrue(math.isnan(found[2]))


if __name__ == "__main__":
    unittest.main()
