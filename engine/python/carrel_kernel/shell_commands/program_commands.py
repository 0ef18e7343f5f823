"""Programs: python, pip, nvidia-smi, and small ones about time and surroundings.

`python` runs in the notebook's own interpreter under names of its own: what it
imports or changes in modules stays. Read next: ../magics.py for installing.
"""

import contextlib
import os
import platform
import runpy
import sys
import time
import traceback
from typing import Callable

from ..magics import install_packages
from .options import number, split_options
from .streams import Command, CommandError, Streams


def python(arguments: list[str], streams: Streams) -> int:
    """Run a file, -c CODE or -m MODULE with the arguments that follow."""
    words = list(arguments)
    while words and words[0] in ("-u", "-q", "-B", "-O", "-E", "-s"):
        words.pop(0)
    if not words:
        raise CommandError("name a file, -c CODE or -m MODULE: cells are where Python is typed", 2)
    first = words.pop(0)
    if first in ("-V", "--version"):
        streams.write(f"Python {platform.python_version()}\n")
        return 0
    if first == "-m" and words[:1] == ["pip"]:
        return pip(words[1:], streams) or 0
    if first in ("-c", "-m"):
        if not words:
            raise CommandError(f"{first} needs something to run", 2)
        what, *rest = words
        if first == "-c":
            return _run_python(["-c", *rest], streams, lambda: _run_code(what))
        return _run_python(["-m", *rest], streams, lambda: runpy.run_module(what, run_name="__main__", alter_sys=True))
    if first.startswith("-"):
        raise CommandError(f"the option {first} is not known here", 2)
    if not os.path.exists(first):
        raise CommandError(f"can't open file '{first}': No such file or directory", 2)
    return _run_python([first, *words], streams, lambda: runpy.run_path(first, run_name="__main__"))


def _run_code(source: str) -> None:
    exec(compile(source, "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})


def _run_python(argv: list[str], streams: Streams, program: Callable[[], object]) -> int:
    """Runs a program as if in a process of its own, as far as its arguments, output and end are concerned."""
    saved_argv, saved_path = sys.argv, list(sys.path)
    sys.argv = argv
    sys.path.insert(0, os.path.dirname(os.path.abspath(argv[0])) if argv[0] not in ("-c", "-m") else os.getcwd())
    try:
        with contextlib.redirect_stdout(streams.as_stdout()), contextlib.redirect_stderr(streams.as_stderr()):
            program()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        streams.write_error(f"{end.code}\n")
        return 1
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a program's error is its own, not the cell's
        streams.write_error("".join(traceback.format_exception(error)))
        return 1
    finally:
        sys.argv, sys.path[:] = saved_argv, saved_path
    return 0


def pip(arguments: list[str], streams: Streams) -> None:
    """As `%pip`."""
    try:
        install_packages(arguments, streams.shell)
    except KeyboardInterrupt:
        raise
    except Exception as error:  # noqa: BLE001 - said in one line, as pip does
        raise CommandError(str(error)) from None


def nvidia_smi(arguments: list[str], streams: Streams) -> int:
    """Say which GPU there is; through WebGPU, so neither its temperature nor its load."""
    name = getattr(streams.shell, "accelerator_name", "")
    if not name:
        raise CommandError("no GPU was found: this browser gives the notebook no WebGPU adapter", 6)
    if "-L" in arguments or "--list-gpus" in arguments:
        streams.write(f"GPU 0: {name}\n")
        return 0
    if any(word.startswith("--query-gpu") for word in arguments):
        streams.write(f"{name}\n")
        return 0
    rule = "+" + "-" * 77 + "+\n"
    lines = ["Carrel: the GPU as the browser's WebGPU shows it", "", f"GPU 0: {name}", 'In torch: device "webgpu"']
    streams.write(rule + "".join(f"| {line:<75} |\n" for line in lines) + rule)
    return 0


def which(arguments: list[str], streams: Streams) -> int:
    """Say where commands are."""
    missing = [name for name in arguments if name not in streams.commands]
    for name in arguments:
        if name in streams.commands:
            streams.write(f"/usr/bin/{name}\n")
    return 1 if missing else 0


def date(arguments: list[str], streams: Streams) -> None:
    """Print date and time: +FORMAT, -u in UTC."""
    options, words = split_options(arguments, "u")
    form = words[0][1:] if words and words[0].startswith("+") else "%a %b %e %H:%M:%S %Z %Y"
    streams.write(time.strftime(form, time.gmtime() if "u" in options else time.localtime()) + "\n")


def sleep(arguments: list[str], streams: Streams) -> None:
    """Wait for some seconds."""
    for word in arguments or [""]:
        unit = {"s": 1, "m": 60, "h": 3600}.get(word[-1:])
        try:
            time.sleep(float(word[:-1] if unit else word) * (unit or 1))
        except ValueError:
            raise CommandError(f"invalid time interval '{word}'") from None


def env(arguments: list[str], streams: Streams) -> None:
    """Print the environment's variables."""
    for name, value in sorted(os.environ.items()):
        if not arguments or name in arguments:
            streams.write(f"{name}={value}\n")


def printenv(arguments: list[str], streams: Streams) -> int:
    """Print the values of variables."""
    if not arguments:
        env([], streams)
        return 0
    for name in arguments:
        if name in os.environ:
            streams.write(os.environ[name] + "\n")
    return 0 if all(name in os.environ for name in arguments) else 1


def export(arguments: list[str], streams: Streams) -> None:
    """Set variables of the environment; here they stay for the notebook."""
    for word in arguments:
        name, sign, value = word.partition("=")
        if not name.isidentifier():
            raise CommandError(f"`{word}': not a valid identifier")
        if sign:
            os.environ[name] = value


def uname(arguments: list[str], streams: Streams) -> None:
    """Say what this runs on."""
    streams.write(f"{platform.system()} carrel {platform.machine()}\n" if "-a" in arguments else f"{platform.system()}\n")


def true(arguments: list[str], streams: Streams) -> int:
    """Succeed."""
    return 0


def false(arguments: list[str], streams: Streams) -> int:
    """Fail."""
    return 1


def exit_(arguments: list[str], streams: Streams) -> int:
    """The status that is named."""
    return number(arguments[0], "a status") & 0xFF if arguments else 0


def nothing(arguments: list[str], streams: Streams) -> None:
    """Accepted: there is no shell to be set up."""


COMMANDS: dict[str, Command] = {
    "python": python, "python3": python, "pip": pip, "pip3": pip, "nvidia-smi": nvidia_smi, "which": which, "date": date,
    "sleep": sleep, "env": env, "printenv": printenv, "export": export, "uname": uname, "true": true, "false": false,
    "exit": exit_, "set": nothing, "clear": nothing,
}
