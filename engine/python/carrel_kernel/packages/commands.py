"""The command line of pip, as far as it makes sense in a page.

Words in, text out; unknown commands and options that cannot be honoured are
refused with what to do instead, options that change nothing here are accepted.
Read next: install.py.
"""

import hashlib
import shlex
from pathlib import Path
from typing import Callable

from . import install, installed, markers, wheels
from .broker import Answer, FetchError
from .errors import InstallError
from .install import Installer
from .requirements import InvalidRequirement, Requirement, from_file, normalized, parse
from .resolve import Options

COMMANDS = ("install", "uninstall", "list", "freeze", "show", "check")
_FLAGS = {
    "-q", "--quiet", "-v", "--verbose", "--user", "--no-cache-dir", "--break-system-packages", "--no-input", "-y", "--yes",
    "--disable-pip-version-check", "--prefer-binary", "--no-warn-script-location", "--no-build-isolation", "--no-color",
    "--no-compile", "--compile", "--ignore-installed", "-I", "-U", "--upgrade", "--pre", "--no-deps", "--force-reinstall",
    "--no-warn-conflicts", "--use-pep517", "--all", "--local", "-qq", "-qqq", "--update-deps", "--isolated",
}
_VALUES = {"--progress-bar", "--root-user-action", "--only-binary", "--upgrade-strategy", "--timeout", "--retries", "-c",
           "--format", "--trusted-host", "--exists-action", "--cache-dir", "--channel", "-n", "--name"}
_REFUSED = {
    "-e": "A folder cannot be installed for editing here; put its modules beside the notebook and import them",
    "--editable": "A folder cannot be installed for editing here; put its modules beside the notebook and import them",
    "-i": "Other indexes cannot be reached from here; whoever runs this site can add wheels to its packages folder",
    "--index-url": "Other indexes cannot be reached from here; whoever runs this site can add wheels to its packages folder",
    "--extra-index-url": "",
    "-f": "Other indexes cannot be reached from here; name the wheel's file instead",
    "--find-links": "Other indexes cannot be reached from here; name the wheel's file instead",
    "-t": "Packages are installed for this notebook only",
    "--target": "Packages are installed for this notebook only",
    "--no-binary": "There is no compiler here: only wheels can be installed",
    "--constraint": "Constraints are not supported; write the conditions behind the names",
}


class Line:
    """A command line, read: its command, words, and flags."""

    def __init__(self, words: list[str], command: str) -> None:
        self.command = command
        self.words: list[str] = []
        self.flags: set[str] = set()
        self.files: list[str] = []
        rest = list(words)
        while rest:
            word = rest.pop(0)
            option, equals, value = word.partition("=")
            if not word.startswith("-") or word == "-":
                self.words.append(word)
            elif option in ("-r", "--requirement") or (word.startswith("-r") and not word.startswith("--")):
                self.files.append(value if equals else word[2:] or (rest.pop(0) if rest else ""))
            elif option == "--extra-index-url":
                if not equals:
                    rest[:1] = []  # The usual index is asked all the same.
            elif option in _REFUSED:
                raise InstallError(f"{option}: {_REFUSED[option]}")
            elif option in _VALUES:
                if not equals:
                    rest[:1] = []
            elif option in _FLAGS:
                self.flags.add(option)
            else:
                raise InstallError(f"no such option: {option}")

    def has(self, *flags: str) -> bool:
        """Whether one of these flags was given."""
        return bool(self.flags.intersection(flags))

    @property
    def is_quiet(self) -> bool:
        """Whether only errors are to be printed."""
        return any(flag in ("-q", "-qq", "-qqq", "--quiet") for flag in self.flags)


