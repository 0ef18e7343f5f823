"""Commands about parts of lines and of names: tr, cut, printf, seq, basename, dirname.

Read next: text_commands.py.
"""

import os
import re

from .options import number, split_options
from .streams import Command, CommandError, Streams

_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "digit": "0-9", "lower": "a-z", "upper": "A-Z", "space": " \\t\\n\\r", "punct": "!-/:-@[-`{-~",
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "0": "\0"}
_FORMAT = re.compile(r"%(%|[-+ 0#]*\d*(?:\.\d+)?([sdixXofeEgGc]))")


def _unescaped(text: str) -> str:
    return re.sub(r"\\([ntr\\0])", lambda match: _ESCAPES[match[1]], text)


def _letters(text: str) -> str:
    """The letters that a set of `tr` stands for: classes, escapes, ranges."""
    text = re.sub(r"\[:(\w+):\]", lambda match: _CLASSES.get(match[1], match[0]), text)
    return re.sub(
        r"(.)-(.)", lambda match: "".join(map(chr, range(ord(match[1]), ord(match[2]) + 1))), _unescaped(text), flags=re.DOTALL
    )


def tr(arguments: list[str], streams: Streams) -> None:
    """Exchange letters for others; -d removes them, -s leaves one of several, -c takes those that are not named."""
    options, sets = split_options(arguments, "dsc")
    if not sets or len(sets) < 2 and not options.keys() & {"d", "s"}:
        raise CommandError("name the letters, and those to stand in their place", 2)
    text = (streams.input or b"").decode("utf-8", "replace")
    named = _letters(sets[0])
    chosen = (set(text) - set(named)) if "c" in options else set(named)
    squeezed = chosen
    if "d" in options:
        text = "".join(letter for letter in text if letter not in chosen)
        squeezed = set(_letters(sets[1])) if len(sets) > 1 else set()
    elif len(sets) > 1:
        others = _letters(sets[1]) or "\0"
        squeezed = set(others)
        if "c" in options:
            table = dict.fromkeys(map(ord, chosen), others[-1])
        else:
            table = {ord(letter): others[min(index, len(others) - 1)] for index, letter in reversed(list(enumerate(named)))}
        text = text.translate(table)
    if "s" in options:
        text = re.sub(r"(.)\1+", lambda match: match[1] if match[1] in squeezed else match[0], text, flags=re.DOTALL)
    streams.write(text)


def _ranges(text: str) -> list[tuple[int, float]]:
    ranges = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start = number(first, "a position") if first else 1
        ranges.append((start, (number(last, "a position") if last else float("inf")) if dash else start))
    return ranges


def cut(arguments: list[str], streams: Streams) -> None:
    """Print parts of lines: -f fields between tabs or what -d says, -c letters; positions as `1,3-5`."""
    options, paths = split_options(arguments, "s", "fcd")
    positions = options.get("f", options.get("c"))
    if positions is None:
        raise CommandError("say which fields (-f) or letters (-c)", 2)
    ranges = _ranges(positions)
    separator = _unescaped(options.get("d", "\t")) if "f" in options else ""
    for _, data in streams.inputs(paths):
        for line in data.decode("utf-8", "replace").splitlines():
            if separator and separator not in line:
                if "s" not in options:
                    streams.write(line + "\n")
                continue
            parts = line.split(separator) if separator else list(line)
            kept = [part for place, part in enumerate(parts, 1) if any(start <= place <= end for start, end in ranges)]
            streams.write(separator.join(kept) + "\n")


def printf(arguments: list[str], streams: Streams) -> None:
    """Print words in a format, which is used again until no word is left."""
    if not arguments:
        raise CommandError("name a format", 2)
    form, *words = arguments
    form = _unescaped(form)
    while True:
        num_left = len(words)

        def value(match: re.Match) -> str:
            if match[1] == "%":
                return "%"
            word = words.pop(0) if words else ""
            kind = match[2]
            try:
                if kind in "dixXo":
                    return match[0] % int(word or "0", 0)
                return match[0] % (float(word or "0") if kind in "feEgG" else word[:1] if kind == "c" else word)
            except ValueError:
                raise CommandError(f"{word!r} is no number") from None

        streams.write(_FORMAT.sub(value, form))
        if not words or len(words) == num_left:
            return


def seq(arguments: list[str], streams: Streams) -> None:
    """Print numbers: seq LAST, seq FIRST LAST or seq FIRST STEP LAST; -s what stands between."""
    separator, words = "\n", list(arguments)
    if words and words[0].startswith("-s"):
        given = words.pop(0)[2:]
        separator = _unescaped(given or (words.pop(0) if words else "\n"))
    try:
        numbers = [float(word) if re.search(r"[.e]", word) else int(word) for word in words]
    except ValueError:
        raise CommandError("name whole or decimal numbers", 2) from None
    if not 1 <= len(numbers) <= 3 or len(numbers) == 3 and numbers[1] == 0:
        raise CommandError("name the last number, or the first, a step and the last", 2)
    first, step, last = {1: lambda: (1, 1, *numbers), 2: lambda: (numbers[0], 1, numbers[1]), 3: lambda: tuple(numbers)}[len(numbers)]()
    count = int((last - first) / step + 1e-9) + 1 if (last - first) * step >= 0 else 0
    if count:
        streams.write(separator.join(f"{first + index * step:.10g}" for index in range(count)) + "\n")


def basename(arguments: list[str], streams: Streams) -> None:
    """Print the last part of a path, without an ending if one is named."""
    if not arguments:
        raise CommandError("name a path", 2)
    name = os.path.basename(arguments[0].rstrip("/")) or "/"
    ending = arguments[1] if len(arguments) > 1 else ""
    streams.write((name.removesuffix(ending) or name) + "\n")


def dirname(arguments: list[str], streams: Streams) -> None:
    """Print the folders of paths."""
    if not arguments:
        raise CommandError("name a path", 2)
    for path in arguments:
        streams.write((os.path.dirname(path.rstrip("/")) or ("/" if path.startswith("/") else ".")) + "\n")


COMMANDS: dict[str, Command] = {"tr": tr, "cut": cut, "printf": printf, "seq": seq, "basename": basename, "dirname": dirname}
