"""Functions that work element by element: arithmetic, comparison, rounding, exponentials.

Most are one operator of the engine; the compositions are in `_pointwise_compositions`.
Refuses dtype rules: the engine promotes. Read next: `_methods`, `engine/src/ops/elementwise/`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import warnings

from . import _dtype
from ._args import is_number, is_tensor, public_functions, store
from ._C import ops
from ._families import documented_binary, documented_unary
from ._pointwise_compositions import *
from ._pointwise_compositions import __all__ as _compositions, _as_float
from ._widened import in_float32


def _not_a_tensor(name, value, position=1, argument="input"):
    return TypeError(f"{name}(): argument '{argument}' (position {position}) must be Tensor, not {type(value).__name__}")


def _unary(name, doc):
    def function(input, *, out=None):
        if not hasattr(input, "_give_handle"):
            raise _not_a_tensor(name, input)
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


def _numbers(*values):
    """Numbers as tensors without dimensions, as PyTorch takes two numbers where one tensor is usual."""
    from ._creation import tensor

    return [tensor(value) for value in values]


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
                raise _not_a_tensor(name, other, 2, "other")
        elif hasattr(other, "_give_handle") and is_number(input) and name not in _TENSOR_FIRST:
            result = getattr(ops, scalar_first)(input, other)
        elif name in _OF_NUMBERS and is_number(input) and is_number(other):
            result = getattr(ops, name)(*_numbers(input, other))
        elif name in _OVERLOADED:
            raise TypeError(
                f"{name}() received an invalid combination of arguments - got ({type(input).__name__}, {type(other).__name__}), but "
                "expected one of:"
            )
        else:
            raise _not_a_tensor(name, input)
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


def _check_operands(name, input, other):
    if not hasattr(other, "_give_handle") and not is_number(other):
        raise _not_a_tensor(name, other, 2, "other")
    if not hasattr(input, "_give_handle") and not is_number(input):
        raise _not_a_tensor(name, input)


def _common(input, other):
    from ._settings import result_type

    return result_type(input, other)


def _times_alpha(input, other, alpha):
    """`other * alpha` in the dtype of the sum."""
    if alpha.__class__ is float and not any(
        value.dtype.is_floating_point if hasattr(value, "_give_handle") else value.__class__ is float for value in (input, other)
    ):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if hasattr(other, "_give_handle") and other.dtype is _dtype.bool_:
        wanted = _common(input, other)
        return other if wanted is _dtype.bool_ else other.to(wanted) * alpha
    return other * alpha


def add(input, other, *, alpha=1, out=None):
    """`input + alpha * other`.

    alpha: multiplies other. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do
    not fit. TypeError if neither is a tensor.

    >>> torch.add(torch.tensor([1, 2]), torch.tensor([0.5]))
    ..tensor([1.5000, 2.5000])
    """
    _check_operands("add", input, other)
    if alpha != 1:
        other = _times_alpha(input, other, alpha)
    if hasattr(input, "_give_handle"):
        result = ops.add(input, other) if hasattr(other, "_give_handle") else ops.add_scalar(input, other)
    elif hasattr(other, "_give_handle"):
        result = ops.add_scalar(other, input)
    else:
        result = ops.add(*_numbers(input, other))
    return result if out is None else store(result, out)


def sub(input, other, *, alpha=1, out=None):
    """`input - alpha * other`.

    alpha: multiplies other. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do
    not fit. RuntimeError for two bool tensors.
    """
    _check_operands("sub", input, other)
    if other.__class__ is bool or input.__class__ is bool:
        raise NotImplementedError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or "
            "`logical_not()` operator instead."
        )
    if alpha != 1:
        other = _times_alpha(input, other, alpha)
    if hasattr(input, "_give_handle"):
        result = ops.sub(input, other) if hasattr(other, "_give_handle") else ops.sub_scalar(input, other)
    elif hasattr(other, "_give_handle"):
        result = ops.scalar_sub(input, other)
    else:
        result = ops.sub(*_numbers(input, other))
    return result if out is None else store(result, out)


def rsub(input, other, *, alpha=1):
    """`other - alpha * input`.

    alpha: multiplies input. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do
    not fit.
    """
    return sub(other, input, alpha=alpha)


def div(input, other, *, rounding_mode=None, out=None):
    """`input / other`; `rounding_mode` "floor" or "trunc" rounds the quotient.

    Integers give the default dtype unless rounded. Elementwise; shapes broadcast and dtypes are promoted.
    RuntimeError for shapes that do not fit.
    """
    if is_number(input) and is_number(other):
        input, other = _numbers(input, other)
    if rounding_mode == "floor":
        result = floor_divide(input, other)
    elif hasattr(input, "_give_handle"):
        result = ops.div(input, other) if hasattr(other, "_give_handle") else ops.div_scalar(input, other)
    else:
        result = ops.scalar_div(input, other)
    if rounding_mode == "trunc":
        result = _truncated_quotient(input, other, result)
    elif rounding_mode not in (None, "floor"):
        raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")
    return result if out is None else store(result, out)


def _truncated_quotient(input, other, quotient):
    kinds = [value.dtype.is_floating_point if is_tensor(value) else isinstance(value, float) for value in (input, other)]
    if any(kinds):
        result = ops.trunc(quotient)
        # Steps have the gradient zero, also where the quotient's own has no value.
        return ops.where(_true_like(quotient), result.detach(), floor_divide(input, other)) if quotient.requires_grad else result
    if all(value.dtype is _dtype.bool_ for value in (input, other) if is_tensor(value)):
        ops.require(input if is_tensor(input) else other, "div_trunc")
    if is_tensor(input) and input.dtype is _dtype.bool_:
        input = input.to(_common(input, other))
    # Integers: the difference from the remainder with the sign of the dividend divides without rest.
    return floor_divide(sub(input, fmod(input, other)), other)


def _true_like(tensor):
    return ops.full((), True, _dtype.bool_, tensor.device._code)


def pow(input, exponent, *, out=None):
    """`input ** exponent`.

    input, exponent: tensors, or one a number. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError
    for shapes that do not fit. RuntimeError for integers to negative powers.
    """
    if not hasattr(input, "_give_handle"):
        result = ops.scalar_pow(input, exponent)
    elif hasattr(exponent, "_give_handle"):
        result = ops.pow(input, exponent)
    else:
        result = ops.power(input, exponent)
    return result if out is None else store(result, out)


def float_power(input, exponent):
    """`input ** exponent` in double precision."""
    input = input.double() if is_tensor(input) else float(input)
    exponent = exponent.double() if is_tensor(exponent) else float(exponent)
    return pow(input, exponent)


def where(condition, input=None, other=None, *, out=None):
    """`input` where `condition`, else `other`. With the condition alone, the indices where it is true.

    condition: bool (or, with a warning, uint8), RuntimeError otherwise. input, other: tensors or numbers. Shapes broadcast and dtypes are
    promoted. RuntimeError for shapes that do not fit.
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    from ._creation import scalar_like

    if condition.dtype is _dtype.uint8:
        # An old form of a condition, which PyTorch still takes.
        warnings.warn(
            "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of "
            "PyTorch. Use a boolean condition instead.",
            UserWarning,
            stacklevel=2,
        )
        condition = condition.to(_dtype.bool_)

    input = input if is_tensor(input) else scalar_like(input, other, condition)
    other = other if is_tensor(other) else scalar_like(other, input, condition)
    result = ops.where(condition, input, other)
    return result if out is None else store(result, out)


