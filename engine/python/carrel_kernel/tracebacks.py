"""Errors as IPython shows them, without the frames that are not the user's.

IPython formats; this file decides which frames it gets: none of the kernel's,
of IPython's or of the event loop that runs a cell, none of modules that ask to
be hidden (`__traceback_hide__` among their globals, as torch does), and after a
stop only those of cells. Read next: cells.py, shell.py.
"""

import os
import traceback
from types import FrameType, TracebackType
from typing import Any

from IPython.core import ultratb

from .cells import is_cell

_KERNEL_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LOOP_MODULES = ("asyncio.", "pyodide.", "_pyodide.")


def name_of(error: BaseException) -> str:
    """The error's class name."""
    return type(error).__name__


def message_of(error: BaseException) -> str:
    """The error's text."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a broken __str__ must not hide the error
        return "<exception str() failed>"


def visible(step: TracebackType | None, cells_only: bool = False) -> TracebackType | None:
    """A copy of a traceback that holds only the frames to show."""
    kept = []
    in_cell = False
    while step is not None:
        in_cell = in_cell or is_cell(step.tb_frame.f_code.co_filename)
        if not _is_hidden(step.tb_frame, in_cell, cells_only):
            kept.append(step)
        step = step.tb_next
    shown: TracebackType | None = None
    for step in reversed(kept):
        shown = TracebackType(shown, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return shown


def _is_hidden(frame: FrameType, in_cell: bool, cells_only: bool) -> bool:
    filename, names = frame.f_code.co_filename, frame.f_globals
    if cells_only:
        return not is_cell(filename)
    if filename.startswith(_KERNEL_FOLDER) or names.get("__traceback_hide__"):
        return True
    module = f"{names.get('__name__', '')}."
    return module.startswith("IPython.") or not in_cell and module.startswith(_LOOP_MODULES)


class CellTracebacks(ultratb.AutoFormattedTB):
    """IPython's formatter, which is given the visible frames only."""

    _cells_only = False

    def structured_traceback(self, etype: Any = None, value: Any = None, tb: Any = None, **options: Any) -> list[str]:
        """The lines of a traceback; of an interrupt those of the cells, without the libraries that it fell into."""
        self._cells_only = isinstance(etype, type) and issubclass(etype, KeyboardInterrupt)
        return super().structured_traceback(etype, value, tb, **options)

    def get_records(self, etb: TracebackType, context: int, tb_offset: int) -> Any:
        shown = visible(etb, self._cells_only)
        return super().get_records(shown, context, 0) if shown is not None else []


def group_lines(error: BaseException) -> list[str]:
    """The traceback of a group of errors, which IPython leaves to Python."""
    lines = traceback.TracebackException(type(error), error, visible(error.__traceback__)).format()
    return "".join(lines).rstrip("\n").split("\n")


def holds_group(error: BaseException | None) -> bool:
    """Whether an error, or what led to it, is a group of errors."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, BaseExceptionGroup):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
