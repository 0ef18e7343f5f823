"""`sys.stdout` and `sys.stderr` of a notebook.

Text goes to the host at once; the host batches it (streams.js). There is no
file behind these objects, so they have no file number. Read next: messages.py, long_outputs.py.
"""

import io
from typing import Callable, Protocol

from .long_outputs import LONGEST_TEXT, ends


class Printer(Protocol):
    """What takes printed text: a kernel's publisher."""

    def stream(self, name: str, text: str) -> None:
        """Prints to "stdout" or "stderr"."""

    def flush(self) -> None:
        """Shows what was printed so far."""


class OutputStream(io.TextIOBase):
    """A text stream that prints into the running cell."""

    redirect: Callable[[str, str], bool] | None = None
    """Takes printed text instead of the cell while a widget captures (comms/capture.py)."""

    def __init__(self, printer: Printer, name: str) -> None:
        super().__init__()
        self._printer = printer
        self._name = name
        self._buffer = _ByteView(self)

    @property
    def name(self) -> str:
        """The stream's name, as files have one."""
        return f"<{self._name}>"

    @property
    def encoding(self) -> str:
        """Always UTF-8."""
        return "UTF-8"

    @property
    def errors(self) -> str:
        """How text that cannot be encoded is treated."""
        return "replace"

    @property
    def buffer(self) -> "_ByteView":
        """A binary stream that prints its bytes as UTF-8."""
        return self._buffer

    def write(self, text: str) -> int:
        """Prints text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if OutputStream.redirect is not None and OutputStream.redirect(self._name, text):
            return len(text)
        if len(text) > LONGEST_TEXT:
            self._printer.stream(self._name, ends(text))
        elif text:
            self._printer.stream(self._name, text)
        return len(text)

    def flush(self) -> None:
        """Shows what was printed so far."""
        self._printer.flush()

    def writable(self) -> bool:
        """Always true."""
        return True

    def isatty(self) -> bool:
        """A notebook is no terminal."""
        return False

    def fileno(self) -> int:
        """There is no file."""
        raise io.UnsupportedOperation("fileno")

    def reconfigure(self, **_options: object) -> None:
        """Accepted for programs that set the encoding of their output."""

    def close(self) -> None:
        """The notebook's streams stay open."""


class _ByteView(io.RawIOBase):
    """The `buffer` of a stream, for programs that print bytes."""

    def __init__(self, stream: OutputStream) -> None:
        super().__init__()
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        text = bytes(data).decode("utf-8", "replace")
        self._stream.write(text)
        return len(bytes(data))

    def flush(self) -> None:
        self._stream.flush()
