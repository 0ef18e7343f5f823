"""`assert_close`: two values, or sequences and mappings of them, compared with tolerances that depend on their dtype.

First all pairs are found, which raises for values that cannot be compared; then they are compared one by one, and the
first that differs raises an AssertionError worded as PyTorch's.
Refuses objects that are neither numbers, tensors (or what `torch.as_tensor` takes) nor containers of them.
Read next: `_mismatch`, `torch.isclose`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import collections.abc
import sys

from .. import _dtype, as_tensor, isclose, tensor
from .._tensor import Tensor
from ._mismatch import scalars_differ, tensors_differ

# Relative and absolute tolerance; other dtypes are compared exactly.
_TOLERANCES = {
    _dtype.float16: (1e-3, 1e-5),
    _dtype.bfloat16: (1.6e-2, 1e-5),
    _dtype.float32: (1.3e-6, 1e-5),
    _dtype.float64: (1e-7, 1e-7),
}

# The dtype whose tolerances a Python number has.
_NUMBER_DTYPES = {int: _dtype.int64, float: _dtype.float64, complex: None}


def default_tolerances(*inputs, dtype_precisions=None):
    """The largest relative and absolute tolerance of tensors or dtypes."""
    known = dtype_precisions or _TOLERANCES
    found = []
    for value in inputs:
        if not isinstance(value, (Tensor, _dtype.dtype)):
            raise TypeError(f"Expected a torch.Tensor or a torch.dtype, but got {type(value)} instead.")
        found.append(known.get(value.dtype if isinstance(value, Tensor) else value, (0.0, 0.0)))
    return tuple(max(part) for part in zip(*found))


class _Failure(Exception):
    """What went wrong, and where in the containers."""

    def __init__(self, kind, text, place=()):
        super().__init__(text)
        self.kind, self.text, self.place = kind, text, place

    def as_error(self, msg):
        """The exception to raise; `msg` takes the place of its text, or makes one of it."""
        text = self.text
        if self.place:
            text += f"\n\nThe failure occurred for item {''.join(str([key]) for key in self.place)}"
        return self.kind(msg if isinstance(msg, str) else msg(text) if callable(msg) else text)


class _Rules:
    """How values are compared."""

    def __init__(self, **settings):
        self.__dict__.update(settings)

    def tolerances(self, *dtypes):
        """Relative and absolute tolerance for values of these dtypes."""
        return (self.rtol, self.atol) if self.rtol is not None else default_tolerances(*dtypes)


def assert_close(
    actual,
    expected,
    *,
    allow_subclasses=True,
    rtol=None,
    atol=None,
    equal_nan=False,
    check_device=True,
    check_dtype=True,
    check_layout=True,
    check_stride=False,
    msg=None,
):
    """Raises AssertionError unless `|actual - expected| <= atol + rtol * |expected|` everywhere.

    Mappings and sequences are compared item by item. rtol, atol: both or none; by default 1.3e-6 and 1e-5 for float32, 1e-7
    for float64, 1e-3 and 1e-5 for float16, 1.6e-2 and 1e-5 for bfloat16, 0 for all others.
    check_device, check_dtype, check_layout, check_stride: raise if these differ; else values are brought together first.
    msg: a text to raise instead, or a function from the text to another.
    Raises TypeError for what cannot be compared, ValueError if one tolerance alone is given.
    Source: https://docs.pytorch.org/docs/stable/testing.html#torch.testing.assert_close
    """
    rules = _Rules(
        allow_subclasses=allow_subclasses,
        rtol=rtol,
        atol=atol,
        equal_nan=equal_nan,
        check_device=check_device,
        check_dtype=check_dtype,
        check_layout=check_layout,
        check_stride=check_stride,
    )
    try:
        for compare, first, second, place in list(_pairs(actual, expected, rules, ())):
            text = compare(first, second, rules)
            if text is not None:
                raise _Failure(AssertionError, text, place)
    except _Failure as failure:
        error = failure.as_error(msg)
    else:
        return
    raise error


def _pairs(actual, expected, rules, place):
    """Every pair to compare, as (function, actual, expected, place). Raises where containers or types do not match."""
    if _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            text = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
            raise _Failure(AssertionError, text, place)
        for position in range(len(actual)):
            yield from _pairs(actual[position], expected[position], rules, (*place, position))
    elif isinstance(actual, collections.abc.Mapping) and isinstance(expected, collections.abc.Mapping):
        for key in _common_keys(actual, expected, place):
            yield from _pairs(actual[key], expected[key], rules, (*place, key))
    else:
        yield (*_pair(actual, expected, rules, place), place)


def _common_keys(actual, expected, place):
    missing, added = expected.keys() - actual.keys(), actual.keys() - expected.keys()
    if missing or added:
        text = "The keys of the mappings do not match:"
        text += f"\nMissing keys in the actual mapping: {sorted(missing)}" if missing else ""
        text += f"\nAdditional keys in the actual mapping: {sorted(added)}" if added else ""
        raise _Failure(AssertionError, text, place)
    try:
        return sorted(actual)
    except TypeError:
        return list(actual)


def _pair(actual, expected, rules, place):
    if actual is None or expected is None:
        return _nones, actual, expected
    if _is_truth(actual) and _is_truth(expected):
        return _truths, bool(actual), bool(expected)
    if _is_number(actual) and _is_number(expected):
        _check_tolerances(rules, place)
        return _numbers, _python_number(actual), _python_number(expected)
    if isinstance(actual, type(expected)) or isinstance(expected, type(actual)):
        if rules.allow_subclasses or type(actual) is type(expected):
            tensors = _as_tensor(actual), _as_tensor(expected)
            if None not in tensors:
                _check_tolerances(rules, place)
                return _tensors, *tensors
    text = f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}."
    raise _Failure(TypeError, text, place)


def _check_tolerances(rules, place):
    if (rules.rtol is None) != (rules.atol is None):
        absent = "rtol" if rules.rtol is None else "atol"
        text = f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {absent}."
        raise _Failure(ValueError, text, place)


def _as_tensor(value):
    """A tensor of the value, or None."""
    if isinstance(value, Tensor):
        return value
    try:
        return as_tensor(value)
    except Exception:
        return None


def _is_sequence(value):
    return isinstance(value, collections.abc.Sequence) and not isinstance(value, str)


def _is_of_numpy(value, *names):
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, tuple(getattr(numpy, name) for name in names))


def _is_truth(value):
    return isinstance(value, bool) or _is_of_numpy(value, "bool_")


def _is_number(value):
    return isinstance(value, (int, float, complex)) or _is_of_numpy(value, "number")


def _python_number(value):
    return value if isinstance(value, (int, float, complex)) else value.item()


def _nones(actual, expected, rules):
    return None if actual is expected else f"None mismatch: {actual} is not {expected}"


def _truths(actual, expected, rules):
    return None if actual is expected else f"Booleans mismatch: {actual} is not {expected}"


def _numbers(actual, expected, rules):
    if rules.check_dtype and type(actual) is not type(expected):
        return f"The (d)types do not match: {type(actual)} != {type(expected)}."
    if rules.rtol is not None:
        rtol, atol = rules.rtol, rules.atol
    else:
        kinds = [_NUMBER_DTYPES.get(type(value)) or _dtype.float64 for value in (actual, expected)]
        rtol, atol = default_tolerances(*kinds)
    if actual == expected or (rules.equal_nan and actual != actual and expected != expected):
        return None
    difference = abs(actual - expected)
    # Infinite differences are never allowed.
    if difference <= atol + rtol * abs(expected) and difference != float("inf") and abs(expected) != float("inf"):
        return None
    return scalars_differ(actual, expected, rtol, atol)


def _attributes(actual, expected, rules):
    """What is said if shapes, layouts, strides, devices or dtypes differ where they must not."""
    asked = [("shape", actual.shape, expected.shape)]
    if rules.check_layout:
        asked.append(("layout", actual.layout, expected.layout))
    if rules.check_stride:
        asked.append(("stride()", actual.stride(), expected.stride()))
    if rules.check_device:
        asked.append(("device", actual.device, expected.device))
    if rules.check_dtype:
        asked.append(("dtype", actual.dtype, expected.dtype))
    for name, first, second in asked:
        if first != second:
            return f"The values for attribute '{name}' do not match: {first} != {second}."
    return None


def _tensors(actual, expected, rules):
    if (text := _attributes(actual, expected, rules)) is not None:
        return text
    rtol, atol = rules.tolerances(actual.dtype, expected.dtype)
    actual, expected = actual.detach(), expected.detach()
    if actual.device != expected.device:
        actual, expected = actual.cpu(), expected.cpu()
    if actual.dtype is not expected.dtype:
        common = _dtype.promote_types(actual.dtype, expected.dtype)
        actual, expected = actual.to(common), expected.to(common)
    matches = isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=rules.equal_nan)
    if bool(matches.all()):
        return None
    if actual.dim() == 0:
        return scalars_differ(actual.item(), expected.item(), rtol, atol)
    return tensors_differ(actual.cpu(), expected.cpu(), matches.cpu(), rtol, atol)
