"""Waits for archives that are still on their way when somebody wants to read them.

A kernel that wakes up from a memory snapshot has its modules already; the archives that they came from may be loaded
after the start. Until they are there, what opens archives asks here first: imports, `inspect.getsource`, tracebacks,
`importlib.metadata`, `zipfile`, and `open`. When they are, everything is as if this had never been: nothing is slower. Where the
browser has no JSPI, the worker runs no cell before they are there. Read next: public/kernel/archives.js, waiting.py.
"""

import builtins
import io
import os
import sys
import zipfile
import zipimport
from typing import Any, Callable

from .host import Host
from .waiting import Waits


def install(host: Host, waits: Waits) -> None:
    """Lets readers of archives wait, if any is not there yet."""
    if list(host.awaited_archives()):
        _Watch(host, waits).enter()


class _Watch:
    """What stands before the functions that open archives, until all archives are there."""

    def __init__(self, host: Host, waits: Waits) -> None:
        self._host = host
        self._waits = waits
        self._places = [
            (zipimport, "_read_directory", 0, _import_error),
            (zipimport, "_get_data", 0, _import_error),
            (zipfile.ZipFile, "__init__", 1, OSError),
            (builtins, "open", 0, OSError),
            (io, "open", 0, OSError),
        ]
        # The notebook's own `open` is IPython's, which calls the one that it has imported.
        shell = sys.modules.get("IPython.core.interactiveshell")
        if hasattr(shell, "io_open"):
            self._places.append((shell, "io_open", 0, OSError))
        self._taken: list[tuple[Any, str, Any, Any]] = []

    def enter(self) -> None:
        """Takes their places."""
        for place, name, path_idx, error in self._places:
            original = getattr(place, name)
            own = self._before(original, path_idx, error)
            setattr(place, name, own)
            self._taken.append((place, name, own, original))

    def _leave(self) -> None:
        for place, name, own, original in self._taken:
            # Code may have put something of its own there, which knows ours and may go on to call it.
            if getattr(place, name) is own:
                setattr(place, name, original)
        self._taken.clear()

    def _before(self, original: Callable, path_idx: int, error: Callable[[str], Exception]) -> Callable:
        """The function, after a wait for the archive that its argument with this index names."""

        def function(*arguments: Any, **named: Any) -> Any:
            path = arguments[path_idx] if path_idx < len(arguments) else named.get("file")
            if isinstance(path, (str, os.PathLike)):
                self._arrival(os.path.abspath(path), error)
            return original(*arguments, **named)

        function.__name__, function.__qualname__, function.__doc__ = original.__name__, original.__qualname__, original.__doc__
        return function

    def _arrival(self, path: str, error: Callable[[str], Exception]) -> None:
        awaited = list(self._host.awaited_archives())
        if not awaited:
            self._leave()
        if path not in awaited:
            return
        # Nobody need wait for what will not come, which is just as well where nobody can.
        reason = str(self._host.archive_failure(path))
        if not reason:
            try:
                reason = self._waits.promise(self._host.archive(path).promise, f"reading {path}")
            except RuntimeError as failure:
                raise error(f"{path} is still being loaded, and what runs here cannot wait for it: {failure}") from None
        if reason:
            raise error(f"{path} is missing: {reason}. Restart the kernel to try again")


def _import_error(text: str) -> Exception:
    return zipimport.ZipImportError(text)
