"""QR, and products of Householder's reflectors.

Read next: `_common`, `engine/src/cpu/linalg/householder.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .. import return_types
from .._C import ops
from .._stacking import cat
from ._common import check_matrix, dense, identity, tied


@dense("torch.linalg.qr", "LinalgQrBackward0")
def qr(A, mode="reduced"):
    """`A = Q @ R` with orthonormal columns in Q and a triangle R.

    A: floating point (..., n, m), RuntimeError otherwise. mode: "reduced" gives Q (..., n, k) and R (..., k, m) with
    k = min(n, m), "complete" a square Q, "r" no Q. Source: Householder reflections.
    """
    check_matrix(A, "linalg.qr")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    Q, R = ops.linalg_qr(A, mode == "complete")
    return return_types.linalg_qr(A.new_empty(0) if mode == "r" else Q, R)


@dense("torch.qr", "LinalgQrBackward0")
def legacy_qr(input, some=True):
    """`A = Q @ R` with orthonormal columns in Q and a triangle R.

    input: (…, m, n). some: whether Q has min(m, n) columns and not m. The older form of `torch.linalg.qr`.
    """
    check_matrix(input, "qr")
    return return_types.qr(*ops.linalg_qr(input, not some))


@dense("torch.geqrf")
def geqrf(input):
    """Householder's reflectors below R, and their factors.

    input: (…, m, n). Gives a matrix of that shape and min(m, n) factors.
    """
    check_matrix(input, "torch.geqrf", "input")
    return return_types.geqrf(*ops.linalg_householder(input))


def _reflect(A, tau, x, forward):
    """Applies the reflectors in A's columns to x: the last first, or the first first."""
    rows, count = A.shape[-2], tau.shape[-1]
    for i in range(count) if forward else reversed(range(count)):
        # Rows before the reflector's own are not touched.
        tail = A[..., i + 1 :, i : i + 1]
        v = cat([tail.new_ones([*tail.shape[:-2], 1, 1]), tail], -2)
        part = x[..., i:, :]
        part = part - tau[..., i : i + 1].unsqueeze(-1) * (v @ (v.mT @ part))
        x = cat([x[..., :i, :].expand([*part.shape[:-2], i, part.shape[-1]]), part], -2)
    return x


@dense("torch.linalg.householder_product", "LinalgHouseholderProductBackward0")
def householder_product(A, tau):
    """The first columns of the product of the reflections `I - tau v v^T` whose v are below A's diagonal.

    A: (..., n, m) with m <= n, tau: (..., k) with k <= m; RuntimeError otherwise. Gives (..., n, m).
    """
    check_matrix(A, "torch.linalg.householder_product")
    m, n = A.shape[-2:]
    if m < n:
        raise RuntimeError("torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if n < tau.shape[-1]:
        raise RuntimeError("torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    if A.dim() - tau.dim() != 1:
        raise RuntimeError(
            "torch.linalg.householder_product: Expected tau to have one dimension less than input, but got tau.ndim equal to "
            f"{tau.dim()} and input.ndim is equal to {A.dim()}"
        )
    return _reflect(A, tau, tied(identity(m, A, n).expand(A.shape), A), False)


@dense("torch.ormqr")
def ormqr(input, tau, other, left=True, transpose=False):
    """The product of `other` with the Q that `geqrf` describes, from the left or the right, Q transposed if asked for.

    input, tau: the matrices (…, m, n) and factors of `geqrf`. other: the matrices that are multiplied.
    """
    check_matrix(input, "torch.ormqr", "input")
    if left:
        return _reflect(input, tau, other, transpose)
    return _reflect(input, tau, other.mT, not transpose).mT
