"""Elementwise functions that are one operator of the engine each: a table of those of one tensor, one of those of two.

Refuses dtype rules: the engine promotes. Read next: `_families`, which writes what `help` says of them, and
`engine/src/ops/elementwise/`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._args import is_number, not_a_tensor, numbers_as_tensors, public_functions, store
from ._C import ops
from ._families import documented_binary, documented_unary


def _unary(name, doc):
    def function(input, *, out=None):
        if not hasattr(input, "_give_handle"):
            raise not_a_tensor(name, input)
        result = getattr(ops, name)(input)
        return result if out is None else store(result, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = documented_unary(name, doc)
    function.__module__ = "torch"
    return function


for _name, _doc in {
    "neg": "`-input`.",
    "abs": "`|input|`.",
    "sign": "-1, 0 or 1.",
    "square": "`input ** 2`.",
    "relu": "`max(input, 0)`.",
    "exp": "The number e to the power of `input`.",
    "exp2": "2 to the power of `input`.",
    "expm1": "`exp(input) - 1`.",
    "log": "Natural logarithm.",
    "log2": "Logarithm to base 2.",
    "log10": "Logarithm to base 10.",
    "log1p": "`log(1 + input)`.",
    "sqrt": "Square root.",
    "rsqrt": "`1 / sqrt(input)`.",
    "reciprocal": "`1 / input`.",
    "sin": "Sine.",
    "cos": "Cosine.",
    "tan": "Tangent.",
    "asin": "Inverse sine.",
    "acos": "Inverse cosine.",
    "atan": "Inverse tangent.",
    "sinh": "Hyperbolic sine.",
    "cosh": "Hyperbolic cosine.",
    "tanh": "Hyperbolic tangent.",
    "asinh": "Inverse hyperbolic sine.",
    "acosh": "Inverse hyperbolic cosine.",
    "atanh": "Inverse hyperbolic tangent.",
    "sigmoid": "`1 / (1 + exp(-input))`.",
    "erf": "Gauss error function.",
    "erfc": "`1 - erf(input)`.",
    "floor": "Largest integer not above.",
    "ceil": "Smallest integer not below.",
    "trunc": "Integer part.",
    "bitwise_not": "Bits inverted.",
    "logical_not": "True where zero.",
    "isnan": "True where NaN.",
    "isinf": "True where infinite.",
}.items():
    globals()[_name] = _unary(_name, _doc)

#: Functions of which neither operand may be a number.
_TENSORS_ONLY = frozenset(
    "maximum minimum fmax fmin atan2 hypot nextafter igamma igammac gcd lcm logical_and logical_or logical_xor".split()
)

#: Functions whose first operand may be no number: comparisons turn themselves round.
_TENSOR_FIRST = _TENSORS_ONLY | frozenset("eq ne lt le gt ge fmod".split())

#: Functions with several signatures in PyTorch, whose errors list them.
_OVERLOADED = frozenset("remainder fmod bitwise_and bitwise_or bitwise_xor eq ne lt le gt ge".split())

#: Functions that give a tensor of two numbers.
_OF_NUMBERS = frozenset("mul floor_divide".split())


def _binary(name, doc):
    """A function of two tensors, or of a tensor and a number."""
    scalar_name, scalar_first = name + "_scalar", "scalar_" + name

    def function(input, other, *, out=None):
        if hasattr(input, "_give_handle"):
            if hasattr(other, "_give_handle"):
                result = getattr(ops, name)(input, other)
            elif is_number(other) and name not in _TENSORS_ONLY:
                result = getattr(ops, scalar_name)(input, other)
            else:
                raise not_a_tensor(name, other, 2, "other")
        elif hasattr(other, "_give_handle") and is_number(input) and name not in _TENSOR_FIRST:
            result = getattr(ops, scalar_first)(input, other)
        elif name in _OF_NUMBERS and is_number(input) and is_number(other):
            result = getattr(ops, name)(*numbers_as_tensors(input, other))
        elif name in _OVERLOADED:
            raise TypeError(
                f"{name}() received an invalid combination of arguments - got ({type(input).__name__}, {type(other).__name__}), but "
                "expected one of:"
            )
        else:
            raise not_a_tensor(name, input)
        return result if out is None else store(result, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = documented_binary(name, doc)
    function.__module__ = "torch"
    return function


for _name, _doc in {
    "mul": "`input * other`.",
    "remainder": "Remainder with the sign of `other`, as Python's `%`.",
    "fmod": "Remainder with the sign of `input`.",
    "floor_divide": "Quotient rounded down.",
    "maximum": "The larger of the two.",
    "minimum": "The smaller of the two.",
    "atan2": "Angle of the point `(other, input)`.",
    "bitwise_and": "Bits and.",
    "bitwise_or": "Bits or.",
    "bitwise_xor": "Bits exclusive or.",
    "eq": "True where equal.",
    "ne": "True where different.",
    "lt": "True where less.",
    "le": "True where less or equal.",
    "gt": "True where greater.",
    "ge": "True where greater or equal.",
    "logical_and": "True where both are not zero.",
    "logical_or": "True where one is not zero.",
    "logical_xor": "True where exactly one is not zero.",
}.items():
    globals()[_name] = _binary(_name, _doc)

# PyTorch's other names.
absolute = abs
negative = neg
multiply = mul
greater = gt
greater_equal = ge
less = lt
less_equal = le
not_equal = ne
arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh
fix = trunc
sgn = sign
del _name, _doc


__all__ = public_functions(globals())
