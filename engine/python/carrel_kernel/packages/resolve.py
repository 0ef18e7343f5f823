"""Which wheels to install so that every requirement holds: depth first, with steps back on a conflict.

Nothing is installed here. What is installed already is kept where it satisfies
what is asked. Read next: finder.py, install.py.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from . import markers
from .errors import InstallError
from .indexes import Candidate
from .requirements import Requirement, parse
from .versions import Version

STEPS_LIMIT = 2000
"""How many wheels are tried before a set of requirements counts as too entangled."""


class Source(Protocol):
    """What the resolver asks; see `Finder` for what each does."""

    async def candidates(self, requirement: Requirement, *, pre: bool, local: bool, newest: bool) -> list[Candidate]: ...

    async def requires(self, candidate: Candidate) -> tuple[str, ...]: ...

    def nothing_fits(self, requirement: Requirement) -> InstallError: ...


class _Conflict(Exception):
    """Two requirements that no version satisfies both of."""


@dataclass(frozen=True)
class Options:
    """How to choose."""

    upgrade: bool = False
    pre: bool = False
    dependencies: bool = True
    reinstall: bool = False
    local: bool = False


@dataclass(frozen=True)
class _Wanted:
    """A requirement and who asks for it; nobody for the user's own."""

    requirement: Requirement
    parent: str = ""

    def __str__(self) -> str:
        who = self.parent or "The user requested"
        return f"{who} {self.requirement}" if not self.parent else f"{who} depends on {self.requirement}"


@dataclass(frozen=True)
class _State:
    """What was chosen so far: wheels to install, versions that stay, and who asked for them."""

    chosen: dict[str, Candidate]
    kept: dict[str, Version]
    why: dict[str, tuple[_Wanted, ...]]
    extras: dict[str, frozenset[str]]


class Resolver:
    """Resolves one set of requirements against what is installed (versions and requirements by project)."""

    def __init__(
        self, source: Source, installed: dict[str, Version], required: dict[str, tuple[str, ...]], options: Options,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._source = source
        self._installed = installed
        self._required = required
        self._options = options
        self._environment = environment or markers.environment()
        self._steps = 0
        self.satisfied: list[tuple[Requirement, Version, str]] = []
        """What was there already, and who asked for it."""

    async def resolve(self, requirements: list[Requirement]) -> list[Candidate]:
        """The wheels to install, each after those that it depends on where there is no cycle."""
        wanted = [_Wanted(requirement) for requirement in requirements if requirement.applies(self._environment)]
        state = _State({}, {}, {}, {})
        try:
            state = await self._solve(state, wanted)
        except _Conflict as conflict:
            raise InstallError(
                f"{conflict}\nResolutionImpossible: loosen the conditions, or leave one of these packages out"
            ) from None
        for key, version in state.kept.items():
            first = state.why[key][0]
            self.satisfied.append((first.requirement, version, first.parent))
        return list(reversed(state.chosen.values()))

    async def _solve(self, state: _State, pending: list[_Wanted]) -> _State:
        pending = list(pending)
        while pending:
            wanted = pending.pop(0)
            key = wanted.requirement.key
            version = self._version(state, key)
            if version is None:
                return await self._choose(state, wanted, pending)
            if not wanted.requirement.conditions.accepts(version):
                others = "\n    ".join(str(other) for other in state.why.get(key, ()))
                raise _Conflict(f"Cannot install these together:\n    {others}\n    {wanted}")
            new = wanted.requirement.extras - state.extras.get(key, frozenset())
            state = self._noted(state, wanted)
            if new and key in state.chosen:
                pending += await self._dependencies(state.chosen[key], new, only_extras=True)
            elif new:
                pending += self._kept_dependencies(key, version, new)
        return state

    def _version(self, state: _State, key: str) -> Version | None:
        candidate = state.chosen.get(key)
        return candidate.version if candidate is not None else state.kept.get(key)

    def _noted(self, state: _State, wanted: _Wanted) -> _State:
        key = wanted.requirement.key
        why = {**state.why, key: (*state.why.get(key, ()), wanted)}
        extras = {**state.extras, key: state.extras.get(key, frozenset()) | wanted.requirement.extras}
        return replace(state, why=why, extras=extras)

    async def _choose(self, state: _State, wanted: _Wanted, pending: list[_Wanted]) -> _State:
        """Goes on with each version that may be taken, until one leads to an end."""
        requirement = wanted.requirement
        key = requirement.key
        # What is known to be asked for later on narrows the choice now.
        for other in pending:
            if other.requirement.key == key:
                requirement = replace(requirement, conditions=requirement.conditions & other.requirement.conditions)
        noted = self._noted(state, wanted)
        present = self._installed.get(key)
        is_named = not wanted.parent
        anew = is_named and (self._options.upgrade or self._options.reinstall)
        if present is not None and not anew and requirement.conditions.accepts(present):
            kept = replace(noted, kept={**noted.kept, key: present})
            return await self._solve(kept, pending + self._kept_dependencies(key, present, wanted.requirement.extras))
        candidates = await self._source.candidates(
            requirement, pre=self._options.pre, local=self._options.local, newest=is_named and self._options.upgrade
        )
        if not candidates:
            if requirement.conditions.parts != wanted.requirement.conditions.parts:
                everyone = [wanted, *(other for other in pending if other.requirement.key == key)]
                raise _Conflict("Cannot install these together:\n    " + "\n    ".join(map(str, everyone)))
            raise self._missing(wanted)
        if present is not None and candidates[0].version == present and not self._options.reinstall:
            kept = replace(noted, kept={**noted.kept, key: present})
            return await self._solve(kept, pending + self._kept_dependencies(key, present, wanted.requirement.extras))
        conflict: _Conflict | InstallError | None = None
        tried: set[Version] = set()
        for candidate in candidates:
            if candidate.version in tried:
                continue
            tried.add(candidate.version)
            self._steps += 1
            if self._steps > STEPS_LIMIT:
                raise InstallError("These requirements are too entangled to be resolved here; pin some versions with ==")
            chosen = replace(noted, chosen={**noted.chosen, key: candidate})
            try:
                needs = await self._dependencies(candidate, wanted.requirement.extras)
                return await self._solve(chosen, pending + needs)
            except _Conflict as failure:
                conflict = conflict or failure
        raise conflict or self._missing(wanted)

    def _missing(self, wanted: _Wanted) -> InstallError:
        error = self._source.nothing_fits(wanted.requirement)
        return InstallError(f"{error}\n(required by {wanted.parent})") if wanted.parent else error

    async def _dependencies(
        self, candidate: Candidate, extras: frozenset[str], only_extras: bool = False
    ) -> list[_Wanted]:
        if not self._options.dependencies:
            return []
        texts = await self._source.requires(candidate)
        return self._applying(texts, f"{candidate.name} {candidate.version}", extras, only_extras)

    def _kept_dependencies(self, key: str, version: Version, extras: frozenset[str]) -> list[_Wanted]:
        if not self._options.dependencies:
            return []
        return self._applying(self._required.get(key, ()), f"{key} {version}", extras, False)

    def _applying(self, texts: tuple[str, ...], parent: str, extras: frozenset[str], only_extras: bool) -> list[_Wanted]:
        requirements = [parse(text) for text in texts]
        found = [requirement for requirement in requirements if requirement.applies(self._environment, extras)]
        if only_extras:
            found = [requirement for requirement in found if not requirement.applies(self._environment)]
        return [_Wanted(requirement, parent) for requirement in found]
