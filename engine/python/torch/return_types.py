"""`torch.return_types`: the named tuples that `max`, `topk`, `sort` and others return.

Each prints as PyTorch's does, its type's name and one field a line.
Read next: `_reduction`, `_sorting`.
"""

from collections import namedtuple


def _define(name, *fields):
    base = namedtuple(name, fields)

    def text(self):
        lines = ",\n".join(f"{field}={value!r}" for field, value in zip(self._fields, self))
        return f"torch.return_types.{name}(\n{lines})"

    made = type(name, (base,), {"__slots__": (), "__module__": "torch.return_types", "__repr__": text})
    globals()[name] = made
    return made


for _name in ("max", "min", "median", "nanmedian", "mode", "sort", "topk", "kthvalue", "cummax", "cummin"):
    _define(_name, "values", "indices")
_define("aminmax", "min", "max")
_define("slogdet", "sign", "logabsdet")
_define("frexp", "mantissa", "exponent")
_define("histogram", "hist", "bin_edges")
_define("histogramdd", "hist", "bin_edges")
_define("qr", "Q", "R")
_define("svd", "U", "S", "V")
_define("triangular_solve", "solution", "cloned_coefficient")
_define("geqrf", "a", "tau")
_define("lu_unpack", "P", "L", "U")
_define("linalg_cholesky_ex", "L", "info")
_define("linalg_eigh", "eigenvalues", "eigenvectors")
_define("linalg_inv_ex", "inverse", "info")
_define("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
_define("linalg_lu", "P", "L", "U")
_define("linalg_lu_factor", "LU", "pivots")
_define("linalg_lu_factor_ex", "LU", "pivots", "info")
_define("linalg_polar", "U", "P")
_define("linalg_qr", "Q", "R")
_define("linalg_slogdet", "sign", "logabsdet")
_define("linalg_solve_ex", "result", "info")
_define("linalg_svd", "U", "S", "Vh")
del _name
