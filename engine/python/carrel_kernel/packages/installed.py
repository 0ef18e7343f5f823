"""What is installed, and taking it away again.

Packages that are part of Carrel count as installed; they cannot be removed.
Read next: install.py.
"""

import importlib.metadata
import json
import site
import sys
from pathlib import Path

from .errors import InstallError
from .requirements import normalized
from .versions import InvalidVersion, Version

SOURCE_FILE = "CARREL_SOURCE"
"""The file in a package's metadata that says which wheel it came from, as JSON."""


def folder() -> Path:
    """Where packages are installed."""
    return Path(site.getsitepackages()[0])


def search_path() -> list[str]:
    """Where installed packages may lie."""
    return sys.path


def distributions() -> dict[str, importlib.metadata.Distribution]:
    """Everything that is installed, by project."""
    found: dict[str, importlib.metadata.Distribution] = {}
    for distribution in importlib.metadata.distributions(path=search_path()):
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(normalized(name), distribution)
    return found


def versions(found: dict[str, importlib.metadata.Distribution]) -> dict[str, Version]:
    """The versions of what is installed; what has no proper version is left out."""
    result = {}
    for key, distribution in found.items():
        try:
            result[key] = Version(distribution.version)
        except InvalidVersion:
            continue
    return result


def required(found: dict[str, importlib.metadata.Distribution]) -> dict[str, tuple[str, ...]]:
    """What each of them requires."""
    return {key: tuple(distribution.requires or ()) for key, distribution in found.items()}


def is_ours(distribution: importlib.metadata.Distribution) -> bool:
    """Whether it was installed here, rather than with Carrel."""
    return distribution.read_text(SOURCE_FILE) is not None


def files() -> list[dict]:
    """The wheels from which the installed packages came: filename, sha256, and whether somebody asked by name.

    Those of the working directory are left out: the store has never seen them.
    """
    found = []
    for distribution in distributions().values():
        source = json.loads(distribution.read_text(SOURCE_FILE) or "{}")
        if source and source["origin"] != "file":
            requested = distribution.read_text("REQUESTED") is not None
            found.append({"filename": source["filename"], "sha256": source["sha256"], "requested": requested})
    return sorted(found, key=lambda entry: entry["filename"])


def modules_of(distribution: importlib.metadata.Distribution) -> set[str]:
    """The top-level modules of a package."""
    names = {path.parts[0] for path in distribution.files or () if path.parts and not path.parts[0].endswith(".dist-info")}
    return {name.split(".")[0] for name in names if name.endswith((".py", ".so")) or "." not in name} - {"__pycache__", ".."}


def remove(distribution: importlib.metadata.Distribution) -> None:
    """Removes the files of a package, and the folders that this leaves empty."""
    name = distribution.metadata["Name"]
    if not is_ours(distribution):
        raise InstallError(f"{name} is part of Carrel and cannot be removed or replaced")
    root = folder().resolve()
    folders = set()
    for entry in distribution.files or ():
        path = Path(str(distribution.locate_file(entry)))
        if root not in path.resolve().parents:
            continue
        path.unlink(missing_ok=True)
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
        folders.update(parent for parent in path.parents if root in parent.parents)
        folders.add(path.parent / "__pycache__")
    for emptied in sorted(folders, key=lambda each: -len(each.parts)):
        if emptied != root and emptied.is_dir() and not any(emptied.iterdir()):
            emptied.rmdir()
