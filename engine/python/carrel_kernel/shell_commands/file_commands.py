"""Commands about files and folders: ls, cp, mv, rm, mkdir, find and their like."""

import fnmatch
import os
import shutil
import stat
import time

from .options import split_options
from .streams import Command, CommandError, Streams


def ls(arguments: list[str], streams: Streams) -> int:
    """List files: -a with hidden ones, -l with sizes and dates, -h, -R, -t, -S, -r, -1, -d."""
    options, paths = split_options(arguments, "alAhRtSr1dFGon", ignored=("--color", "--all", "--human-readable"))
    status = 0
    files = []
    folders = []
    for path in paths or ["."]:
        if not os.path.lexists(path):
            streams.complain("ls", f"cannot access '{path}': No such file or directory")
            status = 2
        elif os.path.isdir(path) and "d" not in options:
            folders.append(path)
        else:
            files.append(path)
    _print_entries(files, options, streams)
    while folders:
        folder = folders.pop(0)
        if len(paths) > 1 or "R" in options:
            streams.write(f"{folder}:\n")
        names = os.listdir(folder)
        if "a" not in options and "A" not in options:
            names = [name for name in names if not name.startswith(".")]
        _print_entries([os.path.join(folder, name) for name in names], options, streams, names_only=True)
        if "R" in options:
            folders[:0] = sorted(os.path.join(folder, name) for name in names if os.path.isdir(os.path.join(folder, name)))
        if folders:
            streams.write("\n")
    return status


def _print_entries(paths: list[str], options: dict, streams: Streams, names_only: bool = False) -> None:
    infos = {path: os.lstat(path) for path in paths}
    if "t" in options:
        paths = sorted(paths, key=lambda path: -infos[path].st_mtime)
    elif "S" in options:
        paths = sorted(paths, key=lambda path: -infos[path].st_size)
    else:
        paths = sorted(paths, key=lambda path: os.path.basename(path).lower())
    if "r" in options:
        paths = paths[::-1]
    is_long = "l" in options or "o" in options or "n" in options
    if is_long and names_only:
        streams.write(f"total {sum((info.st_size + 1023) // 1024 for info in infos.values())}\n")
    sizes = {path: human(info.st_size) if "h" in options else str(info.st_size) for path, info in infos.items()}
    width = max(map(len, sizes.values()), default=0)
    for path in paths:
        info = infos[path]
        name = os.path.basename(path) if names_only else path
        if "F" in options:
            name += "/" if stat.S_ISDIR(info.st_mode) else "*" if info.st_mode & 0o111 else ""
        if is_long:
            moment = time.strftime("%b %e %H:%M", time.localtime(info.st_mtime))
            name = f"{stat.filemode(info.st_mode)} {info.st_nlink} user user {sizes[path]:>{width}} {moment} {name}"
        streams.write(name + "\n")


def human(size: float) -> str:
    """A number of bytes as people read it."""
    for unit in ("", "K", "M", "G"):
        if size < 1024:
            return f"{size:.1f}{unit}" if unit and size < 10 else f"{size:.0f}{unit}"
        size /= 1024
    return f"{size:.1f}T"


def mkdir(arguments: list[str], streams: Streams) -> None:
    """Make folders; -p also those above, and no error where one exists."""
    options, paths = split_options(arguments, "pv", "m", ("--parents",))
    if "--parents" in arguments:
        options["p"] = ""
    for path in _needed(paths):
        if "p" in options:
            os.makedirs(path, exist_ok=True)
        else:
            os.mkdir(path)


def rmdir(arguments: list[str], streams: Streams) -> None:
    """Remove empty folders."""
    for path in _needed(split_options(arguments, "p")[1]):
        os.rmdir(path)


def rm(arguments: list[str], streams: Streams) -> int:
    """Remove files; -r folders with all that is in them, -f without errors for what is not there."""
    options, paths = split_options(arguments, "rRfvi", ignored=("--recursive", "--force"))
    status = 0
    for path in paths if "f" in options else _needed(paths):
        if not os.path.lexists(path):
            if "f" not in options:
                streams.complain("rm", f"cannot remove '{path}': No such file or directory")
                status = 1
        elif os.path.isdir(path) and not os.path.islink(path):
            if "r" not in options and "R" not in options:
                streams.complain("rm", f"cannot remove '{path}': Is a directory")
                status = 1
                continue
            shutil.rmtree(path)
        else:
            os.remove(path)
    return status


