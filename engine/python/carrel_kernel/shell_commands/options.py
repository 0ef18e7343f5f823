"""The options of a command: `-rf`, `-n 5`, `--name=value`.

Each command says which it knows; others are an error, as in any shell.
"""

from .streams import CommandError


def split_options(arguments: list[str], flags: str = "", valued: str = "", ignored: tuple[str, ...] = ()) -> tuple[dict, list[str]]:
    """The options given, and what is left. `flags` and `valued` are letters; `ignored` long options without meaning here.

    Raises CommandError for an option that is not known.
    """
    options: dict[str, str] = {}
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            return options, rest + waiting
        if argument.startswith("--"):
            if argument.partition("=")[0] not in ignored:
                raise CommandError(f"the option {argument} is not known here", 2)
        elif argument.startswith("-") and len(argument) > 1:
            _letters(argument[1:], flags, valued, options, waiting)
        else:
            rest.append(argument)
    return options, rest


def _letters(letters: str, flags: str, valued: str, options: dict[str, str], waiting: list[str]) -> None:
    for index, letter in enumerate(letters):
        if letter in valued:
            value = letters[index + 1 :]
            if not value and not waiting:
                raise CommandError(f"the option -{letter} needs a value", 2)
            options[letter] = value or waiting.pop(0)
            return
        if letter not in flags:
            raise CommandError(f"the option -{letter} is not known here", 2)
        options[letter] = ""


def number(text: str, what: str) -> int:
    """A whole number among a command's arguments."""
    try:
        return int(text)
    except ValueError:
        raise CommandError(f"{text!r} is no number for {what}", 2) from None