def clamp(input, min=None, max=None, *, out=None):
    """`input` limited to the range `min` … `max` (numbers or tensors).

    NaN stays. RuntimeError if neither limit is given. Shapes broadcast and dtypes are promoted. RuntimeError for
    shapes that do not fit.
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if is_tensor(min) or is_tensor(max):
        result = _clamp_by_tensors(input, min, max)
    elif min != min or max != max:
        # A bound that is NaN makes all NaN.
        result = ops.masked_fill(input, ops.full((), 1, _dtype.bool_, input.device._code), math.nan)
    else:
        result = ops.clamp(input, min, max)
    return result if out is None else store(result, out)


def _clamp_by_tensors(input, low, high):
    if low is not None and not is_tensor(low):
        low = input.new_tensor(low)
    if high is not None and not is_tensor(high):
        high = input.new_tensor(high)
    if low is None or high is None:
        return ops.minimum(input, high) if low is None else ops.maximum(input, low)
    result = ops.minimum(ops.maximum(input, low), high)
    if not result.requires_grad:
        return result
    # Each element's gradient goes to where it comes from; an element at one of two bounds shares it with that bound.
    limited, elements = result.detach(), input.detach()
    crossed = ops.gt(low, high)
    at_low = ops.logical_or(ops.isnan(low), ops.logical_and(ops.le(elements, low), ops.lt(low, high)))
    at_high = ops.logical_or(ops.isnan(high), ops.logical_and(ops.ge(elements, high), ops.lt(low, high)))
    tied = ops.logical_and(ops.eq(elements, limited), ops.logical_not(crossed))
    inner = ops.where(at_low, ops.maximum(input, low), ops.where(at_high, ops.minimum(input, high), input))
    above = ops.logical_and(ops.gt(elements, high), ops.logical_not(crossed))
    below = ops.logical_and(ops.lt(elements, low), ops.logical_not(crossed))
    result = ops.where(crossed, high, ops.where(below, low, ops.where(above, high, inner)))
    return ops.where(tied, inner, result)


clip = clamp


def clamp_min(input, min, *, out=None):
    """`input` where not below `min`, else `min`.

    min: a number or tensor. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do
    not fit.
    """
    return clamp(input, min=min, out=out)


def clamp_max(input, max, *, out=None):
    """`input` where not above `max`, else `max`.

    max: a number or tensor. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do
    not fit.
    """
    return clamp(input, max=max, out=out)


def round(input, *, decimals=0, out=None):
    """Nearest integer, halves to even; with `decimals`, that many places after the point.

    Elementwise, in the shape and dtype of input; integers stay as they are. No gradient but zero.
    """
    if decimals == 0:
        result = ops.round(input)
    else:
        ops.require(input, "round_decimals")
        scale = 10.0**decimals
        result = ops.round(input * scale) / scale
    return result if out is None else store(result, out)


def masked_fill(input, mask, value):
    """`value` where `mask`, else `input`.

    mask: bool, RuntimeError otherwise; shapes broadcast. value: a number, or a tensor without dimensions.
    """
    if is_tensor(value):
        if value.dim() != 0:
            raise RuntimeError(
                f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.dim()} dimension(s)."
            )
        return ops.where(mask, value.to(input.dtype), input)
    if input.dtype is _dtype.bool_:
        value = value != 0
    return ops.masked_fill(input, mask, value)


def isfinite(input):
    """True where neither NaN nor infinite.

    Elementwise; gives bool in the shape of input.
    """
    return ops.logical_not(ops.logical_or(ops.isnan(input), ops.isinf(input)))


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """True where `|input - other| <= atol + rtol * |other|`.

    input, other: of one dtype, RuntimeError otherwise; shapes broadcast. equal_nan: two NaNs are close. Gives bool.
    """
    if not is_tensor(input):
        raise _not_a_tensor("isclose", input)
    if not is_tensor(other):
        raise _not_a_tensor("isclose", other, 2, "other")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value}")
    if input.dtype is not other.dtype:
        raise RuntimeError(f"{_dtype.SCALAR_TYPE_NAMES[input.dtype._code]} did not match {_dtype.SCALAR_TYPE_NAMES[other.dtype._code]}")
    close = ops.eq(input, other)
    if equal_nan and input.dtype.is_floating_point:
        close = ops.logical_or(close, ops.logical_and(ops.isnan(input), ops.isnan(other)))
    if rtol == 0 and atol == 0:
        return close
    if not input.dtype.is_floating_point:
        # A GPU has no float64; its integers are 32 bits wide.
        wide = _dtype.float64 if input.device.type == "cpu" else _dtype.float32
        input, other = input.to(wide), other.to(wide)
    allowed = ops.add_scalar(ops.abs(ops.mul_scalar(other, rtol)), atol)
    difference = ops.abs(ops.sub(input, other))
    return ops.logical_or(close, ops.logical_and(isfinite(difference), ops.le(difference, allowed)))


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """True if all elements are close, see `isclose`.

    Gives a Python bool. RuntimeError for two dtypes. Waits for the GPU.
    """
    return bool(isclose(input, other, rtol, atol, equal_nan).all().item())


def equal(input, other):
    """True if both have the same shape and elements.

    Gives a Python bool. Waits for the GPU.
    """
    if not is_tensor(other):
        raise TypeError(f"equal(): argument 'other' (position 2) must be Tensor, not {type(other).__name__}")
    return input.shape == other.shape and (input.numel() == 0 or bool(ops.eq(input, other).all().item()))


@in_float32
def lerp(input, end, weight, *, out=None):
    """`input + weight * (end - input)`.

    weight: a number or tensor. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that
    do not fit.
    """
    ops.require(input, "lerp_tensor" if is_tensor(weight) else "lerp")
    return store(add(input, mul(sub(end, input), weight)), out)


@in_float32
def addcmul(input, tensor1, tensor2, *, value=1, out=None):
    """`input + value * tensor1 * tensor2`.

    value: a number. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do not fit.
    """
    for place, (name, given) in enumerate((("input", input), ("tensor1", tensor1), ("tensor2", tensor2)), 1):
        if not hasattr(given, "_give_handle"):
            raise _not_a_tensor("addcmul", given, place, name)
    product = ops.mul(tensor1, tensor2)
    ops.require(product, "addcmul")
    return store(ops.add(input, product if value == 1 else ops.mul_scalar(product, value)), out)


@in_float32
def addcdiv(input, tensor1, tensor2, *, value=1, out=None):
    """`input + value * tensor1 / tensor2`.

    value: a number. Floating point only. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for
    shapes that do not fit.
    """
    if not tensor1.dtype.is_floating_point and not tensor2.dtype.is_floating_point:
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
            "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 "
            "/ tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future "
            "addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes."
        )
    return store(ops.add(input, ops.mul_scalar(ops.div(tensor1, tensor2), value)), out)


def logaddexp(input, other, *, out=None):
    """`log(exp(input) + exp(other))`.

    Computed so that large elements do not overflow. Elementwise; shapes broadcast and dtypes are promoted.
    RuntimeError for shapes that do not fit.
    """
    _check_logaddexp("logaddexp", input, other)
    return store(ops.logaddexp(input, other), out)


def _check_logaddexp(name, input, other):
    for position, argument, value in ((1, "input", input), (2, "other", other)):
        if not is_tensor(value):
            raise _not_a_tensor(name, value, position, argument)
    # Integers are refused where both are: a row of the engine would make floats of them.
    if not input.dtype.is_floating_point:
        ops.require(input if not other.dtype.is_floating_point else other, name)


# PyTorch's other names.
absolute = abs
negative = neg
subtract = sub
multiply = mul
divide = true_divide = div
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

__all__ = [*public_functions(globals()), *_compositions]
