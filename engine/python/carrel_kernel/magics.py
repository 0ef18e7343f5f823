"""The magics that differ from IPython's, because there are no processes and no package managers below.

All other magics are IPython's own. Installing is left to the package
`carrel_kernel.packages`; shell scripts run line by line in shell_commands.
Read next: shell.py, shell_commands/__init__.py.
"""

import inspect
import shlex
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

_SCRIPTS = ("bash", "sh")
_PYTHONS = ("python", "python3")


@magics_class
class CarrelMagics(Magics):
    """`%pip`, `%conda` and the cells that are scripts."""

    @line_magic
    def pip(self, line: str) -> None:
        """Install packages into this notebook: `%pip install name …`."""
        install_packages(shlex.split(line), self.shell)

    @line_magic
    def conda(self, line: str) -> None:
        """As `%pip`: packages come from the same place whatever they are asked for with."""
        self.pip(line)

    @line_magic
    def mamba(self, line: str) -> None:
        """As `%pip`."""
        self.pip(line)

    @line_magic
    def uv(self, line: str) -> None:
        """As `%pip`, for `%uv pip install name …`."""
        self.pip(line.removeprefix("pip "))

    @cell_magic
    def bash(self, line: str, cell: str) -> None:
        """Run the cell's lines as shell commands. `--out NAME` keeps what they print."""
        self._script(cell, shlex.split(line))

    @cell_magic
    def sh(self, line: str, cell: str) -> None:
        """As `%%bash`."""
        self._script(cell, shlex.split(line))

    @cell_magic
    def script(self, line: str, cell: str) -> None:
        """Run the cell as a script of the program that the line names."""
        program, *options = shlex.split(line) or [""]
        if program in _SCRIPTS:
            self._script(cell, options)
        elif program in _PYTHONS:
            self.python(shlex.join(options), cell)
        else:
            raise UsageError(f"%%script runs bash and python here, not {program or 'nothing'!s}: there are no other programs")

    @cell_magic
    def python(self, line: str, cell: str) -> None:
        """Run the cell as a program of its own, with names of its own."""
        from .shell_commands import run

        self._ended(run("python -c " + shlex.quote(cell), self.shell))

    @cell_magic
    def python3(self, line: str, cell: str) -> None:
        """As `%%python`."""
        self.python(line, cell)

    @cell_magic
    def perl(self, line: str, cell: str) -> None:
        """Say that there is no Perl."""
        self.script("perl", cell)

    @cell_magic
    def ruby(self, line: str, cell: str) -> None:
        """Say that there is no Ruby."""
        self.script("ruby", cell)

    @cell_magic
    def pypy(self, line: str, cell: str) -> None:
        """Say that there is no other Python."""
        self.script("pypy", cell)

    @cell_magic
    def python2(self, line: str, cell: str) -> None:
        """Say that there is no other Python."""
        self.script("python2", cell)

    def _script(self, cell: str, options: list[str]) -> None:
        from .shell_commands import output_of, run

        name = _value_of("--out", options)
        if name is None:
            self._ended(run(cell, self.shell), "--no-raise-error" not in options)
            return
        text, status = output_of(cell, self.shell)
        self.shell.user_ns[name] = text
        self._ended(status, "--no-raise-error" not in options)

    def _ended(self, status: int, raises: bool = True) -> None:
        self.shell.user_ns["_exit_code"] = status
        if status and raises:
            raise UsageError(f"the script ended with status {status}")


def _value_of(option: str, options: list[str]) -> str | None:
    return options[options.index(option) + 1] if option in options[:-1] else None


def install_packages(arguments: list[str], shell: Any) -> None:
    """Hands a command of `pip` to the part of the kernel that installs packages."""
    try:
        from . import packages
    except ImportError:
        raise UsageError("packages cannot be installed in this kernel yet: " + shlex.join(["pip", *arguments])) from None
    outcome = packages.install(arguments)
    if inspect.isawaitable(outcome):
        shell.waits.promise(outcome, "%pip")
