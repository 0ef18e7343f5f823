"""Texts for the inspector: numbers, cut strings, and nothing that JSON cannot carry. Runs no code of the user's."""

import math

MAX_DIGITS = 60
"""Longer whole numbers are told of by their length: writing them out takes time."""


def sound(text: str) -> str:
    """A text that JSON readers accept: halves of characters are replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def cut(text: str, limit: int) -> str:
    """A text of at most so many characters, with a mark where it was cut."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def one_line(text: str, limit: int) -> str:
    """A text without line ends, cut."""
    return cut(" ".join(cut(text, 4 * limit).split()), limit)


def integer(value: int) -> str:
    """A whole number, or how long it is."""
    bits = int.bit_length(value)
    if bits > 3.33 * MAX_DIGITS:
        return f"a whole number of about {round(bits * math.log10(2))} digits"
    return int.__repr__(value)


def number(value: bool | int | float | complex | None) -> str:
    """A number of a table, in six digits."""
    if value is None or type(value) is bool:
        return str(value)
    if type(value) is int:
        return integer(value)
    if type(value) is float:
        return format(value, ".6g")
    return str(value)


def count(number_of: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number_of:,} {one if number_of == 1 else many}"


def dimensions(shape: tuple) -> str:
    """A shape as people write it: `3 × 4`; a single number has none."""
    return " × ".join(map(str, shape))
