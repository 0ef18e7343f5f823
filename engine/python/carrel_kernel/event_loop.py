"""What `asyncio` does differently because one loop, the browser's, runs all the time.

Under Jupyter `asyncio.run` fails, since a loop is running. Pyodide's suspends the caller instead, which is better, but
Stop did not reach that wait, and what a program had left running went on behind it. Here both are as in a script.
Read next: waiting.py, stopping.py.
"""

import asyncio
from typing import Any

from .host import Host
from .waiting import Waits

WHAT = "waiting for a coroutine without `await`"


def install(host: Host, waits: Waits) -> None:
    """Puts the functions that block on a coroutine into their places, if the loop is the browser's."""
    try:
        from pyodide.webloop import WebLoop
    except ImportError:
        return

    def run_until_complete(self: Any, future: Any) -> Any:
        """Runs until a future, a coroutine or a promise is done, and gives its result."""
        if waits.can_suspend:
            self._install_asyncgen_hooks()
        return waits.awaitable(future, WHAT)

    def run(main: Any, *, debug: bool | None = None, loop_factory: Any = None) -> Any:
        """Runs a coroutine and gives its result; tasks that it leaves behind are cancelled."""
        if not asyncio.iscoroutine(main):
            raise ValueError(f"a coroutine was expected, got {main!r}")
        return run_in(waits, asyncio.get_event_loop(), main)

    WebLoop.run_until_complete = run_until_complete
    run.__module__ = "asyncio.runners"
    asyncio.run = run
    _quieten(host, WebLoop)


def run_in(waits: Waits, loop: Any, main: Any) -> Any:
    """Runs a coroutine in a loop that runs already, and ends the tasks that it leaves behind."""
    before = asyncio.all_tasks(loop)
    try:
        return waits.awaitable(main, WHAT)
    finally:
        left = asyncio.all_tasks(loop) - before
        for task in left:
            task.cancel()
        if left:
            waits.awaitable(asyncio.gather(*left, return_exceptions=True), WHAT)


def _quieten(host: Host, kind: type) -> None:
    """An interrupt or exit inside a task is the waiting cell's to report, not the event loop's: Stop ends the cell's wait."""
    loop = asyncio.get_event_loop()
    if isinstance(loop, kind):
        loop._keyboard_interrupt_handler = host.interrupt_wait
        loop._system_exit_handler = lambda _code: None
