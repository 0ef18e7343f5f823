"""Comms: the channels between objects in the kernel and their views on the page, as ipywidgets and anywidget use them.

`install` makes the package `comm` open its comms here and brings the archive with
ipywidgets and anywidget into Python's reach; nothing of it is imported before a
notebook does. Messages travel as Jupyter's comm_open, comm_msg and comm_close, with
binary buffers as Base64 texts in the content's field `buffers`. What the page does
with them is its own matter. Read next: channel.py, capture.py.
"""

import os
import sys
from typing import Any

import comm

from .capture import Captures
from .channel import KernelComm, Link, decoded_buffers

ARCHIVE = "/lib/carrel/widgets.zip"
"""Where the worker puts ipywidgets and what it needs."""

HANDLERS = ("comm_open", "comm_msg", "comm_close")
"""The messages that `Comms.handle` takes."""


class Comms:
    """All comms of one kernel."""

    def __init__(self, kernel: Any) -> None:
        self.manager = comm.CommManager()
        self._captures = Captures(kernel.publisher)
        self._link = Link(kernel.publisher, self._captures)

    def install(self) -> None:
        """Makes this the kernel that the package `comm` speaks with."""
        KernelComm.link = self._link
        comm.create_comm = KernelComm
        comm.get_comm_manager = lambda: self.manager
        # The page mirrors what one view changes to the others by itself, also while a cell runs.
        os.environ.setdefault("JUPYTER_WIDGETS_ECHO", "0")
        if ARCHIVE not in sys.path and os.path.exists(ARCHIVE):
            sys.path.append(ARCHIVE)

    def handle(self, msg_type: str, message: dict) -> None:
        """Gives a message of the page to the comm that it names; unknown comms are passed over."""
        content = message.get("content")
        if not isinstance(content, dict) or not isinstance(content.get("comm_id"), str):
            return
        if msg_type == "comm_open" and not isinstance(content.get("target_name"), str):
            return
        if msg_type != "comm_open" and content["comm_id"] not in self.manager.comms:
            return
        received = {**message, "content": {"data": {}, **content}, "buffers": decoded_buffers(content.get("buffers"))}
        getattr(self.manager, msg_type)(None, "", received)

    def info(self, content: dict) -> dict:
        """The reply to a comm_info_request: the open comms, of one target if one is named."""
        target = content.get("target_name")
        known = {
            comm_id: {"target_name": one.target_name}
            for comm_id, one in self.manager.comms.items()
            if target in (None, one.target_name)
        }
        return {"status": "ok", "comms": known}
