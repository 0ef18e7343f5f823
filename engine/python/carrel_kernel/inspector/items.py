"""What lies inside of containers and layers, by position, so that the page can go deeper step by step.

Uses the methods of Python's own classes, never those of derived ones.
Read next: views.py.
"""

from itertools import islice
from typing import Any

from .known import container_base, is_layer
from .text import cut, integer, one_line, sound


class Missing(LookupError):
    """There is nothing at that position."""


def item_count(value: Any) -> int | None:
    """How many items a value has; None for what has none."""
    base = container_base(value)
    if base is not None:
        return base.__len__(value)
    if is_layer(value):
        return len(_layer_items(value))
    return None


def items(value: Any, start: int, count: int) -> list[tuple[str, Any]]:
    """Names and values of some items, in order."""
    base = container_base(value)
    if base is dict:
        return [(key_text(key), item) for key, item in islice(dict.items(value), start, start + count)]
    if base in (list, tuple):
        part = base.__getitem__(value, slice(start, start + count))
        return [(str(start + offset), item) for offset, item in enumerate(part)]
    if base is not None:
        return [(str(start + offset), item) for offset, item in enumerate(islice(base.__iter__(value), start, start + count))]
    return _layer_items(value)[start : start + count] if is_layer(value) else []


def item_at(value: Any, position: int) -> tuple[str, Any]:
    """Name and value of one item."""
    found = items(value, position, 1) if position >= 0 else []
    if not found:
        raise Missing(position)
    return found[0]


def _layer_items(layer: Any) -> list[tuple[str, Any]]:
    """A layer's own parameters, buffers and layers, in this order."""
    own = object.__getattribute__(layer, "__dict__")
    found: list[tuple[str, Any]] = []
    for place in ("_parameters", "_buffers", "_modules"):
        held = own.get(place)
        if isinstance(held, dict):
            found += [(cut(str(name), 80), item) for name, item in dict.items(held) if item is not None]
    return found


def parameters_of(layer: Any) -> list[Any]:
    """All parameters and buffers of a layer and the layers in it, each once."""
    found: dict[int, Any] = {}
    waiting, seen = [layer], set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for _, item in _layer_items(current):
            if is_layer(item):
                waiting.append(item)
            else:
                found[id(item)] = item
    return list(found.values())


def key_text(key: Any) -> str:
    """A key as it would be written; of keys that are nobody's own class alone."""
    if type(key) is str:
        return sound(one_line(str.__repr__(key[:200]), 60))
    if type(key) is int:
        return integer(key)
    if type(key) in (float, bool, type(None), bytes):
        return one_line(repr(key)[:200], 60)
    if type(key) is tuple:
        return cut(f"({', '.join(key_text(part) for part in key[:4])}{', …' if len(key) > 4 else ''})", 60)
    return f"{type.__dict__['__name__'].__get__(type(key))} object"
