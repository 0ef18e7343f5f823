"""Pretty printing of results, in the form that notebooks are used to.

A value that fits in one line stays there; otherwise its outermost brackets
break first, one item a line. The printer offers the interface that libraries'
`_repr_pretty_(p, cycle)` methods expect: text, breakable, group, indent,
pretty. It only lays out; what to show for which type is in pretty_types.py.

What is written is collected as a tree of groups and laid out at the end: a
group stays flat if it and what follows it up to the next line break fit
(Wadler, "A prettier printer", 1998, with all breaks of a group alike).
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Iterator, Union

MAX_WIDTH = 79
"""Columns of a line."""

MAX_ITEMS = 1000
"""Items of a container that are shown; the rest becomes an ellipsis."""


@dataclass(slots=True)
class _Break:
    """A place where a line may end, or must."""

    separator: str
    indentation: int
    always: bool = False


@dataclass(slots=True)
class _Group:
    """A stretch whose breaks all break, or none."""

    items: "list[_Item]" = field(default_factory=list)


_Item = Union[str, _Break, _Group]


class PrettyPrinter:
    """Collects text with optional line breaks."""

    def __init__(self, max_width: int = MAX_WIDTH, max_seq_length: int = MAX_ITEMS) -> None:
        self.max_width = max_width
        self.max_seq_length = max_seq_length
        self.indentation = 0
        self.stack: list[int] = []
        self._groups = [_Group()]

    def text(self, text: str) -> None:
        """Adds text that is never broken."""
        self._groups[-1].items.append(text)

    def breakable(self, separator: str = " ") -> None:
        """Adds a separator that becomes a line break if the group does not fit."""
        self._groups[-1].items.append(_Break(separator, self.indentation))

    def break_(self) -> None:
        """Adds a line break in any case."""
        self._groups[-1].items.append(_Break("", self.indentation, always=True))

    def begin_group(self, indent: int = 0, open: str = "") -> None:
        """Opens a group; its breaks are indented further."""
        if open:
            self.text(open)
        group = _Group()
        self._groups[-1].items.append(group)
        self._groups.append(group)
        self.indentation += indent

    def end_group(self, dedent: int = 0, close: str = "") -> None:
        """Closes the innermost group."""
        self.indentation -= dedent
        self._groups.pop()
        if close:
            self.text(close)

    @contextmanager
    def group(self, indent: int = 0, open: str = "", close: str = "") -> Iterator[None]:
        """A group as a `with` block."""
        self.begin_group(indent, open)
        try:
            yield
        finally:
            self.end_group(indent, close)

    @contextmanager
    def indent(self, indent: int) -> Iterator[None]:
        """Indents the breaks of a `with` block further."""
        self.indentation += indent
        try:
            yield
        finally:
            self.indentation -= indent

    def pretty(self, value: object) -> None:
        """Adds a value by the rules of its type."""
        from .pretty_types import write

        identity = id(value)
        cycle = identity in self.stack
        self.stack.append(identity)
        self.begin_group()
        try:
            write(self, value, cycle)
        finally:
            self.end_group()
            self.stack.pop()

    def result(self) -> str:
        """Everything written so far, laid out."""
        return _laid_out(self._groups[0], self.max_width)


def _laid_out(root: _Group, max_width: int) -> str:
    done: list[str] = []
    column = 0
    # What is still to come, next item last, each with whether its group is flat.
    pending: list[tuple[_Item, bool]] = [(root, False)]
    while pending:
        item, flat = pending.pop()
        if isinstance(item, _Group):
            stays_flat = flat or _fits(item, pending, max_width - column)
            pending.extend((child, stays_flat) for child in reversed(item.items))
        elif isinstance(item, _Break):
            if flat and not item.always:
                done.append(item.separator)
                column += len(item.separator)
            else:
                done.append("\n" + " " * item.indentation)
                column = item.indentation
        else:
            done.append(item)
            column += len(item)
    return "".join(done)


def _fits(group: _Group, following: list[tuple[_Item, bool]], room: int) -> bool:
    """Whether a group fits flat, with the text that follows it on the same line."""
    ahead: list[tuple[_Item, bool]] = [(group, True)]
    next_following = len(following)
    while room >= 0:
        if not ahead:
            if next_following == 0:
                return True
            next_following -= 1
            ahead.append(following[next_following])
        item, flat = ahead.pop()
        if isinstance(item, _Group):
            ahead.extend((child, flat) for child in reversed(item.items))
        elif isinstance(item, _Break):
            if item.always or not flat:
                return True
            room -= len(item.separator)
        else:
            room -= len(item)
    return False


def pretty(value: object, max_width: int = MAX_WIDTH) -> str:
    """The text of a value as the result of a cell."""
    printer = PrettyPrinter(max_width)
    printer.pretty(value)
    return printer.result()
