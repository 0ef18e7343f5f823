"""Pieces of text files, for whoever follows a traceback to a file.

Modules inside of archives are found through their loaders, as Python's own
tracebacks find them. Answers one request; executes nothing of the notebook's
and refuses what is no text. Read next: tracebacks.py, kernel.py.
"""

import linecache
import os
import sys
from typing import Any

_LINES_AROUND = 300
_MAX_BYTES = 20_000_000


def file_piece(content: dict) -> dict[str, Any]:
    """The content of a `carrel_file_reply`: the lines around one of a file."""
    shown = str(content.get("path", ""))
    line = max(1, int(content.get("line") or 1))
    path = os.path.abspath(os.path.expanduser(shown))
    lines = _lines_of(path)
    if not lines:
        return {"status": "error", "ename": "FileNotFoundError", "evalue": "no such text file"}
    first = max(1, min(line, len(lines)) - _LINES_AROUND)
    piece = lines[first - 1 : line + _LINES_AROUND]
    return {"status": "ok", "path": shown, "first_line": first, "text": "".join(piece)}


def _lines_of(path: str) -> list[str]:
    if os.path.isfile(path):
        if os.path.getsize(path) > _MAX_BYTES:
            return []
        linecache.checkcache(path)
        return linecache.getlines(path)
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if isinstance(names, dict) and names.get("__file__") == path:
            return linecache.getlines(path, names)
    return []
