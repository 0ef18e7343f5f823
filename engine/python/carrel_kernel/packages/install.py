"""Installing: resolve, fetch, unpack, and tell the page what this notebook has now.

Everything is fetched and checked before anything is unpacked, so that a failure
or Stop leaves what was there as it was. Read next: resolve.py, wheels.py.
"""

import importlib
import importlib.metadata
import io
import json
import sys
import time
import zipfile
from dataclasses import dataclass
from typing import Callable

from . import installed, markers, wheels
from .broker import Answer, FetchError, Progress
from .errors import InstallError
from .finder import Finder
from .indexes import Candidate
from .requirements import Requirement, normalized, parse
from .resolve import Options, Resolver

BAR_WIDTH = 32
"""Length of a progress bar, in characters."""
BAR_BYTES = 200_000
"""Smaller wheels come too fast for a bar."""
BAR_PAUSE_S = 0.1
"""Time between two drawings of a bar."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Done:
    """What an installation came to."""

    new: list[Candidate]
    replaced: list[str]


class Installer:
    """Installs packages into this interpreter."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder

    async def install(self, requirements: list[Requirement], options: Options, say: Say) -> Done:
        """Installs what is missing for these requirements. `say` gets each piece of text to print."""
        present = installed.distributions()
        resolver = Resolver(self.finder, installed.versions(present), installed.required(present), options)
        try:
            say(f"Looking for {', '.join(str(each) for each in requirements)}\n" if requirements else "")
            chosen = await resolver.resolve(requirements)
            for requirement, version, parent in resolver.satisfied:
                where = "in Carrel" if not installed.is_ours(present[requirement.key]) else "here"
                by = f" (required by {parent})" if parent else ""
                say(f"Requirement already satisfied: {requirement}{by}: {version} is {where}\n")
            fetched = [(candidate, await self._fetch(candidate, say)) for candidate in chosen]
            for candidate in chosen:
                if candidate.source == "pyodide":
                    await self.finder.libraries(candidate, _unpack_library)
        except FetchError as error:
            raise InstallError(str(error)) from None
        named = {requirement.key for requirement in requirements}
        replaced = self._replace(chosen, present, say)
        for candidate, answer in fetched:
            unpack(answer, candidate.filename, candidate.name in named)
        self.finder.forget()
        if chosen:
            say(f"Installed {' '.join(f'{each.name}-{each.version}' for each in chosen)}\n")
        for line in conflicts({candidate.name for candidate in chosen}):
            say(f"WARNING: {line}\n")
        if replaced:
            say("Restart the kernel to use the new versions: modules that were imported before stay as they are\n")
        return Done(chosen, replaced)

    def _replace(
        self, chosen: list[Candidate], present: dict[str, importlib.metadata.Distribution], say: Say
    ) -> list[str]:
        """Removes what the new wheels take the place of; gives those that have been imported."""
        old = [present[candidate.name] for candidate in chosen if candidate.name in present]
        built_in = [distribution.metadata["Name"] for distribution in old if not installed.is_ours(distribution)]
        if built_in:
            raise InstallError(f"{', '.join(built_in)}: part of Carrel, which cannot be replaced by another version")
        imported = []
        for distribution in old:
            say(f"Replacing {distribution.metadata['Name']} {distribution.version}\n")
            if installed.modules_of(distribution) & set(sys.modules):
                imported.append(distribution.metadata["Name"])
            installed.remove(distribution)
        return imported

    async def _fetch(self, candidate: Candidate, say: Say) -> Answer:
        bar = Bar(say)
        size = f" ({in_units(candidate.size)})" if candidate.size else ""
        say(f"  {candidate.filename}{size}")
        answer = await self.finder.wheel(candidate, bar.progress)
        bar.end()
        origin = {"store": "from this browser's store", "site": "from this site"}.get(answer.origin, "downloaded")
        say(f"  {origin}\n")
        return answer


class Bar:
    """A progress bar behind the text of a line, for wheels that are large enough."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._drawn_s = 0.0
        self._length = 0

    @property
    def progress(self) -> Progress:
        """To be told how much has come."""
        return self._draw

    def _draw(self, done: int, total: int) -> None:
        now = time.monotonic()
        if total < BAR_BYTES or now - self._drawn_s < BAR_PAUSE_S:
            return
        self._drawn_s = now
        filled = round(BAR_WIDTH * min(1.0, done / total))
        self._show(f"    {'━' * filled}{'╺' * (BAR_WIDTH - filled)} {in_units(done)} of {in_units(total)}")

    def _show(self, text: str) -> None:
        if self._length == 0:
            self._say("\n")
        self._say("\r" + text + " " * max(0, self._length - len(text)))
        self._length = len(text)

    def end(self) -> None:
        """Leaves the line to what comes next."""
        if self._length:
            self._say("\r" + " " * self._length + "\r  ")


def unpack(answer: Answer, filename: str, requested: bool) -> None:
    """Unpacks a wheel into site-packages, and notes where it came from."""
    source = json.dumps({"filename": filename, "sha256": answer.sha256, "origin": answer.origin})
    try:
        wheels.unpack(answer.data, filename, installed.folder(), requested=requested, source=source)
    except wheels.InvalidWheel as error:
        raise InstallError(str(error)) from None
    importlib.invalidate_caches()


def _unpack_library(data: bytes) -> None:
    """Puts shared libraries where the dynamic linker looks."""
    zipfile.ZipFile(io.BytesIO(data)).extractall("/usr/lib")


def conflicts(names: set[str] | None = None) -> list[str]:
    """What installed packages require and do not have; only those that concern some packages, if they are named."""
    present = installed.distributions()
    versions = installed.versions(present)
    environment = markers.environment()
    found = []
    for key, distribution in sorted(present.items()):
        for text in distribution.requires or ():
            try:
                requirement = parse(text)
                applies = requirement.applies(environment)
            except ValueError:
                continue
            if not applies or (names is not None and not {key, requirement.key} & names):
                continue
            title = f"{distribution.metadata['Name']} {distribution.version} requires {requirement}"
            if requirement.key not in versions:
                found.append(f"{title}, which is not installed")
            elif not requirement.conditions.accepts(versions[requirement.key]):
                found.append(f"{title}, but {requirement.name} {versions[requirement.key]} is installed")
    return found


def uninstall(names: list[str], say: Say) -> list[str]:
    """Removes packages by name; gives the names of those that were there."""
    removed = []
    for name in names:
        distribution = installed.distributions().get(normalized(name))
        if distribution is None:
            say(f"WARNING: Skipping {name} as it is not installed\n")
            continue
        title = f"{distribution.metadata['Name']}-{distribution.version}"
        installed.remove(distribution)
        removed.append(normalized(name))
        say(f"Uninstalled {title}\n")
    importlib.invalidate_caches()
    return removed


def in_units(size: int) -> str:
    """A number of bytes for people."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
