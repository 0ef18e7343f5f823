"""Eigenvalues and singular values, and what comes from them: rank, pseudo-inverse, least squares, roots.

Refuses general eigenvalues, which are complex. Read next: `_common`, `engine/src/autograd/rules_linalg.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .. import _dtype, return_types
from .._args import is_tensor
from .._C import ops
from .._stacking import broadcast_shapes, stack
from ._common import check_info, check_matrix, check_square, dense

_NO_EIGENVALUES = (
    "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues "
    "(error code: {})."
)
_NO_SINGULAR_VALUES = (
    "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated singular values "
    "(error code: {})."
)


def _eigen(A, UPLO, name):
    check_square(A, name)
    if UPLO not in ("L", "U", "l", "u"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    values, vectors, info = ops.linalg_eigen(A if UPLO in "Ll" else A.mT)
    check_info(info, name, _NO_EIGENVALUES, A)
    return values, vectors


@dense("torch.linalg.eigh", "LinalgEighBackward0")
def eigh(A, UPLO="L"):
    """Eigenvalues, ascending, and eigenvectors as columns, of symmetric matrices, of which one triangle is read.

    A: floating point (..., n, n); RuntimeError otherwise, and for integers. UPLO: "L" or "U", the triangle that is
    read. Gives (eigenvalues, eigenvectors): (..., n) and (..., n, n). Gradients are infinite where eigenvalues are
    equal. On the GPU it runs on the CPU.
    """
    return return_types.linalg_eigh(*_eigen(A, UPLO, "linalg.eigh"))


@dense("torch.linalg.eigvalsh", "LinalgEighBackward0")
def eigvalsh(A, UPLO="L"):
    """Eigenvalues of symmetric matrices, ascending.

    A: floating point (..., n, n); RuntimeError otherwise, and for integers. UPLO: "L" or "U", the triangle that is
    read. Gives (..., n). On the GPU it runs on the CPU.
    """
    return _eigen(A, UPLO, "linalg.eigvalsh")[0]


def eig(A, *, out=None):
    """Refused: the eigenvalues of a general matrix are complex.

    A: any tensor. NotImplementedError, which names `eigh`, for symmetric matrices.
    """
    raise NotImplementedError(
        "torch.linalg.eig gives complex numbers, which are not in Carrel; torch.linalg.eigh takes symmetric matrices"
    )


def eigvals(A, *, out=None):
    """Refused: the eigenvalues of a general matrix are complex.

    A: any tensor. NotImplementedError, which names `eigvalsh`, for symmetric matrices.
    """
    raise NotImplementedError(
        "torch.linalg.eigvals gives complex numbers, which are not in Carrel; torch.linalg.eigvalsh takes symmetric matrices"
    )


def _svd(A, full, name):
    check_matrix(A, name)
    U, S, Vh, info = ops.linalg_svd(A, full)
    check_info(info, "linalg.svd", _NO_SINGULAR_VALUES, A)
    return U, S, Vh


@dense("torch.linalg.svd", "LinalgSvdBackward0")
def svd(A, full_matrices=True, *, driver=None):
    """`A = U @ diag(S) @ Vh`, S descending.

    A: floating point (..., n, m), RuntimeError otherwise. Gives (U, S, Vh): (..., n, n), (..., k), (..., m, m) with
    k = min(n, m); without full_matrices U is (..., n, k) and Vh (..., k, m). driver: accepted. On the GPU it runs on
    the CPU.
    """
    _check_driver(driver, "linalg.svd")
    return return_types.linalg_svd(*_svd(A, full_matrices, "linalg.svd"))


@dense("torch.linalg.svdvals", "LinalgSvdBackward0")
def svdvals(A, *, driver=None):
    """Singular values, descending.

    A: floating point (..., n, m), RuntimeError otherwise. Gives (..., min(n, m)).
    """
    _check_driver(driver, "linalg.svd")
    return _svd(A, False, "linalg.svdvals")[1]


def _check_driver(driver, name):
    if driver is not None:
        raise RuntimeError(f"{name}: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.")


@dense("torch.svd", "LinalgSvdBackward0")
def legacy_svd(input, some=True, compute_uv=True):
    """`A = U @ diag(S) @ V.mT`, S descending."""
    if not compute_uv:
        m, n = input.shape[-2:]
        S = _svd(input, False, "linalg.svd")[1]
        return return_types.svd(input.new_zeros([*input.shape[:-2], m, m]), S, input.new_zeros([*input.shape[:-2], n, n]))
    U, S, Vh = _svd(input, not some, "linalg.svd")
    return return_types.svd(U, S, Vh.mT)


def _limits(A, atol, rtol):
    """The absolute and relative limit under which singular values count as zero, with PyTorch's defaults."""
    default = _dtype.finfo(A.dtype).eps * max(A.shape[-2:])
    if rtol is None:
        if is_tensor(atol):
            rtol = (atol <= 0).to(A.dtype) * default
        else:
            rtol = 0.0 if atol is not None and atol > 0 else default
    return (0.0 if atol is None else atol), rtol


