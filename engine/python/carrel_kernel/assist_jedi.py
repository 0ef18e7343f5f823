"""What jedi says about code that has not run: the cells above, and the one that is written.

Static analysis over text and live values; nothing is imported or called. Where
jedi is not installed, it says nothing. Read next: assist.py.
"""

import os
import sys
import tempfile
import zipfile
from typing import Any

from .assist_limit import within
from .assist_live import is_trusted

MAX_NAMES = 2000
"""More completions than this help nobody."""

MAX_ABOVE = 60_000
"""Of the cells above, so many characters are read, the nearest."""

WARM_SECONDS = 4.0
"""The first question reads the types of Python's builtins, which takes longer than any other; it may, once."""

_ARCHIVE, _FOLDER = "/lib/carrel/jedi.zip", "/lib/carrel/jedi"
"""Where the site brings jedi, and where it is unpacked: it reads grammars and types from files."""

_jedi: Any = None
_is_warm = False


def available() -> bool:
    """Whether jedi can be asked; the first call may unpack and import it, which takes a while."""
    global _jedi
    if not os.path.isdir(_FOLDER) and os.path.isfile(_ARCHIVE):
        _unpack()
    if _jedi is None:
        try:
            import jedi
        except ImportError:
            # Its archive may come later.
            return False
        _jedi = jedi
        # Never in the working directory, whose files are the user's.
        jedi.settings.cache_directory = os.path.join(tempfile.gettempdir(), "jedi")
        jedi.settings.allow_unsafe_interpreter_executions = False
    # In a memory snapshot it is imported, but its files were not saved.
    return os.path.isfile(_jedi.__file__)


def _unpack() -> None:
    with zipfile.ZipFile(_ARCHIVE) as archive:
        archive.extractall(_FOLDER)
        for name in archive.namelist():
            # Files that are newer than what a snapshot knows of them would be read again.
            os.utime(os.path.join(_FOLDER, name), (0, 0))
    if _FOLDER not in sys.path:
        sys.path.append(_FOLDER)


def warm() -> None:
    """Reads what every question needs, unless that has been done; a snapshot of the interpreter does it beforehand."""
    global _is_warm
    if not _is_warm and available():
        _is_warm = True
        within(WARM_SECONDS, lambda: Script("", "[].", 3, {}).complete(), [])


class Script:
    """The cell that is written, behind the cells above it."""

    def __init__(self, above: str, code: str, cursor: int, namespace: dict) -> None:
        above = above[-MAX_ABOVE:]
        before = code[:cursor]
        lead = f"{above}\n" if above else ""
        text = lead + code
        self.line = lead.count("\n") + before.count("\n") + 1
        self.column = len(before) - (before.rfind("\n") + 1)
        project = _jedi.Project(os.getcwd(), sys_path=[path for path in sys.path if path], smart_sys_path=False)
        self._script = _jedi.Interpreter(_plain(text), [_harmless(namespace)], project=project)

    def complete(self) -> list[tuple[str, str]]:
        """Names and kinds of what may stand here."""
        found = self._script.complete(self.line, self.column)[:MAX_NAMES]
        return [(item.name_with_symbols if item.type == "param" else item.name, _kind(item.type)) for item in found]

    def signatures(self) -> list[Any]:
        """jedi's signatures of the call that the place is in."""
        return self._script.get_signatures(self.line, self.column)

    def names(self) -> list[Any]:
        """jedi's names for what stands at the place."""
        return self._script.help(self.line, self.column) or self._script.infer(self.line, self.column)


def _harmless(namespace: dict) -> dict:
    """The values that jedi may look at: not those whose class is the notebook's, because it asks them for attributes."""
    return {name: value for name, value in list(namespace.items()) if isinstance(name, str) and is_trusted(type(value))}


def _kind(jedi_type: str) -> str:
    return {"param": "argument", "statement": "instance"}.get(jedi_type, jedi_type)


def _plain(text: str) -> str:
    """The text with magics and shell commands made comments; every line keeps its number and length."""
    lines = [
        "#" + line[1:] if line.lstrip()[:1] in ("%", "!") and line[:1] in ("%", "!") else line for line in text.split("\n")
    ]
    return "\n".join(lines)
