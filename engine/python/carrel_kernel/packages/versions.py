"""Versions of packages and conditions on them.

The rules are PEP 440's (https://packaging.python.org/en/latest/specifications/version-specifiers/).
Versions that are not of that form raise `InvalidVersion`. Read next: requirements.py.
"""

import functools
import re

_VERSION = re.compile(
    r"""\s*v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)
    (?:[-_.]?(?P<pre>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<pre_number>\d*))?
    (?:-(?P<post_bare>\d+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>\d*))?
    (?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>\d*))?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_PRE_NAMES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_CONDITION = re.compile(r"\s*(~=|===|==|!=|<=|>=|<|>)\s*([^\s,;)]+)\s*")
_BEFORE, _AFTER = (-1,), (1,)


class InvalidVersion(ValueError):
    """A text that is no version, or no condition on one."""


@functools.total_ordering
class Version:
    """A version; versions order as PEP 440 says."""

    __slots__ = ("dev", "epoch", "key", "local", "post", "pre", "release", "text")

    def __init__(self, text: str) -> None:
        match = _VERSION.fullmatch(text)
        if match is None:
            raise InvalidVersion(f"Invalid version: {text!r}")
        self.epoch = int(match["epoch"] or 0)
        self.release = tuple(int(part) for part in match["release"].split("."))
        self.pre = None
        if match["pre"]:
            name = match["pre"].lower()
            self.pre = (_PRE_NAMES.get(name, name), int(match["pre_number"] or 0))
        self.post = int(match["post_bare"] or match["post_number"] or 0) if match["post_bare"] or match["post"] else None
        self.dev = int(match["dev_number"] or 0) if match["dev"] else None
        local = match["local"] and re.split(r"[-_.]", match["local"].lower())
        self.local = tuple(int(part) if part.isdigit() else part for part in local) if local else None
        self.text = self._normalized()
        self.key = self._key()

    def _normalized(self) -> str:
        text = f"{self.epoch}!" if self.epoch else ""
        text += ".".join(map(str, self.release))
        text += "" if self.pre is None else f"{self.pre[0]}{self.pre[1]}"
        text += "" if self.post is None else f".post{self.post}"
        text += "" if self.dev is None else f".dev{self.dev}"
        return text + ("" if self.local is None else "+" + ".".join(map(str, self.local)))

    def _key(self) -> tuple:
        release = self.release
        while len(release) > 1 and release[-1] == 0:
            release = release[:-1]
        if self.pre is None:
            pre = _BEFORE if self.post is None and self.dev is not None else _AFTER
        else:
            pre = (0, *self.pre)
        post = _BEFORE if self.post is None else (0, self.post)
        dev = _AFTER if self.dev is None else (0, self.dev)
        local = _BEFORE if self.local is None else (
            0, tuple((1, part, "") if isinstance(part, int) else (0, 0, part) for part in self.local)
        )
        return (self.epoch, release, pre, post, dev, local)

    @property
    def is_prerelease(self) -> bool:
        """Whether it comes before the release that it names."""
        return self.pre is not None or self.dev is not None

    @property
    def public(self) -> "Version":
        """The version without what a builder added to it."""
        return self if self.local is None else Version(self.text.partition("+")[0])

    @property
    def base(self) -> "Version":
        """The release alone."""
        return Version((f"{self.epoch}!" if self.epoch else "") + ".".join(map(str, self.release)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.key == other.key

    def __lt__(self, other: "Version") -> bool:
        return self.key < other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Version({self.text!r})>"


class Conditions:
    """What a version must satisfy: conditions joined by commas; none at all is satisfied by every release."""

    def __init__(self, text: str = "") -> None:
        self.parts: list[tuple[str, str]] = []
        for part in text.split(","):
            if not part.strip():
                continue
            match = _CONDITION.fullmatch(part)
            if match is None or not _is_sound(match[1], match[2]):
                raise InvalidVersion(f"Invalid specifier: {part.strip()!r}")
            self.parts.append((match[1], match[2]))

    @property
    def allows_prereleases(self) -> bool:
        """Whether a condition names a version that is not final itself."""
        return any(
            mark in ("==", "===", ">=", "<=", "~=") and not text.endswith(".*") and _prerelease(text)
            for mark, text in self.parts
        )

    def accepts(self, version: Version) -> bool:
        """Whether a version satisfies every condition. Prereleases are judged like other versions."""
        return all(_holds(version, mark, text) for mark, text in self.parts)

    def __and__(self, other: "Conditions") -> "Conditions":
        both = Conditions()
        both.parts = [*self.parts, *(part for part in other.parts if part not in self.parts)]
        return both

    def __str__(self) -> str:
        return ",".join(sorted(mark + text for mark, text in self.parts))


def _prerelease(text: str) -> bool:
    try:
        return Version(text).is_prerelease
    except InvalidVersion:
        return False


def _is_sound(mark: str, text: str) -> bool:
    if mark == "===":
        return True
    if text.endswith(".*"):
        return mark in ("==", "!=") and _VERSION.fullmatch(text[:-2]) is not None
    match = _VERSION.fullmatch(text)
    return match is not None and (mark != "~=" or "." in match["release"])


def _starts_with(version: Version, release: tuple[int, ...], epoch: int, pre: object = None) -> bool:
    padded = version.release + (0,) * len(release)
    same = version.epoch == epoch and padded[: len(release)] == release
    return same and (pre is None or version.pre == pre)


def _holds(version: Version, mark: str, text: str) -> bool:
    if mark == "===":
        return str(version).lower() == text.lower()
    if text.endswith(".*"):
        wanted = Version(text[:-2])
        return _starts_with(version, wanted.release, wanted.epoch, wanted.pre) == (mark == "==")
    wanted = Version(text)
    plain = version if wanted.local is not None else version.public
    if mark == "==":
        return plain == wanted
    if mark == "!=":
        return plain != wanted
    if mark == "<=":
        return version.public <= wanted
    if mark == ">=":
        return version.public >= wanted
    if mark == "~=":
        return version.public >= wanted and _starts_with(version, wanted.release[:-1], wanted.epoch)
    if mark == "<":
        is_its_own_prerelease = version.is_prerelease and not wanted.is_prerelease and version.base == wanted.base
        return version < wanted and not is_its_own_prerelease
    is_its_own_later = version.base == wanted.base and (
        (version.post is not None and wanted.post is None) or version.local is not None
    )
    return version > wanted and not is_its_own_later
