"""In-place draws: `x.uniform_()` and the other methods of `Tensor` that fill it with random numbers.

Read next: `_random`, `engine/src/random`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from ._args import is_tensor
from ._C import ops
from ._generator import drawing_from

#: Largest numbers up to which a dtype counts, by dtype; the names are those of PyTorch's messages.
_RANGES = {
    _dtype.uint8: (0, 2**8 - 1, "unsigned char"),
    _dtype.int8: (-(2**7), 2**7 - 1, "signed char"),
    _dtype.int16: (-(2**15), 2**15 - 1, "short int"),
    _dtype.int32: (-(2**31), 2**31 - 1, "int"),
    _dtype.int64: (-(2**63), 2**63 - 1, "long int"),
    _dtype.uint16: (0, 2**16 - 1, "unsigned short"),
    _dtype.uint32: (0, 2**32 - 1, "unsigned int"),
    _dtype.uint64: (0, 2**64 - 1, "unsigned long"),
    _dtype.bool_: (0, 1, "bool"),
    _dtype.float16: (-65504, 65504, "c10::Half"),
}

#: The last whole number that a float dtype holds with all before it.
_EXACT = {_dtype.float64: 2**53, _dtype.float32: 2**24, _dtype.float16: 2**11, _dtype.bfloat16: 2**8}


def check_range(low, high, dtype):
    """Raises if integers from `low` up to below `high` are none, or do not fit a dtype."""
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    least, most, name = _RANGES.get(dtype, (low, high, ""))
    if not least <= low <= most:
        raise RuntimeError(f"from is out of bounds for {name}")
    if not least <= high - 1 <= most:
        raise RuntimeError(f"to - 1 is out of bounds for {name}")


def _bounds(name, first, second, named):
    """Bounds given by position or under PyTorch's names, of which one is a word of Python's."""
    first, second = named.pop("from", first), named.pop("to", second)
    for unknown in named:
        raise TypeError(f"{name}() got an unexpected keyword argument '{unknown}'")
    return first, second


def with_zero_gradient(drawn, *parameters):
    """Draws that depend on parameters, as far as gradients go: with a gradient of zero, as PyTorch's."""
    for parameter in parameters:
        if is_tensor(parameter) and parameter.requires_grad:
            drawn = drawn + ops.masked_fill(parameter, ops.full((), True, _dtype.bool_, parameter.device._code), 0.0)
    return drawn


def _as_it_lies(tensor, *others):
    """Tensors of one shape with their dimensions in the order in which the first lies in memory: draws are made in that order."""
    if tensor.is_contiguous():
        return tensor, *others
    dims = [int(dim) for dim in ops.order_in_memory(tensor)]
    return tuple(each.permute(dims) for each in (tensor, *others))


def uniform_(self, a=0.0, b=1.0, *, generator=None, **bounds):
    """Fills with numbers uniform between two bounds."""
    if bounds:
        a, b = _bounds("uniform_", a, b, bounds)
    if a > b:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={a:g} > to={b:g}")
    if generator is None:
        ops.uniform_(self, a, b)
    else:
        with drawing_from(generator):
            ops.uniform_(self, a, b)
    return self


def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fills with normal numbers."""
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if generator is None:
        ops.normal_(self, mean, std)
    else:
        with drawing_from(generator):
            ops.normal_(self, mean, std)
    return self


def exponential_(self, lambd=1.0, *, generator=None):
    """Fills with exponentially distributed numbers."""
    with drawing_from(generator):
        ops.exponential_(self, lambd)
    return self


def bernoulli_(self, p=0.5, *, generator=None):
    """Fills with 1 with probability `p`, else 0."""
    with drawing_from(generator):
        if is_tensor(p):
            lying, chances = _as_it_lies(self, p.expand(self.shape))
            lying.copy_(ops.bernoulli(chances))
        else:
            ops.bernoulli_(self, p)
    return self


def random_(self, start=None, end=None, *, generator=None, **bounds):
    """Fills with integers: of the whole range of the dtype, below `start`, or from `start` up to below `end`."""
    has_start = "from" in bounds
    start, end = _bounds("random_", start, end, bounds)
    if start is None and end is None:
        with drawing_from(generator):
            ops.random_(self)
        return self
    if end is None and has_start:
        # From a number up to the dtype's largest.
        end = _EXACT.get(self.dtype) or _RANGES[self.dtype][1]
        end += 1 if end < 2**63 - 1 else 0
    elif end is None or start is None:
        start, end = 0, start if end is None else end
    check_range(start, end, self.dtype)
    with drawing_from(generator):
        (lying,) = _as_it_lies(self)
        lying.copy_(ops.randint(start, end, lying.shape, _dtype.int64, self.device._code))
    return self


def cauchy_(self, median=0.0, sigma=1.0, *, generator=None):
    """Fills with Cauchy distributed numbers."""
    with drawing_from(generator):
        ops.cauchy_(self, median, sigma)
    return self


def log_normal_(self, mean=1.0, std=2.0, *, generator=None):
    """Fills with numbers whose logarithms are normal."""
    with drawing_from(generator):
        ops.log_normal_(self, mean, std)
    return self


def geometric_(self, p, *, generator=None):
    """Fills with numbers of trials up to the first success, which has probability `p`."""
    with drawing_from(generator):
        ops.geometric_(self, p)
    return self
