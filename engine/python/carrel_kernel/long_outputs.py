"""What is too long for the page: kept whole in a file of the kernel, which the cell names.

The page drops messages past a limit unread (`MAX_MESSAGE_CHARS` in
app/src/kernel/client.rs); nothing that honest code displays shall come near it.
Read next: streams.py (printed text), publishing.py (displayed values).
"""

import mimetypes
import os
import tempfile

FOLDER = "whole-outputs"
"""Where in the working directory these files lie: there they are kept with the notebook, like every other file."""

LONGEST_FORMAT = 8_000_000
"""A format of a value that is longer, in characters, is kept in a file."""

LONGEST_PLAIN = 900_000
"""The same for a value's text, of which the page keeps no more."""

LONGEST_TEXT = 4_000_000
"""A text longer than this, printed in one go, is kept in a file, and only its ends are printed."""

SHOWN_OF_LONG = 100_000
"""How much of each end that is: about what a page shows."""


def ends(text: str) -> str:
    """The ends of a text, with where the whole of it is."""
    left_out = len(text) - 2 * SHOWN_OF_LONG
    return f"{text[:SHOWN_OF_LONG]}\n[{left_out} characters left out; the whole text {_place(text, '.txt')}]\n{text[-SHOWN_OF_LONG:]}"


def shortened(data: dict) -> dict:
    """A mime bundle without formats that are too long; text keeps its ends, and says where the others are."""
    too_long = [mime for mime, value in data.items() if isinstance(value, str) and len(value) > _longest(mime)]
    if not too_long:
        return data
    kept = {mime: value for mime, value in data.items() if mime not in too_long}
    notes = []
    for mime in too_long:
        if mime == "text/plain":
            kept[mime] = ends(data[mime])
        else:
            suffix = mimetypes.guess_extension(mime) or ".txt"
            notes.append(f"[{mime} of {len(data[mime])} characters is too long to be shown; it {_place(data[mime], suffix)}]")
    if notes:
        text = kept.get("text/plain")
        kept["text/plain"] = "\n".join([*notes, text] if isinstance(text, str) else notes)
    return kept


def _longest(mime: str) -> int:
    return LONGEST_PLAIN if mime == "text/plain" else LONGEST_FORMAT


def _place(text: str, suffix: str) -> str:
    try:
        # A program may have gone to another folder, and `~` is where a notebook begins.
        folder = os.path.join(os.path.expanduser("~"), FOLDER)
        os.makedirs(folder, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="replace", dir=folder, prefix="output-", suffix=suffix, delete=False
        ) as file:
            for start in range(0, len(text), LONGEST_TEXT):
                file.write(text[start : start + LONGEST_TEXT])
        return f"is in {file.name}"
    except (OSError, MemoryError):
        return "is lost, because there was no room for it"
