"""`breakpoint()`, `%debug` and `pdb.set_trace()`: IPython's debugger over `input()`.

The debugger asks for its commands as programs ask for input, in the running
cell, and Stop leaves it. Read next: prompts.py, shell.py.
"""

import pdb

from IPython.core import debugger


def use_debugger() -> None:
    """Makes Python's own entries lead to IPython's debugger, in the kind that an interrupt leaves."""
    debugger.Pdb = debugger.InterruptiblePdb
    pdb.Pdb = debugger.Pdb
    pdb.set_trace = debugger.set_trace
