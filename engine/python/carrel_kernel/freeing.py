"""Memory after a cell that was stopped, or that ran out of it.

The error that ended such a cell keeps the frames it went through, and these keep
what their functions held: batches, activations, whole models. Python would free
them when the next error takes this one's place, and what refers to itself when
its collector comes around to it, which counts objects and not what they weigh.
Here both are done at once, so that the next cell has the room. The price is that
`%debug` shows those frames without their values; the notebook's own names stay.
Read next: kernel.py, shell_errors.py.
"""

import gc
import sys
import traceback
from types import TracebackType

_ALLOCATION_TEXTS = ("DefaultCPUAllocator", "out of memory")
"""What PyTorch's errors say whose class is an ordinary RuntimeError."""


def is_about_memory(error: BaseException) -> bool:
    """Whether a cell that ended with this error should give back at once what it held."""
    if isinstance(error, (KeyboardInterrupt, MemoryError)):
        return True
    if not isinstance(error, RuntimeError):
        return False
    return type(error).__name__ == "OutOfMemoryError" or any(text in str(error) for text in _ALLOCATION_TEXTS)


def free_after(error: BaseException) -> None:
    """Frees what only the frames of an error hold, if it is about memory."""
    if not is_about_memory(error):
        return
    for each in _chain(error):
        _clear(each.__traceback__)
    # The frames of the last error are the same, unless another one came in between.
    _clear(getattr(sys, "last_traceback", None))
    gc.collect()


def _clear(step: TracebackType | None) -> None:
    """Empties the frames of a traceback that are not running."""
    traceback.clear_frames(step)
    for frame, _line in traceback.walk_tb(step):
        # Before 3.13 a frame that was asked for its values keeps a copy of them, until it is asked again.
        frame.f_locals  # noqa: B018


def _chain(error: BaseException) -> list[BaseException]:
    """The error, and those it came from, each once."""
    found: dict[int, BaseException] = {}
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in found:
            found[id(each)] = each
            waiting += [each.__cause__, each.__context__]
    return list(found.values())
