"""A host for tests: the kernel's surroundings in memory, without a browser.

Collects what the kernel sends and plays the user: answers input, presses Stop.
Promises are asyncio futures of a loop that `run_sync` runs.
"""

import asyncio
import json
from types import SimpleNamespace

from carrel_kernel.host import INTERRUPTED


_LOOPS: list[asyncio.AbstractEventLoop] = []
"""Every loop, kept: one that is collected warns, which imports, and in the middle of another import CPython 3.11 fails then."""


class FakeHost:
    """Records messages and prints in the order in which they were made."""

    jspi = True
    engine_failure = ""
    accelerator_name = ""
    pyodide_version = "314.0.7"

    def __init__(self, page=None):
        self.page = page
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        _LOOPS.append(self.loop)
        self.sent = []
        self.queued = []
        self.answers = []
        self.waits = []
        self.interruptible = False
        self.stop_sleeps = False
        self.slept_ms = 0.0
        self.parent = "{}"
        self.archives = {}
        self.failures = {}
        self.storing = None
        self.num_stops = 0

    def run_sync(self, promise):
        """Waits for a promise as Pyodide's function of this name does."""
        return self.loop.run_until_complete(promise)

    def python_memory_bytes(self):
        return 1 << 20

    def tensor_memory_bytes(self):
        return 0

    def post(self, text):
        self.sent.append(json.loads(text))

    def stream(self, name, text):
        last = self.sent[-1] if self.sent else None
        if last is not None and last.get("stream") == name:
            last["text"] += text
        else:
            self.sent.append({"stream": name, "text": text})

    def flush(self):
        pass

    def set_parent(self, parent, session):
        self.parent = parent

    def set_interruptible(self, on):
        self.interruptible = on

    def num_interrupts(self):
        return self.num_stops

    def interrupt_wait(self):
        if self.waits:
            self.waits.pop()()
            return True
        return False

    def postpone_interrupt(self):
        pass

    def guard(self, promise):
        return SimpleNamespace(promise=promise)

    def _settled(self, value):
        future = self.loop.create_future()
        future.set_result(value)
        return future

    def sleep(self, ms):
        self.slept_ms += ms
        return self.guard(self._settled(INTERRUPTED if self.stop_sleeps else None))

    def stdin(self):
        return self.guard(self._settled(self.answers.pop(0) if self.answers else INTERRUPTED))

    def pause(self, ms):
        self.slept_ms += ms

    def next_turn(self):
        return self.guard(self._settled(None))

    def add_wait(self, stop):
        self.waits.append(stop)

    def remove_wait(self, stop):
        if stop in self.waits:
            self.waits.remove(stop)

    def ending(self):
        promise = self.loop.create_future()

        class Ending:
            """The end of something, to be waited for."""

            def __init__(self):
                self.promise = promise

            def resolve(self):
                if not promise.done():
                    promise.set_result(None)

        return Ending()

    def package_lock(self):
        return self.page.lock if self.page is not None else ""

    def package_request(self, text):
        events = self.page.answer(json.loads(text)) if self.page is not None else [{"state": "failed", "kind": "missing"}]
        complete = {"text": "", "data": None, "origin": "", "sha256": "", "reason": ""}
        events = [SimpleNamespace(**{**complete, **event}) for event in events]

        def following():
            return self.guard(self._settled(events.pop(0) if events else INTERRUPTED))

        return SimpleNamespace(next=following, cancel=lambda: self.page.cancelled.append(text))

    def take_queued(self):
        queued, self.queued = self.queued, []
        return queued

    def keep_files(self):
        if self.storing is None:
            return None
        return SimpleNamespace(promise=self.guard(self._settled(self.storing)).promise)

    def awaited_archives(self):
        return list(self.archives)

    def archive(self, path):
        """Comes at once, or not at all for a reason."""
        return SimpleNamespace(promise=self._settled(self.archives.pop(path)))

    def archive_failure(self, path):
        return self.failures.get(path, "")


def request(msg_type, content, number=1):
    """The JSON text of one request."""
    header = {"msg_id": f"request-{number}", "msg_type": msg_type, "session": "test"}
    return json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content})
