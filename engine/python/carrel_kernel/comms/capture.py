"""`ipywidgets.Output`: what a block of code prints and displays, kept in a widget instead of the cell.

An Output widget asks for the outputs of a request by setting its `msg_id`. In Jupyter
the page then collects them and tells the kernel; here they are collected where they
are made, so that they are in the widget's `outputs` without a round trip. Floods of
text are handed over some times a second. Read next: streams.py, publishing.py.
"""

import sys
import time
from typing import Any

from ..messages import Publisher
from ..streams import OutputStream

PAUSE_SECONDS = 0.05
"""Outputs that follow each other faster than this are handed to the widget together."""

KINDS = ("display_data", "execute_result", "error")


class Captures:
    """The Output widgets of a kernel and which of them is capturing."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._widgets: set[str] = set()
        self._by_request: dict[str, list[str]] = {}
        self._waiting: dict[str, list[dict]] = {}
        self._cleared: set[str] = set()
        self._flushed_at = 0.0
        publisher.capture = self._take
        OutputStream.redirect = None

    def follow(self, msg_type: str, content: dict) -> None:
        """Notes what a message of a comm says about capturing, before it is sent."""
        comm_id = content["comm_id"]
        state = content["data"].get("state") if isinstance(content["data"], dict) else None
        if msg_type == "comm_open" and isinstance(state, dict) and state.get("_model_name") == "OutputModel":
            self._widgets.add(comm_id)
        if comm_id not in self._widgets:
            return
        if msg_type == "comm_close":
            self._widgets.discard(comm_id)
            self._end(comm_id)
        elif isinstance(state, dict) and "msg_id" in state:
            self._end(comm_id)
            if state["msg_id"]:
                self._by_request.setdefault(state["msg_id"], []).append(comm_id)
        OutputStream.redirect = self._print if self._by_request else None

    def _end(self, comm_id: str) -> None:
        if self._waiting.get(comm_id):
            self._hand_over(comm_id)
        for request, capturing in list(self._by_request.items()):
            if comm_id in capturing:
                capturing.remove(comm_id)
            if not capturing:
                del self._by_request[request]

    def _capturing(self) -> str | None:
        """The innermost Output that captures what is made now."""
        capturing = self._by_request.get(self._publisher.parent.get("msg_id", ""))
        return capturing[-1] if capturing else None

    def _print(self, name: str, text: str) -> bool:
        comm_id = self._capturing()
        if comm_id is None:
            return False
        if text:
            self._add(comm_id, {"output_type": "stream", "name": name, "text": text})
        return True

    def _take(self, msg_type: str, content: dict) -> bool:
        """Keeps a message from the page if a widget captures it."""
        if msg_type == "update_display_data":
            self._replace(content)
            return False
        comm_id = self._capturing() if msg_type in (*KINDS, "clear_output") else None
        if comm_id is None:
            return False
        if msg_type == "clear_output":
            self._waiting.pop(comm_id, None)
            self._cleared.add(comm_id)
            if not content.get("wait"):
                self._hand_over(comm_id)
        else:
            self._add(comm_id, {"output_type": msg_type, **content})
        return True

    def _add(self, comm_id: str, output: dict) -> None:
        self._waiting.setdefault(comm_id, []).append(output)
        if time.monotonic() - self._flushed_at >= PAUSE_SECONDS:
            self._hand_over(comm_id)

    def _hand_over(self, comm_id: str) -> None:
        """Makes what waits part of the widget's `outputs`, after a clearing in place of what was there."""
        new = self._waiting.pop(comm_id, [])
        widget = _widget(comm_id)
        if widget is None or not new and comm_id not in self._cleared:
            return
        old = () if comm_id in self._cleared else widget.outputs
        self._cleared.discard(comm_id)
        self._flushed_at = time.monotonic()
        widget.outputs = joined([*old, *new])

    def _replace(self, content: dict) -> None:
        """`update_display` of something that an Output has captured."""
        display_id = (content.get("transient") or {}).get("display_id")
        for comm_id in self._widgets if display_id else ():
            self._hand_over(comm_id)
            widget = _widget(comm_id)
            if widget is not None and any(_display_id(output) == display_id for output in widget.outputs):
                changed = {"data": content["data"], "metadata": content["metadata"]}
                widget.outputs = tuple(
                    {**output, **changed} if _display_id(output) == display_id else output for output in widget.outputs
                )


def joined(outputs: list[dict]) -> tuple[dict, ...]:
    """Outputs with neighbouring pieces of one stream put together."""
    whole: list[dict] = []
    for output in outputs:
        last = whole[-1] if whole else {}
        if output["output_type"] == last.get("output_type") == "stream" and output["name"] == last["name"]:
            whole[-1] = {**last, "text": last["text"] + output["text"]}
        else:
            whole.append(output)
    return tuple(whole)


def _display_id(output: dict) -> str | None:
    return (output.get("transient") or {}).get("display_id")


def _widget(comm_id: str) -> Any:
    """The widget of a comm; ipywidgets has been imported if there is one."""
    module = sys.modules.get("ipywidgets.widgets.widget")
    return module._instances.get(comm_id) if module is not None else None
