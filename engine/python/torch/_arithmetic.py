"""Sums, products, quotients and powers: what takes more than one operator, or arguments beside the operands.

Refuses what one operator does: see `_pointwise_tables`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from ._args import is_number, is_tensor, not_a_tensor, numbers_as_tensors, public_functions, store
from ._C import ops
from ._node_names import named
from ._pointwise_tables import floor_divide, fmod, mul
from ._widened import in_float32


def _check_operands(name, input, other):
    if not hasattr(other, "_give_handle") and not is_number(other):
        raise not_a_tensor(name, other, 2, "other")
    if not hasattr(input, "_give_handle") and not is_number(input):
        raise not_a_tensor(name, input)


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
        result = ops.add(*numbers_as_tensors(input, other))
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
        result = ops.sub(*numbers_as_tensors(input, other))
    return result if out is None else store(result, out)


def rsub(input, other, *, alpha=1):
    """`other - alpha * input`.

    alpha: multiplies input. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do
    not fit.
    """
    return sub(other, input, alpha=alpha)


def _div_node(input, other, *, rounding_mode=None, out=None):
    return None if rounding_mode is None else "DivBackward2"


@named(_div_node)
def div(input, other, *, rounding_mode=None, out=None):
    """`input / other`; `rounding_mode` "floor" or "trunc" rounds the quotient.

    Integers give the default dtype unless rounded. Elementwise; shapes broadcast and dtypes are promoted.
    RuntimeError for shapes that do not fit.
    """
    if is_number(input) and is_number(other):
        input, other = numbers_as_tensors(input, other)
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
    """`input ** exponent` in double precision.

    Elementwise: tensors of shapes that broadcast, or numbers. Gives float64 whatever the dtypes are.
    """
    input = input.double() if is_tensor(input) else float(input)
    exponent = exponent.double() if is_tensor(exponent) else float(exponent)
    return pow(input, exponent)


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


def _lerp_node(input, end, weight, **options):
    return "LerpBackward1" if is_tensor(weight) else "LerpBackward0"


@named(_lerp_node)
@in_float32
def lerp(input, end, weight, *, out=None):
    """`input + weight * (end - input)`.

    weight: a number or tensor. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that
    do not fit.
    """
    ops.require(input, "lerp_tensor" if is_tensor(weight) else "lerp")
    return store(add(input, mul(sub(end, input), weight)), out)


@named("AddcmulBackward0")
@in_float32
def addcmul(input, tensor1, tensor2, *, value=1, out=None):
    """`input + value * tensor1 * tensor2`.

    value: a number. Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do not fit.
    """
    for place, (name, given) in enumerate((("input", input), ("tensor1", tensor1), ("tensor2", tensor2)), 1):
        if not hasattr(given, "_give_handle"):
            raise not_a_tensor("addcmul", given, place, name)
    product = ops.mul(tensor1, tensor2)
    ops.require(product, "addcmul")
    if not product.dtype.is_floating_point:
        # As PyTorch brings it to the dtype: 0.5 is nothing to integers.
        value = int(value)
    return store(ops.add(input, product if value == 1 else ops.mul_scalar(product, value)), out)


@named("AddcdivBackward0")
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
            raise not_a_tensor(name, value, position, argument)
    # Integers are refused where both are: a row of the engine would make floats of them.
    if not input.dtype.is_floating_point:
        ops.require(input if not other.dtype.is_floating_point else other, name)


subtract = sub
divide = true_divide = div


__all__ = public_functions(globals())
