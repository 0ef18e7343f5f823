"""What a command reads from and prints to: the cell, a file, or the command beside it.

Data is bytes, so that archives survive a pipe. Read next: language.py.
"""

import contextlib
import os
import sys
from io import BytesIO, TextIOBase
from typing import Any, Callable, Iterator

Command = Callable[[list[str], "Streams"], int | None]
"""A command: its arguments and its surroundings; gives its exit status, None for 0."""


class CommandError(Exception):
    """A command that failed, with the message to show."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class Streams:
    """The surroundings of one command."""

    def __init__(self, shell: Any, commands: dict[str, Command]) -> None:
        self.shell = shell
        self.commands = commands
        self.status = 0
        """Status of the command before."""
        self.input: bytes | None = None
        """What the command before printed; None where there is none."""
        self._out: Any = None
        self._err: Any = None

    def _copy(self) -> "Streams":
        other = Streams(self.shell, self.commands)
        other.status, other.input, other._out, other._err = self.status, self.input, self._out, self._err
        return other

    def with_input(self, data: bytes | None) -> "Streams":
        """The same surroundings with something to read."""
        other = self._copy()
        other.input = data
        return other

    def captured(self, with_errors: bool = False) -> "Streams":
        """The same surroundings with the output, or all that is printed, kept for `taken`."""
        other = self._copy()
        other._out = BytesIO()
        if with_errors:
            other._err = other._out
        return other

    def taken(self) -> bytes:
        """What was printed since `captured`."""
        return self._out.getvalue()

    def write(self, data: str | bytes) -> None:
        """Prints text or bytes."""
        _write(self._out, sys.stdout, data)

    def write_error(self, text: str) -> None:
        """Prints text as a diagnosis."""
        _write(self._err, sys.stderr, text)

    def complain(self, name: str, text: str) -> None:
        """Prints a command's error message."""
        self.write_error(f"{name}: {text}\n")

    def inputs(self, paths: list[str]) -> Iterator[tuple[str, bytes]]:
        """The files to read with their names, or what the command before printed."""
        if not paths:
            if self.input is None:
                raise CommandError("nothing to read: name a file, or put a command and | in front")
            yield "", self.input
        for path in paths:
            if path == "-":
                yield "-", self.input or b""
                continue
            with open(path, "rb") as file:
                yield path, file.read()

    @contextlib.contextmanager
    def redirected(self, redirections: list[tuple[str, str]]) -> Iterator["Streams"]:
        """The same surroundings with `>`, `>>`, `<`, `2>` and the like carried out."""
        other = self._copy()
        with contextlib.ExitStack() as files:
            for operator, target in redirections:
                if operator == "<":
                    with open(target, "rb") as file:
                        other.input = file.read()
                elif operator == "2>&1":
                    other._err = other._out if other._out is not None else sys.stdout
                elif operator == "1>&2":
                    other._out = other._err if other._err is not None else sys.stderr
                else:
                    mode = "ab" if operator.endswith(">>") else "wb"
                    file = files.enter_context(open(os.devnull if target == "/dev/null" else target, mode))
                    if operator.startswith("&"):
                        other._out = other._err = file
                    elif operator.startswith("2"):
                        other._err = file
                    else:
                        other._out = file
            yield other

    @contextlib.contextmanager
    def with_environment(self, assignments: list[str]) -> Iterator[None]:
        """`NAME=value command`: variables for one command."""
        before = {}
        for assignment in assignments:
            name, _, value = assignment.partition("=")
            before[name] = os.environ.get(name)
            os.environ[name] = value
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def as_stdout(self) -> Any:
        """A text stream for Python programs that print."""
        return _TextView(self._out if self._out is not None else sys.stdout)

    def as_stderr(self) -> Any:
        """A text stream for Python programs that print errors."""
        return _TextView(self._err if self._err is not None else sys.stderr)


class _TextView(TextIOBase):
    """A text stream over the place that a command prints to."""

    def __init__(self, target: Any) -> None:
        super().__init__()
        self._target = target

    @property
    def encoding(self) -> str:
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        _write(self._target, None, text)
        return len(text)


def _write(target: Any, fallback: Any, data: str | bytes) -> None:
    if target is None:
        target = fallback
    if isinstance(target, TextIOBase) or hasattr(target, "encoding"):
        target.write(data.decode("utf-8", "replace") if isinstance(data, bytes) else data)
    else:
        target.write(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