def matrix_rank(A, tol=None, hermitian=False, *, atol=None, rtol=None, out=None):
    """How many singular values (or absolute eigenvalues) are above the limits.

    A: floating point (..., n, m), RuntimeError otherwise. atol, rtol: absolute and relative limits, numbers or
    tensors. hermitian: A is symmetric. Gives int64 (...).
    """
    check_matrix(A, "torch.linalg.matrix_rank")
    if tol is not None and not isinstance(tol, bool):
        atol, rtol = tol, 0.0
    elif tol is True:
        hermitian = True
    return _rank(A, *_limits(A, atol, rtol), hermitian, out=out)


@dense("torch.linalg.matrix_rank")
def _rank(A, atol, rtol, hermitian):
    values = eigvalsh(A).abs() if hermitian else svdvals(A)
    if values.numel() == 0:
        return values.new_zeros(A.shape[:-2], dtype=_dtype.int64)
    limit = values.amax(-1) * rtol
    limit = limit.maximum(atol) if is_tensor(atol) else limit.clamp(min=atol)
    return (values > limit.unsqueeze(-1)).sum(-1)


def pinv(A, rcond=None, hermitian=False, *, atol=None, rtol=None, out=None):
    """The pseudo-inverse, of Moore and Penrose.

    A: floating point (..., n, m), RuntimeError otherwise. atol, rtol: limits under which singular values count as
    zero. hermitian: A is symmetric. Gives (..., m, n).
    """
    check_matrix(A, "linalg.pinv")
    if hermitian:
        check_square(A, "linalg.pinv")
    if rcond is not None:
        atol, rtol = 0.0, rcond
    return _pinv(A, *_limits(A, atol, rtol), hermitian, out=out)


@dense("torch.linalg.pinv", "LinalgPinvBackward0")
def _pinv(A, atol, rtol, hermitian):
    if not (is_tensor(atol) or is_tensor(rtol)):
        return ops.linalg_pinv(A, atol, rtol, hermitian)
    # A limit a matrix.
    shapes = [value.shape for value in (atol, rtol) if is_tensor(value)]
    batch = broadcast_shapes(A.shape[:-2], *shapes)
    if math.prod(batch) == 0:
        return ops.linalg_pinv(A, 0.0, 0.0, hermitian)
    listed = [
        value.expand(batch).reshape(-1).tolist() if is_tensor(value) else [value] * math.prod(batch) for value in (atol, rtol)
    ]
    matrices = A.expand([*batch, *A.shape[-2:]]).reshape(-1, *A.shape[-2:])
    found = stack([ops.linalg_pinv(matrix, *limits, hermitian) for matrix, *limits in zip(matrices, *listed)])
    return found.reshape([*batch, A.shape[-1], A.shape[-2]])


def pinverse(input, rcond=1e-15):
    """The pseudo-inverse; singular values under `rcond` times the largest count as zero.

    input: floating point (..., n, m), RuntimeError otherwise. Gives (..., m, n). See `torch.linalg.pinv`.
    """
    return pinv(input, rcond)


def lstsq(A, B, rcond=None, *, driver=None):
    """The X of least norm that makes `A X - B` smallest, with residuals, rank and singular values as `driver` has them.

    A: floating point (..., n, m). B: (..., n, k) or (..., n). RuntimeError otherwise. Gives (solution, residuals,
    rank, singular_values), the solution (..., m, k).
    """
    check_matrix(A, "torch.linalg.lstsq", "input")
    if B.dim() < 1:
        raise RuntimeError("torch.linalg.lstsq: other must have at least 1 dimension.")
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"torch.linalg.lstsq: Expected input and other to have the same dtype, but got input of type {A.dtype} and other of "
            f"type {B.dtype} instead."
        )
    driver = "gelsy" if driver is None else driver
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(
            "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss), but got " + str(driver)
        )
    if rcond is None:
        rcond = _dtype.finfo(A.dtype).eps * max(A.shape[-2:])
    return _lstsq(A, B, 0.0 if driver == "gels" else float(rcond), driver)


