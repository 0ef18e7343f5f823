"""The file names of cells, by which Python's own tools find their source.

Each run of a cell has a name of its own (`<cell-3>` for `In[3]`), and its lines
lie in linecache under it, so that tracebacks, warnings, inspect and pdb show
them even after the cell was changed and run again. Read next: shell.py.
"""

from IPython.core.compilerop import CachingCompiler


class CellCompiler(CachingCompiler):
    """IPython's compiler, with names that say which cell it was."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered = True
        self._num_unremembered = 0

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """The name of one run. Runs that leave no trace in the history have names of their own."""
        if self.remembered:
            return f"<cell-{number}>"
        self._num_unremembered += 1
        return f"<silent-{self._num_unremembered}>"


def is_cell(filename: str) -> bool:
    """Whether a file name is that of a cell's run."""
    return filename.startswith(("<cell-", "<silent-"))
