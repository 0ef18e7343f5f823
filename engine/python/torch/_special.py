"""Special functions, and elementwise functions about the sign, the exponent and the kind of a number.

Those with a kernel of their own are made from a list; the others are compositions. `torch.special` names them anew.
Refuses complex numbers: what would give one for real input says so. Read next: `_pointwise`, `special`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from . import _dtype, _pointwise, return_types
from ._args import is_number, is_tensor, not_a_tensor, public_functions, store
from ._arithmetic import _check_logaddexp
from ._C import ops
from ._node_names import named
from ._pointwise_compositions import _as_float
from ._pointwise_tables import _binary, _unary
from ._widened import in_float32

for _name, _doc in {
    "lgamma": "Logarithm of the size of the gamma function.",
    "digamma": "Derivative of `lgamma`.",
    "erfinv": "Inverse of `erf`.",
    "i0": "Modified Bessel function of the first kind, order 0.",
    "special_i0e": "`exp(-|x|) * i0(x)`.",
    "special_i1": "Modified Bessel function of the first kind, order 1.",
    "special_i1e": "`exp(-|x|) * i1(x)`.",
    "special_erfcx": "`exp(x * x) * erfc(x)`.",
    "special_ndtri": "Where the normal distribution function has a value.",
    "special_log_ndtr": "Logarithm of the normal distribution function.",
    "special_ndtr": "The normal distribution function.",
    "special_entr": "`-x * log(x)`, 0 at 0 and minus infinity below.",
    "sinc": "`sin(pi * x) / (pi * x)`, 1 at 0.",
    "special_bessel_j0": "Bessel function of the first kind, order 0.",
    "special_bessel_j1": "Bessel function of the first kind, order 1.",
    "special_bessel_y0": "Bessel function of the second kind, order 0.",
    "special_bessel_y1": "Bessel function of the second kind, order 1.",
    "special_modified_bessel_k0": "Modified Bessel function of the second kind, order 0.",
    "special_modified_bessel_k1": "Modified Bessel function of the second kind, order 1.",
    "special_scaled_modified_bessel_k0": "`exp(x)` times the modified Bessel function of the second kind, order 0.",
    "special_scaled_modified_bessel_k1": "`exp(x)` times the modified Bessel function of the second kind, order 1.",
    "special_airy_ai": "Airy function Ai.",
    "signbit": "True where negative, also for -0.0.",
}.items():
    globals()[_name] = _unary(_name, _doc)

for _name, _doc in {
    "copysign": "The size of `input` with the sign of `other`.",
    "nextafter": "The next number after `input` on the way to `other`.",
    "fmax": "The larger of the two; a number beats NaN.",
    "fmin": "The smaller of the two; a number beats NaN.",
    "hypot": "`sqrt(input**2 + other**2)`.",
    "gcd": "Greatest common divisor.",
    "lcm": "Least common multiple.",
    "bitwise_left_shift": "Bits moved up by `other`.",
    "bitwise_right_shift": "Bits moved down by `other`.",
    "igamma": "Regularised lower incomplete gamma function of parameter `input`.",
    "igammac": "Regularised upper incomplete gamma function of parameter `input`.",
    "special_zeta": "Hurwitz zeta function.",
    "special_xlog1py": "`input * log1p(other)`, 0 where `input` is 0.",
}.items():
    globals()[_name] = _binary(_name, _doc)
del _name, _doc


def _pair(input, other):
    """Two operands, of which one may be a number, as tensors."""
    if not is_tensor(input):
        input = other.new_tensor(input) if not isinstance(input, float) else _as_float(other).new_tensor(input)
    if not is_tensor(other):
        other = input.new_tensor(other) if not isinstance(other, float) else _as_float(input).new_tensor(other)
    return input, other


def _need_tensor(name, input):
    if not is_tensor(input):
        raise not_a_tensor(name, input)


# Gamma and its relatives


@named("PolygammaBackward0")
def polygamma(n, input, *, out=None):
    """The n-th derivative of `digamma`.

    n: not negative, RuntimeError otherwise. Elementwise; gives the shape of input. Integers give the default dtype.
    """
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    if n == 0:
        return store(ops.digamma(input), out)
    if n == 1:
        return store(ops.trigamma(input), out)
    return store(ops.mul_scalar(ops.scalar_special_zeta(float(n + 1), input), (-1.0) ** (n + 1) * math.factorial(n)), out)


@named("MvlgammaBackward0")
@in_float32
def mvlgamma(input, p, *, out=None):
    """Logarithm of the multivariate gamma function of dimension `p`.

    p: at least 1, RuntimeError otherwise. Elementwise; gives the shape of input. Integers give the default dtype.
    """
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    x = _as_float(input)
    result = None
    for step in range(p):
        term = ops.lgamma(ops.sub_scalar(x, 0.5 * step))
        result = term if result is None else result + term
    return store(ops.add_scalar(result, p * (p - 1) * 0.25 * math.log(math.pi)), out)


# Bessel functions that are compositions


def special_spherical_bessel_j0(input, *, out=None):
    """`sin(x) / x`, 1 at 0.

    Elementwise; gives the shape of input. Integers give the default dtype.
    """
    x = _as_float(input)
    is_zero = ops.eq_scalar(x, 0)
    quotient = ops.div(ops.sin(x), ops.masked_fill(x, is_zero, 1.0))
    quotient = ops.masked_fill(quotient, ops.isinf(x), 0.0)
    return store(ops.masked_fill(quotient, is_zero, 1.0), out)


# Exponents and logarithms to base 2


def logaddexp2(input, other, *, out=None):
    """`log2(2**input + 2**other)`.

    Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do not fit.
    """
    _check_logaddexp("logaddexp2", input, other)
    return store(ops.logaddexp2(input, other), out)


@named("LdexpBackward0")
def ldexp(input, other, *, out=None):
    """`input * 2**other`.

    Elementwise; shapes broadcast and dtypes are promoted. RuntimeError for shapes that do not fit.
    """
    _need_tensor("ldexp", input)
    if not is_tensor(other):
        raise not_a_tensor("ldexp", other, 2, "other")
    # Powers of integers are of the dtype of what they multiply.
    whole = not other.dtype.is_floating_point and input.dtype.is_floating_point
    return store(_pointwise.mul(input, ops.exp2(other.to(input.dtype) if whole else other)), out)


def frexp(input, *, out=None):
    """Mantissas of a size from 0.5 to 1, and their exponents of 2.

    input: floating point. Gives (mantissa, exponent), exponent int32, in the shape of input.
    """
    _need_tensor("frexp", input)
    if not input.dtype.is_floating_point:
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    return store(return_types.frexp(ops.frexp_mantissa(input), ops.frexp_exponent(input).to(_dtype.int32)), out)


# Signs and kinds of numbers


def heaviside(input, values, *, out=None):
    """0 below zero, 1 above, and `values` at zero.

    input, values: of one dtype, RuntimeError otherwise; shapes broadcast.
    """
    _need_tensor("heaviside", input)
    if not is_tensor(values):
        raise not_a_tensor("heaviside", values, 2, "values")
    if input.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    step = ops.gt_scalar(input, 0).to(input.dtype)
    return store(ops.where(ops.eq_scalar(input, 0), values, step), out)


def isposinf(input, *, out=None):
    """True where plus infinity.

    Elementwise; gives bool in the shape of input.
    """
    return store(_is_value(input, math.inf), out)


def isneginf(input, *, out=None):
    """True where minus infinity.

    Elementwise; gives bool in the shape of input.
    """
    return store(_is_value(input, -math.inf), out)


def _is_value(input, value):
    if not input.dtype.is_floating_point:
        return ops.zeros(input.shape, _dtype.bool_, input.device._code)
    return ops.eq_scalar(input, value)


def isreal(input):
    """True everywhere: there are no complex numbers.

    Elementwise; gives bool in the shape of input.
    """
    return ops.full(input.shape, True, _dtype.bool_, input.device._code)


def angle(input, *, out=None):
    """0 for positive numbers, pi for negative ones, NaN for NaN.

    Elementwise; gives the shape of input. Integers give the default dtype.
    """
    x = _as_float(input).detach()
    result = ops.masked_fill(ops.mul_scalar(ops.lt_scalar(x, 0).to(x.dtype), math.pi), ops.isnan(x), math.nan)
    if input.requires_grad:
        result = ops.masked_fill(input, input.new_ones((), dtype=_dtype.bool_), 0.0) + result
    return store(result, out)


def _itself(name, doc):
    def function(input):
        _need_tensor(name, input)
        return ops.same(input)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


real = _itself("real", "The input itself, any tensor: there are no complex numbers.")
conj = _itself("conj", "The input itself, any tensor: there are no complex numbers.")
resolve_conj = _itself("resolve_conj", "The input itself, any tensor: there are no complex numbers.")
resolve_neg = _itself("resolve_neg", "The input itself, any tensor: no view is lazily negative.")


def conj_physical(input, *, out=None):
    """Itself: there are no complex numbers.

    input: any tensor. Gives the same elements.
    """
    return input if out is None else store(input, out)


def conj_physical_(input):
    """Itself: there are no complex numbers.

    input: any tensor, which is returned.
    """
    return input


def imag(input):
    """Refused, as for every tensor that is not complex.

    input: any tensor. TypeError: "imag is not implemented for tensors with non-complex dtypes".
    """
    raise TypeError("imag is not implemented for tensors with non-complex dtypes.")


def is_conj(input):
    """False: there are no complex numbers.

    input: any tensor.
    """
    return False


def is_neg(input):
    """False: no view is lazily negative.

    input: any tensor.
    """
    return False


__all__ = public_functions(globals())
