"""`!` commands: the everyday ones, written in Python.

No operating system is behind a page, so a command line is parsed here
(language.py) and each command is a function in one of the other files, known by
its name in `COMMANDS`. Anything else ends with status 127 and the list of what
there is. Read next: language.py, streams.py.
"""

import os
import sys
from typing import Any

from . import archive_commands, file_commands, network_commands, program_commands, text_commands, word_commands
from .language import CommandSyntaxError, Pipeline, glob_words, parse
from .streams import Command, CommandError, Streams

COMMANDS: dict[str, Command] = {
    **file_commands.COMMANDS, **text_commands.COMMANDS, **archive_commands.COMMANDS,
    **network_commands.COMMANDS, **program_commands.COMMANDS, **word_commands.COMMANDS,
}
"""Every command by its name."""

NOT_FOUND = 127


def run(line: str, shell: Any) -> int:
    """Runs command lines with their output in the cell; gives the last status."""
    return _run_script(line, Streams(shell, COMMANDS))


def output_of(line: str, shell: Any, with_errors: bool = False) -> tuple[str, int]:
    """What command lines print, and the last status. Errors are part of it, or show in the cell."""
    streams = Streams(shell, COMMANDS).captured(with_errors)
    status = _run_script(line, streams)
    return streams.taken().decode("utf-8", "replace"), status


def _run_script(text: str, streams: Streams) -> int:
    try:
        steps = parse(text)
    except CommandSyntaxError as error:
        streams.complain("sh", str(error))
        return 2
    status = 0
    folder = os.getcwd()
    try:
        for connector, pipeline in steps:
            if connector == "&&" and status or connector == "||" and not status:
                continue
            status = _run_pipeline(pipeline, streams)
            streams.status = status
    finally:
        # A shell of its own would have run the line: `cd` ends with it.
        os.chdir(folder)
        sys.stdout.flush()
    return status


def _run_pipeline(pipeline: Pipeline, outer: Streams) -> int:
    status = 0
    data: bytes | None = None
    for index, command in enumerate(pipeline):
        is_last = index == len(pipeline) - 1
        streams = outer.with_input(data) if is_last else outer.with_input(data).captured()
        try:
            words = glob_words(command.words, streams.status)
            with streams.redirected(command.redirections) as inner:
                status = _run_command(words, inner)
        except OSError as error:
            streams.complain("sh", f"{error.filename}: {error.strerror}" if error.filename else str(error))
            status = 1
        data = b"" if is_last else streams.taken()
    return status


def _run_command(words: list[str], streams: Streams) -> int:
    assignments = []
    while words and _is_assignment(words[0]):
        assignments.append(words.pop(0))
    if assignments and not words:
        return COMMANDS["export"](assignments, streams) or 0
    if not words:
        return 0
    with streams.with_environment(assignments):
        return _call(words, streams)


def _call(words: list[str], streams: Streams) -> int:
    name, *arguments = words
    command = COMMANDS.get(name.rpartition("/")[2] if name.startswith(("/bin/", "/usr/bin/")) else name)
    if command is None:
        known = " ".join(sorted(COMMANDS))
        streams.complain("sh", f"{name}: command not found. No operating system is behind a page; there are: {known}")
        return NOT_FOUND
    try:
        return command(arguments, streams) or 0
    except CommandError as error:
        streams.complain(name, str(error))
        return error.status
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        streams.complain(name, f"{place}{error.strerror or error}")
        return 1


def _is_assignment(word: str) -> bool:
    name, sign, _ = word.partition("=")
    return bool(sign) and name.isidentifier()
