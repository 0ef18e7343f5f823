"""Starts the kernel inside Pyodide: wires Python's globals to it.

The worker imports this module once and keeps what `start` gives. Everything
that changes the interpreter for users (streams, input, sleep, warnings) is
listed here, in two parts: `prepare` needs no worker and runs at build time, for
the memory snapshot (or at the start, where there is none); `connect` binds what
was prepared to the worker's host. Only what cannot be prepared belongs there:
it is part of every start. Read next: snapshot.py, kernel.py, python_worker.js.
"""

import builtins
import os
import sys
import time
from typing import Any

import __main__

from . import archives, engine_guard, event_loop, network, snapshot, unwarned
from .host import Host
from .kernel import Kernel
from .shell import CarrelShell, make_shell, warm_up
from .streams import OutputStream


def start() -> Kernel:
    """The kernel of this interpreter."""
    import _carrel_host

    woken = snapshot.wake()
    shell = woken or prepare()
    kernel = connect(_carrel_host, _run_sync(_carrel_host), shell)
    if woken is not None:
        snapshot.connect_engine(_carrel_host.engine_failure)
    return kernel


def prepare() -> CarrelShell:
    """The shell of a kernel, without a host. It may be saved and restored, so it holds nothing of JavaScript."""
    shell = make_shell(__main__)
    warm_up(shell)
    return shell


def connect(host: Host, run_sync: Any, shell: CarrelShell) -> Kernel:
    """Makes a kernel for a host and a shell, and lets Python's globals use it."""
    unwarned.install()
    kernel = Kernel(host, shell, run_sync)
    sys.stdout = OutputStream(kernel.publisher, "stdout")
    sys.stderr = OutputStream(kernel.publisher, "stderr")
    archives.install(host, kernel.waits)
    kernel.comms.install()
    builtins.input = kernel.prompts.input
    os.system = _system(shell)
    time.sleep = _renamed(kernel.waits.sleep, "sleep", "time")
    _install_getpass(kernel)
    kernel.stopping.install()
    _install_run_sync(kernel)
    event_loop.install(host, kernel.waits)
    network.install()
    if host.engine_failure:
        engine_guard.install(host.engine_failure)
    return kernel


def _run_sync(host: Host) -> Any:
    """How to wait for a promise of JavaScript, where the browser can: the short way (suspending.js), or else Pyodide's."""
    if not host.jspi:
        return None
    try:
        from _carrel_wait import wait
    except ImportError:
        from pyodide.ffi import run_sync

        return run_sync
    return wait


def _install_run_sync(kernel: Kernel) -> None:
    """Lets Stop end the waits of everyone who uses Pyodide's `run_sync`."""
    try:
        import pyodide.ffi
    except ImportError:
        return
    pyodide.ffi.run_sync = _renamed(kernel.waits.promise, "run_sync", "pyodide.ffi")


def _system(shell: CarrelShell) -> Any:
    def system(command: str) -> int:
        """Runs a command as `!command` does; gives its status as a wait for a process would."""
        from .shell_commands import run

        return run(os.fsdecode(command), shell) << 8

    return system


def _install_getpass(kernel: Kernel) -> None:
    import getpass

    getpass.getpass = kernel.prompts.getpass


def _renamed(method: Any, name: str, module: str) -> Any:
    """A function that looks like the one it stands for."""

    def function(*arguments: Any, **named: Any) -> Any:
        return method(*arguments, **named)

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function.__doc__ = method.__doc__
    return function
