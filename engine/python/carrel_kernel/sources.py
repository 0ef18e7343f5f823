"""The source text of cells, where Python's own tools find it.

Each run of a cell gets a file name of its own (`<cell-3>` for `In[3]`) and an
entry in linecache, so that tracebacks, warnings, inspect and pdb show its
lines even after the cell was changed and run again. Read next: execution.py.
"""

import linecache
import re

_CELL = re.compile(r"<cell-(\d+)>$")


def register(source: str, execution_count: int, silent: bool, run_number: int) -> str:
    """Makes a run's source known and gives its file name."""
    filename = f"<silent-{run_number}>" if silent else f"<cell-{execution_count}>"
    lines = source.splitlines(keepends=True)
    # No modification time: linecache then keeps the entry for good.
    linecache.cache[filename] = (len(source), None, lines, filename)
    return filename


def describe(filename: str, line: int | None) -> str:
    """How a place in a source is written: `Cell In[3], line 2` or `File /x.py:2`."""
    match = _CELL.match(filename)
    if match:
        place = f"Cell In[{match[1]}]"
        return place if line is None else f"{place}, line {line}"
    return f"File {filename}" if line is None else f"File {filename}:{line}"


def is_cell(filename: str) -> bool:
    """Whether a file name is that of a cell's run."""
    return filename.startswith(("<cell-", "<silent-"))
