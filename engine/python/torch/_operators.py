"""Python's operators on tensors: `a + b`, `2 - a`, `a @ b`, `a[i] = b`, `a += b`.

This is the hot path: every operator calls its encoder directly, with one test of the other operand's type.
Anything that is no tensor and no number gets `NotImplemented`, so that Python raises its own TypeError.
Read next: `_methods`, `_indexing`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _indexing
from ._args import is_number
from ._C import ops
from ._tensor import Tensor


def _forward(name):
    """`tensor op other`."""
    tensor_op = number_op = None

    def forward(self, other):
        nonlocal tensor_op, number_op
        if isinstance(other, Tensor):
            if tensor_op is None:
                tensor_op = getattr(ops, name)
            return tensor_op(self, other)
        kind = other.__class__
        if kind is float or kind is int or is_number(other):
            if number_op is None:
                number_op = getattr(ops, "power" if name == "pow" else name + "_scalar")
            return number_op(self, other)
        return NotImplemented

    return forward


def _reflected(name, commutes):
    """`number op tensor`."""
    row = name + "_scalar" if commutes else "scalar_" + name

    def reflected(self, other):
        if isinstance(other, Tensor):
            return getattr(ops, name)(other, self)
        if not is_number(other):
            return NotImplemented
        return getattr(ops, row)(self, other) if commutes else getattr(ops, row)(other, self)

    return reflected


def _inplace(name):
    """`tensor op= other`: the result is written into the tensor's memory."""
    forward = _forward(name)

    def inplace(self, other):
        result = forward(self, other)
        if result is NotImplemented:
            return result
        ops.assign_(self, result)
        return self

    return inplace


# Python's word, the engine's operator, and whether numbers may stand on either side.
_ARITHMETIC = (
    ("add", "add", True),
    ("sub", "sub", False),
    ("mul", "mul", True),
    ("truediv", "div", False),
    ("floordiv", "floor_divide", False),
    ("mod", "remainder", False),
    ("pow", "pow", False),
    ("and", "bitwise_and", True),
    ("or", "bitwise_or", True),
    ("xor", "bitwise_xor", True),
    ("lshift", "bitwise_left_shift", False),
    ("rshift", "bitwise_right_shift", False),
)

_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def _matmul(self, other):
    return ops.matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _invert(self):
    if self.dtype.is_floating_point:
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return ops.bitwise_not(self)


def _attach():
    for word, name, commutes in _ARITHMETIC:
        setattr(Tensor, f"__{word}__", _forward(name))
        setattr(Tensor, f"__r{word}__", _reflected(name, commutes))
        setattr(Tensor, f"__i{word}__", _inplace(name))
    for name in _COMPARISONS:
        setattr(Tensor, f"__{name}__", _forward(name))
    Tensor.__matmul__ = _matmul
    Tensor.__rmatmul__ = lambda self, other: ops.matmul(other, self) if isinstance(other, Tensor) else NotImplemented
    Tensor.__rdiv__ = Tensor.__rtruediv__
    Tensor.__neg__ = lambda self: ops.neg(self)
    Tensor.__pos__ = lambda self: self
    Tensor.__abs__ = lambda self: ops.abs(self)
    Tensor.__invert__ = _invert
    Tensor.__getitem__ = _indexing.getitem
    Tensor.__setitem__ = _indexing.setitem
    # Defining __eq__ after the class body keeps __hash__; this says so.
    Tensor.__hash__ = lambda self: id(self)


_attach()
