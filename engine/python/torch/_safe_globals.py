"""What `torch.load` builds without being told to trust a file: the allow-list of `weights_only=True`.

On it by default: what tensors, parameters and their containers are rebuilt by. The user adds classes and functions of
his own. Read next: `_weights_only_unpickler`, `serialization`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools
from collections import Counter, OrderedDict

_added = []


def add_safe_globals(safe_globals):
    """Lets `torch.load` build these: classes and functions, or pairs of one and the full name that files have for it."""
    _added.extend(entry for entry in safe_globals if entry not in _added)


def get_safe_globals():
    """What was added by `add_safe_globals`."""
    return list(_added)


def clear_safe_globals():
    """Takes back everything that was added."""
    _added.clear()


class safe_globals:
    """Context manager: as `add_safe_globals`, for the length of a `with`."""

    __module__ = "torch.serialization"

    def __init__(self, safe_globals):
        self._entries = list(safe_globals)

    def __enter__(self):
        self._before = list(_added)
        add_safe_globals(self._entries)

    def __exit__(self, *exc_info):
        _added[:] = self._before


for _function in (add_safe_globals, get_safe_globals, clear_safe_globals):
    _function.__module__ = "torch.serialization"
del _function


def added_by_name():
    """What was added, by full name."""
    found = {}
    for entry in _added:
        if isinstance(entry, tuple):
            if len(entry) != 2:
                raise ValueError(f"Expected tuple of length 2 for user allowlist, but got: {entry}")
            if not isinstance(entry[1], str):
                raise TypeError(f"Expected second item in tuple to be a string, but got: {entry[1]}")
            found[entry[1]] = entry[0]
        else:
            found[f"{entry.__module__}.{entry.__qualname__}"] = entry
    return found


@functools.cache
def default_by_name():
    """What is always allowed, by full name."""
    import _codecs
    import torch

    from . import _dtype, _out_of_scope, _pickling, _storage, _utils, storage

    found = {
        "collections.OrderedDict": OrderedDict,
        "collections.Counter": Counter,
        "builtins.set": set,
        "builtins.complex": complex,
        "builtins.bytearray": bytearray,
        "_codecs.encode": _codecs.encode,
        "torch.Size": torch.Size,
        "torch.Tensor": torch.Tensor,
        "torch.device": torch.device,
        "torch.nn.parameter.Parameter": torch.nn.parameter.Parameter,
        "torch.storage.UntypedStorage": storage.UntypedStorage,
        "torch.storage.TypedStorage": storage.TypedStorage,
        "torch._tensor._rebuild_from_type_v2": _pickling._rebuild_from_type_v2,
    }
    for name, function in vars(_utils).items():
        if name.startswith("_rebuild_"):
            found["torch._utils." + name] = function
    found.update({"torch." + name: kind for name, kind in _dtype.BY_NAME.items()})
    # Dtypes that Carrel has not can be named in files, and refuse where a tensor would be made of them.
    found.update({"torch." + name: getattr(torch, name) for name in _out_of_scope._dtypes})
    found.update({"torch." + name: kind for name, kind in _storage.LEGACY.items()})
    return found
