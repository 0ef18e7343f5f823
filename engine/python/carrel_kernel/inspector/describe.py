"""One line about a value: its class, shape, dtype, device, bytes, and a preview of what it holds.

Values of known classes are described without running anything of the user's and
without reading from the GPU; of all others a guarded `repr` is shown.
Read next: guard.py, listing.py.
"""

import math
import sys
import types
from typing import Any

from . import known
from .guard import NO_PREVIEW, Guard
from .items import item_count, items, key_text, parameters_of
from .text import count, cut, dimensions, integer, number, one_line, sound

PREVIEW_LIMIT = 200
"""The longest preview, in characters."""
_FEW = 6
"""How many elements a preview shows."""

FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType, type)
"""What the list leaves out unless it is asked for, modules beside."""


def kind_of(value: Any) -> str:
    """Whether a value is a "function" (classes too), a "module", or a "value"."""
    if known.has_base(value, types.ModuleType):
        return "module"
    return "function" if any(known.has_base(value, base) for base in FUNCTIONS) else "value"


def describe(name: str, value: Any, guard: Guard) -> dict:
    """A line of the list."""
    row = {"name": name, "type": known.class_name(value), "kind": kind_of(value), "shape": "", "dtype": "", "device": "",
           "bytes": None, "preview": ""}
    try:
        row.update(_facts(value, guard))
    except Exception:  # noqa: BLE001 - a value that cannot say its shape (a lazy parameter) still has a name
        row["preview"] = row["preview"] or NO_PREVIEW
    row["preview"] = sound(row["preview"])
    return row


def _facts(value: Any, guard: Guard) -> dict:
    if known.is_tensor(value):
        return _tensor(value)
    if known.is_layer(value):
        return _layer(value)
    if known.is_array(value):
        return _array(value)
    if known.is_array_scalar(value):
        return {"dtype": str(value.dtype), "bytes": int(value.nbytes), "preview": one_line(str(value), PREVIEW_LIMIT)}
    if known.is_frame(value) or known.is_series(value):
        return _frame(value)
    if known.container_base(value) is not None:
        return _container(value)
    if known.has_base(value, types.ModuleType):
        return {"preview": str(types.ModuleType.__getattribute__(value, "__dict__").get("__name__", ""))}
    return _plain(value, guard)


def _tensor(value: Any) -> dict:
    if known.is_lazy(value):
        return {"preview": "without a size yet"}
    base = sys.modules["torch"].Tensor
    shape, dtype, device = (getattr(base, name).fget(value) for name in ("shape", "dtype", "device"))
    size = math.prod(shape)
    facts = {"shape": dimensions(tuple(shape)) or "scalar", "dtype": str(dtype).removeprefix("torch."), "device": str(device),
             "bytes": size * dtype.itemsize}
    if device.type != "cpu":
        return {**facts, "preview": f"on {device}, not read"}
    return {**facts, "preview": _elements(known.plain_tensor(value), tuple(shape), size)}


def _elements(values: Any, shape: tuple, size: int) -> str:
    """The first elements of a tensor or array."""
    if size == 0:
        return "[]"
    if not shape:
        return number(values.tolist())
    first = values[(0,) * (len(shape) - 1)][:_FEW].tolist()
    shown = ", ".join(number(element) if isinstance(element, (bool, int, float, complex)) else class_of(element) for element in first)
    return f"[{shown}{', …' if size > len(first) else ''}]"


def class_of(value: Any) -> str:
    """The name of a value's class, for values whose own texts are not asked for."""
    return cut(str.__repr__(value), 30) if type(value) is str else known.class_name(value)


def _layer(value: Any) -> dict:
    total = size = 0
    devices: set[str] = set()
    is_lazy = False
    base = sys.modules["torch"].Tensor
    for parameter in parameters_of(value):
        if known.is_lazy(parameter):
            is_lazy = True
        elif known.is_tensor(parameter):
            elements = math.prod(base.shape.fget(parameter))
            total += elements
            size += elements * base.dtype.fget(parameter).itemsize
            devices.add(str(base.device.fget(parameter)))
    preview = count(total, "parameter", "parameters") + (", some of them without a size yet" if is_lazy else "")
    inside = item_count(value) or 0
    return {"shape": count(inside, "part", "parts"), "device": ", ".join(sorted(devices)), "bytes": size, "preview": preview}


