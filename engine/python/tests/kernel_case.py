"""The base of the kernel's tests: a kernel in its own namespace, and shorthands.

Python's own streams, display hook and limits are put back after each test.
"""

import builtins
import getpass
import hashlib
import os
import pathlib
import pdb
import re
import sys
import tempfile
import time
import types
import unittest


def kernel_packages():
    """The folder with the pinned IPython (tools/setup/kernel_packages.sh)."""
    if "CARREL_KERNEL_PACKAGES" in os.environ:
        return os.environ["CARREL_KERNEL_PACKAGES"]
    listed = pathlib.Path(__file__).parents[3] / "tools" / "setup" / "kernel_packages.txt"
    tools = os.environ.get("CARREL_TOOLS") or os.path.expanduser("~/.cache/carrel/tools")
    return f"{tools}/kernel-packages-{hashlib.sha256(listed.read_bytes()).hexdigest()[:12]}"


sys.path.insert(0, kernel_packages())

from carrel_kernel import boot  # noqa: E402 - imports IPython, which lies in the folder above
from carrel_kernel.shell import CarrelShell, make_shell  # noqa: E402
from kernel_host import FakeHost, request  # noqa: E402


class KernelCase(unittest.TestCase):
    """Runs cells in a fresh kernel."""

    def setUp(self):
        saved = (sys.stdout, sys.stderr, sys.displayhook, builtins.input, time.sleep, getpass.getpass)
        saved_limit, set_limit = sys.getrecursionlimit(), sys.setrecursionlimit
        saved_path, saved_main, saved_environment = list(sys.meta_path), sys.modules["__main__"], dict(os.environ)
        saved_debugger, saved_folder, saved_system = (pdb.Pdb, pdb.set_trace), os.getcwd(), os.system
        scratch = tempfile.TemporaryDirectory()

        def restore():
            sys.stdout, sys.stderr, sys.displayhook, builtins.input, time.sleep, getpass.getpass = saved
            sys.setrecursionlimit = set_limit
            set_limit(saved_limit)
            sys.meta_path[:] = saved_path
            CarrelShell.clear_instance()
            sys.modules["__main__"] = saved_main
            pdb.Pdb, pdb.set_trace = saved_debugger
            os.system = saved_system
            for name in ("display", "get_ipython", "__IPYTHON__"):
                if hasattr(builtins, name):
                    delattr(builtins, name)
            os.environ.clear()
            os.environ.update(saved_environment)
            os.chdir(saved_folder)
            scratch.cleanup()
            self.host.loop.close()

        self.host = FakeHost()
        self.addCleanup(restore)
        os.mkdir(f"{scratch.name}/home")
        shell = make_shell(types.ModuleType("__main__"), f"{scratch.name}/.ipython")
        os.chdir(f"{scratch.name}/home")
        self.kernel = boot.connect(self.host, self.host.run_sync, shell)

    def send(self, msg_type, content):
        """Sends a request and gives everything that came back."""
        start = len(self.host.sent)
        self.kernel.handle(request(msg_type, content))
        return self.host.sent[start:]

    def reply(self, msg_type, content):
        """The content of a request's reply."""
        messages = self.send(msg_type, content)
        return next(message["content"] for message in messages if message.get("channel") == "shell")

    def run_cell(self, code, **options):
        """Runs a cell; gives its reply and outputs, and what it printed."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": True, **options}
        return CellRun(self.send("execute_request", content))

    def assert_result(self, code, text):
        """Runs a cell whose result must read like this."""
        run = self.run_cell(code)
        self.assertEqual(run.result, text, run.error)


class CellRun:
    """What one run of a cell sent."""

    def __init__(self, messages):
        self.messages = messages
        self.reply = next(message["content"] for message in messages if message.get("channel") == "shell")
        self.kinds = [message.get("stream") or message["header"]["msg_type"] for message in messages]
        self.contents = {
            message["header"]["msg_type"]: message["content"] for message in messages if "header" in message
        }
        self.error = self.contents.get("error")

    @property
    def result(self):
        """The plain text of the cell's result, or None."""
        content = self.contents.get("execute_result")
        return None if content is None else content["data"]["text/plain"]

    def printed(self, name="stdout"):
        """What the cell printed to a stream."""
        return "".join(message["text"] for message in self.messages if message.get("stream") == name)

    @property
    def traceback(self):
        """The traceback without colours."""
        return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(self.error["traceback"]))
