"""`assert_close`: two values, or sequences and mappings of them, compared with tolerances that depend on their dtype.

Raises AssertionErrors worded as PyTorch's. Refuses objects that are neither numbers, tensors nor containers of them.
Read next: `torch.isclose`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import collections.abc

from .. import _dtype, as_tensor, isclose, tensor, unravel_index
from .._tensor import Tensor

# Relative and absolute tolerance; other dtypes are compared exactly.
_TOLERANCES = {
    _dtype.float16: (1e-3, 1e-5),
    _dtype.bfloat16: (1.6e-2, 1e-5),
    _dtype.float32: (1.3e-6, 1e-5),
    _dtype.float64: (1e-7, 1e-7),
}


class _Rules:
    """How values are compared."""

    def __init__(self, **settings):
        self.__dict__.update(settings)

    def tolerances(self, *dtypes):
        """Relative and absolute tolerance for values of these dtypes."""
        if self.rtol is not None:
            return self.rtol, self.atol
        return tuple(max(part) for part in zip(*(_TOLERANCES.get(dtype, (0.0, 0.0)) for dtype in dtypes)))


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
    """Raises AssertionError unless `|actual - expected| <= atol + rtol * |expected|` everywhere."""
    if (rtol is None) != (atol is None):
        raise ValueError(
            f"Both 'rtol' and 'atol' must be either specified or unspecified, but got rtol={rtol} and atol={atol} instead."
        )
    rules = _Rules(
        rtol=rtol,
        atol=atol,
        equal_nan=equal_nan,
        check_device=check_device,
        check_dtype=check_dtype,
        check_stride=check_stride,
    )
    complaint = _difference(actual, expected, rules, "")
    if complaint is not None:
        raise AssertionError(complaint if msg is None else msg(complaint) if callable(msg) else msg)


def _difference(actual, expected, rules, place):
    """What is different, or None."""
    text = None
    if isinstance(actual, collections.abc.Mapping) and isinstance(expected, collections.abc.Mapping):
        missing, added = sorted(expected.keys() - actual.keys(), key=str), sorted(actual.keys() - expected.keys(), key=str)
        if missing or added:
            text = "The keys of the mappings do not match:"
            text += f"\nMissing keys in the actual mapping: {missing}" if missing else ""
            text += f"\nAdditional keys in the actual mapping: {added}" if added else ""
        else:
            return _first(((actual[key], expected[key], f"{place}[{key!r}]") for key in expected), rules)
    elif _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            text = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
        else:
            return _first(((a, b, f"{place}[{n}]") for n, (a, b) in enumerate(zip(actual, expected))), rules)
    elif actual is None or expected is None:
        text = None if actual is expected else f"None mismatch: {actual} is not {expected}"
    elif isinstance(actual, bool) and isinstance(expected, bool):
        text = None if actual is expected else f"Booleans mismatch: {actual} is not {expected}"
    elif _is_number(actual) and _is_number(expected):
        text = _numbers(actual, expected, rules)
    elif isinstance(actual, Tensor) and isinstance(expected, Tensor):
        text = _tensors(actual, expected, rules)
    elif hasattr(actual, "__array_interface__") and hasattr(expected, "__array_interface__"):
        text = _tensors(as_tensor(actual), as_tensor(expected), rules)
    else:
        raise TypeError(f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.")
    return text if text is None or not place else f"{text}\n\nThe failure occurred for item {place}"


def _first(pairs, rules):
    return next((found for a, b, place in pairs if (found := _difference(a, b, rules, place)) is not None), None)


def _is_sequence(value):
    return isinstance(value, collections.abc.Sequence) and not isinstance(value, str)


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _numbers(actual, expected, rules):
    if rules.check_dtype and type(actual) is not type(expected):
        return f"The (d)types do not match: {type(actual)} != {type(expected)}."
    kinds = [_dtype.float64 if isinstance(value, float) else _dtype.int64 for value in (actual, expected)]
    pair = [tensor(float(value), dtype=_dtype.float64) for value in (actual, expected)]
    rtol, atol = rules.tolerances(*kinds)
    if actual == expected or bool(isclose(*pair, rtol=rtol, atol=atol, equal_nan=rules.equal_nan)):
        return None
    return _of_numbers(actual, expected, rtol, atol)


def _of_numbers(actual, expected, rtol, atol):
    absolute = abs(actual - expected)
    relative = absolute / abs(expected) if expected else float("inf")
    if not rtol and not atol:
        head, allowed = f"Expected {expected} but got {actual}.", ("", "")
    else:
        head, allowed = f"Expected {expected} but got {actual}.", (f" (up to {atol} allowed)", f" (up to {rtol} allowed)")
    return (
        f"Scalars are not {'close' if rtol or atol else 'equal'}!\n\n{head}\n"
        f"Absolute difference: {absolute}{allowed[0]}\nRelative difference: {relative}{allowed[1]}"
    )


def _tensors(actual, expected, rules):
    def differs(name, first, second):
        return f"The values for attribute '{name}' do not match: {first} != {second}."

    if actual.shape != expected.shape:
        return differs("shape", actual.shape, expected.shape)
    if rules.check_device and actual.device != expected.device:
        return differs("device", actual.device, expected.device)
    if rules.check_dtype and actual.dtype is not expected.dtype:
        return differs("dtype", actual.dtype, expected.dtype)
    if rules.check_stride and actual.stride() != expected.stride():
        return differs("stride()", actual.stride(), expected.stride())
    rtol, atol = rules.tolerances(actual.dtype, expected.dtype)
    actual, expected = actual.detach().cpu(), expected.detach().cpu()
    common = _dtype.promote_types(actual.dtype, expected.dtype)
    wide = _dtype.float64 if common.is_floating_point else _dtype.int64
    actual, expected = actual.to(wide), expected.to(wide)
    matches = isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=rules.equal_nan)
    if bool(matches.all()):
        return None
    if actual.dim() == 0:
        return _of_numbers(actual.item(), expected.item(), rtol, atol)
    return _of_elements(actual, expected, matches, rtol, atol)


def _of_elements(actual, expected, matches, rtol, atol):
    count = int((~matches).sum())
    # Elements that agree do not compete for the greatest difference.
    absolute = (actual - expected).abs().masked_fill(matches, 0)
    relative = ((actual - expected).abs() / expected.abs()).masked_fill(matches, 0)

    def greatest(kind, values, allowed):
        position = int(values.reshape(-1).argmax())
        index = tuple(int(part) for part in unravel_index(tensor(position), values.shape))
        limit = f" (up to {allowed} allowed)" if rtol or atol else ""
        return f"Greatest {kind} difference: {values.reshape(-1)[position].item()} at index {index}{limit}"

    return (
        f"Tensor-likes are not {'close' if rtol or atol else 'equal'}!\n\n"
        f"Mismatched elements: {count} / {actual.numel()} ({count / actual.numel():.1%})\n"
        f"{greatest('absolute', absolute, atol)}\n{greatest('relative', relative, rtol)}"
    )
