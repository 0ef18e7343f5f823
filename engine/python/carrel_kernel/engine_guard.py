"""What the kernel knows of the tensor engine: a clear ImportError where it is missing, and the end of a cell.

Without the engine's wasm there is no `_carrel_engine`, and importing torch
would fail with the name of a module that no user knows. Read next: boot.py.
"""

import importlib.abc
import sys
from typing import Any

ENGINE_MODULE = "_carrel_engine"


class _MissingEngine(importlib.abc.MetaPathFinder):
    """Answers the search for the engine with the reason why it is not there."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> None:
        if name == ENGINE_MODULE:
            raise ImportError(f"torch cannot be used: the tensor engine did not load ({self._reason})", name="torch")


def settle() -> None:
    """Waits for what the cell left to the GPU, so that what goes wrong there is raised in the cell that asked for it."""
    engine = sys.modules.get("torch._C")
    if engine is not None:
        engine.end_of_cell()


def install(reason: str) -> None:
    """Makes imports of the engine fail with this reason."""
    sys.meta_path.insert(0, _MissingEngine(reason))
