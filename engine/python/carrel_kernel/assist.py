"""Completion and help, from the live objects of the notebook.

Minimal and safe: names, attributes and keywords for completion; signature and
docstring for help. Only names and attributes are evaluated, never calls.
Read next: kernel.py.
"""

import builtins
import inspect
import keyword
import re

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\.?$")


def complete(code: str, cursor: int, namespace: dict) -> dict:
    """The content of a `complete_reply`."""
    match = _DOTTED.search(code[:cursor])
    text = match[0] if match else ""
    owner, dot, prefix = text.rpartition(".")
    if dot:
        found, value = resolve(owner, namespace)
        names = _attributes(value) if found else []
    else:
        names = [*namespace, *dir(builtins), *keyword.kwlist]
    fitting = {name for name in names if name.startswith(prefix)}
    if not prefix.startswith("_"):
        fitting = {name for name in fitting if not name.startswith("_")}
    return {
        "status": "ok",
        "matches": sorted(fitting) if match else [],
        "cursor_start": cursor - len(prefix),
        "cursor_end": cursor,
        "metadata": {},
    }


def inspect_at(code: str, cursor: int, namespace: dict) -> dict:
    """The content of an `inspect_reply`."""
    end = cursor
    while end < len(code) and (code[end].isalnum() or code[end] == "_"):
        end += 1
    match = _DOTTED.search(code[:end].rstrip("("))
    found, value = resolve(match[0], namespace) if match else (False, None)
    if not found:
        return {"status": "ok", "found": False, "data": {}, "metadata": {}}
    return {"status": "ok", "found": True, "data": {"text/plain": _description(match[0], value)}, "metadata": {}}


def resolve(path: str, namespace: dict) -> tuple[bool, object]:
    """The object that a dotted name stands for, if it exists."""
    first, *rest = path.split(".")
    if first in namespace:
        value = namespace[first]
    elif hasattr(builtins, first):
        value = getattr(builtins, first)
    else:
        return False, None
    try:
        for name in rest:
            value = getattr(value, name)
    except Exception:  # noqa: BLE001 - a property may raise anything
        return False, None
    return True, value


def _attributes(value: object) -> list[str]:
    try:
        return [name for name in dir(value) if isinstance(name, str)]
    except Exception:  # noqa: BLE001 - __dir__ is the user's code
        return []


def _description(name: str, value: object) -> str:
    parts = []
    if callable(value):
        try:
            parts.append(f"Signature: {name.rpartition('.')[2]}{inspect.signature(value)}")
        except (TypeError, ValueError):
            pass
    parts.append(f"Type: {type(value).__name__}")
    documentation = inspect.getdoc(value)
    if documentation:
        parts.append(f"Docstring:\n{documentation}")
    return "\n".join(parts)
