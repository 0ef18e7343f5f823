"""`torch.linalg`: solving, decomposing and measuring matrices.

Dense decompositions run on the CPU, also for tensors on the GPU (see `_fallback`). The engine has one primitive for all
decompositions and one for triangles; the rest is composed here.
Refuses complex results: `eig` and `eigvals`. Read next: `_common`, `_solving`, `_spectral`.
"""

from ._common import LinAlgError
from ._determinants import det, slogdet
from ._norms import matrix_norm, norm, vector_norm
from ._products import (
    cross,
    diagonal,
    matrix_exp,
    matrix_power,
    multi_dot,
    tensorinv,
    tensorsolve,
    vander,
    vecdot,
)
from ._reflectors import householder_product, qr
from ._solving import (
    cholesky,
    cholesky_ex,
    inv,
    inv_ex,
    lu,
    lu_factor,
    lu_factor_ex,
    lu_solve,
    solve,
    solve_ex,
    solve_triangular,
)
from ._spectral import (
    cond,
    eig,
    eigh,
    eigvals,
    eigvalsh,
    lstsq,
    matrix_rank,
    matrix_sqrth,
    pinv,
    polar,
    svd,
    svdvals,
)
from .._linalg import matmul


def __getattr__(name):
    raise AttributeError(f"torch.linalg.{name} is not in Carrel yet")
