"""Points in the life of a cell at which other packages may be called.

The tensor library sends what it has recorded at the end of a cell; widgets and
plots will use the same points. A callback that fails is reported on stderr and
the cell goes on. Read next: kernel.py.
"""

import sys
import traceback
from typing import Callable

NAMES = ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell")
"""The events, with IPython's names."""


class Events:
    """Callbacks by the name of their event."""

    def __init__(self) -> None:
        self._callbacks: dict[str, list[Callable]] = {name: [] for name in NAMES}

    def register(self, event: str, function: Callable) -> None:
        """Calls a function at each event of this name."""
        self._callbacks[event].append(function)

    def unregister(self, event: str, function: Callable) -> None:
        """Takes back `register`."""
        self._callbacks[event].remove(function)

    def trigger(self, event: str) -> None:
        """Calls what is registered."""
        for function in list(self._callbacks[event]):
            try:
                function()
            except Exception:  # noqa: BLE001 - the cell must not pay for somebody's callback
                sys.stderr.write(f"Error in callback {function!r} for {event}:\n{traceback.format_exc()}")
