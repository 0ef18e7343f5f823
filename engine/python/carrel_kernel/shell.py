"""IPython's shell, connected to Carrel's kernel.

A subclass of IPython's `InteractiveShell`. IPython
transforms, compiles and formats; what is different here is where output goes
(publishing.py), which frames errors show (tracebacks.py), how cells wait
(waiting.py) and that there is no operating system below (shell_commands). A
shell can be made before its kernel: `connect` gives it what belongs to the
page. Read next: kernel.py, magics.py.
"""

import json
import os
import sys
from types import ModuleType
from typing import Any, Coroutine

from IPython.core.interactiveshell import InteractiveShell, _pseudo_sync_runner
from traitlets.config import Config

from . import engine_guard, themes  # noqa: F401 - the latter for what importing it does
from .cells import CellCompiler
from .messages import Publisher
from .publishing import Displays, ResultHook
from .shell_errors import ShellErrors
from .waiting import Waits

IPYTHON_FOLDER = "/tmp/ipython"
"""Where IPython keeps its own files, out of the notebook's sight. They live as long as the kernel."""


class CarrelShell(ShellErrors, InteractiveShell):
    """What `get_ipython()` gives."""

    displayhook_class = ResultHook
    display_pub_class = Displays
    compiler_class = CellCompiler

    waits: Waits | None = None

    def connect(self, publisher: Publisher, waits: Waits, accelerator_name: str = "") -> None:
        """Sends output through a publisher and waits as the host can from now on."""
        self.publisher = publisher
        self.waits = waits
        self.accelerator_name = accelerator_name
        self.displayhook.publisher = publisher
        self.display_pub.publisher = publisher
        self.loop_runner = self._run_coroutine

    # Running

    async def run(self, source: str, *, silent: bool, store_history: bool) -> BaseException | None:
        """Runs the source of one request and gives the error that ended it, which has been shown."""
        self.silent = silent
        self.last_error = None
        self.compile.remembered = store_history
        self.payload_manager.clear_payload()
        transformed, failure = source, None
        try:
            transformed = self.transform_cell(source)
        except Exception:  # noqa: BLE001 - shown by IPython as the cell's error
            failure = sys.exc_info()
        try:
            result = await self.run_cell_async(
                source, silent=silent, store_history=store_history,
                transformed_cell=transformed, preprocessing_exc_tuple=failure,
            )
        finally:
            self.events.trigger("post_execute")
        if not silent:
            self.events.trigger("post_run_cell", result)
        error = result.error_before_exec or result.error_in_exec
        if error is not None and self.last_error is None:
            # Leaving a debugger ends a cell without anything to show.
            self._remember_error(error, [])
        return error

    def run_cell(self, raw_cell: str, store_history: bool = False, *arguments: Any, **options: Any) -> Any:
        """Runs a cell inside the running one, as `%run notebook.ipynb` does."""
        remembered, self.compile.remembered = self.compile.remembered, store_history
        try:
            return super().run_cell(raw_cell, store_history, *arguments, **options)
        finally:
            self.compile.remembered = remembered

    async def run_ast_nodes(self, *arguments: Any, result: Any = None, **options: Any) -> bool:
        """Runs a cell's statements; what they left to the GPU fails in the cell that asked for it."""
        failed = await super().run_ast_nodes(*arguments, result=result, **options)
        if failed:
            return True
        try:
            engine_guard.settle()
        except BaseException as error:  # noqa: BLE001 - whatever comes late is the cell's result
            if result is not None:
                result.error_in_exec = error
            self.showtraceback()
            return True
        return bool(failed)

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        """Runs compiled code; top-level `await` suspends where the browser can, so that Stop ends it."""
        if not async_:
            return await super().run_code(code_obj, result)
        __tracebackhide__ = "__ipython_bottom__"
        try:
            await self.waits.coroutine(eval(code_obj, self.user_global_ns, self.user_ns))
        except BaseException as error:  # noqa: BLE001 - whatever a cell raises is its result
            if result is not None:
                result.error_in_exec = error
            self.showtraceback(running_compiled_code=True)
            return True
        return False

    def _run_coroutine(self, coroutine: Coroutine) -> Any:
        """Runs a cell inside a cell (`%run`, `run_cell`): it waits by suspending, so nothing needs the loop."""
        if self.waits is not None and self.waits.can_suspend:
            return _pseudo_sync_runner(coroutine)
        coroutine.close()
        raise RuntimeError("await inside a cell that a cell runs needs a browser that can suspend WebAssembly (JSPI)")

    def safe_execfile_ipy(self, fname: Any, shell_futures: bool = False, raise_exceptions: bool = False) -> None:
        """`%run part.ipynb`: the code cells of a notebook, in this one's names, until one fails."""
        if not str(fname).endswith(".ipynb"):
            super().safe_execfile_ipy(fname, shell_futures, raise_exceptions)
            return
        with open(os.path.expanduser(fname), encoding="utf-8") as file:
            cells = json.load(file).get("cells", [])
        for cell in cells:
            if cell.get("cell_type") != "code":
                continue
            result = self.run_cell("".join(cell.get("source", "")), silent=True, shell_futures=shell_futures)
            if raise_exceptions:
                result.raise_error()
            if not result.success:
                return

    # Surroundings

    def init_hooks(self) -> None:
        super().init_hooks()
        self.set_hook("show_in_pager", self._show_page, 99)

    def _show_page(self, _shell: Any, page: Any, start: int = 0, screen_lines: int = 0, pager_cmd: Any = None) -> None:
        """Help is output of the cell: there is no pager beside a notebook."""
        data = page if isinstance(page, dict) else {"text/plain": page}
        data = data.get("data", data)
        text = "\n".join(data.get("text/plain", "").split("\n")[start:])
        self.display_pub.publish({**data, "text/plain": text})

    def init_environment(self) -> None:
        """What programs ask for: plots go into the notebook, nobody waits at a pager."""
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        os.environ["TERM"] = "xterm-color"
        os.environ["PAGER"] = os.environ["GIT_PAGER"] = "cat"

    def init_magics(self) -> None:
        from .magics import CarrelMagics

        super().init_magics()
        self.register_magics(CarrelMagics)

    def init_virtualenv(self) -> None:
        """There are none."""

    def enable_gui(self, gui: str | None = None) -> None:
        """There are no windows whose events would have to be handled."""

    def ask_exit(self) -> None:
        """`exit` and `quit`: a notebook's kernel ends with its page."""
        print("The kernel runs as long as the notebook is open; press Restart for a fresh one.")

    def set_next_input(self, s: str, replace: bool = False) -> None:
        """`%load` and `%recall`: asks the page for a cell with this text, or for it in place of the running one."""
        self.payload_manager.write_payload({"source": "set_next_input", "text": s, "replace": replace})

    # Commands

    def system(self, cmd: str) -> None:
        """`!command`: runs it with its output in the cell; `_exit_code` says how it ended."""
        from .shell_commands import run

        self.user_ns["_exit_code"] = run(self.var_expand(cmd, depth=1), self)

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """`x = !command`: what the command prints, errors included, as IPython's list of lines."""
        from IPython.utils.text import LSString, SList

        from .shell_commands import output_of

        text, self.user_ns["_exit_code"] = output_of(self.var_expand(cmd, depth=depth + 1), self, with_errors=True)
        return SList(text.splitlines()) if split else LSString(text)

    system_piped = system_raw = system


def warm_up(shell: CarrelShell) -> None:
    """Imports what the first error would have to: it should show as soon as any other, and a stop end as soon."""
    source = "raise RuntimeError"
    filename = shell.compile.cache(source)
    try:
        exec(compile(source, filename, "exec"), {})
    except RuntimeError as error:
        shell.InteractiveTB.structured_traceback(RuntimeError, error, error.__traceback__)


def make_shell(module: ModuleType, folder: str = IPYTHON_FOLDER) -> CarrelShell:
    """The interpreter's one shell, for a module whose names are the notebook's."""
    config = Config()
    config.HistoryManager.enabled = False
    config.Completer.use_jedi = False
    return CarrelShell.instance(config=config, user_module=module, ipython_dir=folder)
