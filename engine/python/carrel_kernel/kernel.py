"""The kernel: Jupyter requests in, replies and outputs out.

One request is handled at a time, in the order in which they came. Requests are
answered whatever they contain; only while a cell runs can Stop raise
KeyboardInterrupt. How a cell is run is in execution.py, how messages are made
in messages.py.
"""

import json
import platform
import sys
from typing import Any, Callable

from . import __version__, engine_guard
from .assist import complete, inspect_at
from .displayhook import DisplayHook, History
from .events import Events
from .execution import Executor
from .formatters import mime_bundle
from .host import Host
from .messages import PROTOCOL_VERSION, Publisher
from .prompts import Prompts
from .sources import register
from .tracebacks import format_error, message_of, name_of
from .waiting import Waits


class Kernel:
    """One running notebook kernel."""

    def __init__(self, host: Host, namespace: dict, run_sync: Callable[[Any], Any] | None) -> None:
        self.host = host
        self.namespace = namespace
        self.publisher = Publisher(host)
        self.waits = Waits(host, run_sync)
        self.prompts = Prompts(self.publisher, self.waits)
        self.history = History(namespace)
        self.display_hook = DisplayHook(self.publisher, self.history)
        self.executor = Executor(namespace, self.waits)
        self.events = Events()
        self.execution_count = 0
        self._run_number = 0
        self._replies = {
            "kernel_info_request": self._kernel_info,
            "complete_request": self._complete,
            "inspect_request": self._inspect,
            "is_complete_request": self._is_complete,
            "history_request": lambda _content: {"status": "ok", "history": []},
            "comm_info_request": lambda _content: {"status": "ok", "comms": {}},
            "interrupt_request": lambda _content: {"status": "ok"},
            "shutdown_request": lambda content: {"status": "ok", "restart": bool(content.get("restart"))},
        }

    def handle(self, text: str) -> None:
        """Handles one request on a stack that can wait (or never has to)."""
        handling = self.handle_async(text)
        try:
            handling.send(None)
        except StopIteration:
            return
        handling.close()
        raise RuntimeError("the request waited for the event loop, which this entry cannot do")

    async def handle_async(self, text: str) -> None:
        """Handles one request as part of the event loop."""
        message = json.loads(text)
        header = message.get("header") or {}
        channel = message.get("channel", "shell")
        request = header.get("msg_type", "")
        content = message.get("content") or {}
        if request in ("comm_open", "comm_msg", "comm_close"):
            return  # nobody here listens to comms, and none needs an answer
        self.publisher.set_parent(header)
        self.publisher.status("busy")
        queued: list[str] = []
        try:
            if request == "execute_request":
                reply = await self._execute(content)
                if reply["status"] == "error" and content.get("stop_on_error", True):
                    # Taken before the reply: what comes after it was sent in knowledge of the error.
                    await self.waits.next_turn()
                    queued = list(self.host.take_queued())
                self._send_reply(channel, request, reply)
            elif request in self._replies:
                self._send_reply(channel, request, self._replies[request](content))
        finally:
            self.publisher.status("idle")
            self.host.flush()
        for waiting in queued:
            await self._abort(waiting)

    def _send_reply(self, channel: str, request: str, content: dict) -> None:
        self.publisher.send(channel, request.replace("_request", "_reply"), content)

    async def _abort(self, text: str) -> None:
        """Answers a request behind a failed cell; cells are not run any more."""
        message = json.loads(text)
        header = message.get("header") or {}
        if header.get("msg_type") != "execute_request":
            await self.handle_async(text)
            return
        self.publisher.set_parent(header)
        self.publisher.status("busy")
        reply = {"status": "aborted", "execution_count": self.execution_count}
        self._send_reply(message.get("channel", "shell"), "execute_request", reply)
        self.publisher.status("idle")

    async def _execute(self, content: dict) -> dict:
        source = content.get("code", "")
        silent = bool(content.get("silent", False))
        remembered = bool(content.get("store_history", True)) and not silent
        self._run_number += 1
        if remembered:
            self.execution_count += 1
            self.history.remember_input(source, self.execution_count)
        if not silent:
            self.publisher.broadcast("execute_input", {"code": source, "execution_count": self.execution_count})
        filename = register(source, self.execution_count, not remembered, self._run_number)
        self.display_hook.execution_count = self.execution_count
        self.prompts.allowed = bool(content.get("allow_stdin", False))

        error = await self._run(source, filename)
        if error is not None:
            reply = self._report(error, silent)
        else:
            expressions = self._user_expressions(content.get("user_expressions") or {})
            reply = {"status": "ok", "payload": [], "user_expressions": expressions}
        return {**reply, "execution_count": self.execution_count}

    async def _run(self, source: str, filename: str) -> BaseException | None:
        """Runs a cell; the one place where user code runs and can be stopped."""
        error: BaseException | None = None
        try:
            self.host.set_interruptible(True)
            try:
                self.events.trigger("pre_execute")
                self.events.trigger("pre_run_cell")
                await self.executor.run(source, filename)
                engine_guard.settle()
            except BaseException as raised:  # noqa: BLE001 - whatever a cell raises is its result
                error = raised
            self.events.trigger("post_execute")
            self.events.trigger("post_run_cell")
        except KeyboardInterrupt as late:
            # Stop came between the end of the cell and the end of its events.
            error = error or late
        finally:
            self.host.set_interruptible(False)
        return error

    def _report(self, error: BaseException, silent: bool) -> dict:
        """Shows an error in the cell and gives what the reply says about it."""
        sys.last_exc = sys.last_value = error
        sys.last_type, sys.last_traceback = type(error), error.__traceback__
        shown = {"ename": name_of(error), "evalue": message_of(error), "traceback": self._traceback(error)}
        if not silent:
            self.publisher.broadcast("error", shown)
        return {"status": "error", **shown, "payload": [], "user_expressions": {}}

    def _traceback(self, error: BaseException) -> list[str]:
        try:
            return format_error(error)
        except Exception as failure:  # noqa: BLE001 - the error itself must still be shown
            return [f"{name_of(error)}: {message_of(error)}", f"(its traceback could not be formatted: {failure!r})"]

    def _user_expressions(self, expressions: dict) -> dict:
        values = {}
        for name, source in expressions.items():
            try:
                data, metadata = mime_bundle(self.executor.value(source, "<expression>"))
                values[name] = {"status": "ok", "data": data, "metadata": metadata}
            except Exception as error:  # noqa: BLE001 - each expression has its own outcome
                values[name] = {
                    "status": "error", "ename": name_of(error), "evalue": message_of(error),
                    "traceback": self._traceback(error),
                }
        return values

    def _kernel_info(self, _content: dict) -> dict:
        version = platform.python_version()
        return {
            "status": "ok",
            "protocol_version": PROTOCOL_VERSION,
            "implementation": "carrel",
            "implementation_version": __version__,
            "language_info": {
                "name": "python",
                "version": version,
                "mimetype": "text/x-python",
                "file_extension": ".py",
                "pygments_lexer": "ipython3",
                "codemirror_mode": {"name": "ipython", "version": 3},
                "nbconvert_exporter": "python",
            },
            "banner": f"Carrel {__version__} with Python {version}",
            "help_links": [],
        }

    def _complete(self, content: dict) -> dict:
        code = content.get("code", "")
        return complete(code, int(content.get("cursor_pos", len(code))), self.namespace)

    def _inspect(self, content: dict) -> dict:
        code = content.get("code", "")
        return inspect_at(code, int(content.get("cursor_pos", len(code))), self.namespace)

    def _is_complete(self, content: dict) -> dict:
        import codeop

        try:
            finished = codeop.compile_command(content.get("code", ""), symbol="exec") is not None
        except (SyntaxError, ValueError, OverflowError):
            return {"status": "invalid"}
        return {"status": "complete"} if finished else {"status": "incomplete", "indent": "    "}
