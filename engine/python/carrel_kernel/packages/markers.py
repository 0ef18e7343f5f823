"""Conditions on the environment in which a requirement holds (`; python_version < "3.12"`).

The grammar is PEP 508's (https://packaging.python.org/en/latest/specifications/dependency-specifiers/).
Nothing is evaluated as Python. Read next: requirements.py.
"""

import os
import platform
import re
import sys
from typing import Callable

from .versions import Conditions, InvalidVersion, Version

_TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()])|(?P<text>'[^']*'|"[^"]*")|(?P<mark>===|~=|==|!=|<=|>=|<|>)|(?P<word>[A-Za-z_][\w.]*))"""
)
_OLD_NAMES = {
    "os.name": "os_name", "sys.platform": "sys_platform", "platform.machine": "platform_machine",
    "platform.version": "platform_version", "python_implementation": "platform_python_implementation",
}
_PLAIN: dict[str, Callable[[str, str], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "===": lambda left, right: left == right,
    "~=": lambda left, right: left == right,
}


class InvalidMarker(ValueError):
    """A text that is no marker."""


def environment() -> dict[str, str]:
    """The values that markers can ask for, of this interpreter."""
    full = platform.python_version()
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": full,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": full,
        "python_version": ".".join(full.split(".")[:2]),
        "sys_platform": sys.platform,
    }


def holds(text: str, values: dict[str, str], extra: str = "") -> bool:
    """Whether a marker holds in an environment, for a requirement of one extra or of none."""
    reader = _Reader(text, {**values, "extra": extra})
    result = reader.alternatives()
    if reader.position < len(reader.tokens):
        raise InvalidMarker(f"Invalid marker: {text!r}")
    return result


class _Reader:
    """Reads and evaluates a marker in one pass."""

    def __init__(self, text: str, values: dict[str, str]) -> None:
        self.text = text
        self.values = values
        self.tokens: list[tuple[str, str]] = []
        self.position = 0
        at, text = 0, text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise InvalidMarker(f"Invalid marker: {text!r}")
            self.tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            at = match.end()

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.position += 1
        return token

    def alternatives(self) -> bool:
        result = self.conjunction()
        while self.peek() == ("word", "or"):
            self.take()
            result = self.conjunction() or result
        return result

    def conjunction(self) -> bool:
        result = self.comparison()
        while self.peek() == ("word", "and"):
            self.take()
            result = self.comparison() and result
        return result

    def comparison(self) -> bool:
        if self.peek() == ("paren", "("):
            self.take()
            result = self.alternatives()
            if self.take() != ("paren", ")"):
                raise InvalidMarker(f"Invalid marker: {self.text!r}")
            return result
        left, left_name = self.value()
        mark = self.take()[1]
        if mark == "not" and self.peek() == ("word", "in"):
            mark = f"not {self.take()[1]}"
        right, right_name = self.value()
        return self.compare(left, mark, right, left_name or right_name)

    def value(self) -> tuple[str, str]:
        kind, text = self.take()
        if kind == "text":
            return text[1:-1], ""
        name = _OLD_NAMES.get(text, text)
        if kind != "word" or name not in self.values:
            raise InvalidMarker(f"Invalid marker: {self.text!r}")
        return self.values[name], name

    def compare(self, left: str, mark: str, right: str, name: str) -> bool:
        if mark in ("in", "not in"):
            return (left in right) == (mark == "in")
        if mark not in _PLAIN:
            raise InvalidMarker(f"Invalid marker: {self.text!r}")
        if name == "extra":
            left, right = (re.sub(r"[-_.]+", "-", side).lower() for side in (left, right))
        elif "version" in name and name not in ("platform_version",):
            try:
                return Conditions(mark + right).accepts(Version(left))
            except InvalidVersion:
                pass
        return _PLAIN[mark](left, right)
