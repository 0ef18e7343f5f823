"""`breakpoint()`, `%debug` and `pdb.set_trace()`: IPython's debugger over `input()`.

The debugger asks for its commands as programs ask for input, in the running
cell. Read next: prompts.py, shell.py.
"""

import pdb
from typing import Any

from IPython.core import debugger


class CellDebugger(debugger.InterruptiblePdb):
    """IPython's debugger, except that Stop ends the cell and not only the debugger."""

    _is_stopped = False

    def interaction(self, *arguments: Any) -> None:
        """Asks for commands until one goes on with the program."""
        self._is_stopped = False
        super().interaction(*arguments)
        if self._is_stopped:
            raise KeyboardInterrupt

    def cmdloop(self, intro: Any = None) -> None:
        try:
            super().cmdloop(intro)
        except KeyboardInterrupt:
            self._is_stopped = True
            raise


def use_debugger() -> None:
    """Makes IPython's and Python's own entries lead to this debugger."""
    debugger.Pdb = CellDebugger
    pdb.Pdb = CellDebugger
    pdb.set_trace = debugger.set_trace
