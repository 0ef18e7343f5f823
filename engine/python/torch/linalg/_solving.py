"""LU and Cholesky decompositions, and what solves with them: `solve`, `inv`, triangles.

Read next: `_common`, `_determinants`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .. import _dtype, return_types
from .._C import ops
from .._stacking import broadcast_shapes
from ._common import check_info, check_matrix, check_square, dense, identity

#: Why there is no inverse.
SINGULAR_INVERSE = (
    "The diagonal element {} is zero, the inversion could not be completed because the input matrix is singular."
)
_SINGULAR_SOLVE = "The solver failed because the input matrix is singular."
_SINGULAR_LU = (
    "U[{0},{0}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the "
    "factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)"
)
_NOT_POSITIVE = (
    "The factorization could not be completed because the input is not positive-definite (the leading minor of order {} is "
    "not positive-definite)."
)


def _check_pivot(pivot, name):
    if not pivot:
        raise RuntimeError(f"{name}: LU without pivoting is not implemented on the CPU")


@dense("torch.linalg.lu_factor", "LinalgLuFactorExBackward0")
def lu_factor(A, *, pivot=True):
    """LU with partial pivoting: both triangles in one matrix, and the row exchanges counted from 1.

    A: floating point (..., n, m), RuntimeError otherwise. Gives (LU, pivots): (..., n, m) and int32 (..., min(n,
    m)).
    """
    check_matrix(A, "torch.linalg.lu_factor")
    _check_pivot(pivot, "linalg.lu_factor")
    LU, pivots, info = ops.linalg_lu(A)
    check_info(info, "torch.linalg.lu_factor", _SINGULAR_LU)
    return return_types.linalg_lu_factor(LU, pivots)


@dense("torch.linalg.lu_factor_ex", "LinalgLuFactorExBackward0")
def lu_factor_ex(A, *, pivot=True, check_errors=False):
    """As `lu_factor`; `info` tells where U has its first zero.

    A: floating point (..., n, m). Gives (LU, pivots, info), info int32 (...). check_errors: raise if it is not 0.
    """
    check_matrix(A, "torch.linalg.lu_factor_ex")
    _check_pivot(pivot, "linalg.lu_factor")
    LU, pivots, info = ops.linalg_lu(A)
    if check_errors:
        check_info(info, "torch.linalg.lu_factor_ex", _SINGULAR_LU)
    return return_types.linalg_lu_factor_ex(LU, pivots, info)


@dense("torch.linalg.lu", "LinalgLuBackward0")
def lu(A, *, pivot=True):
    """`A = P @ L @ U`, with partial pivoting.

    A: floating point (..., n, m), RuntimeError otherwise. Gives (P, L, U): (..., n, n), (..., n, k), (..., k, m)
    with k = min(n, m). pivot=False is refused on the CPU, as in PyTorch.
    """
    check_matrix(A, "linalg.lu")
    _check_pivot(pivot, "linalg.lu")
    LU, pivots, _ = ops.linalg_lu(A)
    return return_types.linalg_lu(_permutation(LU, pivots), *_triangles(LU))


def _triangles(LU):
    m, n = LU.shape[-2:]
    k = min(m, n)
    return LU[..., :k].tril(-1) + identity(m, LU, k), LU[..., :k, :].triu()


def _permutation(LU, pivots):
    order = ops.linalg_row_order(pivots, LU.shape[-2], False)
    return identity(LU.shape[-2], LU)[order].mT


@dense("torch.lu_unpack")
def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True):
    """P, L and U from the result of `lu_factor`."""
    empty = LU_data.new_empty(0)
    P = _permutation(LU_data, LU_pivots) if unpack_pivots else empty
    L, U = _triangles(LU_data) if unpack_data else (empty, empty)
    return return_types.lu_unpack(P, L, U)


def legacy_lu(A, pivot=True, get_infos=False):
    """LU of matrices (..., n, m) with partial pivoting: the packed triangles, the row exchanges, and if asked for `info`."""
    LU, pivots, info = lu_factor_ex(A, pivot=pivot)
    return (LU, pivots, info) if get_infos else (LU, pivots)


def _rows(x, order):
    """The rows of x in an order that may differ from matrix to matrix."""
    batch = broadcast_shapes(x.shape[:-2], order.shape[:-1])
    shape = [*batch, order.shape[-1], x.shape[-1]]
    return x.expand([*batch, *x.shape[-2:]]).gather(-2, order.unsqueeze(-1).expand(shape))


def _solve_with(LU, pivots, B, adjoint):
    size = LU.shape[-1]
    if adjoint:
        y = ops.linalg_solve_triangular(LU.mT, B, False, False)
        y = ops.linalg_solve_triangular(LU.mT, y, True, True)
        return _rows(y, ops.linalg_row_order(pivots, size, True))
    y = _rows(B, ops.linalg_row_order(pivots, size, False))
    return ops.linalg_solve_triangular(LU, ops.linalg_solve_triangular(LU, y, False, True), True, False)


@dense("torch.linalg.lu_solve", "LinalgLuSolveBackward0")
def lu_solve(LU, pivots, B, *, left=True, adjoint=False):
    """`X` with `A X = B` from `lu_factor(A)`; `X A = B` if not `left`; with A transposed if `adjoint`.

    LU: (..., n, n), pivots: int32 (..., n), B: (..., n, k); RuntimeError otherwise. Gives (..., n, k).
    """
    check_square(LU, "torch.linalg.lu_solve", "LU")
    _check_shapes(LU, B, left, "linalg.lu_solve")
    if left:
        return _solve_with(LU, pivots, B, adjoint)
    return _solve_with(LU, pivots, B.mT, not adjoint).mT


def _check_shapes(A, B, left, name):
    if B.dim() < 2:
        raise RuntimeError(f"{name}: The input tensor B must have at least 2 dimensions.")
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"{name}: Expected A and B to have the same dtype, but found A of type "
            f"{_dtype.SCALAR_TYPE_NAMES[A.dtype._code]} and B of type {_dtype.SCALAR_TYPE_NAMES[B.dtype._code]} instead"
        )
    if A.shape[-1] != B.shape[-2 if left else -1]:
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {equation} ({A.shape[-2]}x{A.shape[-1]} and "
            f"{B.shape[-2]}x{B.shape[-1]})"
        )


def _is_vector(A, B):
    return B.dim() == 1 or (A.dim() - 1 == B.dim() and B.shape == A.shape[:-1])


def _solve(A, B, left, name):
    check_square(A, name)
    is_vector = _is_vector(A, B)
    if is_vector and not left:
        raise RuntimeError(
            f"{name}: Vector broadcasting of the left hand side is not supported for left=False. In this case linalg.solve is "
            "equivalent to B / A.squeeze(-1)"
        )
    if is_vector:
        B = B.unsqueeze(-1)
    _check_shapes(A, B, left, name)
    LU, pivots, info = ops.linalg_lu(A)
    X = _solve_with(LU, pivots, B, False) if left else _solve_with(LU, pivots, B.mT, True).mT
    return X.squeeze(-1) if is_vector else X, info


@dense("torch.linalg.solve", "LinalgSolveExBackward0")
def solve(A, B, *, left=True):
    """`X` with `A X = B`, or `X A = B` if not `left`.

    A: floating point (..., n, n). B: (..., n, k) or (..., n). Gives B's shape, batches broadcast. RuntimeError for
    other shapes, `torch.linalg.LinAlgError` for singular matrices. On the GPU it runs on the CPU.
    """
    X, info = _solve(A, B, left, "linalg.solve")
    check_info(info, "torch.linalg.solve", _SINGULAR_SOLVE)
    return X


@dense("torch.linalg.solve_ex", "LinalgSolveExBackward0")
def solve_ex(A, B, *, left=True, check_errors=False):
    """As `solve`; `info` is not zero for singular matrices.

    A: floating point (..., n, n). B: (..., n, k) or (..., n). Gives (result, info), info int32 (...).
    """
    X, info = _solve(A, B, left, "linalg.solve")
    if check_errors:
        check_info(info, "torch.linalg.solve_ex", _SINGULAR_SOLVE)
    return return_types.linalg_solve_ex(X, info)


def _inverse(A, name):
    check_square(A, name)
    LU, pivots, info = ops.linalg_lu(A)
    return _solve_with(LU, pivots, identity(A.shape[-1], A), False), info


@dense("torch.linalg.inv", "LinalgInvExBackward0")
def inv(A):
    """The inverse of square matrices.

    A: floating point (..., n, n); RuntimeError otherwise, and for integers. Gives the same shape.
    `torch.linalg.LinAlgError` for singular matrices. On the GPU it runs on the CPU.
    """
    X, info = _inverse(A, "linalg.inv")
    check_info(info, "linalg.inv", SINGULAR_INVERSE)
    return X


@dense("torch.linalg.inv_ex", "LinalgInvExBackward0")
def inv_ex(A, *, check_errors=False):
    """As `inv`; `info` is not zero for singular matrices.

    A: floating point (..., n, n); RuntimeError otherwise, and for integers. Gives (inverse, info), info int32 (...).
    """
    X, info = _inverse(A, "linalg.inv_ex")
    if check_errors:
        check_info(info, "linalg.inv_ex", SINGULAR_INVERSE)
    return return_types.linalg_inv_ex(X, info)


@dense("torch.linalg.cholesky", "LinalgCholeskyExBackward0")
def cholesky(A, *, upper=False):
    """The lower triangle `L` with `A = L @ L.mT`, or its transpose if `upper`. Reads that triangle of A only.

    A: floating point (..., n, n), symmetric; RuntimeError otherwise. `torch.linalg.LinAlgError` where it is not
    positive definite. On the GPU it runs on the CPU.
    """
    return _cholesky(A, upper, "linalg.cholesky", True)[0]


@dense("torch.linalg.cholesky_ex", "LinalgCholeskyExBackward0")
def cholesky_ex(A, *, upper=False, check_errors=False):
    """As `cholesky`; `info` is not zero where there is none.

    A: floating point (..., n, n); RuntimeError otherwise, and for integers. Gives (L, info), info int32 (...).
    """
    return return_types.linalg_cholesky_ex(*_cholesky(A, upper, "linalg.cholesky_ex", check_errors))


def _cholesky(A, upper, name, check_errors):
    check_square(A, name)
    L, info = ops.linalg_cholesky(A.mT if upper else A)
    if check_errors:
        check_info(info, name, _NOT_POSITIVE)
    return L.mT if upper else L, info


@dense("torch.cholesky", "LinalgCholeskyExBackward0")
def legacy_cholesky(input, upper=False):
    """The lower triangle `L` with `A = L @ L.mT`, or its transpose if `upper`.

    input: (…, n, n), symmetric and positive; LinAlgError otherwise. The older form of `torch.linalg.cholesky`.
    """
    return _cholesky(input, upper, "cholesky", True)[0]


@dense("torch.cholesky_solve", "CholeskySolveBackward0")
def cholesky_solve(B, L, upper=False):
    """`X` with `A X = B` from the Cholesky factor of A."""
    if B.dim() < 2:
        raise RuntimeError(f"b should have at least 2 dimensions, but has {B.dim()} dimensions instead")
    if L.dim() < 2:
        raise RuntimeError(f"u should have at least 2 dimensions, but has {L.dim()} dimensions instead")
    return _with_factor(L.mT if upper else L, B)


def _with_factor(lower, B):
    """`X` with `L L^T X = B`. Gradients are those of the whole product, as PyTorch has them, not of a triangle."""
    fixed = lower.detach()

    def solved(right):
        y = ops.linalg_solve_triangular(fixed, right, False, False)
        return ops.linalg_solve_triangular(fixed.mT, y, True, False)

    X = solved(B)
    if lower.requires_grad and ops.grad_enabled():
        # Two corrections, which are nearly zero; each brings one order of derivatives.
        product = lower @ lower.mT
        for _ in range(2):
            X = X + solved(B - product @ X)
    return X


@dense("torch.cholesky_inverse", "CholeskyInverseBackward0")
def cholesky_inverse(L, upper=False):
    """The inverse of A from its Cholesky factor."""
    check_square(L, "cholesky_inverse")
    return _with_factor(L.mT if upper else L, identity(L.shape[-1], L))


@dense("torch.linalg.solve_triangular", "LinalgSolveTriangularBackward0")
def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """`X` with `A X = B` (`X A = B` if not `left`) for a triangle A.

    A: (..., n, n), B: (..., n, k); RuntimeError otherwise. upper: which triangle is read. unitriangular: its
    diagonal counts as ones.
    """
    check_square(A, "linalg.solve_triangular")
    _check_shapes(A, B, left, "linalg.solve_triangular")
    if left:
        return ops.linalg_solve_triangular(A, B, upper, unitriangular)
    return ops.linalg_solve_triangular(A.mT, B.mT, not upper, unitriangular).mT


@dense("torch.triangular_solve", "TriangularSolveBackward0")
def triangular_solve(b, A, upper=True, transpose=False, unitriangular=False):
    """`X` with `A X = b` (`A.mT X = b` if `transpose`) for a triangle A, and a copy of A."""
    check_square(A, "triangular_solve")
    _check_shapes(A, b, True, "triangular_solve")
    batch = broadcast_shapes(A.shape[:-2], b.shape[:-2])
    coefficient = A.expand([*batch, *A.shape[-2:]]).clone()
    triangle, is_upper = (coefficient.mT, not upper) if transpose else (coefficient, upper)
    return return_types.triangular_solve(ops.linalg_solve_triangular(triangle, b, is_upper, unitriangular), coefficient)
