"""Gradients of `torch.linalg`, first and second order, against finite differences in float64.

Where vectors may point either way, functions are checked that do not depend on it.
"""

import unittest

import torch
from torch.autograd import gradcheck, gradgradcheck

linalg = torch.linalg
D = torch.float64


def positive(x):
    return x @ x.mT + torch.eye(x.shape[-1], dtype=D)


def eigen(x):
    w, V = linalg.eigh(x + x.mT)
    return w, V * V[..., :1, :].detach().sign()


def svd(full):
    def function(x):
        U, S, Vh = linalg.svd(x, full_matrices=full)
        k = S.shape[-1]
        signs = U[..., :1, :k].detach().sign()
        return U[..., :k] * signs, S, Vh[..., :k, :] * signs.mT

    return function


class GradientTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)

    def check(self, function, *shapes, orders=2):
        inputs = [(torch.randn(shape, dtype=D) if isinstance(shape, tuple) else shape.clone()).requires_grad_() for shape in shapes]
        self.assertTrue(gradcheck(function, inputs))
        if orders > 1:
            self.assertTrue(gradgradcheck(function, inputs))

    def test_solving(self):
        self.check(linalg.inv, (2, 2, 2))
        self.check(linalg.solve, (2, 2), (2, 2))
        self.check(lambda A, B: linalg.solve(A, B, left=False), (2, 2), (1, 2))
        self.check(lambda A, B: linalg.solve_triangular(A, B, upper=True), positive(torch.randn(2, 2, dtype=D)), (2, 2, 1))
        self.check(lambda A, B: linalg.solve_triangular(A, B, upper=False, unitriangular=True), (2, 2), (2, 2))
        self.check(lambda A, B: linalg.lu_solve(*linalg.lu_factor(A), B, adjoint=True), (2, 2), (2, 2))

    def test_lu(self):
        for shape in ((3, 3), (3, 2), (2, 3)):
            self.check(linalg.lu, shape)

    def test_cholesky(self):
        self.check(lambda x: linalg.cholesky(positive(x)), (2, 2))
        self.check(lambda x, b: torch.cholesky_solve(b, linalg.cholesky(positive(x))), (2, 2), (2, 2))

    def test_qr(self):
        for shape in ((3, 3), (3, 2), (2, 3)):
            self.check(lambda x: tuple(linalg.qr(x)), shape)
        with self.assertRaisesRegex(RuntimeError, "not differentiable when mode='complete' and nrows > ncols"):
            linalg.qr(torch.randn(4, 3, requires_grad=True), "complete").R.sum().backward()

    def test_reflectors(self):
        self.check(linalg.householder_product, (3, 2), (2,))

    def test_eigenvalues(self):
        self.check(eigen, (3, 3))
        self.check(lambda x: linalg.eigvalsh(x + x.mT), (2, 2))

    def test_singular_values(self):
        for shape in ((2, 2), (3, 2), (2, 3)):
            self.check(svd(False), shape)
            self.check(svd(True), shape, orders=1)
        self.check(linalg.svdvals, (2, 3, 2))

    def test_equal_singular_values_have_gradients(self):
        self.check(lambda x: linalg.svdvals(x).sum(), torch.eye(2, dtype=D), orders=1)
        self.check(lambda x: linalg.eigvalsh(x + x.mT).sum(), torch.eye(2, dtype=D), orders=1)
        self.check(linalg.pinv, torch.eye(2, dtype=D))
        self.check(lambda x: tuple(linalg.polar(x)), torch.eye(2, dtype=D))
        self.check(lambda x: linalg.matrix_sqrth(x + x.mT), torch.eye(2, dtype=D))

    def test_pseudo_inverse(self):
        for shape in ((3, 2), (2, 3)):
            self.check(linalg.pinv, shape)
        self.check(lambda A, B: linalg.lstsq(A, B).solution, (3, 2), (3, 1))

    def test_determinants(self):
        self.check(linalg.det, (2, 2, 2))
        self.check(linalg.slogdet, (3, 3))

    def test_functions_of_matrices(self):
        self.check(linalg.matrix_exp, (2, 2))
        self.check(lambda x: linalg.matrix_power(x, -2), (2, 2))
        self.check(lambda x: tuple(linalg.polar(x)), (3, 2))

    def test_norms(self):
        for order in ("fro", "nuc", 2, -2, 1):
            self.check(lambda x, order=order: linalg.matrix_norm(x, order), (2, 3))
        for order in (2, 3, -2):
            self.check(lambda x, order=order: linalg.vector_norm(x, order), (4,))


if __name__ == "__main__":
    unittest.main()