def _array(value: Any) -> dict:
    array = sys.modules["numpy"].asarray(value)
    facts = {"shape": dimensions(array.shape) or "scalar", "dtype": str(array.dtype), "device": "cpu", "bytes": int(array.nbytes)}
    if array.dtype.kind in "biufc":
        return {**facts, "preview": _elements(array, array.shape, array.size)}
    if array.dtype.kind in "USMm":
        first = [one_line(str(element), 20) for element in array.reshape(-1)[:_FEW]]
        return {**facts, "preview": f"[{', '.join(first)}{', …' if array.size > len(first) else ''}]"}
    return {**facts, "preview": count(array.size, "element", "elements")}


def _frame(value: Any) -> dict:
    usage = value.memory_usage(deep=False)
    if known.is_series(value):
        first = ", ".join(one_line(str(element), 20) for element in value.iloc[:_FEW].tolist() if type(element) in _SIMPLE)
        return {"shape": str(len(value)), "dtype": str(value.dtype), "bytes": int(usage), "preview": f"[{first}{', …' if len(value) > _FEW else ''}]"}
    names = [key_text(label) if type(label) is not str else cut(label, 24) for label in value.columns[:8].tolist()]
    more = ", …" if len(value.columns) > len(names) else ""
    return {"shape": dimensions(value.shape), "bytes": int(usage.sum()), "preview": f"columns {', '.join(names)}{more}"}


_SIMPLE = (bool, int, float, complex, str, type(None))
_BRACKETS = {dict: "{}", list: "[]", tuple: "()", set: "{}", frozenset: "{}"}


def _container(value: Any) -> dict:
    base = known.container_base(value)
    length = item_count(value) or 0
    parts = []
    for name, item in items(value, 0, _FEW):
        parts.append(f"{name}: {_element(item)}" if base is dict else _element(item))
    if length > len(parts):
        parts.append("…")
    opening, closing = _BRACKETS[base]
    if not length and base in (set, frozenset):
        opening, closing = "set(", ")"
    preview = opening + ", ".join(parts) + ("," if base is tuple and length == 1 else "") + closing
    return {"shape": count(length, "item", "items"), "bytes": base.__sizeof__(value), "preview": cut(preview, PREVIEW_LIMIT)}


def _element(item: Any) -> str:
    """An item of a container, in short: what is not a plain value shows its class and size."""
    if type(item) is str:
        return one_line(str.__repr__(item[:60]), 24)
    if type(item) is int:
        return integer(item)
    if type(item) in _SIMPLE:
        return number(item) if type(item) is float else str(item)
    base = known.container_base(item)
    if base is not None:
        return _BRACKETS[base][0] + ("…" if item_count(item) else "") + _BRACKETS[base][1]
    if known.is_tensor(item):
        shape = () if known.is_lazy(item) else tuple(sys.modules["torch"].Tensor.shape.fget(item))
        return f"{known.class_name(item)}({dimensions(shape)})"
    if known.is_array(item):
        return f"{known.class_name(item)}({dimensions(sys.modules['numpy'].asarray(item).shape)})"
    return known.class_name(item)


def _plain(value: Any, guard: Guard) -> dict:
    cls = type(value)
    if cls is str:
        return {"shape": count(len(value), "character", "characters"), "bytes": str.__sizeof__(value),
                "preview": one_line(str.__repr__(value[:PREVIEW_LIMIT]), PREVIEW_LIMIT)}
    if cls in (bytes, bytearray):
        return {"shape": count(len(value), "byte", "bytes"), "bytes": cls.__sizeof__(value),
                "preview": cut(repr(bytes(value[:60])), PREVIEW_LIMIT)}
    if cls is int:
        return {"bytes": int.__sizeof__(value), "preview": integer(value)}
    if cls in (bool, float, complex, type(None)):
        return {"bytes": cls.__sizeof__(value), "preview": repr(value)}
    return {"preview": guard.preview(value, PREVIEW_LIMIT)}
