"""The decompositions and what they solve by their older names: `torch.svd`, `torch.inverse`, `torch.cholesky_solve`, ...

Read next: `linalg`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .linalg import _determinants, _products, _reflectors, _solving, _spectral

det = _determinants.det
logdet = _determinants.logdet
slogdet = _determinants.legacy_slogdet
matrix_exp = _products.matrix_exp
matrix_power = _products.matrix_power
qr = _reflectors.legacy_qr
geqrf = _reflectors.geqrf
orgqr = _reflectors.householder_product
ormqr = _reflectors.ormqr
svd = _spectral.legacy_svd
pinverse = _spectral.pinverse
inverse = _solving.inv
cholesky = _solving.legacy_cholesky
cholesky_solve = _solving.cholesky_solve
cholesky_inverse = _solving.cholesky_inverse
triangular_solve = _solving.triangular_solve
lu = _solving.legacy_lu
lu_unpack = _solving.lu_unpack

for _made in (slogdet, qr, svd, cholesky, lu):
    _made.__name__ = _made.__qualname__ = _made.__name__.removeprefix("legacy_")
del _made


def lu_solve(b, LU_data, LU_pivots, *, out=None):
    """`X` with `A X = b` from the result of `lu_factor(A)`.

    LU_data: (..., n, n), LU_pivots: int32 (..., n), b: (..., n, k). Gives (..., n, k). RuntimeError for other
    shapes. See `torch.linalg.lu_solve`.
    """
    return _solving.lu_solve(LU_data, LU_pivots, b, out=out)


__all__ = [name for name in list(globals()) if not name.startswith("_")]