class Pip:
    """Carries out command lines."""

    def __init__(self, installer: Installer, say: Callable[[str], None]) -> None:
        self.installer = installer
        self.say = say

    async def run(self, words: list[str]) -> None:
        """Carries out one command line; without a command it is one of `install`."""
        if not words or words[0] in ("help", "-h", "--help"):
            self.say(f"pip {' | '.join(COMMANDS)}, with the usual options; see the guide\n")
            return
        if words[0] in ("-V", "--version"):
            from .. import __version__

            self.say(f"pip of Carrel {__version__} (python {self.installer.finder.python})\n")
            return
        command, rest = (words[0], words[1:]) if words[0] in COMMANDS else ("install", words)
        if command == "install" and words[0] in ("download", "wheel", "search", "config", "cache", "index", "debug", "hash"):
            raise InstallError(f"pip {words[0]} is not available here; there are: {', '.join(COMMANDS)}")
        line = Line(rest, command)
        await getattr(self, f"_{command}")(line)

    async def _install(self, line: Line) -> None:
        say = (lambda _text: None) if line.is_quiet else self.say
        written = list(line.words)
        for name in line.files:
            try:
                written += from_file(Path(name).read_text(encoding="utf-8"))
            except OSError:
                raise InstallError(f"Could not open requirements file: no such file: {name!r}") from None
            except InvalidRequirement as error:
                raise InstallError(f"{error} (in {name})") from None
        if not written:
            raise InstallError('You must give at least one requirement to install (see "pip help install")')
        requirements, files = self._sorted(written)
        named = list(requirements)
        options = Options(
            upgrade=line.has("-U", "--upgrade"), pre=line.has("--pre"), dependencies=not line.has("--no-deps"),
            reinstall=line.has("--force-reinstall", "--ignore-installed", "-I"),
        )
        for path in files:
            requirements += self._install_file(path, say)
        if requirements:
            await self.installer.install(requirements, options, say)
        await self.report([each.text for each in named if not self._is_built_in(each)], [])

    def _sorted(self, written: list[str]) -> tuple[list[Requirement], list[Path]]:
        """Requirements, and wheels that are named by their files."""
        requirements, files = [], []
        for text in written:
            if text.endswith(".whl") and "://" not in text:
                files.append(Path(text))
                continue
            if text.startswith(("git+", "hg+", "svn+")) or "://" in text:
                raise InstallError(
                    f"{text}: only packages of the configured indexes can be installed. "
                    "Put its wheel beside the notebook and name the file: %pip install ./name.whl"
                )
            if text in (".", "..") or text.startswith(("./", "../", "/")):
                raise InstallError(f"{text}: source code cannot be installed here; import it from its folder instead")
            try:
                requirement = parse(text)
            except InvalidRequirement as error:
                raise InstallError(str(error)) from None
            if requirement.address:
                raise InstallError(f"{text}: packages from an address cannot be installed here; name a version instead")
            requirements.append(requirement)
        return requirements, files

    def _install_file(self, path: Path, say: Callable[[str], None]) -> list[Requirement]:
        """Unpacks a wheel of the working directory; gives what it requires."""
        try:
            data = path.read_bytes()
            name = wheels.parse_name(path.name)
            if wheels.rank(name, self.installer.finder.tags) is None:
                raise InstallError(f"{path.name} is not a supported wheel on this platform")
            metadata = wheels.metadata_of(data, path.name)
        except OSError:
            raise InstallError(f"{path}: no such file beside the notebook") from None
        except wheels.InvalidWheel as error:
            raise InstallError(str(error)) from None
        present = installed.distributions().get(name.name)
        if present is not None:
            installed.remove(present)
        sha256 = hashlib.sha256(data).hexdigest()
        install.unpack(Answer("", data, "file", sha256), path.name, requested=True)
        say(f"Installed {name.name}-{name.version} from {path}\n")
        needed = (parse(text) for text in metadata.get_all("Requires-Dist") or ())
        return [requirement for requirement in needed if requirement.applies(markers.environment())]

    async def _uninstall(self, line: Line) -> None:
        if not line.words:
            raise InstallError("You must give at least one requirement to uninstall")
        say = (lambda _text: None) if line.is_quiet else self.say
        await self.report([], install.uninstall(line.words, say))

    async def report(self, requirements: list[str], removed: list[str]) -> None:
        """Tells the page what was asked for."""
        try:
            await self.installer.finder.broker.report(requirements, removed, installed.files())
        except FetchError as error:
            self.say(f"WARNING: the notebook does not remember this: {error}\n")

    @staticmethod
    def _is_built_in(requirement: Requirement) -> bool:
        distribution = installed.distributions().get(requirement.key)
        return distribution is not None and not installed.is_ours(distribution)

    async def _list(self, _line: Line) -> None:
        rows = [(each.metadata["Name"], each.version) for each in installed.distributions().values()]
        width = max([len("Package"), *(len(name) for name, _version in rows)])
        self.say(f"{'Package':<{width}} Version\n{'-' * width} -------\n")
        for name, version in sorted(rows, key=lambda row: row[0].lower()):
            self.say(f"{name:<{width}} {version}\n")

    async def _freeze(self, _line: Line) -> None:
        ours = [each for each in installed.distributions().values() if installed.is_ours(each)]
        for each in sorted(ours, key=lambda distribution: distribution.metadata["Name"].lower()):
            self.say(f"{each.metadata['Name']}=={each.version}\n")

    async def _show(self, line: Line) -> None:
        present = installed.distributions()
        for position, name in enumerate(line.words):
            distribution = present.get(normalized(name))
            if distribution is None:
                self.say(f"WARNING: Package(s) not found: {name}\n")
                continue
            requires = sorted({parse(text).name for text in distribution.requires or () if "extra ==" not in text})
            needed_by = sorted(
                other.metadata["Name"] for other in present.values()
                if any(parse(text).key == normalized(name) for text in other.requires or ())
            )
            metadata = distribution.metadata
            fields = {
                "Name": metadata["Name"], "Version": distribution.version, "Summary": metadata.get("Summary", ""),
                "Home-page": metadata.get("Home-page") or "", "Author": metadata.get("Author") or "",
                "License": metadata.get("License-Expression") or metadata.get("License") or "",
                "Location": str(distribution.locate_file("")), "Requires": ", ".join(requires),
                "Required-by": ", ".join(needed_by),
            }
            self.say("---\n" if position else "")
            self.say("".join(f"{key}: {value}\n" for key, value in fields.items()))

    async def _check(self, _line: Line) -> None:
        found = install.conflicts()
        self.say("".join(f"{line}\n" for line in found) or "No broken requirements found.\n")


def words_of(text: str) -> list[str]:
    """The words of a command line, without a comment at its end."""
    return shlex.split(text, comments=True)
