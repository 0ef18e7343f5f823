"""`torch.linalg` and the older names: values, shapes, the texts of errors.

Gradients are in `test_torch_linalg_gradients`.
"""

import math
import unittest

import torch
from torch_case import TorchCase

D = torch.float64


def eye(size):
    return torch.eye(size, dtype=D)


class SolvingTest(TorchCase):
    def test_solve_takes_vectors_matrices_batches_and_sides(self):
        A = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
        self.assert_close(torch.linalg.solve(A, torch.tensor([3.0, 5.0])), [0.8, 1.4])
        self.assert_close(torch.linalg.solve(A, torch.tensor([[3.0], [5.0]])), [[0.8], [1.4]])
        self.assert_close(torch.linalg.solve(A, torch.tensor([[3.0, 5.0]]), left=False), [[0.8, 1.4]])
        batch = torch.stack([A, A * 2])
        self.assert_close(torch.linalg.solve(batch, torch.tensor([[3.0, 5.0], [6.0, 10.0]])), [[0.8, 1.4], [0.8, 1.4]])
        self.assertEqual(torch.linalg.solve(torch.zeros(0, 0), torch.zeros(0, 2)).shape, (0, 2))
        self.assertEqual(torch.linalg.solve(torch.zeros(2, 0, 3, 3), torch.zeros(2, 0, 3, 4)).shape, (2, 0, 3, 4))

    def test_inverse_and_its_names(self):
        A = torch.tensor([[4.0, 7.0], [2.0, 6.0]])
        for inverse in (torch.linalg.inv(A), torch.inverse(A), A.inverse(), torch.linalg.matrix_power(A, -1)):
            self.assert_close(inverse, [[0.6, -0.7], [-0.2, 0.4]])
        self.assertIs(torch.linalg.inv(A).dtype, torch.float32)

    def test_singular_matrices_are_named(self):
        singular = torch.tensor([[1.0, 2.0], [2.0, 4.0]])
        error = torch.linalg.LinAlgError
        self.assert_error(
            error,
            "linalg.inv: The diagonal element 2 is zero, the inversion could not be completed because the input matrix is singular.",
            torch.linalg.inv,
            singular,
        )
        self.assert_error(
            error,
            "linalg.inv: (Batch element 1): The diagonal element 2 is zero",
            torch.linalg.inv,
            torch.stack([torch.eye(2), singular]),
        )
        self.assert_error(
            error,
            "torch.linalg.solve: The solver failed because the input matrix is singular.",
            torch.linalg.solve,
            singular,
            torch.ones(2),
        )
        self.assertEqual(torch.linalg.inv_ex(singular).info.item(), 2)
        self.assertTrue(issubclass(error, RuntimeError))

    def test_checks_of_arguments(self):
        self.assert_error(
            RuntimeError,
            "linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices",
            torch.linalg.inv,
            torch.ones(2, 3),
        )
        self.assert_error(
            RuntimeError,
            "linalg.inv: Expected a floating point or complex tensor as input. Got Long",
            torch.linalg.inv,
            torch.ones(2, 2, dtype=torch.int64),
        )
        self.assert_error(
            RuntimeError, "linalg.inv: Low precision dtypes not supported. Got Half", torch.linalg.inv, torch.ones(2, 2).half()
        )
        self.assert_error(
            RuntimeError,
            "linalg.inv: The input tensor A must have at least 2 dimensions.",
            torch.linalg.inv,
            torch.ones(2),
        )

    def test_operands_have_one_dtype(self):
        self.assert_error(
            RuntimeError,
            "linalg.solve: Expected A and B to have the same dtype, but found A of type Float and B of type Double",
            torch.linalg.solve,
            torch.eye(2),
            torch.ones(2, 1, dtype=D),
        )

    def test_lu_reconstructs_tall_wide_and_batched(self):
        for shape in ((3, 3), (5, 3), (2, 3, 5), (0, 3), (2, 0)):
            A = torch.randn(shape, dtype=D)
            P, L, U = torch.linalg.lu(A)
            self.assertTrue(torch.allclose(P @ L @ U, A))
            LU, pivots = torch.linalg.lu_factor(A)
            self.assertIs(pivots.dtype, torch.int32)
            unpacked = torch.lu_unpack(LU, pivots)
            self.assertTrue(torch.allclose(unpacked.P @ unpacked.L @ unpacked.U, A))

    def test_lu_solve_from_both_sides(self):
        A, B = torch.randn(3, 3, dtype=D), torch.randn(3, 2, dtype=D)
        LU, pivots = torch.linalg.lu_factor(A)
        self.assertTrue(torch.allclose(A @ torch.linalg.lu_solve(LU, pivots, B), B))
        self.assertTrue(torch.allclose(A.mT @ torch.linalg.lu_solve(LU, pivots, B, adjoint=True), B))
        self.assertTrue(torch.allclose(torch.linalg.lu_solve(LU, pivots, B.mT, left=False) @ A, B.mT))
        self.assertTrue(torch.allclose(A @ torch.lu_solve(B, LU, pivots), B))

    def test_cholesky_and_what_solves_with_it(self):
        A = torch.tensor([[4.0, 2.0], [2.0, 5.0]])
        self.assert_close(torch.linalg.cholesky(A), [[2.0, 0.0], [1.0, 2.0]])
        self.assert_close(torch.linalg.cholesky(A, upper=True), [[2.0, 1.0], [0.0, 2.0]])
        L = torch.linalg.cholesky(A)
        self.assert_close(A @ torch.cholesky_solve(torch.ones(2, 1), L), [[1.0], [1.0]])
        self.assert_close(A @ torch.cholesky_inverse(L), [[1.0, 0.0], [0.0, 1.0]])
        self.assert_error(
            torch.linalg.LinAlgError,
            "linalg.cholesky: The factorization could not be completed because the input is not positive-definite (the leading "
            "minor of order 2 is not positive-definite).",
            torch.linalg.cholesky,
            torch.tensor([[1.0, 2.0], [2.0, 1.0]]),
        )
        self.assertEqual(torch.linalg.cholesky_ex(torch.full((2, 2), math.nan)).info.item(), 1)

    def test_triangles_broadcast_and_read_one_half(self):
        A, B = torch.randn(3, 3, dtype=D) + 3 * eye(3), torch.randn(4, 3, 2, dtype=D)
        self.assertTrue(torch.allclose(A.triu() @ torch.linalg.solve_triangular(A, B, upper=True), B))
        self.assertTrue(torch.allclose(A.tril() @ torch.linalg.solve_triangular(A, B, upper=False), B))
        unit = A.tril(-1) + eye(3)
        self.assertTrue(torch.allclose(unit @ torch.linalg.solve_triangular(A, B, upper=False, unitriangular=True), B))
        X = torch.linalg.solve_triangular(A, B.mT, upper=True, left=False)
        self.assertTrue(torch.allclose(X @ A.triu(), B.mT))

    def test_out_takes_the_result(self):
        out = torch.empty(0)
        result = torch.linalg.inv(torch.eye(2) * 2, out=out)
        self.assertIs(result, out)
        self.assert_tensor(out, [[0.5, 0.0], [0.0, 0.5]])


