"""Fills a site's packages/ folder: resolves requirements for the browser's Python, copies or downloads the wheels, and
writes index.json, which the kernel reads.

    vendor_packages.py --out FOLDER --lock pyodide-lock.json [--wheels FOLDER] -- [REQUIREMENT ...]

With --wheels everything comes from that folder, and without requirements all of it is taken. Otherwise wheels come from
Pyodide's release and from PyPI. Whatever is missing ends it with a list. Called by tools/build/wheels.mjs.
"""

import argparse
import asyncio
import hashlib
import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "engine" / "python"))

from carrel_kernel.packages import advice, wheels  # noqa: E402
from carrel_kernel.packages.errors import InstallError  # noqa: E402
from carrel_kernel.packages.indexes import PYPI, Candidate, Project, PyodideIndex, simple_project  # noqa: E402
from carrel_kernel.packages.broker import FetchError  # noqa: E402
from carrel_kernel.packages.requirements import InvalidRequirement, Requirement, from_file, parse  # noqa: E402
from carrel_kernel.packages.resolve import Options, Resolver  # noqa: E402
from carrel_kernel.packages.versions import Version  # noqa: E402

BUILT_IN = {"torch": "torch/version.py", "torchvision": "torchvision/version.py", "safetensors": "safetensors/__init__.py"}
"""What every kernel has already, and where its version stands."""
ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1, */*;q=0.01"


class Network:
    """Stands in for the kernel's broker: texts and bytes from other hosts."""

    async def text(self, address: str) -> str:
        """The text at an address."""
        return self.bytes(address).decode()

    def bytes(self, address: str) -> bytes:
        """The bytes at an address."""
        request = urllib.request.Request(address, headers={"accept": ACCEPT})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            kind = "missing" if error.code in (404, 410) else "failed"
            raise FetchError(f"{address} could not be loaded: the server answered {error.code}", kind) from None
        except OSError as error:
            raise FetchError(f"{address} could not be loaded: {error}", "offline") from None


class Shelf:
    """Where the wheels come from: a folder alone, or Pyodide's release and PyPI."""

    def __init__(self, folder: Path | None, lock: dict, pyodide_version: str) -> None:
        self.python = Version(lock["info"]["python"])
        abi = lock["info"]["abi_version"]
        places = [f"pyemscripten_{abi}_wasm32", f"pyodide_{abi}_wasm32"]
        self.tags = wheels.supported_tags(places, self.python.release[:2])
        self.network = Network()
        self.pyodide = PyodideIndex(lock, pyodide_version, self.tags, self.python)
        self.folder = folder
        self._projects: dict[str, Project] = {}
        if folder is not None:
            self._read(folder)

    def _read(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.whl")):
            data = path.read_bytes()
            metadata = wheels.metadata_of(data, path.name)
            project = self._projects.setdefault(wheels.parse_name(path.name).name, Project())
            project.add(
                self.tags, self.python, filename=path.name, address=str(path), sha256=hashlib.sha256(data).hexdigest(),
                size=len(data), source="site", requires=tuple(metadata.get_all("Requires-Dist") or ()),
                requires_python=metadata.get("Requires-Python") or "",
            )

    def everything(self) -> list[str]:
        """A requirement for each wheel of the folder."""
        unfit = [name for project in self._projects.values() for name in project.unfit if not project.candidates]
        if unfit:
            raise InstallError(f"These wheels are not for the browser's Python: {', '.join(unfit)}")
        newest = (max(project.candidates, key=lambda each: each.version) for project in self._projects.values())
        return [f"{each.name}=={each.version}" for each in newest]

    async def candidates(
        self, requirement: Requirement, *, pre: bool = False, local: bool = False, newest: bool = False
    ) -> list[Candidate]:
        """The wheels that satisfy a requirement; see `Finder`."""
        from carrel_kernel.packages.finder import _fitting

        key = requirement.key
        if key not in self._projects and self.folder is None:
            online = await simple_project(self.network, f"{PYPI}{key}/", "pypi", self.tags, self.python)  # type: ignore[arg-type]
            online.candidates += (await self.pyodide.project(key)).candidates
            self._projects[key] = online
        return _fitting(self._projects.get(key, Project()), requirement, pre)

    async def requires(self, candidate: Candidate) -> tuple[str, ...]:
        """What a wheel requires."""
        if candidate.requires is not None:
            return candidate.requires
        if candidate.metadata_address:
            metadata = wheels.parse_metadata(await self.network.text(candidate.metadata_address))
        else:
            metadata = wheels.metadata_of(self.bytes(candidate), candidate.filename)
        return tuple(metadata.get_all("Requires-Dist") or ())

    def nothing_fits(self, requirement: Requirement) -> InstallError:
        """The error for a requirement that no wheel satisfies."""
        where = str(self.folder) if self.folder is not None else "PyPI and Pyodide's release"
        hint = advice.instead_of(requirement.key)
        return InstallError(f"{requirement} is not in {where}, in a wheel for the browser's Python. {hint}".rstrip())

    def bytes(self, candidate: Candidate) -> bytes:
        """A wheel, checked."""
        local = "://" not in candidate.address
        data = Path(candidate.address).read_bytes() if local else self.network.bytes(candidate.address)
        if candidate.sha256 and hashlib.sha256(data).hexdigest() != candidate.sha256:
            raise InstallError(f"{candidate.filename} does not have the hash that its index says")
        return data


def built_in() -> dict[str, Version]:
    """What every kernel has already."""
    texts = {name: (ROOT / "engine" / "python" / path).read_text() for name, path in BUILT_IN.items()}
    found = {name: re.search(r'__version__ = "([^"]+)"', text) for name, text in texts.items()}
    return {name: Version(match[1]) for name, match in found.items() if match}


def browser(lock: dict) -> dict[str, str]:
    """What markers see in the browser."""
    full = lock["info"]["python"]
    return {
        "implementation_name": "cpython", "implementation_version": full, "os_name": "posix", "platform_machine": "wasm32",
        "platform_python_implementation": "CPython", "platform_release": "", "platform_system": "Emscripten",
        "platform_version": "", "python_full_version": full, "python_version": ".".join(full.split(".")[:2]),
        "sys_platform": "emscripten",
    }


async def resolve(shelf: Shelf, texts: list[str], lock: dict) -> list[Candidate]:
    """The wheels to vendor. Everything that is missing is named at once."""
    complaints = []
    chosen: dict[str, Candidate] = {}
    whole = Resolver(shelf, built_in(), {}, Options(), browser(lock))
    try:
        return await whole.resolve([parse(text) for text in texts])
    except InstallError:
        for text in texts:
            try:
                found = await Resolver(shelf, built_in(), {}, Options(), browser(lock)).resolve([parse(text)])
                chosen.update({each.name: each for each in found})
            except InstallError as error:
                complaints.append(str(error))
        if not complaints:
            raise
    raise InstallError("\n".join(dict.fromkeys(complaints)))


def modules_of(data: bytes, filename: str) -> list[str]:
    """The top-level modules in a wheel."""
    archive, info = wheels.open_wheel(data, filename)
    names = {name.split("/")[0] for name in archive.namelist() if not name.startswith((info, info.replace(".dist-info", ".data")))}
    return sorted({name.split(".")[0] for name in names if name.endswith((".py", ".so")) or "." not in name})


def write(out: Path, shelf: Shelf, chosen: list[Candidate], requires: dict[str, tuple[str, ...]]) -> int:
    """Copies the wheels and writes the list; gives how many bytes they have."""
    for old in out.glob("*.whl"):
        old.unlink()
    files, total = [], 0
    for candidate in sorted(chosen, key=lambda each: each.name):
        data = shelf.bytes(candidate)
        for library in shelf.pyodide.libraries_of(candidate.name) if candidate.source == "pyodide" else ():
            raise InstallError(f"{candidate.name} needs the shared library {library['name']}, which cannot be vendored yet")
        (out / candidate.filename).write_bytes(data)
        total += len(data)
        files.append({
            "name": candidate.name, "version": str(candidate.version), "filename": candidate.filename, "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(), "requires": list(requires[candidate.name]),
            "imports": modules_of(data, candidate.filename),
        })
    (out / "index.json").write_text(json.dumps({"version": 1, "files": files}, indent=1) + "\n")
    return total


async def main(words: list[str]) -> None:
    """Carries out a command line."""
    reader = argparse.ArgumentParser(description="Vendor packages into a site")
    reader.add_argument("--out", type=Path, required=True)
    reader.add_argument("--lock", type=Path, required=True)
    reader.add_argument("--wheels", type=Path)
    reader.add_argument("requirements", nargs="*")
    given = reader.parse_args(words)
    lock = json.loads(given.lock.read_text())
    version = json.loads((given.lock.parent / "package.json").read_text())["version"]
    if given.wheels is not None and not given.wheels.is_dir():
        raise InstallError(f"{given.wheels} is no folder")
    shelf = Shelf(given.wheels, lock, version)
    texts: list[str] = []
    for word in given.requirements:
        texts += from_file(Path(word).read_text()) if word.endswith(".txt") else [word]
    chosen = await resolve(shelf, texts or shelf.everything(), lock)
    requires = {candidate.name: await shelf.requires(candidate) for candidate in chosen}
    given.out.mkdir(parents=True, exist_ok=True)
    total = write(given.out, shelf, chosen, requires)
    print(f"packages: {len(chosen)} wheels, {total / 1e6:.1f} MB: {', '.join(sorted(each.name for each in chosen))}")


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1:]))
    except (InstallError, InvalidRequirement, FetchError, wheels.InvalidWheel, OSError) as failure:
        sys.exit("\n".join(f"packages: {line}" for line in str(failure).splitlines()))
