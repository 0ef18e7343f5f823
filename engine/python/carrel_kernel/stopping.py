"""Stop as KeyboardInterrupt, raised where it reaches the cell.

Python drops what is raised in a finaliser (`__del__`, a callback of a weak
reference, a generator that is thrown away). An interrupt that falls into one
ends that finaliser and is raised again at the next instruction of the code
around it; finalisers of the kernel and of torch are let finish. The event loop
runs on a stack of its own while the cell waits, and what is raised in its code
is lost, and with it perhaps the callback that would have ended the wait. There
the cell's innermost wait is ended instead, or, where none is left, the interrupt
becomes due again.

Nothing here asks whether Stop was pressed. Read next: interrupts.js, waiting.py.
"""

import os
import signal
import sys
import time
from types import CodeType, FrameType
from typing import Any

from .host import Host

FINALISERS_LIMIT_S = 0.1
"""How long further finalisers may hold an interrupt back before they are cut short as well."""

LOOP_LIMIT_S = 0.3
"""How long one turn of the event loop may go on with an interrupt due before that turn is ended."""

FREE_TOOLS = (4, 3)
"""Numbers of `sys.monitoring` that Python gives to no kind of tool."""

_THIS = (lambda: None).__code__.co_filename
_PACKAGES = os.path.dirname(os.path.dirname(_THIS)) + os.sep
_OWN = tuple(_PACKAGES + name + os.sep for name in ("carrel_kernel", "torch"))
_LOOP = (os.sep + "asyncio" + os.sep, "/pyodide/", "/_pyodide/", os.sep + "carrel_kernel" + os.sep)
_LOOP_USES = ("contextlib.py", "functools.py", "inspect.py", "weakref.py", "_weakrefset.py")
"""What the event loop is made of, and which modules of Python's own it calls."""

_ENTRIES = ("handle", "handle_async")
"""Names of the kernel's functions through which every request comes, the cell's code with it."""

_MONITORING: Any = getattr(sys, "monitoring", None)
"""Python 3.12's; older ones, which run this package's tests, have none."""


class Stopping:
    """How interrupts are raised in one interpreter."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._tool: int | None = None
        self._target: CodeType | None = None
        self._since = 0.0
        self._active = False
        self._turn: tuple[FrameType, float] | None = None

    def install(self) -> None:
        """From now on signals and dropped exceptions come here."""
        report = sys.unraisablehook

        def hook(unraisable: Any) -> None:
            if isinstance(unraisable.exc_value, KeyboardInterrupt):
                frame = _beyond_own(sys._getframe(1))
                if frame is None or _is_loops(frame):
                    self._end_wait(frame)
                else:
                    self._raise_in(frame)
            else:
                report(unraisable)

        sys.unraisablehook = hook
        if _MONITORING is not None:
            self._tool = next((tool for tool in FREE_TOOLS if _MONITORING.get_tool(tool) is None), None)
        if self._tool is not None:
            _MONITORING.use_tool_id(self._tool, "stop")
            _MONITORING.register_callback(self._tool, _MONITORING.events.INSTRUCTION, self._at_instruction)
            _MONITORING.register_callback(self._tool, _MONITORING.events.PY_START, self._at_start)
        self._handle_signals()

    def begin(self) -> None:
        """A cell starts: whatever handler the one before has set, Stop raises KeyboardInterrupt."""
        self._handle_signals()
        self._active = True

    def _handle_signals(self) -> None:
        try:
            signal.signal(signal.SIGINT, self._arrived)
        except ValueError:  # not the main thread: no signals come here
            pass

    def end(self) -> None:
        """The cell has ended: an interrupt that could not be raised is forgotten."""
        self._active = False
        self._turn = None
        self._forget()

    def _arrived(self, _signal: int, frame: FrameType | None) -> None:
        """The interpreter's signal handler; `frame` is what runs."""
        if not self._active:
            return
        outer = _beyond_own(frame)
        if outer is None or _is_loops(outer):
            if self._end_wait(outer):
                return
        elif outer is not frame:
            self._raise_in(outer)
            return
        raise KeyboardInterrupt

    def _end_wait(self, frame: FrameType | None) -> bool:
        """Ends what the cell waits for, or puts the interrupt off; false if this turn of the loop has taken too long."""
        if self._host.interrupt_wait():
            return True
        turn = frame
        while turn is not None and turn.f_back is not None:
            turn = turn.f_back
        if turn is not None:
            if self._turn is None or self._turn[0] is not turn:
                self._turn = turn, time.monotonic()
            elif time.monotonic() - self._turn[1] > LOOP_LIMIT_S:
                return False
        self._host.postpone_interrupt()
        return True

    def _raise_in(self, frame: FrameType) -> None:
        """Raises KeyboardInterrupt at the next instruction of a frame that is waiting for the present one."""
        if self._tool is None:
            self._host.interrupt_wait()
            return
        self._since = self._since or time.monotonic()
        if self._target is not None:
            _MONITORING.set_local_events(self._tool, self._target, 0)
        self._target = frame.f_code
        _MONITORING.set_local_events(self._tool, self._target, _MONITORING.events.INSTRUCTION)
        _MONITORING.set_events(self._tool, _MONITORING.events.PY_START)

    def _forget(self) -> None:
        self._since = 0.0
        if self._target is not None:
            target, self._target = self._target, None
            _MONITORING.set_events(self._tool, 0)
            _MONITORING.set_local_events(self._tool, target, 0)

    def _at_instruction(self, _code: CodeType, _offset: int) -> None:
        self._forget()
        raise KeyboardInterrupt

    def _at_start(self, code: CodeType, _offset: int) -> None:
        """One more finaliser begins (or anything else that C code calls) although the interrupt is due for long."""
        if not code.co_filename.startswith(_OWN) and time.monotonic() - self._since > FINALISERS_LIMIT_S:
            raise KeyboardInterrupt


def _is_loops(frame: FrameType) -> bool:
    """Whether the event loop runs, on its own stack, and nothing of the user's in it."""
    step: FrameType | None = frame
    while step is not None:
        code = step.f_code
        if code.co_name in _ENTRIES and code.co_filename.startswith(_OWN):
            return False
        if not any(part in code.co_filename for part in _LOOP) and not code.co_filename.endswith(_LOOP_USES):
            return False
        step = step.f_back
    return True


def _beyond_own(frame: FrameType | None) -> FrameType | None:
    """The innermost frame outside of the finalisers of the kernel and torch, and of this module."""
    outermost, step = None, frame
    while step is not None:
        code = step.f_code
        if code.co_filename == _THIS or code.co_name == "__del__" and code.co_filename.startswith(_OWN):
            outermost = step
        step = step.f_back
    return frame if outermost is None else outermost.f_back
