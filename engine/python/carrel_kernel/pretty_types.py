"""What pretty printing shows for each type.

Built-in containers are opened up as long as they keep their built-in `repr`;
anything else is its own `repr`, or what its `_repr_pretty_` writes.
Read next: pretty.py.
"""

import inspect
import types
from collections import Counter, OrderedDict, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Callable, Iterable

if TYPE_CHECKING:
    from .pretty import PrettyPrinter


def write(printer: "PrettyPrinter", value: object, cycle: bool) -> None:
    """Writes one value."""
    kind = type(value)
    method = getattr(kind, "_repr_pretty_", None)
    if callable(method) and not isinstance(value, type):
        method(value, printer, cycle)
        return
    for base in kind.__mro__:
        rule = RULES.get(base)
        if rule is None:
            continue
        if base in KEEPS_REPR and kind.__repr__ is not base.__repr__:
            break
        rule(printer, value, cycle)
        return
    if kind.__repr__ is object.__repr__:
        # IPython leaves Python's word "object" out.
        printer.text(f"<{_qualified(kind)} at {id(value):#x}>")
        return
    _repr(printer, value, cycle)


def _repr(printer: "PrettyPrinter", value: object, _cycle: bool) -> None:
    """The `repr`, whose own line breaks are kept."""
    for index, line in enumerate(repr(value).splitlines()):
        if index:
            printer.break_()
        printer.text(line)


def _items(printer: "PrettyPrinter", items: Iterable, write_item: Callable[[object], None]) -> int:
    num_written = 0
    for item in items:
        if num_written:
            printer.text(",")
            printer.breakable()
        if num_written >= printer.max_seq_length:
            printer.text("...")
            return num_written
        write_item(item)
        num_written += 1
    return num_written


def _sequence(start: str, end: str) -> Callable:
    def rule(printer: "PrettyPrinter", value: Iterable, cycle: bool) -> None:
        if cycle:
            printer.text(f"{start}...{end}")
            return
        with printer.group(len(start), start, end):
            _items(printer, value, printer.pretty)
            if isinstance(value, tuple) and len(value) == 1:
                printer.text(",")

    return rule


def _set(start: str, end: str, empty: str) -> Callable:
    def rule(printer: "PrettyPrinter", value: Iterable, cycle: bool) -> None:
        if cycle:
            printer.text(f"{start}...{end}")
        elif not value:
            printer.text(empty)
        else:
            items = list(value)
            if len(items) <= printer.max_seq_length:
                try:
                    items = sorted(items)
                except Exception:  # noqa: BLE001 - any type may refuse to be ordered in any way
                    items = list(value)
            with printer.group(len(start), start, end):
                _items(printer, items, printer.pretty)

    return rule


def _mapping(printer: "PrettyPrinter", value: dict, cycle: bool) -> None:
    if cycle:
        printer.text("{...}")
        return

    def write_item(key: object) -> None:
        printer.pretty(key)
        printer.text(": ")
        printer.pretty(value[key])

    with printer.group(1, "{", "}"):
        _items(printer, islice(value, printer.max_seq_length + 1), write_item)


def _call(name_of: Callable[[object], str], arguments_of: Callable[[object], list]) -> Callable:
    """Shows a value as the call that would make it."""

    def rule(printer: "PrettyPrinter", value: object, cycle: bool) -> None:
        name = name_of(value)
        if cycle:
            printer.text(f"{name}(...)")
            return
        with printer.group(len(name) + 1, f"{name}(", ")"):
            _items(printer, arguments_of(value), printer.pretty)

    return rule


def _class_name(value: object) -> str:
    return type(value).__name__


def _qualified(kind: type) -> str:
    module = kind.__module__
    name = getattr(kind, "__qualname__", kind.__name__)
    return name if module in (None, "builtins", "exceptions") else f"{module}.{name}"


def _type(printer: "PrettyPrinter", value: type, cycle: bool) -> None:
    if type(value) is not type and type(value).__repr__ is not type.__repr__:
        _repr(printer, value, cycle)
    else:
        printer.text(_qualified(value))


def _function(printer: "PrettyPrinter", value: Callable, _cycle: bool) -> None:
    name = getattr(value, "__qualname__", value.__name__)
    module = value.__module__
    if module and module not in ("__builtin__", "builtins", "exceptions"):
        name = f"{module}.{name}"
    try:
        name += str(inspect.signature(value))
    except (TypeError, ValueError):
        pass
    printer.text(f"<function {name}>")


def _exception(printer: "PrettyPrinter", value: BaseException, cycle: bool) -> None:
    name = _qualified(type(value))
    if cycle:
        printer.text(f"{name}(...)")
        return
    with printer.group(len(name) + 1, f"{name}(", ")"):
        _items(printer, getattr(value, "args", ()), printer.pretty)


KEEPS_REPR = {dict, list, tuple, set, frozenset, BaseException, defaultdict, OrderedDict, Counter}
"""Types whose subclasses are shown by their own `repr` if they define one."""

RULES: dict[type, Callable] = {
    list: _sequence("[", "]"),
    tuple: _sequence("(", ")"),
    set: _set("{", "}", "set()"),
    frozenset: _set("frozenset({", "})", "frozenset()"),
    dict: _mapping,
    defaultdict: _call(_class_name, lambda value: [value.default_factory, dict(value)]),
    OrderedDict: _call(_class_name, lambda value: [list(value.items())] if value else []),
    Counter: _call(_class_name, lambda value: [dict(value.most_common())] if value else []),
    type: _type,
    types.FunctionType: _function,
    types.BuiltinFunctionType: _function,
    types.MethodType: _repr,
    BaseException: _exception,
}
