"""Builds the JupyterLite that bench_load.mjs measures: the published packages, with a Pyodide of the same site.

    jupyterlite.py PYODIDE OUTPUT NOTEBOOK

JupyterLite loads Pyodide, and IPython's wheels, from a CDN. To be measured on one machine it gets both from its own
site: the npm package of Pyodide in the folder PYODIDE, and the wheels that Pyodide's lock file names, in the versions
that it names, from PyPI. Everything else is as it is published. What is installed lies in OUTPUT/../venv.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "0.8.6"
"""Of JupyterLite and its Pyodide kernel."""

LOADED = ("micropip", "jedi", "ipython")
"""What the kernel loads from Pyodide's distribution at its start, with what that needs."""

FROM_PYPI = ("comm==0.2.3", "ipython_pygments_lexers==1.1.1")
"""What it looks for on PyPI; here its own index has them."""


def main() -> None:
    pyodide, output, notebook = (Path(argument).resolve() for argument in sys.argv[1:4])
    stamp = output / ".complete"
    if stamp.exists():
        return
    work = output.parent
    shutil.rmtree(work, ignore_errors=True)
    venv.create(work / "venv", with_pip=True)
    python = work / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", f"jupyterlite-core=={VERSION}", f"jupyterlite-pyodide-kernel=={VERSION}", "jupyter_server==2.17.0")

    lock = json.loads((pyodide / "pyodide-lock.json").read_text())
    needed = closure(lock["packages"], LOADED)
    wheels, own = work / "wheels", work / "own"
    download(python, wheels, [f"{package['name']}=={package['version']}" for package in needed])
    download(python, own, FROM_PYPI)
    contents = work / "lite" / "files"
    contents.mkdir(parents=True)
    shutil.copy(notebook, contents / notebook.name)
    arguments = [argument for wheel in sorted(own.glob("*.whl")) for argument in ("--piplite-wheels", str(wheel))]
    lite = work / "venv" / "bin" / "jupyter-lite"
    run(lite, "build", "--output-dir", output, *arguments, cwd=contents.parent)

    served = output / "pyodide"
    served.mkdir()
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        shutil.copy(pyodide / name, served / name)
    for package in needed:
        name = package["name"].replace("-", "_").lower()
        wheel = next(path for path in wheels.glob("*.whl") if path.name.lower().startswith(f"{name}-{package['version']}-"))
        shutil.copy(wheel, served / wheel.name)
        package["file_name"] = wheel.name
        package["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (served / "pyodide-lock.json").write_text(json.dumps(lock))

    config = output / "jupyter-lite.json"
    settings = json.loads(config.read_text())
    plugins = settings["jupyter-config-data"].setdefault("litePluginSettings", {})
    plugins.setdefault("@jupyterlite/pyodide-kernel-extension:kernel", {})["pyodideUrl"] = "./pyodide/pyodide.mjs"
    config.write_text(json.dumps(settings))
    stamp.touch()


def run(*command: object, **options: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


def download(python: Path, folder: Path, requirements: list[str] | tuple[str, ...]) -> None:
    run(python, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", "3.14",
        "--dest", folder, *requirements)


def closure(packages: dict, names: tuple[str, ...]) -> list[dict]:
    """Entries of the lock file, with all that they depend on."""
    found, open_names = {}, list(names)
    while open_names:
        name = open_names.pop().lower()
        if name not in found:
            found[name] = packages[name] if name in packages else packages[name.replace("_", "-")]
            open_names += found[name]["depends"]
    return list(found.values())


if __name__ == "__main__":
    main()
