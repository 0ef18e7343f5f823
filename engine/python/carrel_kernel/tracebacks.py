"""Errors as notebooks show them: a coloured list of frames with their source.

The layout is the one that Jupyter users know: a rule, the error's name, then
each frame with lines around the failing one and an arrow, then the message.
The kernel's own frames never show. An interrupt is one short stack.
Formatting must not fail, whatever the exception is. Read next: sources.py,
highlight.py.
"""

import linecache
import os
import traceback
from types import CodeType, FrameType, TracebackType

from .ansi import CYAN, GREEN, GREY, RED, paint
from .highlight import highlighted_lines
from .sources import describe, is_cell

CONTEXT_LINES = 2
"""Source lines shown before and after the failing one."""

MAX_FRAMES = 40
"""Frames shown of one stack; the middle of a longer one is summed up."""

RULE_WIDTH = 75

_KERNEL_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep

_CAUSED = "The above exception was the direct cause of the following exception:"
_DURING = "During handling of the above exception, another exception occurred:"

Frame = tuple[FrameType, int]


def name_of(error: BaseException) -> str:
    """The error's class name."""
    return type(error).__name__


def message_of(error: BaseException) -> str:
    """The error's text."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a broken __str__ must not hide the error
        return "<exception str() failed>"


def format_error(error: BaseException) -> list[str]:
    """The traceback of an error as the paragraphs of an error output."""
    own = getattr(type(error), "_render_traceback_", None)
    if callable(own):
        return [str(line) for line in own(error)]
    if isinstance(error, KeyboardInterrupt):
        return _stack(error, [frame for frame in _frames(error) if is_cell(frame[0].f_code.co_filename)])
    parts: list[str] = []
    for link, relation in _chain(error):
        if relation:
            parts += ["", relation, ""]
        if isinstance(link, SyntaxError) and link.filename is not None:
            parts += [_frame(frame) for frame in _frames(link) if not _is_compiling(frame, link)]
            parts.append(_syntax_error(link))
        else:
            parts += _stack(link, _frames(link))
    return parts


def _chain(error: BaseException) -> list[tuple[BaseException, str]]:
    """The error and what led to it, first cause first, each with its relation to the one before."""
    chain: list[tuple[BaseException, str]] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        if link.__cause__ is not None:
            chain.append((link, _CAUSED))
            link = link.__cause__
        elif link.__context__ is not None and not link.__suppress_context__:
            chain.append((link, _DURING))
            link = link.__context__
        else:
            chain.append((link, ""))
            link = None
    chain.reverse()
    return [(link, relation if index else "") for index, (link, relation) in enumerate(chain)]


def _frames(error: BaseException) -> list[Frame]:
    frames: list[Frame] = []
    step: TracebackType | None = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if not code.co_filename.startswith(_KERNEL_FOLDER) and not step.tb_frame.f_globals.get("__traceback_hide__"):
            frames.append((step.tb_frame, step.tb_lineno or code.co_firstlineno))
        step = step.tb_next
    return frames


def _stack(error: BaseException, frames: list[Frame]) -> list[str]:
    header = "Traceback (most recent call last)"
    name = name_of(error)
    parts = [
        paint(RED, "-" * RULE_WIDTH),
        paint(RED, name) + header.rjust(RULE_WIDTH - len(name)),
    ]
    for run in _without_repeats(frames):
        parts.append(run if isinstance(run, str) else _frame(run))
    parts.append(_last_lines(error))
    return parts


def _without_repeats(frames: list[Frame]) -> list["Frame | str"]:
    """The frames, with runs of the same line and the middle of deep stacks summed up."""
    kept: list[Frame | str] = []
    index = 0
    while index < len(frames):
        length = _repeats(frames, index)
        kept += frames[index : index + min(length, 2)]
        if length > 2:
            frame, line = frames[index]
            kept.append(paint(GREY, f"    [... skipping {length - 2} similar frames: {_title(frame.f_code, line)}]"))
        index += length
    if len(kept) > MAX_FRAMES:
        half = MAX_FRAMES // 2
        left_out = paint(GREY, f"    [... skipping {len(kept) - MAX_FRAMES} frames]")
        kept = [*kept[:half], left_out, *kept[-half:]]
    return kept


def _repeats(frames: list[Frame], index: int) -> int:
    """How many frames from here on stand at the same place."""
    code, line = frames[index][0].f_code, frames[index][1]
    end = index + 1
    while end < len(frames) and frames[end][0].f_code is code and frames[end][1] == line:
        end += 1
    return end - index


def _title(code: CodeType, line: int) -> str:
    return f"{code.co_qualname} at line {line}"


def _frame(run: Frame) -> str:
    frame, line = run
    code = frame.f_code
    where = paint(GREEN, describe(code.co_filename, line))
    if code.co_name != "<module>":
        where += paint(CYAN, f", in {code.co_qualname}{_parameters(code)}")
    lines = _context(code.co_filename, line, frame)
    # The empty line that sets frames apart belongs to the frame, as readers of tracebacks expect.
    return "\n".join([where, *lines, ""])


def _parameters(code: CodeType) -> str:
    num_named = code.co_argcount + code.co_kwonlyargcount
    names = list(code.co_varnames[:num_named])
    rest = num_named
    if code.co_flags & 0x04:
        names.insert(code.co_argcount, f"*{code.co_varnames[rest]}")
        rest += 1
    if code.co_flags & 0x08:
        names.append(f"**{code.co_varnames[rest]}")
    return f"({', '.join(name for name in names if not name.startswith('.'))})"


def _context(filename: str, line: int, frame: FrameType | None) -> list[str]:
    source = linecache.getlines(filename, frame.f_globals if frame is not None else None)
    if not source:
        return []
    coloured = highlighted_lines(source)
    first = max(1, line - CONTEXT_LINES)
    last = min(len(coloured), line + CONTEXT_LINES)
    shown = []
    for number in range(first, last + 1):
        if number == line:
            shown.append(paint(GREEN, f"{'-' * (5 - len(str(number)))}> {number} ") + coloured[number - 1])
        else:
            shown.append(paint(GREY, f"{number:>7} ") + coloured[number - 1])
    while shown and first < line and not source[first - 1].strip():
        shown.pop(0)
        first += 1
    while shown and last > line and not source[last - 1].strip():
        shown.pop()
        last -= 1
    return shown


def _last_lines(error: BaseException) -> str:
    name = type(error).__name__
    module = type(error).__module__
    full = name if module in ("builtins", "__main__") or module is None else f"{module}.{name}"
    text = message_of(error)
    lines = [f"{paint(RED, name)}: {text}"]
    lines += [str(note) for note in getattr(error, "__notes__", None) or []]
    if isinstance(error, BaseExceptionGroup):
        for index, inner in enumerate(error.exceptions, start=1):
            lines.append(f"  +-- {index} of {full}")
            lines += ["  | " + part for part in "\n".join(_stack(inner, _frames(inner))).split("\n")]
    suggestion = _suggestion(error)
    if suggestion:
        lines[0] += suggestion
    return "\n".join(lines)


def _suggestion(error: BaseException) -> str:
    """Python's own "Did you mean", which is not part of the error's text."""
    if not isinstance(error, (NameError, AttributeError, ImportError)):
        return ""
    try:
        last = traceback.TracebackException.from_exception(error, limit=0)
        line = list(last.format_exception_only())[-1].rstrip("\n")
    except Exception:  # noqa: BLE001 - only a nicety
        return ""
    text = message_of(error)
    return line[line.index(text) + len(text) :] if text and text in line else ""


def _is_compiling(frame: Frame, error: SyntaxError) -> bool:
    """A cell that does not compile has no frames worth showing."""
    return frame[0].f_code.co_filename == error.filename


def _syntax_error(error: SyntaxError) -> str:
    lines = [f"  {paint(GREEN, describe(error.filename or '<unknown>', error.lineno))}"]
    text = error.text
    if text is None and error.filename and error.lineno:
        text = linecache.getline(error.filename, error.lineno)
    if text:
        stripped = text.lstrip(" \t\f").rstrip("\n")
        lines.append(f"    {stripped}")
        if error.offset is not None:
            shift = len(text) - len(text.lstrip(" \t\f"))
            start = max(0, error.offset - 1 - shift)
            end = start + 1
            if error.end_lineno == error.lineno and error.end_offset and error.end_offset > error.offset:
                end = min(error.end_offset - 1 - shift, len(stripped) or 1)
            lines.append("    " + " " * start + paint(RED, "^" * max(1, end - start)))
    lines.append(f"{paint(RED, name_of(error))}: {error.msg}")
    return "\n".join(lines)
