"""How the shell shows errors: IPython's way, sent as Jupyter messages.

What was shown is remembered for the request's reply. Which frames are shown is
decided in tracebacks.py. Read next: shell.py.
"""

import sys
from types import TracebackType
from typing import Any

from . import packages
from .debugging import use_debugger
from .messages import Publisher
from .tracebacks import CellTracebacks, group_lines, holds_group, message_of, name_of, visible

UNPRINTABLE = "<its text could not be made before Stop>"
"""What stands for the text of an error whose `__str__` does not end."""


class ShellErrors:
    """The part of the shell that is about errors; mixed into IPython's."""

    publisher: Publisher | None = None
    silent = False
    """Whether the running request asked for no output."""
    last_error: dict | None = None
    """What was shown of the last error, with the keys of an `error` message."""

    def init_traceback_handlers(self, custom_exceptions: Any) -> None:
        use_debugger()
        super().init_traceback_handlers(custom_exceptions)
        self.InteractiveTB = CellTracebacks(mode=self.xmode, theme_name=self.colors, tb_offset=0)
        self.InteractiveTB.set_mode(mode=self.xmode)

    def _get_exc_info(self, exc_tuple: Any = None) -> tuple[Any, Any, TracebackType | None]:
        """The error to show; from here on the frames that are not the user's are gone, for debuggers too."""
        kind, error, step = super()._get_exc_info(exc_tuple)
        shown = visible(step)
        if isinstance(error, BaseException):
            error.__traceback__ = shown
            packages.advise(error)
        sys.last_traceback = shown
        return kind, error, shown

    def showtraceback(self, exc_tuple: Any = None, *arguments: Any, **options: Any) -> None:
        error = exc_tuple[1] if exc_tuple is not None else sys.exc_info()[1]
        if holds_group(error) and not options.get("exception_only"):
            kind, error, _ = self._get_exc_info(exc_tuple)
            self._showtraceback(kind, error, group_lines(error))
            return
        super().showtraceback(exc_tuple, *arguments, **options)
        if self.last_error is None and error is not None:
            # IPython could not format it; that it failed must still be known.
            self._remember_error(error, [])

    def show_failure(self, error: BaseException) -> None:
        """Shows the running error, or, where that is stopped as well, that there is one."""
        try:
            self.showtraceback()
        except BaseException:  # noqa: BLE001 - its text is made by the user's code, which may not end
            self._showtraceback(type(error), error, [f"{name_of(error)}: {UNPRINTABLE}"])

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self._remember_error(evalue, [str(line) for line in stb])
        if not self.silent and self.publisher is not None:
            self.publisher.broadcast("error", self.last_error)

    def show_usage_error(self, exc: BaseException) -> None:
        super().show_usage_error(exc)
        self._remember_error(exc, [f"{name_of(exc)}: {message_of(exc)}"])

    def _remember_error(self, error: BaseException, lines: list[str]) -> None:
        try:
            message = message_of(error)
        except BaseException:  # noqa: BLE001 - Stop ended it
            message = UNPRINTABLE
            lines = lines or [f"{name_of(error)}: {message}"]
        self.last_error = {"ename": name_of(error), "evalue": message, "traceback": lines}

    def _format_exception_for_storage(self, exception: BaseException, *_rest: Any, **_options: Any) -> dict:
        """What the history keeps of an error: what was shown, which need not be made a second time."""
        return self.last_error or {"ename": name_of(exception), "evalue": message_of(exception), "traceback": []}
