"""The colours of tracebacks, as ANSI escapes that pages turn into their own.

Only the eight basic colours, so that light and dark themes both work.
Read next: highlight.py, tracebacks.py.
"""

RESET = "\x1b[39m"
RED = "\x1b[31m"
GREEN = "\x1b[32m"
BLUE = "\x1b[34m"
MAGENTA = "\x1b[35m"
CYAN = "\x1b[36m"
GREY = "\x1b[90m"


def paint(colour: str, text: str) -> str:
    """Text in a colour, line by line, so that each line stands alone."""
    return "\n".join(f"{colour}{line}{RESET}" if line else line for line in text.split("\n"))
