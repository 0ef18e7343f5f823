"""Where packages are found: the site's own folder, this browser's store, Pyodide's distribution and PyPI.

An index tells which wheels of a project there are; none of them fetches a wheel.
What the texts of an index say is not trusted further than its hashes. Read next: finder.py.
"""

import html.parser
import json
import posixpath
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin, urlsplit

from . import wheels
from .broker import Broker, FetchError
from .requirements import normalized
from .versions import Conditions, InvalidVersion, Version

SITE = "packages/"
"""The site's folder of packages, relative to the page."""
PYPI = "https://pypi.org/simple/"
"""The simple index of PyPI (PEP 691)."""
PYODIDE = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
"""Where Pyodide's own builds lie."""


@dataclass(frozen=True)
class Candidate:
    """A wheel that could be installed."""

    name: str
    version: Version
    filename: str
    address: str
    sha256: str
    source: str
    size: int = 0
    requires: tuple[str, ...] | None = None
    requires_python: str = ""
    metadata_address: str = ""
    yanked: bool = False
    rank: int = 0
    build: tuple = ()


@dataclass
class Project:
    """What an index has of a project: wheels that fit, and the names of files that do not."""

    candidates: list[Candidate] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)
    exists: bool = False

    def add(self, tags: dict[tuple, int], python: Version, **fields: object) -> None:
        """Adds a wheel if it fits."""
        filename = str(fields["filename"])
        self.exists = True
        try:
            name = wheels.parse_name(filename)
        except wheels.InvalidWheel:
            self.unfit.append(filename)
            return
        rank = wheels.rank(name, tags)
        if rank is None or not _accepts(str(fields.get("requires_python") or ""), python):
            self.unfit.append(filename)
            return
        self.candidates.append(Candidate(name.name, name.version, rank=rank, build=name.build, **fields))  # type: ignore[arg-type]


def _accepts(conditions: str, python: Version) -> bool:
    try:
        return Conditions(conditions).accepts(python)
    except InvalidVersion:
        return True


class SiteIndex:
    """The site's folder: `index.json` with every wheel, and below `simple/` what a mirror has laid there."""

    def __init__(self, broker: Broker, tags: dict[tuple, int], python: Version) -> None:
        self._broker, self._tags, self._python = broker, tags, python
        self._projects: dict[str, Project] | None = None
        self._simple = ""
        self.modules: dict[str, str] = {}
        """Which project a module belongs to."""

    async def project(self, name: str) -> Project:
        """What the site has of a project."""
        projects = await self._read()
        if name in projects or not self._simple:
            return projects.get(name, Project())
        found = await simple_project(self._broker, urljoin(SITE, f"{self._simple}{name}/"), "site", self._tags, self._python)
        projects[name] = found
        return found

    async def names(self) -> set[str]:
        """The projects that the site's own list has."""
        return set(await self._read())

    async def _read(self) -> dict[str, Project]:
        if self._projects is None:
            self._projects = {}
            try:
                listing = json.loads(await self._broker.text(f"{SITE}index.json"))
            except FetchError as error:
                # A site that cannot be reached has nothing for now; it is asked again the next time.
                projects, self._projects = self._projects, self._projects if error.kind == "missing" else None
                return projects
            except ValueError:
                return self._projects
            self._simple = str(listing.get("simple") or "")
            for entry in listing.get("files", []):
                key = normalized(entry["name"])
                project = self._projects.setdefault(key, Project())
                project.add(
                    self._tags, self._python, filename=entry["filename"], address=SITE + entry["filename"],
                    sha256=entry["sha256"], size=int(entry.get("size", 0)), source="site",
                    requires=None if entry.get("requires") is None else tuple(entry["requires"]),
                )
                self.modules.update({module: key for module in entry.get("imports", [])})
        return self._projects