def cp(arguments: list[str], streams: Streams) -> None:
    """Copy files; -r folders with all that is in them."""
    options, paths = split_options(arguments, "rRafvpn", ignored=("--recursive",))
    *sources, target = _needed(paths, 2)
    for source in sources:
        end = _target_of(source, target, len(sources))
        if "n" in options and os.path.exists(end):
            continue
        if os.path.isdir(source):
            if not options.keys() & set("rRa"):
                raise CommandError(f"-r not specified; omitting directory '{source}'")
            shutil.copytree(source, end, dirs_exist_ok=True)
        else:
            shutil.copy2(source, end)


def mv(arguments: list[str], streams: Streams) -> None:
    """Move or rename files and folders."""
    options, paths = split_options(arguments, "fvni")
    *sources, target = _needed(paths, 2)
    for source in sources:
        end = _target_of(source, target, len(sources))
        if "n" in options and os.path.exists(end):
            continue
        if os.path.isfile(end) and os.path.isfile(source):
            os.replace(source, end)
        else:
            shutil.move(source, end)


def _target_of(source: str, target: str, count: int) -> str:
    if os.path.isdir(target):
        return os.path.join(target, os.path.basename(os.path.normpath(source)))
    if count > 1:
        raise CommandError(f"target '{target}': No such directory")
    return target


def touch(arguments: list[str], streams: Streams) -> None:
    """Make empty files, or set the date of existing ones to now."""
    for path in _needed(split_options(arguments, "cam")[1]):
        with open(path, "ab"):
            os.utime(path)


def ln(arguments: list[str], streams: Streams) -> None:
    """Make links; -s symbolic ones."""
    options, paths = split_options(arguments, "sfn")
    source, target = _needed(paths, 2)[:2]
    target = _target_of(source, target, 1)
    if "f" in options and os.path.lexists(target):
        os.remove(target)
    (os.symlink if "s" in options else os.link)(source, target)


def chmod(arguments: list[str], streams: Streams) -> None:
    """Accepted: nothing here is run for its permissions."""
    for path in _needed([word for word in arguments if not word.startswith("-")], 2)[1:]:
        os.stat(path)


def pwd(arguments: list[str], streams: Streams) -> None:
    """Print the working directory."""
    streams.write(os.getcwd() + "\n")


def cd(arguments: list[str], streams: Streams) -> None:
    """Change the working directory until the line's end, as in Jupyter; `%cd` changes the notebook's."""
    os.chdir(os.path.expanduser(arguments[0]) if arguments else os.path.expanduser("~"))


def find(arguments: list[str], streams: Streams) -> None:
    """List what is below folders: -name PATTERN, -iname, -type f or d, -maxdepth N."""
    words = arguments[_first_test(arguments) :]
    tests = dict(zip(words[::2], words[1::2]))
    unknown = set(words[::2]) - {"-name", "-iname", "-type", "-maxdepth"}
    if unknown or len(words) % 2:
        raise CommandError(f"only -name, -iname, -type and -maxdepth are known here, each with a value", 2)
    for start in arguments[: _first_test(arguments)] or ["."]:
        os.lstat(start)
        _walk(start, 0, tests, streams)


def _first_test(arguments: list[str]) -> int:
    return next((index for index, word in enumerate(arguments) if word.startswith("-")), len(arguments))


def _walk(path: str, depth: int, tests: dict[str, str], streams: Streams) -> None:
    if depth > int(tests.get("-maxdepth", 10**6)):
        return
    name = os.path.basename(os.path.normpath(path))
    is_folder = os.path.isdir(path)
    fits = fnmatch.fnmatchcase(name, tests.get("-name", "*"))
    fits = fits and fnmatch.fnmatchcase(name.lower(), tests.get("-iname", "*").lower())
    if fits and tests.get("-type", "") in ("", "d" if is_folder else "f"):
        streams.write(path + "\n")
    if is_folder and not os.path.islink(path):
        for child in sorted(os.listdir(path)):
            _walk(os.path.join(path, child), depth + 1, tests, streams)


def du(arguments: list[str], streams: Streams) -> None:
    """How much files and folders hold: -s the sum alone, -h as people read it."""
    options, paths = split_options(arguments, "shac", "d")
    for path in paths or ["."]:
        total = os.lstat(path).st_size if not os.path.isdir(path) else sum(
            os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(path) for name in names
        )
        streams.write(f"{human(total) if 'h' in options else (total + 1023) // 1024}\t{path}\n")


def _needed(paths: list[str], count: int = 1) -> list[str]:
    if len(paths) < count:
        raise CommandError("missing operand: name the files", 2)
    return paths


COMMANDS: dict[str, Command] = {
    "ls": ls, "mkdir": mkdir, "rmdir": rmdir, "rm": rm, "cp": cp, "mv": mv, "touch": touch, "ln": ln, "chmod": chmod,
    "pwd": pwd, "cd": cd, "find": find, "du": du,
}
