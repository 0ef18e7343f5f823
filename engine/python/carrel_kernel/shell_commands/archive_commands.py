"""Commands about archives: zip, unzip, tar, gzip, gunzip.

What an archive holds is written below the target folder only.
"""

import gzip as gzip_format
import os
import tarfile
import zipfile

from .options import split_options
from .streams import Command, CommandError, Streams


def unzip(arguments: list[str], streams: Streams) -> None:
    """Unpack a zip archive: -d FOLDER, -o over existing files, -q quietly, -l only list, -n."""
    options, words = split_options(arguments, "oqlnj", "d")
    if not words:
        raise CommandError("name the archive", 2)
    path = words[0] if os.path.exists(words[0]) else f"{words[0]}.zip"
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise CommandError(f"{path} is no zip archive", 9) from None
    with archive:
        chosen = words[1:] or archive.namelist()
        if "l" in options:
            for info in archive.infolist():
                streams.write(f"{info.file_size:>9}  {info.filename}\n")
            return
        if "q" not in options:
            streams.write(f"Archive:  {path}\n")
        folder = options.get("d", ".")
        for name in chosen:
            target = os.path.join(folder, name)
            if "n" in options and os.path.exists(target):
                continue
            try:
                archive.extract(name, folder)
            except KeyError:
                raise CommandError(f"{name} is not in the archive", 11) from None
            if "q" not in options:
                streams.write(f"  {'creating' if name.endswith('/') else 'inflating'}: {os.path.normpath(target)}\n")


def zip_(arguments: list[str], streams: Streams) -> None:
    """Pack files into a zip archive: -r with folders, -q quietly, -j without folder names."""
    options, words = split_options(arguments, "rqj0123456789")
    if len(words) < 2:
        raise CommandError("name the archive and the files for it", 2)
    path = words[0] if os.path.splitext(words[0])[1] else f"{words[0]}.zip"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for word in words[1:]:
            for file in _with_contents(word) if "r" in options else [word]:
                name = os.path.basename(file) if "j" in options else os.path.normpath(file)
                archive.write(file, name)
                if "q" not in options:
                    streams.write(f"  adding: {name}\n")


def _with_contents(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)


_COMPRESSIONS = {"z": "gz", "j": "bz2", "J": "xz"}


def tar(arguments: list[str], streams: Streams) -> None:
    """Pack (-c), unpack (-x) or list (-t) a tar archive: -f FILE, -z, -j, -J, -v, -C FOLDER."""
    if arguments and not arguments[0].startswith("-"):
        arguments = ["-" + arguments[0], *arguments[1:]]
    options, words = split_options(arguments, "cxtzjJvpk", "fC")
    mode = next((letter for letter in "cxt" if letter in options), "")
    path = options.get("f")
    if not mode or not path:
        raise CommandError("say what to do (-c, -x or -t) and name the archive (-f FILE)", 2)
    folder = options.get("C", ".")
    try:
        if mode == "c":
            _pack(path, words, folder, options, streams)
            return
        with tarfile.open(path) as archive:
            for member in archive.getmembers():
                if words and not any(member.name == word or member.name.startswith(word + "/") for word in words):
                    continue
                if mode == "t" or "v" in options:
                    streams.write(member.name + "\n")
                if mode == "x":
                    archive.extract(member, folder, filter="data")
    except tarfile.TarError as error:
        raise CommandError(f"{path}: {error}", 2) from None


def _pack(path: str, words: list[str], folder: str, options: dict, streams: Streams) -> None:
    if not words:
        raise CommandError("name the files for the archive", 2)
    kind = next((_COMPRESSIONS[letter] for letter in "zjJ" if letter in options), "")
    with tarfile.open(path, f"w:{kind}") as archive:
        for word in words:
            archive.add(os.path.join(folder, word), word)
            if "v" in options:
                streams.write(word + "\n")


def gzip(arguments: list[str], streams: Streams) -> None:
    """Compress files (or -d unpack them) in their place: -k keeps the original, -c prints instead."""
    options, paths = split_options(arguments, "dkcfqn123456789")
    if "d" in options:
        _unpack(paths, options, streams)
        return
    for path, data in streams.inputs(paths):
        packed = gzip_format.compress(data)
        _replace(path, f"{path}.gz", packed, options, streams)


def gunzip(arguments: list[str], streams: Streams) -> None:
    """Unpack gzip files in their place: -k keeps the archive, -c prints instead."""
    options, paths = split_options(arguments, "kcfq")
    _unpack(paths, options, streams)


def zcat(arguments: list[str], streams: Streams) -> None:
    """Print what gzip files hold."""
    _unpack(arguments, {"c": ""}, streams)


def _unpack(paths: list[str], options: dict, streams: Streams) -> None:
    for path, data in streams.inputs(paths):
        if path and not path.endswith(".gz"):
            raise CommandError(f"{path}: unknown suffix", 2)
        try:
            plain = gzip_format.decompress(data)
        except (gzip_format.BadGzipFile, EOFError) as error:
            raise CommandError(f"{path or 'the input'}: {error}") from None
        _replace(path, path[:-3], plain, options, streams)


def _replace(path: str, target: str, data: bytes, options: dict, streams: Streams) -> None:
    if "c" in options or not path:
        streams.write(data)
        return
    with open(target, "wb") as file:
        file.write(data)
    if "k" not in options:
        os.remove(path)


COMMANDS: dict[str, Command] = {
    "zip": zip_, "unzip": unzip, "tar": tar, "gzip": gzip, "gunzip": gunzip, "zcat": zcat,
}