@dense("torch.linalg.lstsq", "LinalgLstsqBackward0")
def _lstsq(A, B, rcond, driver):
    m, n = A.shape[-2:]
    is_vector = B.dim() == 1 or (A.dim() - 1 == B.dim() and B.shape == A.shape[:-1])
    if is_vector:
        B = B.unsqueeze(-1)
    if B.shape[-2] != m:
        raise RuntimeError("torch.linalg.lstsq: input.size(-2) should match other.size(-2)")
    X = ops.linalg_pinv(A, 0.0, rcond, False) @ B
    empty = A.new_empty(0)
    values, rank = empty, A.new_empty(0, dtype=_dtype.int64)
    has_full_rank = True
    if driver != "gels":
        S = _svd(A.detach(), False, "linalg.svd")[1]
        rank = (S > rcond * S[..., :1]).sum(-1)
        has_full_rank = bool((rank == n)._all_entries().all())
        if driver != "gelsy":
            values = S
    residuals = empty
    if m > n and driver != "gelsy" and has_full_rank:
        residuals = ((A @ X - B) ** 2).sum(-2)
    return return_types.linalg_lstsq(X.squeeze(-1) if is_vector else X, residuals, rank, values)


def cond(A, p=None, *, out=None):
    """The condition number: the norm of A times that of its inverse. For 2 the ratio of singular values.

    A: floating point (..., n, m), square unless p is 2 or -2; RuntimeError otherwise. p: an order of `matrix_norm`.
    Gives (...).
    """
    from .._args import store
    from ._norms import matrix_norm
    from ._solving import inv_ex

    check_matrix(A, "linalg.cond")
    if p is None or p == 2 or p == -2:
        S = svdvals(A)
        if S.shape[-1] == 0:
            return store(S.new_zeros(S.shape[:-1]), out)
        largest, smallest = S[..., 0], S[..., -1]
        return store(smallest / largest if p == -2 else largest / smallest, out)
    check_square(A, "linalg.cond")
    if A.numel() == 0:
        return store(A.new_zeros(A.shape[:-2]), out)
    inverse, info = inv_ex(A)
    # A singular matrix is infinitely ill-conditioned.
    inverse = inverse.masked_fill((info != 0)[..., None, None], math.inf)
    return store(matrix_norm(A, p) * matrix_norm(inverse, p), out)


def _root(square, vectors, values):
    """The root of a symmetric matrix whose root has these eigenvectors and values, with its derivatives.

    The value comes from the vectors, whose own derivatives fail where values repeat. Corrections of value zero solve
    `dX X + X dX = d(square)`; each brings one order of derivatives.
    """
    root = (vectors * values.unsqueeze(-2)) @ vectors.mT
    if not (square.requires_grad and ops.grad_enabled()):
        return root
    sums = values.unsqueeze(-1) + values.unsqueeze(-2)
    for _ in range(2):
        lack = square - root @ root
        step = vectors @ ((vectors.mT @ (lack - lack.detach()) @ vectors) / sums) @ vectors.mT
        root = root + step
    return root


@dense("torch.linalg.matrix_sqrth")
def matrix_sqrth(A):
    """The symmetric root of symmetric positive matrices.

    A: floating point (..., n, n); RuntimeError otherwise, and for integers. Gives the same shape.
    """
    values, vectors = _eigen(A.detach(), "L", "linalg.matrix_sqrth")
    symmetric = (A + A.mT) / 2
    return _root(symmetric, vectors, values.sqrt())


@dense("torch.linalg.polar")
def polar(A):
    """`A = U @ P` with orthonormal columns in U and a symmetric positive P.

    A: floating point (..., n, m), RuntimeError otherwise. Gives (U, P).
    """
    check_matrix(A, "linalg.polar")
    if A.shape[-2] < A.shape[-1]:
        raise RuntimeError("linalg.polar: the input must have at least as many rows as columns")
    U, S, Vh = _svd(A.detach(), False, "linalg.polar")
    P = _root(A.mT @ A, Vh.mT, S)
    unitary = U @ Vh
    if A.requires_grad and ops.grad_enabled() and A.numel():
        # U = A P^-1; the corrections have the value zero and carry the derivatives.
        inverse = (Vh.mT / S.unsqueeze(-2)) @ Vh
        for _ in range(2):
            lack = A - unitary @ P
            unitary = unitary + (lack - lack.detach()) @ inverse
    return return_types.linalg_polar(unitary, P)
