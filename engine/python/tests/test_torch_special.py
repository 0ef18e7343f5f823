"""Special functions, exponents and signs, against known values.

Read next: `torch/_special.py`.
"""

import math

import torch
from torch_case import TorchCase

NAN, INF = math.nan, math.inf


class Special(TorchCase):
    def test_gamma_family(self):
        x = torch.tensor([0.5, 1.0, 5.0], dtype=torch.float64)
        self.assert_close(torch.lgamma(x), [math.lgamma(v) for v in (0.5, 1.0, 5.0)], 12)
        self.assert_close(torch.digamma(x)[1], [-0.5772156649015329], 12)
        self.assert_close(torch.polygamma(1, x)[1], [math.pi**2 / 6], 12)
        self.assert_close(torch.polygamma(3, x)[1], [math.pi**4 / 15], 10)
        self.assert_close(torch.special.zeta(torch.tensor(2.0), 1.0), [math.pi**2 / 6], 6)
        self.assert_close(torch.mvlgamma(x[2:], 1), [math.lgamma(5.0)], 12)
        self.assert_error(RuntimeError, "polygamma(n, x) does not support negative n.", torch.polygamma, -1, x)

    def test_single_precision_near_a_pole_is_that_of_pytorch(self):
        x = torch.tensor([-7.950586795806885, -1.0, 0.3])
        self.assertAlmostEqual(torch.polygamma(1, x)[0].item(), 412.7525, 3)
        self.assertAlmostEqual(torch.polygamma(1, x.double())[0].item(), 412.7442, 3)
        self.assertAlmostEqual(torch.polygamma(1, x)[1].item() / 1.2914e15, 1.0, 3)
        self.assertAlmostEqual(torch.polygamma(1, x)[2].item(), 12.2454, 3)

    def test_incomplete_gamma_has_a_gradient_in_x_only(self):
        a, x = torch.tensor([2.0]), torch.tensor([1.5], requires_grad=True)
        (slope,) = torch.autograd.grad(torch.igamma(a, x).sum(), x)
        self.assert_close(slope, [1.5 * math.exp(-1.5)], 6)
        leaf = a.clone().requires_grad_()
        total = torch.igamma(leaf, x.detach()).sum()
        self.assert_error(NotImplementedError, "the derivative for 'igamma: input' is not implemented.", total.backward)

    def test_normal_distribution(self):
        x = torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64)
        p = torch.special.ndtr(x)
        self.assert_close(p, [0.15865525393145707, 0.5, 0.9772498680518208], 12)
        self.assert_close(torch.special.ndtri(p), [-1.0, 0.0, 2.0], 12)
        self.assert_close(torch.special.log_ndtr(x), [math.log(v) for v in p.tolist()], 12)
        self.assert_close(torch.erfinv(torch.erf(x)), [-1.0, 0.0, 2.0], 10)
        self.assert_close(torch.special.erfcx(x[2:]), [math.exp(4) * math.erfc(2)], 12)

    def test_integers_become_floats(self):
        self.assertIs(torch.lgamma(torch.tensor([3])).dtype, torch.float32)
        self.assertIs(torch.i0(torch.tensor([3])).dtype, torch.float32)
        self.assert_close(torch.sinc(torch.tensor([0, 1])), [1.0, 0.0], 6)

    def test_entropies(self):
        self.assert_tensor(torch.special.entr(torch.tensor([0.0, 1.0, -1.0])), [0.0, 0.0, -INF])
        product = torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 0.0]))
        self.assert_tensor(product, [0.0, 0.0])


    def test_airy_function(self):
        x = torch.tensor([-5.0, -1.0, 0.0, 1.0, 5.0, NAN], dtype=torch.float64)
        wanted = [0.3507610090241142, 0.5355608832923521, 0.3550280538878172, 0.1352924163128814, 1.0834442813607433e-4]
        self.assert_close(torch.special.airy_ai(x)[:5], wanted, 14)
        self.assertTrue(torch.special.airy_ai(x)[5].isnan())
        self.assert_close(torch.special.airy_ai(torch.tensor([1])), [0.13529241631], 7)
        self.assertFalse(torch.special.airy_ai(x.clone().requires_grad_()).requires_grad)

    def test_bessel_functions(self):
        x = torch.tensor([1.0], dtype=torch.float64)
        self.assert_close(torch.i0(x), [1.2660658777520084], 12)
        self.assert_close(torch.special.i1e(x), [0.5651591039924851 / math.e], 12)
        self.assert_close(torch.special.bessel_j0(x), [0.7651976865579666], 12)
        self.assert_close(torch.special.modified_bessel_k0(x), [0.42102443824070834], 12)
        self.assert_close(torch.special.spherical_bessel_j0(x), [math.sin(1.0)], 12)

    def test_polynomials(self):
        x = torch.tensor([0.5, -1.0], dtype=torch.float64)
        self.assert_close(torch.special.chebyshev_polynomial_t(x, 3), [-1.0, -1.0], 12)
        self.assert_close(torch.special.hermite_polynomial_h(x, 2), [-1.0, 2.0], 12)
        self.assert_close(torch.special.laguerre_polynomial_l(x, 2), [0.125, 3.5], 12)
        self.assert_close(torch.special.legendre_polynomial_p(x, 2), [-0.125, 1.0], 12)


