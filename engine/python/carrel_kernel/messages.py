"""Jupyter messages: made here, as JSON text, and nowhere else.

Follows the Jupyter messaging protocol 5.4 (https://jupyter-client.readthedocs.io,
"Messaging in Jupyter"). It knows envelopes, not what the contents mean.
Read next: kernel.py.
"""

import base64
import json
import math
import os
import time
from contextvars import ContextVar
from typing import Callable

from .host import Host

PROTOCOL_VERSION = "5.4"


class Publisher:
    """Sends messages and prints for the request on whose behalf code runs.

    That is the one being handled, but for tasks and callbacks of the event loop: what
    they say belongs to the request that started them, also when it has long ended.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._session = os.urandom(8).hex()
        self._num_sent = 0
        self._latest: dict = {}
        self._asked: ContextVar[dict | None] = ContextVar("request", default=None)
        self.capture: Callable[[str, dict], bool] | None = None
        """Keeps an output from the page if a widget takes it (comms/capture.py)."""

    @property
    def parent(self) -> dict:
        """The header of the request that what runs now belongs to."""
        asked = self._asked.get()
        return self._latest if asked is None else asked

    def set_parent(self, header: dict) -> None:
        """Messages and prints from now on belong to the request with this header."""
        self._latest = header
        self._asked.set(header)
        self._host.set_parent(to_json(header), self._session)

    def stream(self, name: str, text: str) -> None:
        """Prints to "stdout" or "stderr"."""
        parent = self.parent
        if parent is self._latest:
            self._host.stream(name, text)
            return
        self._host.set_parent(to_json(parent), self._session)
        self._host.stream(name, text)
        self._host.set_parent(to_json(self._latest), self._session)

    def flush(self) -> None:
        """Shows what was printed so far."""
        self._host.flush()

    def send(self, channel: str, msg_type: str, content: dict, metadata: dict | None = None) -> None:
        """Sends one message on "shell", "iopub", "stdin" or "control"."""
        self._num_sent += 1
        message = {
            "channel": channel,
            "header": {
                "msg_id": f"{self._session}-{self._num_sent}",
                "msg_type": msg_type,
                "session": self._session,
                "username": "kernel",
                "date": timestamp(time.time()),
                "version": PROTOCOL_VERSION,
            },
            "parent_header": self.parent,
            "metadata": metadata or {},
            "content": content,
        }
        self._host.post(to_json(message))

    def broadcast(self, msg_type: str, content: dict, metadata: dict | None = None) -> None:
        """Sends one message on the iopub channel, unless a widget captures it."""
        if self.capture is not None and self.capture(msg_type, content):
            return
        self.send("iopub", msg_type, content, metadata)

    def status(self, state: str) -> None:
        """Says that the kernel is "busy" or "idle"."""
        self.broadcast("status", {"execution_state": state})


def timestamp(seconds: float) -> str:
    """A moment as ISO 8601 in UTC, with microseconds."""
    whole = math.floor(seconds)
    micros = int((seconds - whole) * 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{micros:06d}Z"


def to_json(value: object) -> str:
    """JSON text that every parser takes: NaN and infinities become null, bytes Base64, objects their repr."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def plain(value: object, depth: int = 0) -> object:
    """A copy of a value made of JSON's types only."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if depth > 60:
        return "…"
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, depth + 1) for item in value]
    return repr(value)
