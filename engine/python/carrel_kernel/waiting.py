"""Every wait of the kernel, and how Stop ends each of them.

Python in a browser's worker cannot block. Where the browser can suspend
WebAssembly (JSPI) a wait suspends the whole Python stack on a promise; the
promise is guarded, so that Stop settles it and the wait raises
KeyboardInterrupt. Elsewhere sleeping blocks in short slices and other waits say
which browsers can do them. Read next: host.py, interrupts.js.
"""

import asyncio
import contextvars
import inspect
import time
from typing import Any, Callable, Coroutine

from .host import INTERRUPTED, Host

try:
    from pyodide.ffi import JsProxy
except ImportError:  # under CPython the host's promises are futures
    JsProxy = None

SLICE_MS = 50
"""Longest stretch that a blocking sleep spends between two chances to stop it."""

NEEDS_JSPI = (
    "{what} needs a browser that can suspend WebAssembly (JSPI): "
    "Chrome or Edge 137, Firefox 153, Safari 27 or later"
)


_UNSET = object()


class Waits:
    """The waits of one kernel."""

    allowed = True
    """Lowered while something runs that must not hold up the kernel; a wait then fails."""

    def __init__(self, host: Host, run_sync: Callable[[Any], Any] | None) -> None:
        self._host = host
        self._run_sync = run_sync

    @property
    def can_suspend(self) -> bool:
        """Whether synchronous Python can wait for a promise."""
        return self._run_sync is not None

    def _check(self) -> None:
        if not self.allowed:
            raise RuntimeError("what is looked at may not wait")

    def _settle(self, guarded: Any) -> Any:
        value = self._run_sync(guarded)
        if isinstance(value, str) and value == INTERRUPTED:
            raise KeyboardInterrupt
        return value

    def promise(self, promise: Any, what: str = "this") -> Any:
        """Waits for a promise of the host, a coroutine or a future, and gives its value."""
        self._check()
        if self._run_sync is None:
            raise RuntimeError(NEEDS_JSPI.format(what=what))
        if _is_python(promise):
            return self._task(promise)
        return self._settle(self._host.guard(promise).promise)

    def awaitable(self, awaitable: Any, what: str) -> Any:
        """Waits for whatever can be awaited, as `loop.run_until_complete` does."""
        try:
            self._check()
            if self._run_sync is None:
                raise RuntimeError(NEEDS_JSPI.format(what=what))
        except RuntimeError:
            if inspect.iscoroutine(awaitable):
                awaitable.close()
            raise
        return self._task(awaitable)

    def _task(self, awaitable: Any) -> Any:
        task = asyncio.ensure_future(awaitable)
        with _StopCancels(self._host, task) as stop:
            ending = self._host.ending()
            task.add_done_callback(lambda _task: ending.resolve())
            self._run_sync(ending.promise)
        return stop.result()

    async def coroutine(self, coroutine: Coroutine) -> Any:
        """Runs a cell's top-level `await`s to their end, suspending or as part of the loop."""
        context = contextvars.copy_context()
        try:
            task = asyncio.get_event_loop().create_task(coroutine, context=context)
            if self._run_sync is not None:
                return self._task(task)
            with _StopCancels(self._host, task) as stop:
                await asyncio.wait([task])
            return stop.result()
        finally:
            _take_over(context)

    async def settled(self, guarded: Any) -> Any:
        """The value of a guarded promise of the host, suspending or as part of the loop."""
        if self._run_sync is not None:
            return self._settle(guarded)
        value = await guarded
        if isinstance(value, str) and value == INTERRUPTED:
            raise KeyboardInterrupt
        return value

    async def next_turn(self) -> None:
        """Lets the event loop take in the messages that wait."""
        if self._run_sync is not None:
            self._run_sync(self._host.next_turn().promise)
        else:
            await self._host.next_turn().promise

    def line(self) -> str:
        """Waits for the user's next line of input."""
        self._check()
        if self._run_sync is None:
            raise RuntimeError(NEEDS_JSPI.format(what="input()"))
        return str(self._settle(self._host.stdin().promise))

    def sleep(self, seconds: float) -> None:
        """`time.sleep`, which Stop can end."""
        self._check()
        ms = _milliseconds(seconds)
        if self._run_sync is not None:
            self._settle(self._host.sleep(ms).promise)
            return
        end = time.monotonic() + ms / 1000
        while (left := end - time.monotonic()) > 0:
            self._host.pause(min(SLICE_MS, left * 1000))


class _StopCancels:
    """While entered, Stop cancels a task. A task that is left before its end, however that comes, is cancelled too."""

    def __init__(self, host: Host, task: asyncio.Future) -> None:
        self._host = host
        self._task = task
        self._stop = _as_callback(self._press)
        self.pressed = False
        self.came_late = False

    def _press(self) -> None:
        if self._task.cancel():
            self.pressed = True
            # A task may catch its cancellation and go on: the next press comes here again.
            self._host.add_wait(self._stop)
        else:
            self.came_late = True

    def result(self) -> Any:
        """The task's result; its cancellation by Stop is an interrupt, and so is a Stop that found it done."""
        task = self._task
        error = None if task.cancelled() else task.exception()
        # What `asyncio.gather` gives ends with the cancellation as its error.
        was_cancelled = task.cancelled() or isinstance(error, asyncio.CancelledError)
        if self.pressed and was_cancelled or self.came_late and (was_cancelled or error is None):
            raise KeyboardInterrupt
        return task.result()

    def __enter__(self) -> "_StopCancels":
        self._host.add_wait(self._stop)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._host.remove_wait(self._stop)
        self._task.cancel()
        if hasattr(self._stop, "destroy"):
            self._stop.destroy()


def _take_over(context: contextvars.Context) -> None:
    """Sets what a task has set in its own context, as if its code had run here."""
    here = contextvars.copy_context()
    for variable, value in context.items():
        if here.get(variable, _UNSET) is not value:
            variable.set(value)


def _as_callback(function: Callable[[], None]) -> Any:
    """A function that the host can keep: in Pyodide a proxy with a lifetime of its own."""
    try:
        from pyodide.ffi import create_proxy
    except ImportError:
        return function
    return create_proxy(function)


def _is_python(awaitable: Any) -> bool:
    """Whether an awaitable is Python's own; the host's promises are awaitable as well, and look like futures."""
    if JsProxy is not None and isinstance(awaitable, JsProxy):
        return False
    return asyncio.isfuture(awaitable) or inspect.iscoroutine(awaitable)


def _milliseconds(seconds: float) -> float:
    """Checks a duration as `time.sleep` does."""
    if isinstance(seconds, (str, bytes)) or not hasattr(seconds, "__float__") and not hasattr(seconds, "__index__"):
        raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer")
    value = float(seconds)
    if value != value:
        raise ValueError("Invalid value NaN (not a number)")
    if value < 0:
        raise ValueError("sleep length must be non-negative")
    return value * 1000
