"""Command lines: words with quotes, pipes, redirections, and `&&`, `||`, `;`.

The part of the shell's language that notebooks use. Background jobs, loops,
functions and command substitution are refused by name. Python's variables were
put in by IPython before; what remains of `$name` is the environment's.
"""

import glob
import os
import re
import shlex
from dataclasses import dataclass, field

_OPERATORS = ("&>>", "2>>", "2>&1", "1>&2", "&&", "||", ">>", "&>", "2>", "1>", ">&2", ">", "<", "|", ";", "&", "\n")
_REFUSED = {"for", "while", "if", "case", "function", "until", "do", "done", "then", "fi"}
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+)|(\?))")


class CommandSyntaxError(ValueError):
    """A command line that is not understood."""


@dataclass
class Word:
    """A word with its quotes: pieces of text, and whether each may be expanded and matched with files."""

    pieces: list[tuple[str, str]] = field(default_factory=list)
    """Text and how it was quoted: "" for not at all, or the quote."""


@dataclass
class CommandLine:
    """One command with its words and redirections."""

    words: list[Word] = field(default_factory=list)
    redirections: list[tuple[str, str]] = field(default_factory=list)


Pipeline = list[CommandLine]


def parse(text: str) -> list[tuple[str, Pipeline]]:
    """The pipelines of a text, each with what joins it to the one before."""
    steps: list[tuple[str, Pipeline]] = []
    pipeline: Pipeline = []
    command = CommandLine()
    connector, redirection = ";", ""

    def end_command() -> None:
        nonlocal command
        if command.words or command.redirections:
            pipeline.append(command)
        command = CommandLine()

    def end_pipeline(following: str) -> None:
        nonlocal pipeline, connector
        end_command()
        if pipeline:
            steps.append((connector, pipeline))
        elif following in ("&&", "||"):
            raise CommandSyntaxError(f"nothing stands before {following}")
        pipeline, connector = [], following

    for token in _tokens(text):
        if isinstance(token, Word):
            if redirection:
                command.redirections.append((redirection, _text(token, 0)))
                redirection = ""
            else:
                _refuse_keywords(token, command)
                command.words.append(token)
        elif redirection:
            raise CommandSyntaxError(f"a file name is missing after {redirection}")
        elif token == "|":
            if not command.words:
                raise CommandSyntaxError("nothing stands before |")
            end_command()
        elif token in (";", "\n", "&&", "||"):
            end_pipeline(";" if token == "\n" else token)
        elif token == "&":
            raise CommandSyntaxError("commands cannot run in the background (&)")
        elif token in ("2>&1", "1>&2", ">&2"):
            command.redirections.append(("1>&2" if token == ">&2" else token, ""))
        else:
            redirection = token.removeprefix("1")
    if redirection:
        raise CommandSyntaxError(f"a file name is missing after {redirection}")
    end_pipeline(";")
    return steps


def _refuse_keywords(word: Word, command: CommandLine) -> None:
    if not command.words and len(word.pieces) == 1 and word.pieces[0] in {(name, "") for name in _REFUSED}:
        raise CommandSyntaxError(f"`{word.pieces[0][0]}` is not understood: write the loop or the choice in Python")


def _tokens(text: str) -> list["Word | str"]:
    tokens: list[Word | str] = []
    word: Word | None = None
    position = 0
    while position < len(text):
        character = text[position]
        if text.startswith("\\\n", position):
            position += 2
        elif character in " \t":
            word, position = None, position + 1
        elif character == "#" and word is None:
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif word is None and (operator := _operator_at(text, position)):
            tokens.append(operator)
            position += len(operator)
        elif character in "|;&<>\n":
            word = None
        else:
            if word is None:
                word = Word()
                tokens.append(word)
            piece, quote, position = _piece(text, position)
            word.pieces.append((piece, quote))
    return tokens


def _operator_at(text: str, position: int) -> str:
    return next((operator for operator in _OPERATORS if text.startswith(operator, position)), "")


def _piece(text: str, position: int) -> tuple[str, str, int]:
    """The piece of a word that starts here, its quote, and where it ends."""
    character = text[position]
    if character == "\\":
        return text[position + 1 : position + 2], "'", position + 2
    if character == "'":
        end = text.find("'", position + 1)
        if end < 0:
            raise CommandSyntaxError("a ' is not closed")
        return text[position + 1 : end], "'", end + 1
    if character == '"':
        end = position + 1
        while end < len(text) and text[end] != '"':
            end += 2 if text[end] == "\\" else 1
        if end >= len(text):
            raise CommandSyntaxError('a " is not closed')
        return re.sub(r'\\([\\"$`\n])', r"\1", text[position + 1 : end]), '"', end + 1
    if character == "`" or text.startswith("$(", position):
        raise CommandSyntaxError("command substitution is not understood: use x = !command, then {x}")
    end = position + 1
    while end < len(text) and text[end] not in " \t\n\\'\"|;&<>`" and not text.startswith("$(", end):
        end += 1
    return text[position:end], "", end


def _expanded(text: str, status: int) -> str:
    def value(match: re.Match) -> str:
        return str(status) if match[3] else os.environ.get(match[1] or match[2], "")

    return _VARIABLE.sub(value, text)


def _text(word: Word, status: int) -> str:
    parts = [text if quote == "'" else _expanded(text, status) for text, quote in word.pieces]
    if word.pieces and not word.pieces[0][1]:
        parts[0] = os.path.expanduser(parts[0])
    return "".join(parts)


def glob_words(words: list[Word], status: int) -> list[str]:
    """The words as text, with variables filled in and patterns replaced by the files that they fit."""
    texts: list[str] = []
    for word in words:
        text = _text(word, status)
        pattern = "".join(
            glob.escape(piece) if quote else _expanded(piece, status) for piece, quote in word.pieces
        )
        found = sorted(glob.glob(os.path.expanduser(pattern))) if glob.has_magic(pattern) else []
        is_lone_variable = len(word.pieces) == 1 and not word.pieces[0][1] and "$" in word.pieces[0][0]
        if found:
            texts += found
        elif is_lone_variable:
            texts += shlex.split(text)
        else:
            texts.append(text)
    return texts
