"""The place of notebook commands (`%name`, `%%name`, `!command`, `name?`).

None is implemented yet. What this file does is to recognise them, so that a
cell which uses one says so plainly instead of failing with a syntax error.
Read next: execution.py.
"""

import re

from .ansi import RED, paint

_LINE = re.compile(r"^\s*(?:[\w.,\s\[\]*]+=\s*)?(?P<mark>%%|%|!!|!)(?P<name>[\w.]*)(?P<rest>.*)$")
_HELP = re.compile(r"^\s*(?:\?{1,2}\s*[%\w.]+|[%\w.\[\]'\"]+\?{1,2})\s*$")


class UsageError(Exception):
    """A notebook command that cannot be carried out."""

    def _render_traceback_(self) -> list[str]:
        """The message alone: there is no program whose frames would help."""
        return [f"{paint(RED, 'UsageError')}: {self}"]


def unsupported(source: str, line: int | None) -> UsageError | None:
    """The error for the notebook command at a line that is not Python, if it is one."""
    lines = source.splitlines()
    first = next((text for text in lines if text.strip()), "")
    if first.lstrip().startswith("%%"):
        candidates = [first]
    else:
        candidates = lines[line - 1 : line] if line else lines
    for text in candidates:
        if _HELP.match(text):
            return UsageError(f"Help with `?` is not available here yet: {text.strip()}\nUse help(…) instead")
        match = _LINE.match(text)
        if match is None:
            continue
        if match["mark"].startswith("!"):
            return UsageError(f"Shell commands are not available here: {text.strip()}\nThe kernel runs inside this page")
        if match["name"]:
            kind = "Cell" if match["mark"] == "%%" else "Line"
            return UsageError(f"{kind} magic `{match['mark']}{match['name']}` is not available here yet")
    return None
