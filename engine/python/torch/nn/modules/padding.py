"""Padding layers: a constant, zeros, or the input read again.

Read next: `nn._padding`.
"""

from .. import functional as F
from .module import Module


class _Padding(Module):
    _rank = 0
    _mode = "constant"

    def __init__(self, padding):
        super().__init__()
        pairs = 2 * self._rank
        self.padding = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,) * pairs

    def forward(self, input):
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self):
        return f"{self.padding}"


class _ConstantPad(_Padding):
    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


def _text(name, rank, what):
    value = ", value" if name.startswith("Constant") else ""
    return (
        f"{what} around the last {rank} dimension(s).\n\n    padding{value}: a number for every side, or {2 * rank} of them, last "
        "dimension first, each side before the next. Negative ones cut.\n    "
    )


def _layer(name, base, rank, what, mode="constant"):
    return type(
        name, (base,), {"_rank": rank, "_mode": mode, "__doc__": _text(name, rank, what), "__module__": __name__}
    )


ConstantPad1d, ConstantPad2d, ConstantPad3d = (
    _layer(f"ConstantPad{rank}d", _ConstantPad, rank, "A constant") for rank in (1, 2, 3)
)
ZeroPad1d, ZeroPad2d, ZeroPad3d = (_layer(f"ZeroPad{rank}d", _ZeroPad, rank, "Zeros") for rank in (1, 2, 3))
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = (
    _layer(f"ReflectionPad{rank}d", _Padding, rank, "The input mirrored", "reflect") for rank in (1, 2, 3)
)
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = (
    _layer(f"ReplicationPad{rank}d", _Padding, rank, "The rim repeated", "replicate") for rank in (1, 2, 3)
)
CircularPad1d, CircularPad2d, CircularPad3d = (
    _layer(f"CircularPad{rank}d", _Padding, rank, "The input from its other end", "circular") for rank in (1, 2, 3)
)
