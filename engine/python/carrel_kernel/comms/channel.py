"""One comm, and the way of its messages to the page.

Subclasses the `BaseComm` of the package `comm`, which does the bookkeeping. It
knows nothing of widgets but that what goes out is shown to `Captures` first.
Read next: capture.py.
"""

import base64
import binascii
from typing import Any

from comm.base_comm import BaseComm

from ..messages import Publisher
from .capture import Captures


class Link:
    """Where comms send, and what `comm.kernel` is to libraries that ask for it."""

    def __init__(self, publisher: Publisher, captures: Captures) -> None:
        self._publisher = publisher
        self._captures = captures

    def get_parent(self) -> dict:
        """The request that is being handled, as ipykernel gives it."""
        return {"header": dict(self._publisher.parent)}

    def publish(self, msg_type: str, content: dict, metadata: dict) -> None:
        """Sends one message of a comm, at once."""
        self._captures.follow(msg_type, content)
        self._publisher.broadcast(msg_type, content, metadata)


class KernelComm(BaseComm):
    """What `comm.create_comm` makes."""

    link: Link | None = None

    @property
    def kernel(self) -> Link | None:
        """The kernel's side, where `ipywidgets.Output` asks which request it captures."""
        return self.link

    def publish_msg(
        self, msg_type: str, data: dict | None = None, metadata: dict | None = None,
        buffers: list | None = None, **keys: Any,
    ) -> None:
        """Sends one message; `buffers` are bytes-like objects."""
        if self.link is None:
            return
        content = {"comm_id": self.comm_id, "data": data or {}, **{name: value for name, value in keys.items() if value is not None}}
        if buffers:
            content["buffers"] = [encoded_buffer(buffer) for buffer in buffers]
        self.link.publish(msg_type, content, metadata or {})


def encoded_buffer(buffer: Any) -> str:
    """The Base64 text of a bytes-like object of any item type."""
    view = memoryview(buffer)
    return base64.b64encode(view if view.contiguous else view.tobytes()).decode("ascii")


def decoded_buffers(texts: Any) -> list[memoryview]:
    """The buffers of a message; what is no Base64 becomes an empty one, so that the others keep their places."""
    buffers = []
    for text in texts if isinstance(texts, list) else []:
        try:
            buffers.append(memoryview(base64.b64decode(text, validate=True)))
        except (TypeError, ValueError, binascii.Error):
            buffers.append(memoryview(b""))
    return buffers