class DeterminantTest(TorchCase):
    def test_det_and_its_logarithms(self):
        A = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        self.assert_close(torch.det(A), -2.0)
        self.assert_close(A.det(), -2.0)
        sign, logarithm = torch.linalg.slogdet(A)
        self.assertEqual(sign.item(), -1.0)
        self.assert_close(logarithm, math.log(2))
        self.assertTrue(math.isnan(torch.logdet(A).item()))
        self.assertEqual(torch.linalg.det(torch.zeros(0, 0)).item(), 1.0)
        self.assertEqual(torch.slogdet(torch.zeros(2, 2)).logabsdet.item(), -math.inf)

    def test_gradient_of_a_singular_matrix_is_the_adjugate(self):
        A = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], dtype=D, requires_grad=True)
        torch.linalg.det(torch.stack([A, A + eye(3)])).sum().backward()
        adjugate = torch.tensor([[-3.0, 6.0, -3.0], [6.0, -12.0, 6.0], [-3.0, 6.0, -3.0]], dtype=D)
        B = A.detach() + eye(3)
        self.assertTrue(torch.allclose(A.grad, adjugate + torch.det(B) * torch.linalg.inv(B).mT))


class SpectrumTest(TorchCase):
    def test_qr_has_lapacks_signs(self):
        A = torch.tensor([[3.0, 1.0], [4.0, 2.0], [0.0, 2.0]])
        Q, R = torch.linalg.qr(A)
        self.assert_close(R, [[-5.0, -2.2], [0.0, -2.03961]], 4)
        self.assert_close(Q @ R, A.tolist())
        self.assertEqual([tuple(part.shape) for part in torch.linalg.qr(A, "complete")], [(3, 3), (3, 2)])
        self.assertEqual([tuple(part.shape) for part in torch.linalg.qr(A, "r")], [(0,), (2, 2)])

    def test_reflectors_multiply_to_q(self):
        A = torch.randn(4, 3, dtype=D)
        a, tau = torch.geqrf(A)
        Q = torch.linalg.householder_product(a, tau)
        self.assertTrue(torch.allclose(Q @ a[:3].triu(), A))
        other = torch.randn(4, 2, dtype=D)
        whole = torch.linalg.qr(A, "complete").Q
        self.assertTrue(torch.allclose(torch.ormqr(a, tau, other), whole @ other))
        self.assertTrue(torch.allclose(torch.ormqr(a, tau, other, transpose=True), whole.mT @ other))
        self.assertTrue(torch.allclose(torch.ormqr(a, tau, other.mT, left=False), other.mT @ whole))

    def test_eigh_sorts_and_reconstructs(self):
        A = torch.randn(2, 6, 6, dtype=D)
        A = A + A.mT
        w, V = torch.linalg.eigh(A)
        self.assertTrue(bool((w.diff() >= 0).all()))
        self.assertTrue(torch.allclose((V * w.unsqueeze(-2)) @ V.mT, A))
        self.assertTrue(torch.allclose(V.mT @ V, eye(6).expand(2, 6, 6)))
        self.assertTrue(torch.allclose(torch.linalg.eigvalsh(A.triu(), "U"), w))
        self.assert_close(torch.linalg.eigvalsh(torch.tensor([[2.0, 1.0], [1.0, 2.0]])), [1.0, 3.0])

    def test_svd_reconstructs_every_shape(self):
        for shape in ((4, 4), (5, 3), (3, 5), (2, 4, 3), (1, 4), (4, 1), (0, 3), (3, 0)):
            A = torch.randn(shape, dtype=D)
            k = min(shape[-2:])
            for full in (True, False):
                U, S, Vh = torch.linalg.svd(A, full_matrices=full)
                self.assertTrue(torch.allclose((U[..., :k] * S.unsqueeze(-2)) @ Vh[..., :k, :], A))
                self.assertTrue(torch.allclose(U.mT @ U, eye(U.shape[-1]).expand(*shape[:-2], -1, -1)))
                self.assertTrue(torch.allclose(Vh @ Vh.mT, eye(Vh.shape[-2]).expand(*shape[:-2], -1, -1)))
        U, S, V = torch.svd(torch.diag(torch.tensor([1.0, 3.0, 2.0])))
        self.assert_close(S, [3.0, 2.0, 1.0])
        self.assert_close(U @ torch.diag(S) @ V.T, torch.diag(torch.tensor([1.0, 3.0, 2.0])).tolist())

    def test_svd_of_poor_rank_keeps_orthonormal_vectors(self):
        A = torch.randn(6, 2, dtype=D) @ torch.randn(2, 5, dtype=D)
        U, S, Vh = torch.linalg.svd(A)
        self.assertTrue(torch.allclose(U.mT @ U, eye(6)))
        self.assertTrue(torch.allclose(Vh @ Vh.mT, eye(5)))
        self.assertLess(S[2].item(), 1e-12)
        self.assertEqual(torch.linalg.matrix_rank(A).item(), 2)
        self.assert_tensor(torch.linalg.svdvals(torch.zeros(3, 2)), [0.0, 0.0])

    def test_what_is_not_finite_has_no_spectrum(self):
        bad = torch.full((2, 2), math.nan)
        text = "The algorithm failed to converge because the input matrix contained non-finite values."
        self.assert_error(torch.linalg.LinAlgError, "linalg.svd: " + text, torch.linalg.svd, bad)
        self.assert_error(torch.linalg.LinAlgError, "linalg.eigh: " + text, torch.linalg.eigh, bad)

    def test_complex_results_are_refused(self):
        for function in (torch.linalg.eig, torch.linalg.eigvals):
            with self.assertRaisesRegex(NotImplementedError, "complex"):
                function(torch.eye(2))

    def test_pseudo_inverse_and_least_squares(self):
        A = torch.tensor([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
        b = torch.tensor([[1.0], [2.0], [2.0]])
        self.assert_close(torch.linalg.pinv(A) @ A, [[1.0, 0.0], [0.0, 1.0]])
        found = torch.linalg.lstsq(A, b, driver="gelsd")
        self.assert_close(found.solution, [[2 / 3], [0.5]])
        self.assert_close(found.residuals, [1 / 6])
        self.assertEqual(found.rank.item(), 2)
        self.assertEqual(torch.linalg.lstsq(A, b).residuals.shape, (0,))
        self.assert_close(torch.linalg.pinv(torch.diag(torch.tensor([2.0, 0.0]))), [[0.5, 0.0], [0.0, 0.0]])
        self.assertEqual(torch.linalg.pinv(torch.zeros(0, 3)).shape, (3, 0))

    def test_roots_of_matrices(self):
        A = torch.randn(3, 3, dtype=D)
        square = A @ A.mT
        root = torch.linalg.matrix_sqrth(square)
        self.assertTrue(torch.allclose(root @ root, square))
        U, P = torch.linalg.polar(torch.randn(4, 3, dtype=D))
        self.assertTrue(torch.allclose(U.mT @ U, eye(3)))
        self.assertTrue(torch.allclose(P, P.mT))


class NormsAndProductsTest(TorchCase):
    def test_vector_norms(self):
        x = torch.tensor([3.0, -4.0, 0.0])
        expected = {2: 5.0, 1: 7.0, math.inf: 4.0, -math.inf: 0.0, 0: 2.0, 3: 91 ** (1 / 3)}
        for order, value in expected.items():
            self.assert_close(torch.linalg.vector_norm(x, order), value)
        zeros = torch.zeros(3, requires_grad=True)
        for order in (2, 3, 1.5, 0.5, -2):
            self.assertEqual(torch.autograd.grad(torch.linalg.vector_norm(zeros, order), zeros)[0].tolist(), [0.0] * 3)
        with self.assertRaisesRegex(RuntimeError, "does not have an identity"):
            torch.linalg.vector_norm(torch.zeros(0), math.inf)

    def test_matrix_norms(self):
        A = torch.tensor([[1.0, -2.0], [3.0, 4.0]])
        self.assert_close(torch.linalg.matrix_norm(A), math.sqrt(30))
        self.assert_close(torch.linalg.matrix_norm(A, 1), 6.0)
        self.assert_close(torch.linalg.matrix_norm(A, math.inf), 7.0)
        self.assert_close(torch.linalg.matrix_norm(A, -1), 4.0)
        self.assert_close(torch.linalg.matrix_norm(A, 2) * torch.linalg.matrix_norm(A, -2), 10.0)
        self.assert_close(torch.linalg.norm(A, "nuc"), torch.linalg.svdvals(A).sum().item())
        self.assertEqual(torch.linalg.matrix_norm(torch.ones(2, 3, 4), "nuc", (0, 2), True).shape, (1, 3, 1))
        self.assert_close(torch.linalg.cond(torch.diag(torch.tensor([4.0, 2.0]))), 2.0)
        self.assertEqual(torch.linalg.cond(torch.tensor([[1.0, 2.0], [2.0, 4.0]]), 1).item(), math.inf)

    def test_exponential(self):
        turn = torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=D) * (math.pi / 2)
        self.assert_close(torch.matrix_exp(turn), [[0.0, -1.0], [1.0, 0.0]], 12)
        large = torch.diag(torch.tensor([10.0, -10.0], dtype=D))
        self.assertTrue(torch.allclose(torch.matrix_exp(large).diagonal(), large.diagonal().exp(), rtol=1e-10))
        self.assertEqual(torch.matrix_exp(torch.zeros(0, 2, 2)).shape, (0, 2, 2))

    def test_products(self):
        a, b, c = torch.randn(2, 3), torch.randn(3, 4), torch.randn(4)
        self.assert_close(torch.linalg.multi_dot([a, b, c]), (a @ b @ c).tolist())
        self.assert_tensor(torch.linalg.vander(torch.tensor([1, 2, 3]), N=3), [[1, 1, 1], [1, 2, 4], [1, 3, 9]])
        self.assert_tensor(torch.linalg.matrix_power(torch.tensor([[1, 1], [0, 1]]), 5), [[1, 5], [0, 1]])
        self.assert_tensor(torch.linalg.cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0])), [0, 0, 1])
        self.assertEqual(torch.linalg.vecdot(torch.ones(2, 3), torch.ones(2, 3)).tolist(), [3.0, 3.0])
        A = torch.eye(6).reshape(2, 3, 6) * 2
        self.assert_close(torch.linalg.tensorsolve(A, torch.ones(2, 3)), [0.5] * 6)
        self.assertEqual(torch.linalg.tensorinv(torch.eye(6).reshape(2, 3, 6), 2).shape, (6, 2, 3))


class ReturnTypesTest(TorchCase):
    def test_results_have_names(self):
        found = torch.linalg.svd(torch.eye(2))
        self.assertEqual(found._fields, ("U", "S", "Vh"))
        self.assertTrue(repr(torch.linalg.slogdet(torch.eye(2))).startswith("torch.return_types.linalg_slogdet(\nsign=tensor(1.)"))
        self.assertEqual(torch.linalg.eigh(torch.eye(2)).eigenvalues.tolist(), [1.0, 1.0])
        self.assertEqual(torch.linalg.lu_factor(torch.eye(2)).pivots.tolist(), [1, 2])

    def test_nodes_have_pytorchs_names(self):
        A = torch.eye(2, requires_grad=True)
        self.assertIn("grad_fn=<LinalgInvExBackward0>", repr(torch.linalg.inv(A)))
        self.assertIn("grad_fn=<LinalgSvdBackward0>", repr(torch.linalg.svd(A).S))
        self.assertIn("grad_fn=<LinalgDetBackward0>", repr(torch.det(A)))


if __name__ == "__main__":
    unittest.main()
