"""`import IPython` where IPython is not installed: the few names that notebooks use.

A finder at the very end of Python's search; a real IPython, once there, wins.
It offers `IPython.display`, `get_ipython()` with the parts that libraries look
at, and nothing that pretends to be more. Read next: display.py, events.py.
"""

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any

from . import display
from .magics import UsageError

MODULES = {
    "IPython": None,
    "IPython.display": display,
    "IPython.core": None,
    "IPython.core.display": display,
    "IPython.core.getipython": None,
}
"""The modules there are, and where their names come from."""


class Shell:
    """What `get_ipython()` gives: a view on the running kernel."""

    config: dict = {}

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.user_ns = kernel.namespace
        self.events = kernel.events

    @property
    def execution_count(self) -> int:
        """Number of the running cell."""
        return self.kernel.execution_count

    def run_line_magic(self, name: str, _line: str = "", *_rest: Any) -> None:
        """Magics are not there yet."""
        raise UsageError(f"Line magic `%{name}` is not available here yet")

    def run_cell_magic(self, name: str, _line: str = "", _cell: str = "") -> None:
        """Magics are not there yet."""
        raise UsageError(f"Cell magic `%%{name}` is not available here yet")

    def system(self, command: str) -> None:
        """There is no system shell behind a page."""
        raise UsageError(f"Shell commands are not available here: !{command}")


class _ShimFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the shim's modules when nobody else did."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        if name not in MODULES:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=name in ("IPython", "IPython.core"))

    def create_module(self, spec: Any) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        module.__doc__ = "A small stand-in for IPython in Carrel's kernel."
        source = MODULES[name]
        if source is not None:
            for public in source.__all__:
                setattr(module, public, getattr(source, public))
        if name in ("IPython", "IPython.core.getipython"):
            module.get_ipython = lambda: self._shell
        if name == "IPython":
            module.__version__ = "0.0"
            module.version_info = (0, 0, 0, "carrel")


def install(kernel: Any) -> Shell:
    """Makes the shim importable and gives the shell."""
    shell = Shell(kernel)
    sys.meta_path.append(_ShimFinder(shell))
    return shell
