"""`repr` of values that nobody here knows: limited in time, without waits, without the GPU.

A `repr` is the user's code. It may loop, sleep, ask for input, read a tensor or
raise; none of that may hold up the kernel, so each gets a moment, all together
get a budget, and whatever waits is refused. Read next: ../assist_limit.py.
"""

import sys
import time
from typing import Any

from ..assist_limit import within
from .text import one_line, sound

ONE_SECONDS = 0.1
"""The longest that one `repr` may take."""
ALL_SECONDS = 1.0
"""The longest that those of one request may take together."""

NO_PREVIEW = "(no preview)"
"""What stands for a `repr` that failed or took too long."""


class Refused(RuntimeError):
    """What a `repr` gets that wants to wait."""


class Guard:
    """Makes texts of unknown values for one request."""

    def __init__(self, waits: Any = None, seconds: float = ALL_SECONDS) -> None:
        self._waits = waits
        self._left = seconds

    def preview(self, value: Any, limit: int = 200) -> str:
        """A value's `repr` on one line, cut, or NO_PREVIEW."""
        found = self.text(value, limit)
        return NO_PREVIEW if found is None else one_line(found, limit)

    def text(self, value: Any, limit: int, seconds: float = ONE_SECONDS) -> str | None:
        """A value's `repr`, cut; None where it has none in time."""
        seconds = min(seconds, self._left)
        if seconds <= 0:
            return None
        started = time.perf_counter()
        try:
            with _Alone(self._waits):
                found = within(seconds, lambda: str.__getitem__(repr(value), slice(limit + 1)), None)
        except BaseException:  # noqa: BLE001 - whatever a `repr` raises, even to end the program
            found = None
        self._left -= time.perf_counter() - started
        return None if found is None else sound(found)


def _refuse(*_arguments: Any, **_options: Any) -> Any:
    raise Refused("the inspector waits for nothing")


class _Alone:
    """While entered, nothing can wait, and nothing is read from the GPU."""

    def __init__(self, waits: Any) -> None:
        self._waits = waits
        self._saved: dict[str, Any] = {}
        self._ops: Any = None

    def __enter__(self) -> None:
        if self._waits is not None:
            self._waits.allowed = False
        engine = sys.modules.get("torch._C")
        self._ops = getattr(engine, "ops", None)
        if self._ops is not None:
            for name in ("gpu_read", "gpu_read_all"):
                self._saved[name] = getattr(self._ops, name)
                setattr(self._ops, name, _refuse)

    def __exit__(self, *_error: object) -> None:
        for name, function in self._saved.items():
            setattr(self._ops, name, function)
        if self._waits is not None:
            self._waits.allowed = True
