"""Which values the inspector knows, told by their class alone: asking a value itself could run the user's code.

Libraries are looked for among what is imported already and never imported.
Read next: describe.py.
"""

import sys
from typing import Any

_NAME = type.__dict__["__name__"].__get__
_MRO = type.__dict__["__mro__"].__get__
_MODULE = type.__dict__["__module__"].__get__


def class_name(value: Any) -> str:
    """The name of a value's class."""
    return _NAME(type(value))


def module_name(cls: type) -> str:
    """The first part of the name of the module that a class comes from."""
    found = _MODULE(cls)
    return found.partition(".")[0] if isinstance(found, str) else ""


def has_base(value: Any, base: Any) -> bool:
    """Whether a value's class is derived from another."""
    return base is not None and base in _MRO(type(value))


def _class(module: str, name: str) -> Any:
    return getattr(sys.modules.get(module), name, None)


def is_tensor(value: Any) -> bool:
    """A tensor of torch, parameters included."""
    return has_base(value, _class("torch", "Tensor"))


def is_lazy(value: Any) -> bool:
    """A parameter or buffer of torch that has no size yet."""
    return has_base(value, _class("torch.nn.parameter", "UninitializedTensorMixin"))


def is_layer(value: Any) -> bool:
    """A module of `torch.nn`."""
    return has_base(value, _class("torch.nn", "Module"))


def is_array(value: Any) -> bool:
    """An array of NumPy."""
    return has_base(value, _class("numpy", "ndarray"))


def is_array_scalar(value: Any) -> bool:
    """A single number of NumPy."""
    return has_base(value, _class("numpy", "generic"))


def is_frame(value: Any) -> bool:
    """A table of pandas."""
    return has_base(value, _class("pandas", "DataFrame"))


def is_series(value: Any) -> bool:
    """A column of pandas."""
    return has_base(value, _class("pandas", "Series"))


def container_base(value: Any) -> type | None:
    """Which of Python's containers a value is, by inheritance too."""
    return next((base for base in (dict, list, tuple, set, frozenset) if has_base(value, base)), None)


def plain_tensor(value: Any) -> Any:
    """A tensor's elements as a tensor of torch's own class, without gradients: no method of a derived class runs."""
    return sys.modules["torch._C"].ops.detach(value)
