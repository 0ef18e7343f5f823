"""What `assert_close` says of values that differ: by how much, and where most.

Read next: `_comparison`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .. import _dtype


def _words(what, extra, differences, rtol, atol):
    is_exact = rtol == 0 and atol == 0
    lines = [f"{what} are not {'equal' if is_exact else 'close'}!", "", extra]
    for line, allowed in zip(differences, (atol, rtol)):
        lines.append(line if is_exact else f"{line} (up to {allowed} allowed)")
    return "\n".join(lines)


def scalars_differ(actual, expected, rtol, atol):
    """The text about two numbers."""
    absolute = abs(actual - expected)
    relative = float("inf") if expected == 0 else absolute / abs(expected)
    differences = (f"Absolute difference: {absolute}", f"Relative difference: {relative}")
    return _words("Scalars", f"Expected {expected} but got {actual}.", differences, rtol, atol)


def tensors_differ(actual, expected, matches, rtol, atol):
    """The text about two CPU tensors of one shape and dtype; `matches` tells which elements agree."""
    count, total = int((~matches).sum()), matches.numel()
    first, second = actual.flatten(), expected.flatten()
    if not first.dtype.is_floating_point:
        # Differences of small integers need more room than these have.
        first, second = first.to(_dtype.int64), second.to(_dtype.int64)
    agree = matches.flatten()
    # Elements that agree do not compete for the greatest difference.
    absolute = (first - second).abs().masked_fill(agree, 0)
    relative = (absolute / second.abs()).masked_fill(agree, 0)
    differences = [_greatest(kind, values, actual.shape) for kind, values in (("absolute", absolute), ("relative", relative))]
    return _words("Tensor-likes", f"Mismatched elements: {count} / {total} ({count / total:.1%})", differences, rtol, atol)


def _greatest(kind, values, shape):
    position = int(values.argmax())
    index, rest = [], position
    for size in reversed(shape):
        rest, place = divmod(rest, size)
        index.insert(0, place)
    return f"Greatest {kind} difference: {values[position].item()} at index {tuple(index)}"
