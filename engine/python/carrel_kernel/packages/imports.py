"""What a cell imports and is not there: installed from where it lies nearby, or advised about.

From the network nothing is installed here; for that there is %pip install.
Read next: advice.py, install.py.
"""

import ast
import importlib.util
import re
import sys

from . import advice
from .broker import FetchError
from .errors import InstallError
from .install import Installer, Say
from .requirements import parse
from .resolve import Options

_INSTALLS = re.compile(r"^\s*[%!]\s*(pip|conda|mamba)\b", re.MULTILINE)
_COMMAND = re.compile(r"^\s*(?:[%!].*|.*\?)$")


def modules_of(source: str) -> list[str]:
    """The top-level modules that a cell imports, in order; none if it is not Python."""
    lines = ["" if _COMMAND.match(line) else line for line in source.splitlines()]
    for text in (source, "\n".join(lines)):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        break
    else:
        return []
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(dict.fromkeys(alias.name.partition(".")[0] for alias in node.names))
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found[node.module.partition(".")[0]] = None
    return list(found)


def missing(source: str) -> list[str]:
    """Those of them that cannot be imported now; none for a cell that installs packages itself."""
    if _INSTALLS.search(source):
        return []
    return [name for name in modules_of(source) if name not in sys.modules and not _can_import(name)]


def _can_import(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return True


async def install_nearby(installer: Installer, modules: list[str], say: Say) -> None:
    """Installs the packages of modules that the site or the store has; leaves the others to their import error."""
    finder = installer.finder
    try:
        nearby = await finder.site.names()
        stored = set(await finder.store.projects())
    except FetchError:
        return
    tables = (finder.site.modules, finder.pyodide.modules)
    for module in modules:
        package = advice.package_of(module, *tables)
        if package not in nearby and package not in stored:
            continue
        try:
            done = await installer.install([parse(package)], Options(local=True), lambda _text: None)
        except InstallError as error:
            say(f"{package} could not be installed: {error}\n")
            continue
        origins = {"site": "this site", "store": "this browser's store"}
        for candidate in done.new:
            say(f"Installed {candidate.name} {candidate.version} from {origins[candidate.source]}\n")


def hint(name: str, *tables: dict[str, str]) -> str:
    """What to do about a module that is not there; empty for one that nobody could publish."""
    module = name.partition(".")[0]
    if module != name and module in sys.modules and name not in advice.PACKAGE_OF_MODULE:
        return ""  # The package is there, and has no such part.
    if not module.isidentifier() or module.startswith("_") or module in sys.stdlib_module_names:
        return _about_library(module) if module in sys.stdlib_module_names else ""
    package = advice.package_of(module, *tables)
    instead = advice.instead_of(package)
    if instead and not any(package in table.values() for table in tables):
        return f"{package} does not exist for WebAssembly. {instead}"
    known = f" (the package of {module})" if package != module else ""
    return f"Install it{known}: %pip install {package}"


def _about_library(module: str) -> str:
    instead = advice.instead_of(module)
    return f"{module} is not part of Python in a browser." + (f" {instead}" if instead else "")
