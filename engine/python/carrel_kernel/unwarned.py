"""Warnings that are not shown: those about what a browser has not, where nothing is lost and nobody can do anything.

A warning that tells of a loss does not belong here. Read next: boot.py.
"""

import warnings

MESSAGES = (
    # tqdm watches for bars that stand still in a thread of its own; without it they are drawn when they move.
    "tqdm:disabling monitor support",
)
"""How the warnings begin, as regular expressions."""


def install() -> None:
    """Leaves them out from now on; `warnings.resetwarnings()` brings them back."""
    for message in MESSAGES:
        warnings.filterwarnings("ignore", message=message)
