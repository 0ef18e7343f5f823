"""One requirement: a package's name, extras, conditions and marker, or an address (PEP 508).

Local files and version control are refused. Read next: markers.py, resolve.py.
"""

import re
from dataclasses import dataclass, field

from . import markers
from .versions import Conditions

_REQUIREMENT = re.compile(
    r"""\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*
    (?:\[(?P<extras>[^\]]*)\])?\s*
    (?:@\s*(?P<address>\S+)|\(?(?P<conditions>[^;()]*)\)?)\s*
    (?:;(?P<marker>.*))?\s*""",
    re.VERBOSE | re.DOTALL,
)


class InvalidRequirement(ValueError):
    """A text that is no requirement."""


@dataclass(frozen=True)
class Requirement:
    """What is required; `text` is how it was written."""

    name: str
    extras: frozenset[str] = frozenset()
    conditions: Conditions = field(default_factory=Conditions, compare=False)
    marker: str = ""
    address: str = ""
    text: str = ""

    @property
    def key(self) -> str:
        """The name by which packages are told apart."""
        return normalized(self.name)

    def applies(self, values: dict[str, str], extras: "frozenset[str] | set[str]" = frozenset()) -> bool:
        """Whether it holds in an environment, for someone who asked for these extras."""
        return not self.marker or any(markers.holds(self.marker, values, extra) for extra in ("", *sorted(extras)))

    def __str__(self) -> str:
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        return f"{self.name}{extras}{self.conditions}" + (f" @ {self.address}" if self.address else "")


def parse(text: str) -> Requirement:
    """Reads a requirement."""
    match = _REQUIREMENT.fullmatch(text)
    if match is None:
        raise InvalidRequirement(f"Invalid requirement: {text!r}")
    extras = frozenset(normalized(extra.strip()) for extra in (match["extras"] or "").split(",") if extra.strip())
    try:
        conditions = Conditions((match["conditions"] or "").strip())
        if match["marker"]:
            markers.holds(match["marker"], markers.environment())
    except ValueError as error:
        raise InvalidRequirement(f"Invalid requirement: {text!r}: {error}") from None
    return Requirement(
        match["name"], extras, conditions, (match["marker"] or "").strip(), match["address"] or "", text.strip()
    )


def normalized(name: str) -> str:
    """A package's name as indexes write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def from_file(text: str) -> list[str]:
    """The requirements in the text of a requirements file; options in it are refused."""
    joined = re.sub(r"\\\n", "", text)
    lines = (re.sub(r"(^|\s)#.*$", "", line).strip() for line in joined.splitlines())
    found = []
    for line in filter(None, lines):
        if line.startswith("-"):
            raise InvalidRequirement(f"Option in a requirements file is not supported: {line!r}")
        found.append(re.sub(r"\s+--hash=\S+", "", line))
    return found
