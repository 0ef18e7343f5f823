"""Where IPython's results and displays go: into Jupyter messages.

IPython decides what an object looks like; these two classes only send it. Until
a kernel is connected (`publisher` is set) they send nothing. Read next:
messages.py, shell.py.
"""

from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

from .long_outputs import shortened
from .messages import Publisher


class ResultHook(DisplayHook):
    """Sends the value of a cell's last expression as `execute_result`."""

    publisher: Publisher | None = None

    def start_displayhook(self) -> None:
        self._is_active = True

    def write_output_prompt(self) -> None:
        """The page writes the prompt."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        content = {"execution_count": self.prompt_count, "data": shortened(format_dict), "metadata": md_dict or {}}
        if self.publisher is not None:
            self.publisher.broadcast("execute_result", content)

    def finish_displayhook(self) -> None:
        self._is_active = False


class Displays(DisplayPublisher):
    """Sends what `display`, `update_display` and `clear_output` ask for."""

    publisher: Publisher | None = None

    def publish(
        self,
        data: dict,
        metadata: dict | None = None,
        source: Any = None,
        *,
        transient: dict | None = None,
        update: bool = False,
        **_other: Any,
    ) -> None:
        """Shows a mime bundle in the running cell, or replaces one that is shown."""
        self._validate_data(data, metadata)
        if self.publisher is None:
            return
        content = {"data": shortened(data), "metadata": metadata or {}, "transient": transient or {}}
        self.publisher.broadcast("update_display_data" if update else "display_data", content)

    def clear_output(self, wait: bool = False) -> None:
        """Removes the cell's output, at once or when the next output comes."""
        if self.publisher is not None:
            self.publisher.broadcast("clear_output", {"wait": bool(wait)})
