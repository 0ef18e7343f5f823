"""What a memory snapshot of the kernel holds, and what must happen when a kernel wakes up from one.

The build starts Python once, calls `compose` and saves the memory; a worker
restores it instead of starting Python. `compose` therefore leaves nothing that
belongs to the build: no host, no engine, no objects of JavaScript. `wake`
replaces what must not be the same in every kernel. Both run at most once.
Read next: boot.py, tools/build/snapshot.mjs, public/kernel/snapshot.js.
"""

import gc
import importlib
import importlib.util
import os
import pkgutil
import random
import sys
import tempfile
import time
import uuid

from . import assist_jedi, comms
from .shell import CarrelShell

ENGINE_MODULES = ("torch", "torchvision", "safetensors")
"""Packages that need the engine, with what they bring along."""

MODULES = (
    "IPython.core.logger", "pygments.formatters.html", "pygments.lexers.python",
    "torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.optim.lr_scheduler", "torch.utils.data", "torchvision",
    "abc", "argparse", "ast", "asyncio", "base64", "bisect", "codeop", "collections", "contextlib", "copy", "csv", "dataclasses", "datetime",
    "enum", "fractions", "functools", "getpass", "glob", "gzip", "hashlib", "heapq", "html", "inspect", "io", "itertools", "json", "keyword",
    "linecache", "logging", "math", "operator", "os", "pathlib", "pickle", "platform", "pprint", "pydoc", "random", "re", "rlcompleter", "shutil",
    "statistics", "string", "struct", "tempfile", "textwrap", "threading", "time", "timeit", "token", "tokenize", "traceback", "types", "typing",
    "urllib.parse", "uuid", "warnings", "weakref", "zipfile",
)
"""What most notebooks import, and what the kernel imports for its first answers."""

_shell: CarrelShell | None = None
"""The shell that waits in the snapshot for its kernel."""


def compose() -> None:
    """Makes what the snapshot holds. The engine is only lent: nothing of it may stay."""
    global _shell
    from . import boot

    _shell = boot.prepare()
    own = [f"{__package__}.{module.name}" for module in pkgutil.iter_modules(sys.modules[__package__].__path__)]
    for name in (*MODULES, *own):
        importlib.import_module(name)
    assist_jedi.available()
    # Where ipywidgets lie is known to a kernel that wakes up, also before their archive is there; nothing of them is imported.
    sys.path.append(comms.ARCHIVE)
    importlib.util.find_spec("ipywidgets")
    # The module knows its loader and the loader its module: a ring that Python cannot see, because JavaScript is part of it.
    sys.modules["_carrel_engine"].__spec__.loader.jsproxy = None
    sys.modules["torch._C"].disconnect()
    os.environ.pop("PYTHONHASHSEED", None)
    # What a browser's Python would say, instead of a path of the build.
    os.environ["_"] = "./this.program"
    sys.orig_argv[:] = ["./this.program"]
    gc.collect()


def wake() -> CarrelShell | None:
    """Makes a restored kernel one of its own and gives its shell. None where Python started without a snapshot."""
    global _shell
    shell, _shell = _shell, None
    if shell is None:
        return None
    _draw_seeds()
    _set_time_zone()
    # Memory was saved, files were not.
    os.makedirs(shell.profile_dir.location, exist_ok=True)
    shell.profile_dir.check_dirs()
    # Pyodide puts the working directory before everything else, once at the build and once now.
    if sys.path[:1] == [""]:
        sys.path[:] = ["", *(path for path in sys.path if path != "")]
    return shell


def _draw_seeds() -> None:
    """Random numbers of this kernel's own. `secrets`, `uuid4` and `os.urandom` ask the browser each time; torch's generator
    is seeded where it is joined to its engine. What cannot be drawn anew is the seed of `hash(str)`, which is in every
    dictionary that was saved: it is the same in all kernels of a build, and `sys.flags.hash_randomization` says so."""
    random.seed()
    # Both are drawn at the first use, which may have been at the build.
    tempfile._name_sequence = None
    uuid._node = None


def _set_time_zone() -> None:
    """The names and offsets of the time zone: Python asks for them once, and asked where the snapshot was made."""
    year = time.localtime().tm_year
    winter, summer = (time.localtime(time.mktime((year, month, 1, 12, 0, 0, 0, 1, -1))) for month in (1, 7))
    standard, saving = (winter, summer) if winter.tm_gmtoff <= summer.tm_gmtoff else (summer, winter)
    time.timezone, time.altzone = -standard.tm_gmtoff, -saving.tm_gmtoff
    time.daylight = int(standard.tm_gmtoff != saving.tm_gmtoff)
    time.tzname = (standard.tm_zone, saving.tm_zone)


def connect_engine(failure: str) -> None:
    """Joins the restored torch to the engine of this worker, with random numbers of its own; without one, importing torch fails."""
    if not failure:
        torch = sys.modules["torch"]
        torch._C.connect()
        torch.default_generator.seed()
        return
    for name in list(sys.modules):
        if name.partition(".")[0] in ENGINE_MODULES:
            del sys.modules[name]
