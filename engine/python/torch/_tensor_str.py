"""How a tensor prints, character for character as PyTorch prints it.

The values are read once (only the edges of a large tensor), then formatted from a nested list.
Refuses to read anything else from the tensor than `tolist()` and its metadata.
Read next: `_tensor`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from . import _dtype


class _Options:
    """What `torch.set_printoptions` sets."""

    precision = 4
    threshold = 1000
    edgeitems = 3
    linewidth = 80
    sci_mode = None


PRINT_OPTS = _Options()

_PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """Sets how tensors print.

    precision: digits after the point (4). threshold: elements above which the middle is left out (1000).
    edgeitems: items kept at each edge then (3). linewidth: characters a line (80).
    profile: "default", "short" or "full". sci_mode: True, False, or None to decide by the values.
    """
    if profile is not None:
        for name, value in _PROFILES.get(profile, {}).items():
            setattr(PRINT_OPTS, name, value)
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    for name, value in given.items():
        if value is not None:
            setattr(PRINT_OPTS, name, value)
    PRINT_OPTS.sci_mode = sci_mode


def get_printoptions():
    """The current print options as a dict."""
    return {name: getattr(PRINT_OPTS, name) for name in ("precision", "threshold", "edgeitems", "linewidth", "sci_mode")}


class printoptions:
    """Context manager: print options for the length of a `with` block."""

    def __init__(self, **options):
        self._wanted = options

    def __enter__(self):
        self._before = get_printoptions()
        set_printoptions(**{**self._before, **self._wanted})

    def __exit__(self, *exc_info):
        set_printoptions(**self._before)


class _Format:
    """The one format that all numbers of a tensor share, chosen by looking at them."""

    def __init__(self, values, is_float):
        self.is_float = is_float
        self.integral = True
        self.scientific = False
        self.width = 1
        if not is_float:
            self.width = max((len(str(value)) for value in values), default=1)
            return
        values = [value for value in values if value != 0 and math.isfinite(value)]
        if not values:
            return
        largest = max(map(abs, values))
        smallest = min(map(abs, values))
        self.integral = all(value == math.ceil(value) for value in values)
        if PRINT_OPTS.sci_mode is None:
            self.scientific = largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4
        else:
            self.scientific = PRINT_OPTS.sci_mode
        self.width = max(self.width, max(len(self._number(value)) for value in values))

    def _number(self, value):
        if not self.is_float:
            return str(value)
        if self.scientific:
            return f"{value:.{PRINT_OPTS.precision}e}"
        if self.integral:
            text = f"{value:.0f}"
            return f"{text}." if math.isfinite(value) else text
        return f"{value:.{PRINT_OPTS.precision}f}"

    def __call__(self, value):
        return self._number(value).rjust(self.width)


def _leaves(nested, rank):
    if rank == 0:
        return [nested]
    if rank == 1:
        return nested
    return [value for part in nested for value in _leaves(part, rank - 1)]


def _lines(nested, shape, cut, indent, formatted):
    """Text of a nested list. `shape` holds the sizes before the middle was cut out."""
    if not shape:
        return formatted(nested)
    is_cut = cut and shape[0] > 2 * PRINT_OPTS.edgeitems
    if len(shape) == 1:
        parts = [formatted(value) for value in nested]
        if is_cut:
            parts.insert(PRINT_OPTS.edgeitems, " ...")
        per_line = max(1, (PRINT_OPTS.linewidth - indent) // (formatted.width + 2))
        rows = [", ".join(parts[start : start + per_line]) for start in range(0, len(parts), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(rows) + "]"
    parts = [_lines(part, shape[1:], cut, indent + 1, formatted) for part in nested]
    if is_cut:
        parts.insert(PRINT_OPTS.edgeitems, "...")
    return "[" + ("," + "\n" * (len(shape) - 1) + " " * (indent + 1)).join(parts) + "]"


def _edges(tensor):
    """The tensor without the middle of its long dimensions, so that a large one is not read whole."""
    from ._stacking import cat

    keep = PRINT_OPTS.edgeitems
    for dim, size in enumerate(tensor.shape):
        if size > 2 * keep:
            tensor = cat([tensor.narrow(dim, 0, keep), tensor.narrow(dim, size - keep, keep)], dim)
    return tensor


def _contents(tensor, indent):
    shape = tuple(tensor.shape)
    cut = math.prod(shape) > PRINT_OPTS.threshold
    nested = (_edges(tensor) if cut else tensor).tolist()
    formatted = _Format(_leaves(nested, len(shape)), tensor.dtype.is_floating_point)
    return _lines(nested, shape, cut, indent, formatted)


def _suffixes(tensor):
    default = _dtype.get_default_dtype()
    if tensor.device.type != "cpu":
        yield f"device='{tensor.device}'"
    if tensor.numel() == 0:
        if tensor.dim() != 1:
            yield f"size={tuple(tensor.shape)}"
        if tensor.dtype is not default:
            yield f"dtype={tensor.dtype}"
    elif tensor.dtype not in (default, _dtype.int64, _dtype.bool_):
        yield f"dtype={tensor.dtype}"
    name = tensor._grad_fn_name()
    if name:
        yield f"grad_fn=<{name}>"
    elif tensor.requires_grad:
        yield "requires_grad=True"


def tensor_text(tensor, contents=None):
    """`repr(tensor)`."""
    prefix = "tensor("
    indent = len(prefix)
    if contents is None:
        contents = "[]" if tensor.numel() == 0 else _contents(tensor.detach(), indent)
    text = prefix + contents
    # One more than the last line's length, as PyTorch counts it.
    last_line = len(text) - text.rfind("\n") + 1
    for suffix in _suffixes(tensor):
        if last_line + len(suffix) + 2 > PRINT_OPTS.linewidth:
            text += ",\n" + " " * indent + suffix
            last_line = indent + len(suffix)
        else:
            text += ", " + suffix
            last_line += len(suffix) + 2
    return text + ")"
