"""`input()` and `getpass()`: questions asked in the running cell.

The question is an `input_request` on the stdin channel; the answer wakes the
waiting cell. A request that forbids input gets a clear error instead.
Read next: waiting.py.
"""

import sys

from .messages import Publisher
from .waiting import Waits


class StdinNotImplementedError(NotImplementedError):
    """Input was asked for where nobody can answer."""


class Prompts:
    """Asks the user, if the running request allows it."""

    def __init__(self, publisher: Publisher, waits: Waits) -> None:
        self._publisher = publisher
        self._waits = waits
        self.allowed = False

    def ask(self, prompt: object = "", *, password: bool = False) -> str:
        """Shows a prompt and waits for the answer."""
        if not self.allowed:
            raise StdinNotImplementedError(
                "input was called, but this cell was run in a way that cannot ask for input"
            )
        sys.stdout.flush()
        sys.stderr.flush()
        self._publisher.send("stdin", "input_request", {"prompt": str(prompt), "password": password})
        return self._waits.line()

    def input(self, prompt: object = "", /) -> str:
        """Read a line from the user, who sees the prompt in the running cell."""
        return self.ask(prompt)

    def getpass(self, prompt: str = "Password: ", stream: object = None) -> str:
        """Ask for a password; what the user types is not shown."""
        return self.ask(prompt, password=True)
