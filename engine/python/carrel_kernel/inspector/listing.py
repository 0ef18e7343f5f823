"""The list of a notebook's variables. Names that begin with an underscore and IPython's own are left out.

Read next: describe.py, which makes the lines.
"""

from collections.abc import Mapping

from .describe import describe, kind_of
from .guard import Guard

MAX_ROWS = 1000
"""Nobody reads a longer list, and every line is sent after every cell."""

_NOT_THERE = object()


def list_variables(namespace: Mapping, hidden: Mapping, guard: Guard, *, with_functions: bool) -> tuple[list[dict], int]:
    """The lines in the order of definition, and how many are left out because there are too many."""
    rows: list[dict] = []
    num_left_out = 0
    for name, value in list(namespace.items()):
        if not isinstance(name, str) or name.startswith("_") or hidden.get(name, _NOT_THERE) is value:
            continue
        if kind_of(value) != "value" and not with_functions:
            continue
        if len(rows) < MAX_ROWS:
            rows.append(describe(name, value, guard))
        else:
            num_left_out += 1
    return rows, num_left_out