class Numbers(TorchCase):
    def test_exponents(self):
        mantissa, exponent = torch.frexp(torch.tensor([10.0, 0.0, -0.1]))
        self.assert_close(mantissa, [0.625, 0.0, -0.8], 6)
        self.assert_tensor(exponent, [4, 0, -3], torch.int32)
        self.assert_tensor(torch.ldexp(torch.tensor([1.0, 3.0]), torch.tensor([2, -1])), [4.0, 1.5])
        self.assert_tensor(torch.exp2(torch.tensor([3, -1])), [8.0, 0.5])
        self.assert_close(torch.logaddexp2(torch.tensor([3.0]), torch.tensor([3.0])), [4.0], 6)

    def test_signs(self):
        x = torch.tensor([-0.0, 0.0, -3.0, NAN])
        self.assert_tensor(torch.signbit(x)[:3], [True, False, True])
        self.assertEqual(str(torch.copysign(torch.tensor([0.0, 2.0]), -1.0)), "tensor([-0., -2.])")
        values = torch.tensor([0.25, 0.25, 0.25, 0.25])
        self.assert_tensor(torch.heaviside(x, values), [0.25, 0.25, 0.0, 0.0])
        self.assert_tensor(torch.isneginf(torch.tensor([-INF, INF])), [True, False])
        self.assert_tensor(torch.nextafter(torch.tensor([1.0]), torch.tensor([2.0])), [1.0 + 2**-23])

    def test_numbers_beat_nan(self):
        a, b = torch.tensor([NAN, 1.0], requires_grad=True), torch.tensor([2.0, NAN])
        self.assert_tensor(torch.fmax(a, b), [2.0, 1.0])
        (slope,) = torch.autograd.grad(torch.fmin(a, b).sum(), a)
        self.assert_tensor(slope, [0.0, 1.0])

    def test_bits(self):
        x = torch.tensor([1, -8, 100], dtype=torch.int8)
        self.assert_tensor(x << 1, [2, -16, -56], torch.int8)
        self.assert_tensor(x >> 1, [0, -4, 50], torch.int8)
        self.assert_tensor(torch.gcd(torch.tensor([12, -9]), torch.tensor([18, 6])), [6, 3])
        self.assert_tensor(torch.lcm(torch.tensor([4, 0]), torch.tensor([6, 5])), [12, 0])
        self.assertRaises(NotImplementedError, torch.gcd, torch.tensor([1.0]), torch.tensor([2.0]))

    def test_there_are_no_complex_numbers(self):
        x = torch.tensor([1.0, -2.0])
        self.assertIs(torch.isreal(x).all().item(), True)
        self.assert_close(torch.angle(x), [0.0, math.pi], 6)
        self.assert_tensor(torch.real(x), [1.0, -2.0])
        self.assert_error(TypeError, "imag is not implemented for tensors with non-complex dtypes.", torch.imag, x)
