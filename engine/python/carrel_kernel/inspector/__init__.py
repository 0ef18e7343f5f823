"""The inspector's half in the kernel: what the notebook's names hold, and what they cost.

Answers two requests that execute nothing of the notebook's: a list of the
variables with the figures of memory, and a closer look at one of them, a piece
at a time. Looking changes nothing and, for the list, reads nothing back from
the GPU. What must not run without care is behind guard.py. Read next:
listing.py, describe.py (one line about a value), views.py (a closer look).
"""

from collections.abc import Mapping
from typing import Any

from .guard import Guard
from .listing import list_variables
from .resources import figures
from .views import NotThere, view_of


class Inspector:
    """Answers the page's inspector for one notebook."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel

    def _guard(self) -> Guard:
        # What a `repr` might ask the user now would never be answered.
        self._kernel.prompts.allowed = False
        return Guard(self._kernel.waits)

    def variables(self, content: dict) -> dict:
        """The content of a `carrel_variables_reply`."""
        shell = self._kernel.shell
        hidden: Mapping = getattr(shell, "user_ns_hidden", {})
        rows, num_left_out = list_variables(
            shell.user_ns, hidden, self._guard(), with_functions=bool(content.get("functions", False))
        )
        return {"status": "ok", "variables": rows, "left_out": num_left_out, "resources": figures(self._kernel.host)}

    def view(self, content: dict) -> dict:
        """The content of a `carrel_variable_view_reply`; what cannot be shown is an answer with its reason."""
        try:
            return {"status": "ok", **view_of(content, self._kernel.shell.user_ns, self._guard())}
        except NotThere as error:
            return {"status": "error", "ename": "NameError", "evalue": str(error)}
        except Exception as error:  # noqa: BLE001 - the GPU may be gone, a library may refuse: the page shows why
            return {"status": "error", "ename": type(error).__name__, "evalue": str(error)}
