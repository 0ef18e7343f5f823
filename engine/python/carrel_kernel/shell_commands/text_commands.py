"""Commands about text: cat, head, tail, wc, grep, sort, uniq, echo and their like."""

import os
import re

from .options import number, split_options
from .streams import Command, CommandError, Streams


def cat(arguments: list[str], streams: Streams) -> None:
    """Print files; -n with line numbers."""
    options, paths = split_options(arguments, "nu")
    count = 0
    for _, data in streams.inputs(paths):
        if "n" not in options:
            streams.write(data)
            continue
        for line in data.splitlines(keepends=True):
            count += 1
            streams.write(f"{count:6}\t".encode() + line)


def _end_of(arguments: list[str], streams: Streams, first: bool) -> None:
    # `-5` is an old way to write `-n 5`.
    arguments = [f"-n{word[1:]}" if re.fullmatch(r"-\d+", word) else word for word in arguments]
    options, paths = split_options(arguments, "qv", "nc")
    lines = options.get("n", "10")
    for index, (name, data) in enumerate(streams.inputs(paths)):
        if len(paths) > 1 and "q" not in options:
            streams.write(f"{chr(10) if index else ''}==> {name} <==\n")
        pieces = data if "c" in options else data.splitlines(keepends=True)
        text = options.get("c", lines)
        count = number(text.lstrip("+-"), "a count")
        if first:
            kept = pieces[:-count] if text.startswith("-") and count else pieces[:count]
        else:
            kept = pieces[max(0, count - 1) :] if text.startswith("+") else pieces[max(0, len(pieces) - count) :]
        streams.write(kept if isinstance(kept, bytes) else b"".join(kept))


def head(arguments: list[str], streams: Streams) -> None:
    """Print the first lines of files: -n N of them, or -c N bytes."""
    _end_of(arguments, streams, True)


def tail(arguments: list[str], streams: Streams) -> None:
    """Print the last lines of files: -n N of them, -n +N from line N on, or -c N bytes."""
    _end_of(arguments, streams, False)


def wc(arguments: list[str], streams: Streams) -> None:
    """Count lines (-l), words (-w) and bytes (-c)."""
    options, paths = split_options(arguments, "lwcm")
    chosen = [letter for letter in "lwcm" if letter in options] or ["l", "w", "c"]
    counts = []
    for name, data in streams.inputs(paths):
        text = data.decode("utf-8", "replace")
        found = {"l": data.count(b"\n"), "w": len(text.split()), "c": len(data), "m": len(text)}
        counts.append((name, [found[letter] for letter in chosen]))
    if len(counts) > 1:
        counts.append(("total", [sum(column) for column in zip(*(values for _, values in counts))]))
    width = max(len(str(value)) for _, values in counts for value in values)
    width = 0 if len(counts) == 1 and len(chosen) == 1 else width
    for name, values in counts:
        streams.write(" ".join([*(f"{value:>{width}}" for value in values), *([name] if name else [])]) + "\n")


def grep(arguments: list[str], streams: Streams) -> int:
    """Print the lines that fit a pattern: -i, -v, -n, -c, -l, -r, -w, -o, -F, -q, -E."""
    options, words = split_options(arguments, "ivnclrRwoFqEHhs", "e", ("--color",))
    if "e" in options:
        words.insert(0, options["e"])
    if not words:
        raise CommandError("a pattern is missing", 2)
    pattern, *paths = words
    pattern = re.escape(pattern) if "F" in options else pattern
    pattern = rf"\b(?:{pattern})\b" if "w" in options else pattern
    try:
        expression = re.compile(pattern, re.IGNORECASE if "i" in options else 0)
    except re.error as error:
        raise CommandError(f"{pattern!r} is no pattern: {error}", 2) from None
    if "r" in options or "R" in options:
        paths = [file for path in paths or ["."] for file in _files_below(path)]
        options.setdefault("H", "")
    named = ("H" in options or len(paths) > 1) and "h" not in options
    found = False
    for name, data in streams.inputs(paths):
        fits = _fitting(data.decode("utf-8", "replace"), expression, options)
        found = found or bool(fits)
        if "q" in options:
            continue
        if "l" in options:
            streams.write(f"{name}\n" if fits else "")
        elif "c" in options:
            streams.write(f"{name + ':' if named else ''}{len(fits)}\n")
        else:
            for count, line in fits:
                streams.write(f"{name + ':' if named else ''}{f'{count}:' if 'n' in options else ''}{line}\n")
    return 0 if found else 1


def _fitting(text: str, expression: re.Pattern, options: dict) -> list[tuple[int, str]]:
    fits = []
    for count, line in enumerate(text.split("\n")[: -1 if text.endswith("\n") else None], start=1):
        if bool(expression.search(line)) == ("v" in options):
            continue
        if "o" in options and "v" not in options:
            fits += [(count, match[0]) for match in expression.finditer(line)]
        else:
            fits.append((count, line))
    return fits


def _files_below(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)


def sort(arguments: list[str], streams: Streams) -> None:
    """Sort lines: -n by number, -r backwards, -u each once."""
    options, paths = split_options(arguments, "nru")
    lines = [line for _, data in streams.inputs(paths) for line in data.decode("utf-8", "replace").splitlines()]
    if "u" in options:
        lines = list(dict.fromkeys(lines))

    def key(line: str) -> tuple[float, str]:
        match = re.match(r"\s*(-?\d+(?:\.\d+)?)", line)
        return (float(match[1]) if match and "n" in options else 0.0), line

    lines.sort(key=key, reverse="r" in options)
    streams.write("".join(line + "\n" for line in lines))


def uniq(arguments: list[str], streams: Streams) -> None:
    """Print equal neighbouring lines once; -c with how often."""
    options, paths = split_options(arguments, "c")
    groups: list[list] = []
    for _, data in streams.inputs(paths):
        for line in data.decode("utf-8", "replace").splitlines():
            if groups and groups[-1][0] == line:
                groups[-1][1] += 1
            else:
                groups.append([line, 1])
    for line, count in groups:
        streams.write((f"{count:7} " if "c" in options else "") + line + "\n")


def tee(arguments: list[str], streams: Streams) -> None:
    """Print what comes in and write it to files; -a to their ends."""
    options, paths = split_options(arguments, "a")
    data = streams.input or b""
    for path in paths:
        with open(path, "ab" if "a" in options else "wb") as file:
            file.write(data)
    streams.write(data)


def echo(arguments: list[str], streams: Streams) -> None:
    """Print words; -n without a line's end, -e with \\n and \\t understood."""
    end, escapes = "\n", False
    while arguments and re.fullmatch(r"-[neE]+", arguments[0]):
        end = "" if "n" in arguments[0] else end
        escapes = escapes or "e" in arguments[0]
        arguments = arguments[1:]
    text = " ".join(arguments)
    if escapes:
        text = re.sub(r"\\([nt\\])", lambda match: {"n": "\n", "t": "\t", "\\": "\\"}[match[1]], text)
    streams.write(text + end)


COMMANDS: dict[str, Command] = {
    "cat": cat, "head": head, "tail": tail, "wc": wc, "grep": grep, "egrep": grep, "sort": sort, "uniq": uniq,
    "tee": tee, "echo": echo,
}
