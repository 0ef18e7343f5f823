"""Packages: %pip, imports that resolve, and what comes back after a restart.

    carrel_kernel.packages.install(["rich", "-q"])

The kernel never fetches anything itself: broker.py asks the page. Read next:
commands.py (the command line), install.py, imports.py (before a cell runs).
"""

import json
import sys
from typing import Any

from ..host import Host
from ..waiting import NEEDS_JSPI, Waits
from . import imports, installed
from .broker import Answer, Broker, FetchError
from .commands import Pip, words_of
from .errors import InstallError
from .finder import Finder
from .install import Installer, unpack

__all__ = ["InstallError", "Packages", "connect", "install", "install_async", "words_of"]

_packages: "Packages | None" = None


class Packages:
    """The packages of one kernel."""

    def __init__(self, host: Host, waits: Waits) -> None:
        self._host = host
        self._waits = waits
        self._installer: Installer | None = None
        self._is_restored = False

    @property
    def installer(self) -> Installer:
        """Made when it is first needed: the lock file is long."""
        if self._installer is None:
            lock = json.loads(self._host.package_lock() or "{}")
            self._installer = Installer(Finder(Broker(self._host, self._waits), lock, self._host.pyodide_version))
        return self._installer

    async def pip(self, words: list[str]) -> None:
        """Carries out a command line of pip's."""
        await Pip(self.installer, _say).run(words)

    def pip_sync(self, words: list[str]) -> None:
        """The same from synchronous code, where the browser can suspend it."""
        if not self._waits.can_suspend:
            raise RuntimeError(NEEDS_JSPI.format(what="%pip"))
        running = self.pip(words)
        try:
            running.send(None)
        except StopIteration:
            return
        running.close()
        raise RuntimeError("the installation waited for the event loop, which this entry cannot do")

    async def prepare(self, source: str) -> None:
        """Before a cell runs: brings back what this notebook had, and what its imports need and lies nearby."""
        if not self._is_restored:
            self._is_restored = True
            await self._restore()
        modules = imports.missing(source)
        if modules:
            await imports.install_nearby(self.installer, modules, _say)

    async def _restore(self) -> None:
        broker = Broker(self._host, self._waits)
        try:
            wanted = await broker.notebook()
        except (FetchError, ValueError):
            return
        lost = []
        for entry in wanted:
            try:
                answer = Answer("", await broker.read(entry["sha256"]), "store", entry["sha256"])
                unpack(answer, entry["filename"], bool(entry.get("requested")))
            except (FetchError, InstallError):
                lost.append("=".join(entry["filename"].split("-")[:2]).replace("=", "==", 1))
        if lost:
            print(
                f"Packages of this notebook are no longer stored in this browser. Install them again: "
                f"%pip install {' '.join(lost)}",
                file=sys.stderr,
            )

    def advise(self, error: BaseException) -> None:
        """Adds to an import error what to do about it."""
        if not isinstance(error, ModuleNotFoundError) or not error.name:
            return
        finder = self.installer.finder
        text = imports.hint(error.name, finder.site.modules, finder.pyodide.modules)
        if text and text not in getattr(error, "__notes__", ()):
            error.add_note(text)


def connect(host: Host, waits: Waits) -> Packages:
    """The packages of a kernel; from now on `install` means these."""
    global _packages
    _packages = Packages(host, waits)
    return _packages


def advise(error: BaseException) -> None:
    """Adds to an import error that is about to be shown what to do about it."""
    if _packages is not None:
        _packages.advise(error)


def install(args: list[str]) -> None:
    """Carries out a command line of pip's, given as words: `["install", "rich"]`, or just `["rich"]`. Prints to stdout."""
    _connected().pip_sync(list(args))


async def install_async(args: list[str]) -> None:
    """`install` for code that awaits, which works in every browser."""
    await _connected().pip(list(args))


def _connected() -> Packages:
    if _packages is None:
        raise RuntimeError("no kernel is connected")
    return _packages


def _say(text: str) -> Any:
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()
