"""Norms of vectors and of matrices.

Read next: `_common`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .._args import one_dim, store
from .._C import ops
from ._common import check_float


def _prepared(x, dtype, name):
    if not x.dtype.is_floating_point:
        check_float(x, name)
    return x if dtype is None else x.to(dtype)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None, out=None):
    """`sum(abs(x) ** ord) ** (1 / ord)`; the largest or smallest for infinities, the count of what is not zero for 0.

    x: floating point, RuntimeError otherwise. dim: an int, several, or all if None. keepdim: the dimensions stay,
    with size 1. dtype: computed and given in it.
    """
    x = _prepared(x, dtype, "linalg.vector_norm")
    dims = [] if dim is None else [dim] if isinstance(dim, int) else list(dim)
    ord = float(ord)
    folded = [one_dim(d, x.dim()) for d in dims] or range(x.dim())
    if (ord < 0 or ord == math.inf) and any(x.shape[d] == 0 for d in folded if x.dim()):
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {ord:g} norm on an empty tensor because the operation does not have an "
            "identity"
        )
    return store(ops.norm(x, ord, dims, keepdim), out)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None, out=None):
    """A norm of matrices: of all elements ("fro"), of singular values ("nuc", 2, -2), of columns (1, -1) or rows (inf, -inf).

    A: floating point (..., n, m) with the matrices at `dim`, RuntimeError otherwise. Gives (...), or size 1 at dim
    if keepdim.
    """
    from ._spectral import svdvals

    A = _prepared(A, dtype, "linalg.matrix_norm")
    if A.dim() < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    if len(dim) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    rows, columns = (one_dim(d, A.dim()) for d in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dim[0]}, {dim[1]})")
    if isinstance(ord, str):
        if ord not in ("fro", "nuc"):
            raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
        if ord == "fro":
            return store(ops.norm(A, 2.0, [rows, columns], keepdim), out)
    elif abs(ord) not in (1, 2, math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    if ord == "nuc" or abs(ord) == 2:
        values = svdvals(A.movedim((rows, columns), (-2, -1)))
        result = values.sum(-1) if ord == "nuc" else values.amax(-1) if ord > 0 else values.amin(-1)
        if keepdim:
            for d in sorted((rows, columns)):
                result = result.unsqueeze(d)
        return store(result, out)
    summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = ops.norm(A, 1.0, [summed], True)
    if A.shape[kept] == 0 and ord > 0:
        # The largest of nothing is zero, as the norm of an empty matrix is.
        sums = sums.sum(kept, True)
    extreme = sums.amax(kept, True) if ord > 0 else sums.amin(kept, True)
    if not keepdim:
        extreme = extreme.squeeze((rows, columns))
    return store(extreme, out)


def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None, out=None):
    """A vector norm or a matrix norm, as `ord` and `dim` tell.

    A: floating point, RuntimeError otherwise. ord None: the 2-norm of all elements. dim: one for vectors, two for
    matrices.
    """
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype, out=out)
    dims = (dim,) if isinstance(dim, int) else dim
    if dims is None:
        if A.dim() not in (1, 2):
            raise RuntimeError(
                f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.dim()}D."
            )
        dims = tuple(range(A.dim()))
    elif len(dims) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}")
    if len(dims) == 2:
        return matrix_norm(A, ord, dims, keepdim, dtype=dtype, out=out)
    if isinstance(ord, str):
        raise RuntimeError(f"linalg.norm: Order {ord} not supported for vectors")
    return vector_norm(A, ord, dims, keepdim, dtype=dtype, out=out)
