"""What the caret stands in: a name, an attribute, a key, a path, an import, the arguments of a call.

Reads text only; broken and unfinished code is the usual case and never an
error. Nothing is evaluated here. Read next: assist_live.py, assist.py.
"""

import re
from dataclasses import dataclass, field

_PREFIX = re.compile(r"[rRbBuUfFtT]{0,2}$")
_NAME = re.compile(r"\w*$")
_IMPORT = re.compile(r"^[ \t]*(?:(?P<from>from)[ \t]+(?P<source>[\w.]*)(?P<names>[ \t]+import\b[ \t(]*(?P<listed>[\w, \t\n.]*))?|import[ \t]+(?P<modules>[\w., \t]*))$")
_OPENING, _CLOSING = "([{", {")": "(", "]": "[", "}": "{"}


@dataclass
class Bracket:
    """A bracket that is open at the caret."""

    char: str
    start: int
    """Where it stands."""
    parts: list[int] = field(default_factory=list)
    """Where its parts begin: behind the bracket and behind each comma."""


@dataclass
class Surroundings:
    """Where in the code the caret is."""

    code: str
    cursor: int
    brackets: list[Bracket]
    string_start: int | None
    """Where the string that the caret is in begins, prefix and quotes left out; None outside of strings."""
    quote: str
    """The quotes of that string."""
    quote_start: int
    """Where its prefix begins."""
    in_comment: bool

    @property
    def prefix(self) -> str:
        """The beginning of a name directly before the caret."""
        return _NAME.search(self.code[: self.cursor])[0]

    def owner(self) -> str | None:
        """The expression before the dot before the caret's name; None where there is no such dot."""
        end = self.cursor - len(self.prefix)
        before = self.code[:end].rstrip(" \t")
        if not before.endswith(".") or before.endswith("..") or re.search(r"(?<![\w.])\d[\d_]*\.$", before):
            return None
        return expression_before(self.code, len(before) - 1)

    def call(self) -> Bracket | None:
        """The innermost open parenthesis that calls something."""
        for bracket in reversed(self.brackets):
            if bracket.char == "(" and expression_before(self.code, bracket.start):
                return bracket
            if bracket.char != "(":
                continue
        return None

    def key(self) -> tuple[str, str] | None:
        """Of `owner["te|`: the owner's expression and the text of the key so far."""
        if not self.brackets or self.brackets[-1].char != "[":
            return None
        bracket = self.brackets[-1]
        owner = expression_before(self.code, bracket.start)
        if not owner:
            return None
        if self.string_start is not None and len(self.quote) == 1:
            between = self.code[bracket.parts[-1] : self.quote_start].strip()
            return (owner, self.code[self.string_start : self.cursor]) if between in ("", "[") else None
        text = self.code[bracket.start + 1 : self.cursor]
        return (owner, text.strip()) if re.fullmatch(r"\s*\w*", text) else None

    def imported(self) -> tuple[str, str] | None:
        """Of an import statement: the module whose content is wanted ("" for modules themselves) and the beginning of the name."""
        line = self.code[: self.cursor]
        start = max(line.rfind("\n", 0, self.brackets[-1].start if self.brackets else len(line)), line.rfind(";")) + 1
        match = _IMPORT.match(line[start:])
        if match is None:
            return None
        if match["names"] is not None:
            return match["source"], _NAME.search(match["listed"])[0]
        return "", re.split(r"[, \t]", match["source"] if match["from"] else match["modules"])[-1]


def surroundings(code: str, cursor: int) -> Surroundings:
    """Reads the code up to the caret."""
    brackets: list[Bracket] = []
    at, string_start, quote, quote_start = 0, None, "", 0
    in_comment = False
    while at < cursor:
        char = code[at]
        if string_start is not None:
            if char == "\\":
                at += 2
                continue
            if code.startswith(quote, at):
                at += len(quote)
                string_start = None
                continue
            if char == "\n" and len(quote) == 1:
                string_start = None
        elif in_comment:
            in_comment = char != "\n"
        elif char == "#":
            in_comment = True
        elif char in "'\"":
            quote = char * 3 if code.startswith(char * 3, at) and at + 3 <= cursor else char
            quote_start = at - len(_PREFIX.search(code[max(0, at - 2) : at])[0])
            at += len(quote)
            string_start = at
            continue
        elif char in _OPENING:
            brackets.append(Bracket(char, at, [at + 1]))
        elif char in _CLOSING:
            while brackets and brackets.pop().char != _CLOSING[char]:
                pass
        elif char == "," and brackets:
            brackets[-1].parts.append(at + 1)
        at += 1
    return Surroundings(code, cursor, brackets, string_start, quote, quote_start, in_comment)


def expression_before(code: str, end: int) -> str | None:
    """The names, attributes, calls and items that end at a place, as `a.b[0].c(x)`; None where nothing of the kind does."""
    at = end
    while True:
        stop = at
        while at > 0 and code[at - 1] in " \t":
            at -= 1
        if at > 0 and code[at - 1] in ")]}":
            start = _matching(code, at - 1)
            if start is None:
                return None
            at = start
            if at > 0 and (code[at - 1].isalnum() or code[at - 1] in "_)]"):
                continue
            break
        if at > 0 and code[at - 1] in "'\"":
            start = _string_start(code, at - 1)
            if start is None:
                return None
            at = start
            break
        name = _NAME.search(code[:at])[0]
        if not name:
            at = stop
            break
        at -= len(name)
        before = code[:at].rstrip(" \t")
        if not before.endswith("."):
            if name in _NOT_CALLED:
                return None
            break
        at = len(before) - 1
    text = code[at:end].strip()
    return text or None


_NOT_CALLED = {
    "and", "or", "not", "in", "is", "if", "else", "elif", "while", "for", "return", "yield", "lambda", "await", "import",
    "from", "as", "with", "assert", "del", "raise", "except", "global", "nonlocal", "class", "def", "pass", "print_",
}


def _matching(code: str, end: int) -> int | None:
    """Where the bracket that closes at `end` was opened, strings skipped."""
    depth, at = 0, end
    while at >= 0:
        char = code[at]
        if char in ")]}":
            depth += 1
        elif char in _OPENING:
            depth -= 1
            if depth == 0:
                return at
        elif char in "'\"":
            start = _string_start(code, at)
            if start is None:
                return None
            at = start
        at -= 1
    return None


def _string_start(code: str, end: int) -> int | None:
    """Where the string that closes at `end` begins; it is taken to lie on one line."""
    char = code[end]
    at = end - 1
    while at >= 0 and code[at] != "\n":
        if code[at] == char and not (at > 0 and code[at - 1] == "\\"):
            return at
        at -= 1
    return None
