"""A time limit for work inside Python, which a browser's worker cannot stop from outside.

Python calls back at every call and backward jump; once the time is over, the
callback raises. What C code does in one piece is not stopped. Costs nothing
outside of the limit. Read next: assist.py.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")

CALLS_PER_LOOK = 32
"""The clock is asked once in so many callbacks, because asking costs more than counting."""

_TOOLS = (4, 3, 2)
"""The numbers under which the interpreter may know this as a tool; the first free one is taken."""

_NAME = "carrel time limit"


class TimeOver(BaseException):
    """The time is over. No `Exception`, so that code which expects those does not swallow it."""


def within(seconds: float, work: Callable[[], Result], otherwise: Result) -> Result:
    """What `work` returns, or `otherwise` when it takes longer."""
    start, stop = _watch(_checker(time.perf_counter() + seconds))
    try:
        try:
            start()
            return work()
        finally:
            # C functions only: a Python function called here could be ended by the limit itself.
            stop()
    except TimeOver:
        stop()
        return otherwise


def _watch(check: Callable[..., None]) -> tuple[Callable[[], None], Callable[[], None]]:
    """What begins and what ends the callbacks; the end is a C function without arguments."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return partial(sys.settrace, _tracer(check)), partial(sys.settrace, sys.gettrace())
    tool = next((number for number in _TOOLS if monitoring.get_tool(number) in (None, _NAME)), None)
    if tool is None:
        return partial(bool), partial(bool)
    if monitoring.get_tool(tool) is None:
        monitoring.use_tool_id(tool, _NAME)
    events = monitoring.events
    for event in (events.PY_START, events.PY_RESUME, events.JUMP):
        monitoring.register_callback(tool, event, check)
    watched = events.PY_START | events.PY_RESUME | events.JUMP
    return partial(monitoring.set_events, tool, watched), partial(monitoring.set_events, tool, 0)


def _checker(end: float) -> Callable[..., None]:
    count = 0

    def check(*_what: object) -> None:
        nonlocal count
        count += 1
        if count % CALLS_PER_LOOK == 0 and time.perf_counter() > end:
            raise TimeOver

    return check


def _tracer(check: Callable[..., None]) -> Callable[..., object]:
    """For CPython before 3.12, where the tests may run."""

    def trace(frame: FrameType, *_what: object) -> object:
        # A loop on one line is no change of lines.
        frame.f_trace_opcodes = True
        check()
        return trace

    return trace
