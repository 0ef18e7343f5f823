"""The kernel: Jupyter requests in, replies and outputs out.

One request is handled at a time, in the order in which they came. Requests are
answered whatever they contain; only while a cell runs can Stop raise
KeyboardInterrupt. How a cell is run is in shell.py, how messages are made in
messages.py.
"""

import contextvars
import json
import platform
from typing import Any, Callable

from IPython.core import release

from . import __version__, engine_guard, packages
from .assist import complete, inspect_at
from .comms import HANDLERS, Comms
from .files import file_piece
from .freeing import free_after
from .host import Host
from .inspector import Inspector
from .messages import PROTOCOL_VERSION, Publisher
from .prompts import Prompts
from .shell import CarrelShell
from .stopping import Stopping
from .waiting import Waits


class Kernel:
    """One running notebook kernel."""

    def __init__(self, host: Host, shell: CarrelShell, run_sync: Callable[[Any], Any] | None) -> None:
        self.host = host
        self.shell = shell
        self.publisher = Publisher(host)
        self.waits = Waits(host, run_sync)
        self.stopping = Stopping(host)
        self.prompts = Prompts(self.publisher, self.waits)
        self.packages = packages.connect(host, self.waits)
        self.inspector = Inspector(self)
        self._ended_with: BaseException | None = None
        # Requests come from JavaScript, each in a context of its own; what a cell sets in a `ContextVar` is there in the next.
        self._context = contextvars.copy_context()
        shell.connect(self.publisher, self.waits, host.accelerator_name)
        self.comms = Comms(self)
        self._replies = {
            "kernel_info_request": self._kernel_info,
            "complete_request": self._complete,
            "inspect_request": self._inspect,
            "is_complete_request": self._is_complete,
            "history_request": lambda _content: {"status": "ok", "history": []},
            "carrel_variables_request": self.inspector.variables,
            "carrel_variable_view_request": self.inspector.view,
            "carrel_file_request": file_piece,
            "comm_info_request": self.comms.info,
            "interrupt_request": lambda _content: {"status": "ok"},
            "shutdown_request": lambda content: {"status": "ok", "restart": bool(content.get("restart"))},
        }

    @property
    def namespace(self) -> dict:
        """The notebook's names."""
        return self.shell.user_ns

    def handle(self, text: str) -> None:
        """Handles one request on a stack that can wait (or never has to)."""
        handling = self.handle_async(text)
        try:
            self._context.run(handling.send, None)
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
            elif request in HANDLERS:
                if self._handle_comm(request, message):
                    # Stop takes what waits as well; cells that were asked for meanwhile are among it.
                    await self.waits.next_turn()
                    queued = list(self.host.take_queued())
            elif request in self._replies:
                self._send_reply(channel, request, self._replies[request](content))
        finally:
            self.publisher.status("idle")
            self.host.flush()
        self._free()
        for waiting in queued:
            await self._abort(waiting)

    def _free(self) -> None:
        """Gives back what a failed cell held. Nobody waits for it, as its reply is sent."""
        error, self._ended_with = self._ended_with, None
        if error is not None:
            free_after(error)

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
        reply = {"status": "aborted", "execution_count": self.shell.execution_count - 1}
        self._send_reply(message.get("channel", "shell"), "execute_request", reply)
        self.publisher.status("idle")

    async def _execute(self, content: dict) -> dict:
        source = content.get("code", "")
        silent = bool(content.get("silent", False))
        remembered = bool(content.get("store_history", True)) and not silent
        count = self.shell.execution_count if remembered else self.shell.execution_count - 1
        if not silent:
            self.publisher.broadcast("execute_input", {"code": source, "execution_count": count})
        self.prompts.allowed = bool(content.get("allow_stdin", False))

        failed = await self._run(source, silent, remembered)
        reply: dict[str, Any]
        if failed:
            reply = {"status": "error", **(self.shell.last_error or {}), "user_expressions": {}}
        else:
            expressions = self.shell.user_expressions(content.get("user_expressions") or {})
            reply = {"status": "ok", "user_expressions": expressions}
        payload = self.shell.payload_manager.read_payload()
        return {**reply, "payload": payload, "execution_count": count}

    async def _run(self, source: str, silent: bool, remembered: bool) -> bool:
        """Runs a cell and says whether it failed; the one place where user code runs and can be stopped."""
        failed = False
        try:
            self.stopping.begin()
            self.host.set_interruptible(True)
            await self.packages.prepare(source)
            self._ended_with = await self.shell.run(source, silent=silent, store_history=remembered)
            failed = self._ended_with is not None
        except BaseException as error:  # noqa: BLE001 - Stop may come before or after the cell's own code
            self._ended_with = error
            failed = True
            self.shell.show_failure(error)
        finally:
            try:
                await self._keep_files()
            except BaseException:  # noqa: BLE001 - Stop: what is not stored yet will be, while others wait for nothing
                pass
            finally:
                self.host.set_interruptible(False)
                self.stopping.end()
        return failed

    async def _keep_files(self) -> None:
        """Waits until the page has stored the cell's files, so that a cell that has ended leaves nothing to lose."""
        storing = self.host.keep_files()
        if storing is not None:
            text = await self.waits.settled(storing.promise)
            if text:
                self.host.stream("stderr", text)

    def _handle_comm(self, msg_type: str, message: dict) -> bool:
        """Runs what listens to a comm; its errors show where its prints do. True if Stop was pressed meanwhile."""
        num_stops = self.host.num_interrupts()
        try:
            self.stopping.begin()
            self.host.set_interruptible(True)
            self.comms.handle(msg_type, message)
            engine_guard.settle()
        except BaseException as error:  # noqa: BLE001 - Stop, or whatever the notebook's callback raises
            self.shell.show_failure(error)
        finally:
            self.host.set_interruptible(False)
            self.stopping.end()
        return self.host.num_interrupts() != num_stops

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
            "banner": f"Carrel {__version__} with Python {version} and IPython {release.version}",
            "help_links": [],
        }

    def _complete(self, content: dict) -> dict:
        return complete(content, self.namespace)

    def _inspect(self, content: dict) -> dict:
        return inspect_at(content, self.namespace)

    def _is_complete(self, content: dict) -> dict:
        status, indent = self.shell.input_transformer_manager.check_complete(content.get("code", ""))
        return {"status": status, **({"indent": " " * indent} if indent is not None and status == "incomplete" else {})}
