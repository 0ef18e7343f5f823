"""Determinants. A singular matrix has a gradient too, the transposed adjugate: it comes from the singular values.

Read next: `_solving`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .. import return_types
from .._C import ops
from .._stacking import cat
from ._common import check_square, dense

#: Below this ratio of U's diagonal elements the gradient is not taken through LU.
_SINGULAR = 1e-8


def _lu(A):
    """U's diagonal, and the sign of the row exchanges."""
    from .._creation import arange

    LU, pivots, _ = ops.linalg_lu(A)
    straight = arange(1, A.shape[-1] + 1, dtype=pivots.dtype)
    exchanges = (pivots != straight).sum(-1)
    sign = 1 - 2 * (exchanges % 2)
    return LU.diagonal(0, -2, -1), sign.to(A.dtype)


def _regular(A):
    diagonal, sign = _lu(A)
    return diagonal.prod(-1) * sign


def _singular(A):
    U, S, Vh, _ = ops.linalg_svd(A, False)
    return S.prod(-1) * _regular(U.detach()) * _regular(Vh.detach())


@dense("torch.linalg.det", "LinalgDetBackward0")
def det(A):
    """The determinant of square matrices.

    A: floating point (..., n, n); RuntimeError otherwise, and for integers. Gives (...). Source: LU with partial
    pivoting.
    """
    check_square(A, "linalg.det")
    if not (A.requires_grad and ops.grad_enabled()) or A.numel() == 0:
        return _regular(A)
    flat = A.reshape(-1, *A.shape[-2:])
    sizes = _lu(flat.detach())[0].abs()
    flags = sizes.amin(-1) <= _SINGULAR * sizes.amax(-1)
    is_singular = flags._all_entries().reshape(-1).tolist()
    if not any(is_singular):
        return _regular(A)
    if len(is_singular) != len(flat):
        # Entries of a batch take one way together.
        return _singular(flat).reshape(A.shape[:-2])
    groups = [[i for i, flag in enumerate(is_singular) if flag is wanted] for wanted in (False, True)]
    found = [function(flat[rows]) for function, rows in zip((_regular, _singular), groups) if rows]
    places = sorted(range(len(is_singular)), key=(groups[0] + groups[1]).__getitem__)
    return cat(found)[places].reshape(A.shape[:-2])


def _slogdet(A, name):
    check_square(A, name)
    diagonal, sign = _lu(A)
    return sign * diagonal.detach().sign().prod(-1), diagonal.abs().log().sum(-1)


@dense("torch.linalg.slogdet", "LinalgSlogdetBackward0")
def slogdet(A):
    """Sign, and logarithm of the absolute value, of the determinant.

    A: floating point (..., n, n); RuntimeError otherwise, and for integers. Gives (sign, logabsdet), (...) each; 0
    and minus infinity for singular matrices.
    """
    return return_types.linalg_slogdet(*_slogdet(A, "linalg.slogdet"))


@dense("torch.slogdet", "LinalgSlogdetBackward0")
def legacy_slogdet(input):
    """Sign, and logarithm of the absolute value, of the determinant.

    input: floating point (..., n, n), RuntimeError otherwise. Gives (sign, logabsdet), (...) each.
    """
    return return_types.slogdet(*_slogdet(input, "linalg.slogdet"))


@dense("torch.logdet")
def logdet(input):
    """Logarithm of the determinant; NaN where that is negative.

    input: floating point (..., n, n), RuntimeError otherwise. Gives (...); minus infinity for singular matrices.
    """
    sign, logarithm = _slogdet(input, "logdet")
    return logarithm.masked_fill(sign < 0, float("nan"))
