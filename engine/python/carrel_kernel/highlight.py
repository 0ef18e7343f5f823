"""Python source with colours, for the lines that a traceback shows.

Works on a whole file's text, since one line alone may be the middle of a
string; source that cannot be split into tokens stays plain.
Read next: tracebacks.py.
"""

import io
import keyword
import tokenize

from .ansi import BLUE, CYAN, GREEN, GREY, MAGENTA, RESET

MAX_SOURCE_CHARS = 200_000
"""Longer files are shown without colours, which would take noticeable time."""

_LITERALS = {"True", "False", "None"}


def highlighted_lines(lines: list[str]) -> list[str]:
    """The lines of a source file with colours, without their line ends."""
    plain = [line.rstrip("\n\r") for line in lines]
    if sum(map(len, plain)) > MAX_SOURCE_CHARS:
        return plain
    try:
        spans = _spans("\n".join(plain) + "\n")
    except (tokenize.TokenError, SyntaxError, ValueError, IndexError):
        return plain
    for row, start, end, colour in reversed(spans):
        if row < len(plain):
            line = plain[row]
            plain[row] = f"{line[:start]}{colour}{line[start:end]}{RESET}{line[end:]}"
    return plain


def _spans(source: str) -> list[tuple[int, int, int, str]]:
    """Coloured stretches (row, start, end, colour), in reading order."""
    spans: list[tuple[int, int, int, str]] = []
    lines = source.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        colour = _colour(token)
        if colour is None:
            continue
        (first, start), (last, end) = token.start, token.end
        for row in range(first, last + 1):
            line_end = end if row == last else len(lines[row - 1])
            spans.append((row - 1, start if row == first else 0, line_end, colour))
    return [span for span in spans if span[2] > span[1]]


def _colour(token: tokenize.TokenInfo) -> str | None:
    if token.type == tokenize.COMMENT:
        return GREY
    if token.type == tokenize.NUMBER:
        return CYAN
    if token.type == tokenize.STRING or tokenize.tok_name[token.type].startswith(("FSTRING", "TSTRING")):
        return BLUE
    if token.type == tokenize.NAME and token.string in _LITERALS:
        return CYAN
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return GREEN
    if token.type == tokenize.OP and token.string in {"=", "+", "-", "*", "/", "@", "%", "**", "//", "==", "!="}:
        return MAGENTA
    return None
