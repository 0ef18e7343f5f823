"""Singular values and principal components of matrices that are nearly of low rank, by random projections.

The range of the matrix is found by multiplying random vectors and iterating; in it an exact decomposition is cheap.
Source: N. Halko, P. G. Martinsson, J. A. Tropp, https://arxiv.org/abs/0909.4061, algorithms 4.4 and 5.1.
Read next: `_spectral`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._random import randn
from . import _reflectors, _spectral


def _basis(A, q, niter):
    """Orthonormal columns that nearly span the range of A."""
    drawn = randn(A.shape[-1], q, dtype=A.dtype, device=A.device)
    Q = _reflectors.qr(A @ drawn).Q
    for _ in range(niter):
        Q = _reflectors.qr(A.mT @ Q).Q
        Q = _reflectors.qr(A @ Q).Q
    return Q


def svd_lowrank(A, q=6, niter=2, M=None):
    """The `q` largest singular values of A, nearly, with their vectors: `(U, S, V)`.

    A: (…, m, n). q: an overestimate of the rank. niter: subspace iterations; more are more exact. M: a mean to take away.
    Draws random numbers.
    """
    q = 6 if q is None else q
    if M is not None:
        A = A - M.broadcast_to(A.shape)
    is_wide = A.shape[-2] < A.shape[-1]
    if is_wide:
        A = A.mT
    Q = _basis(A, q, niter)
    U, S, Vh = _spectral.svd(Q.mT @ A, full_matrices=False)
    U, V = Q @ U, Vh.mT
    return (V, S, U) if is_wide else (U, S, V)


def pca_lowrank(A, q=None, center=True, niter=2):
    """The `q` first principal components of the rows of A, nearly: `(U, S, V)`, the components being the columns of V.

    A: (…, m, n), m observations of n variables. q: how many, min(6, m, n) if None; ValueError for more than there are.
    center: whether the mean is taken away. Draws random numbers.
    """
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter=niter)