class StoreIndex:
    """The wheels that this browser has stored."""

    def __init__(self, broker: Broker, tags: dict[tuple, int], python: Version) -> None:
        self._broker, self._tags, self._python = broker, tags, python

    async def projects(self) -> dict[str, Project]:
        """Everything that is stored, by project. Asked anew each time: other tabs add to it."""
        found: dict[str, Project] = {}
        for entry in await self._broker.stored():
            try:
                key = wheels.parse_name(entry["filename"]).name
            except wheels.InvalidWheel:
                continue
            found.setdefault(key, Project()).add(
                self._tags, self._python, filename=entry["filename"], address=f"stored:{entry['sha256']}",
                sha256=entry["sha256"], size=int(entry["size"]), source="store",
            )
        return found

    async def project(self, name: str) -> Project:
        """What is stored of a project."""
        return (await self.projects()).get(name, Project())


class PyodideIndex:
    """Pyodide's own builds, as its lock file lists them: one version of each project."""

    def __init__(self, lock: dict, version: str, tags: dict[tuple, int], python: Version) -> None:
        self._base = PYODIDE.format(version=version)
        self._tags, self._python = tags, python
        self._packages = lock.get("packages", {})
        self.modules = {
            module: normalized(entry["name"])
            for entry in self._packages.values() for module in entry.get("imports", [])
        }

    async def project(self, name: str) -> Project:
        """Pyodide's build of a project."""
        project = Project()
        entry = self._packages.get(name)
        if entry is None or not entry["file_name"].endswith(".whl"):
            return project
        libraries = [other for other in entry["depends"] if self.library(other)]
        project.add(
            self._tags, self._python, filename=entry["file_name"], address=self._base + entry["file_name"],
            sha256=entry["sha256"], source="pyodide",
            requires=tuple(other for other in entry["depends"] if other not in libraries),
        )
        return project

    def library(self, name: str) -> dict | None:
        """The entry of a shared library that wheels link to."""
        entry = self._packages.get(name)
        return entry if entry is not None and entry.get("package_type") == "shared_library" else None

    def libraries_of(self, name: str) -> list[dict]:
        """The shared libraries that a project's wheel links to, with their addresses."""
        entry = self._packages.get(name)
        found = [self.library(other) for other in entry["depends"]] if entry else []
        return [{**library, "address": self._base + library["file_name"]} for library in found if library]


class PyPI:
    """PyPI, through its JSON (PEP 691)."""

    def __init__(self, broker: Broker, tags: dict[tuple, int], python: Version) -> None:
        self._broker, self._tags, self._python = broker, tags, python

    async def project(self, name: str) -> Project:
        """What PyPI has of a project."""
        return await simple_project(self._broker, f"{PYPI}{name}/", "pypi", self._tags, self._python)


async def simple_project(
    broker: Broker, address: str, source: str, tags: dict[tuple, int], python: Version
) -> Project:
    """A project's page in a simple index, as JSON (PEP 691) or HTML (PEP 503)."""
    try:
        text = await broker.text(address)
    except FetchError as error:
        if error.kind == "missing":
            return Project()
        raise
    project = Project(exists=True)
    files = json.loads(text).get("files", []) if text.lstrip().startswith("{") else _files_of_html(text)
    for file in files:
        target = urljoin(address, file["url"]) if source != "site" else _joined(address, file["url"])
        core = file.get("core-metadata") or file.get("dist-info-metadata")
        project.add(
            tags, python, filename=file["filename"], address=target, source=source, size=int(file.get("size") or 0),
            sha256=(file.get("hashes") or {}).get("sha256", ""), requires_python=file.get("requires-python") or "",
            metadata_address=f"{target}.metadata" if core else "", yanked=bool(file.get("yanked")),
        )
    return project


def _joined(address: str, target: str) -> str:
    """An address relative to the page, from one relative to another such."""
    return target if "://" in target else posixpath.normpath(posixpath.join(address, target))


class _Links(html.parser.HTMLParser):
    """Collects the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs))


def _files_of_html(text: str) -> list[dict]:
    reader = _Links()
    reader.feed(text)
    files = []
    for link in reader.links:
        address, _, fragment = (link.get("href") or "").partition("#")
        algorithm, _, value = fragment.partition("=")
        files.append({
            "url": address, "filename": unquote(posixpath.basename(urlsplit(address).path)),
            "hashes": {algorithm: value}, "requires-python": link.get("data-requires-python"),
            "yanked": "data-yanked" in link, "core-metadata": link.get("data-core-metadata"),
        })
    return files


