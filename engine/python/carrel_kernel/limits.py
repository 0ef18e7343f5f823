"""The depth of Python's recursion, kept where the browser's stack can bear it.

Deep recursion through C code (`__repr__`, `sorted(key=…)`, `json.dumps`) uses
the browser's own stack, and overflowing that kills the interpreter instead of
raising RecursionError. So the limit has a ceiling; programs may set any value
and get the ceiling at most. Read next: boot.py.
"""

import sys

CEILING = 500
"""Deepest limit at which every known way of recursing was seen to end in RecursionError."""


def install() -> None:
    """Caps the recursion limit from now on."""
    set_limit = sys.setrecursionlimit
    set_limit(CEILING)

    def setrecursionlimit(limit: int, /) -> None:
        """Set the maximum depth of the Python interpreter stack (at most what the browser bears)."""
        if not isinstance(limit, int):
            raise TypeError(f"'{type(limit).__name__}' object cannot be interpreted as an integer")
        set_limit(min(limit, CEILING))

    setrecursionlimit.__module__ = "sys"
    sys.setrecursionlimit = setrecursionlimit
