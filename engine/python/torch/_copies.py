"""The views that copy: `expand_copy`, `permute_copy` and their like, and the splits that PyTorch calls unsafe.

Each computes the view of its name and copies it. Read next: `_shape`, `_parts`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _parts, _shape
from ._args import store
from ._C import ops
from ._signatures import take_signature

# What has a view function of the same name.
_VIEWS = {
    _shape: "expand permute squeeze t transpose unsqueeze view",
    _parts: "as_strided diagonal narrow select split_with_sizes unbind unfold split",
}


def _copied(result):
    return tuple(map(ops.row_major, result)) if isinstance(result, tuple) else ops.row_major(result)


def _copying(name, view):
    def function(*args, out=None, **kwargs):
        return store(_copied(view(*args, **kwargs)), out)

    function.__name__ = function.__qualname__ = name + "_copy"
    function.__doc__ = f"A copy of what `{name}` shows: the same arguments, shape and dtype, and memory of its own."
    return take_signature(function, view, out=True)


for _family, _names in _VIEWS.items():
    for _name in _names.split():
        globals()[_name + "_copy"] = _copying(_name, getattr(_family, _name))
slice_copy = _copying("slice", lambda input, dim=0, start=None, end=None, step=1: ops.slice(input, dim, start, end, step))
alias_copy = _copying("alias", lambda input: ops.alias(input))
detach_copy = _copying("detach", lambda input: ops.detach(input))
del _family, _name, _names


def unsafe_chunk(input, chunks, dim=0):
    """A dimension in about equal parts, as copies: they may be written to, and the input kept."""
    return _copied(_parts.chunk(input, chunks, dim))


def unsafe_split(input, split_size, dim=0):
    """A dimension in parts of one size, as copies."""
    return _copied(_parts.split(input, split_size, dim))


def unsafe_split_with_sizes(input, split_sizes, dim=0):
    """A dimension in parts of the sizes given, as copies."""
    return _copied(_parts.split_with_sizes(input, list(split_sizes), dim))


__all__ = [name for name in globals() if name.endswith("_copy") or name.startswith("unsafe_")]
