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
del _name
