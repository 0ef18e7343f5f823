"""What the kernel asks of its surroundings.

`Host` is the whole joint between the kernel and the browser's worker;
python_worker.js provides one in Pyodide, the tests provide another. It holds no
behaviour. Read next: waiting.py, messages.py.
"""

from typing import Any, Callable, Protocol

INTERRUPTED = "carrel:interrupted"
"""What a guarded promise gives instead of its value when the user pressed Stop."""


class Host(Protocol):
    """The worker's side of the kernel.

    Promises are awaitables of the host's own kind. They come as the `promise` of an object, because Pyodide makes a
    future of one that a call gives, which the event loop would have to settle.
    """

    jspi: bool
    """Whether Python can wait for a promise in the middle of synchronous code."""
    engine_failure: str
    """Why there is no tensor engine; empty where there is one."""
    accelerator_name: str
    """Name of the GPU; empty where there is none."""
    pyodide_version: str
    """Which Pyodide this is; its builds of packages lie under this name."""

    def python_memory_bytes(self) -> int:
        """Memory that Python has taken; 0 where that is not known."""

    def tensor_memory_bytes(self) -> int:
        """Memory that the tensor engine has taken, tensors on the CPU included; 0 where there is none."""

    def post(self, text: str) -> None:
        """Sends one Jupyter message, after everything printed before it."""

    def stream(self, name: str, text: str) -> None:
        """Prints to "stdout" or "stderr"; the host batches and flushes."""

    def flush(self) -> None:
        """Sends what was printed so far."""

    def set_parent(self, parent: str, session: str) -> None:
        """Says (as JSON text) which request printed text belongs to from now on."""

    def set_interruptible(self, on: bool) -> None:
        """Lets Stop raise KeyboardInterrupt, or keeps it from doing so."""

    def num_interrupts(self) -> int:
        """How often Stop has been pressed, as far as that was noticed."""

    def interrupt_wait(self) -> bool:
        """Ends the innermost wait as Stop does; false if there is none."""

    def postpone_interrupt(self) -> None:
        """Makes an interrupt due again that could not be raised where it arrived."""

    def guard(self, promise: Any) -> Any:
        """An object with the same `promise`, which gives INTERRUPTED if the user presses Stop first."""

    def sleep(self, ms: float) -> Any:
        """An object with a guarded `promise` for the end of a span of time."""

    def stdin(self) -> Any:
        """An object with a guarded `promise` for the user's next line of input."""

    def pause(self, ms: float) -> None:
        """Blocks; for browsers where Python cannot wait for promises."""

    def next_turn(self) -> Any:
        """An object with a `promise` for the event loop's next turn, when waiting messages have come in."""

    def add_wait(self, stop: Callable[[], None]) -> None:
        """Registers what Stop should do while Python is suspended; innermost last."""

    def remove_wait(self, stop: Callable[[], None]) -> None:
        """Takes back `add_wait`."""

    def ending(self) -> Any:
        """An object with a `promise` and the function `resolve` that fulfils it."""

    def take_queued(self) -> list[str]:
        """Removes and gives the requests that were not started yet."""

    def package_request(self, request: str) -> Any:
        """Asks the page for something about packages (JSON text, see packages/broker.py). The object that it gives has
        `next()`, an object with a guarded `promise` for the next event, and `cancel()`. An event has `state`:
        "progress" (`done`, `total`), "done" (`text`, `data`, `origin`, `sha256`) or "failed" (`reason`, `kind`)."""

    def package_lock(self) -> str:
        """The text of Pyodide's lock file."""

    def keep_files(self) -> Any:
        """Tells the page what has become of the working files: None if that is nothing, or an object with a guarded
        `promise` that is settled when they are stored, with text about those that are not."""

    def awaited_archives(self) -> list[str]:
        """Paths of archives that Python imports from and that are not there: on their way, or not to be had."""

    def archive(self, path: str) -> Any:
        """An object with a `promise` for "" when the archive is there, or for the reason why it cannot be had."""

    def archive_failure(self, path: str) -> str:
        """Why an archive will not come any more, or "" as long as it may."""
