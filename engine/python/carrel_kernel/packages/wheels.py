"""Wheels: what their names say, which of them fit this interpreter, and how one is unpacked.

A wheel that was built for another machine is never unpacked. Scripts of a wheel
are left out: there is nothing here that could start them. Read next: installed.py.
"""

import io
import re
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path, PurePosixPath

from .requirements import normalized
from .versions import InvalidVersion, Version

INSTALLER = "carrel"
"""What `INSTALLER` says in the metadata of what was installed here."""


class InvalidWheel(ValueError):
    """A file that is no wheel, or one for another machine."""


@dataclass(frozen=True)
class WheelName:
    """What the name of a wheel says."""

    name: str
    version: Version
    build: tuple
    tags: tuple[tuple[str, str, str], ...]


def parse_name(filename: str) -> WheelName:
    """Reads the name of a wheel (https://packaging.python.org/en/latest/specifications/binary-distribution-format/)."""
    parts = filename.removesuffix(".whl").split("-")
    if not filename.endswith(".whl") or len(parts) not in (5, 6):
        raise InvalidWheel(f"{filename} is not the name of a wheel")
    try:
        version = Version(parts[1].replace("_", "-") if "+" not in parts[1] else parts[1].replace("_", "."))
    except InvalidVersion as error:
        raise InvalidWheel(f"{filename} is not the name of a wheel: {error}") from None
    build: tuple = ()
    if len(parts) == 6:
        digits = re.match(r"\d+", parts[2])
        build = (int(digits[0]) if digits else 0, parts[2])
    pythons, abis, platforms = (part.split(".") for part in parts[-3:])
    tags = tuple((python, abi, on) for python in pythons for abi in abis for on in platforms)
    return WheelName(normalized(parts[0]), version, build, tags)


def supported_tags(platforms: "list[str] | None" = None, python: tuple[int, int] | None = None) -> dict[tuple, int]:
    """The tags that fit an interpreter, this one by default, and how well: less is better."""
    major, minor = python or sys.version_info[:2]
    found: list[tuple] = []
    on = platform_tags() if platforms is None else platforms
    current = f"cp{major}{minor}"
    found += [(current, abi, place) for place in on for abi in (current, "abi3", "none")]
    found += [(f"cp{major}{older}", "abi3", place) for older in range(minor - 1, 1, -1) for place in on]
    generic = [f"py{major}{minor}", f"py{major}", *(f"py{major}{older}" for older in range(minor - 1, -1, -1))]
    found += [(tag, "none", place) for tag in generic for place in on]
    found += [(current, "none", "any"), *((tag, "none", "any") for tag in generic)]
    return {tag: rank for rank, tag in reversed(list(enumerate(found)))}


def platform_tags() -> list[str]:
    """The names of this machine in tags, the preferred first."""
    own = re.sub(r"[-.]", "_", sysconfig.get_platform())
    abi = sysconfig.get_config_var("PYODIDE_ABI_VERSION")
    if abi:
        return list(dict.fromkeys([f"pyemscripten_{abi}_wasm32", f"pyodide_{abi}_wasm32", own]))
    return [own]


def rank(name: WheelName, tags: dict[tuple, int]) -> int | None:
    """How well a wheel fits: less is better, None for not at all."""
    fits = [tags[tag] for tag in name.tags if tag in tags]
    return min(fits) if fits else None


def open_wheel(data: bytes, filename: str) -> tuple[zipfile.ZipFile, str]:
    """A wheel's archive, and the name of the folder in it that holds the metadata."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise InvalidWheel(f"{filename} is damaged: it is no zip archive") from None
    wanted = filename.split("-")[0]
    folders = {PurePosixPath(name).parts[0] for name in archive.namelist()}
    infos = [folder for folder in folders if folder.endswith(".dist-info")]
    own = [folder for folder in infos if normalized(folder.split("-")[0]) == normalized(wanted)]
    if len(own) != 1:
        raise InvalidWheel(f"{filename} is no wheel: it has no metadata")
    return archive, own[0]


def metadata_of(data: bytes, filename: str) -> Message:
    """The metadata of a wheel."""
    archive, info = open_wheel(data, filename)
    return parse_metadata(archive.read(f"{info}/METADATA").decode("utf-8", "replace"))


def parse_metadata(text: str) -> Message:
    """Reads a METADATA file."""
    return Parser().parsestr(text, headersonly=True)


def unpack(data: bytes, filename: str, target: Path, *, requested: bool, source: str = "") -> list[str]:
    """Unpacks a wheel below a folder and gives the names of the files, as its RECORD then lists them."""
    archive, info = open_wheel(data, filename)
    prefix = f"{info.removesuffix('.dist-info')}.data/"
    written: list[str] = []
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        place = _place(entry.filename, prefix)
        if place is None or place == f"{info}/RECORD":
            continue
        _write(target, place, archive.read(entry))
        written.append(place)
    _write(target, f"{info}/INSTALLER", f"{INSTALLER}\n".encode())
    written.append(f"{info}/INSTALLER")
    if requested:
        _write(target, f"{info}/REQUESTED", b"")
        written.append(f"{info}/REQUESTED")
    if source:
        _write(target, f"{info}/CARREL_SOURCE", source.encode())
        written.append(f"{info}/CARREL_SOURCE")
    written.append(f"{info}/RECORD")
    _write(target, f"{info}/RECORD", "".join(f"{_quoted(name)},,\n" for name in written).encode())
    return written


def _place(name: str, data_prefix: str) -> str | None:
    """Where a file of a wheel belongs below site-packages; None for what is not installed here."""
    if name.startswith(data_prefix):
        scheme, _, rest = name[len(data_prefix) :].partition("/")
        if scheme not in ("purelib", "platlib"):
            return None
        name = rest
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise InvalidWheel(f"{name} in the wheel points outside of it")
    return str(path)


def _write(target: Path, place: str, data: bytes) -> None:
    path = target / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name
