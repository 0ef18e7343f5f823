"""Which wheels of a project may be chosen, from all indexes, and what they require.

The site's own folder comes first, because it needs no other host; then the
newest of PyPI and Pyodide's builds. Where neither can be reached, what this
browser has stored stands in. Read next: resolve.py, indexes.py.
"""

import platform
from typing import Callable

from . import advice, wheels
from .broker import Answer, Broker, FetchError, Progress
from .errors import InstallError
from .indexes import PYPI, Candidate, Project, PyodideIndex, PyPI, SiteIndex, StoreIndex
from .requirements import Requirement
from .versions import Version


class Finder:
    """Looks projects up, and fetches wheels."""

    def __init__(self, broker: Broker, lock: dict, pyodide_version: str) -> None:
        self.broker = broker
        self.python = Version(platform.python_version())
        self.tags = wheels.supported_tags()
        self.site = SiteIndex(broker, self.tags, self.python)
        self.store = StoreIndex(broker, self.tags, self.python)
        self.pyodide = PyodideIndex(lock, pyodide_version, self.tags, self.python)
        self.pypi = PyPI(broker, self.tags, self.python)
        self.unreachable = ""
        """Why PyPI could not be asked, the last time it was."""
        self._projects: dict[str, Project] = {}
        self._fetched: dict[str, Answer] = {}
        self._libraries: set[str] = set()

    def forget(self) -> None:
        """Asks anew from now on; wheels that were fetched and not installed are let go."""
        self.unreachable = ""
        self._projects.clear()
        self._fetched.clear()

    async def candidates(
        self, requirement: Requirement, *, pre: bool = False, local: bool = False, newest: bool = False
    ) -> list[Candidate]:
        """The wheels that satisfy a requirement, the preferred first. With `local`, without any network."""
        key = requirement.key
        site = await self.site.project(key)
        found = [] if newest else _fitting(site, requirement, pre)
        if found or local:
            return found or _fitting(await self.store.project(key), requirement, pre)
        project = self._projects.get(key)
        if project is None:
            project = self._projects[key] = await self._everywhere(key, site)
        return _fitting(project, requirement, pre)

    async def _everywhere(self, key: str, site: Project) -> Project:
        online = Project()
        try:
            online = await self.pypi.project(key)
        except FetchError as error:
            self.unreachable = str(error)
        pyodide = await self.pyodide.project(key)
        candidates = [*site.candidates, *online.candidates]
        if self.unreachable:
            candidates += (await self.store.project(key)).candidates
        candidates += pyodide.candidates
        return Project(candidates, online.unfit + site.unfit, online.exists or pyodide.exists or site.exists)

    def nothing_fits(self, requirement: Requirement) -> InstallError:
        """The error for a requirement that no wheel satisfies."""
        project = self._projects.get(requirement.key, Project())
        lines = []
        versions = sorted({candidate.version for candidate in project.candidates})
        if versions or not project.unfit:
            listed = ", ".join(map(str, versions)) or "none"
            lines.append(f"Could not find a version that satisfies the requirement {requirement} (from versions: {listed})")
        hint = advice.instead_of(requirement.key)
        if versions:
            pass
        elif project.unfit:
            kinds = "only as source code" if not any(name.endswith(".whl") for name in project.unfit) else (
                "only for other machines or other versions of Python"
            )
            lines.append(
                f"{requirement.name} cannot be installed in a browser: it is published {kinds}, "
                "and there is no compiler here. It must be built for WebAssembly (a wheel for "
                f"pyemscripten_2026_0_wasm32 or py3-none-any)"
            )
        elif self.unreachable:
            lines.append(f"{PYPI} cannot be reached: {self.unreachable}")
        if hint:
            lines.append(hint)
        lines.append(f"No matching distribution found for {requirement}")
        return InstallError("\n".join(lines))

    async def requires(self, candidate: Candidate) -> tuple[str, ...]:
        """What a wheel requires, in its own words."""
        if candidate.requires is not None:
            return candidate.requires
        if candidate.metadata_address:
            try:
                metadata = wheels.parse_metadata(await self.broker.text(candidate.metadata_address))
                return tuple(metadata.get_all("Requires-Dist") or ())
            except FetchError as error:
                if error.kind != "missing":
                    raise
        answer = await self.wheel(candidate, None)
        metadata = wheels.metadata_of(answer.data, candidate.filename)
        return tuple(metadata.get_all("Requires-Dist") or ())

    async def wheel(self, candidate: Candidate, progress: Progress | None) -> Answer:
        """The bytes of a wheel; fetched once between two calls of `forget`."""
        if candidate.address not in self._fetched:
            if candidate.address.startswith("stored:"):
                answer = Answer("", await self.broker.read(candidate.sha256), "store", candidate.sha256)
            else:
                answer = await self.broker.wheel(candidate.address, candidate.sha256, progress)
            self._fetched[candidate.address] = answer
        return self._fetched[candidate.address]

    async def libraries(self, candidate: Candidate, unpack: Callable[[bytes], None]) -> None:
        """Fetches and unpacks the shared libraries that a wheel of Pyodide's links to, those that are not there."""
        for library in self.pyodide.libraries_of(candidate.name):
            if library["name"] not in self._libraries:
                unpack((await self.broker.wheel(library["address"], library["sha256"])).data)
                self._libraries.add(library["name"])


def _fitting(project: Project, requirement: Requirement, pre: bool) -> list[Candidate]:
    """The wheels of a project that a requirement accepts: final versions before others, the newest first."""
    pinned = any(mark in ("==", "===") for mark, text in requirement.conditions.parts if not text.endswith(".*"))
    accepted = [
        candidate for candidate in project.candidates
        if requirement.conditions.accepts(candidate.version) and (pinned or not candidate.yanked)
    ]
    if not pre and not requirement.conditions.allows_prereleases:
        accepted = [candidate for candidate in accepted if not candidate.version.is_prerelease] or accepted
    order = {"site": 0, "store": 1, "pypi": 2, "pyodide": 3}
    accepted.sort(key=lambda candidate: (-candidate.rank, candidate.build, -order[candidate.source]), reverse=True)
    accepted.sort(key=lambda candidate: candidate.version, reverse=True)
    return accepted
