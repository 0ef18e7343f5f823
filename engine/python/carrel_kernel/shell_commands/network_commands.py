"""wget and curl, through the browser's `fetch`, as far as the notebook may reach.

A page may only read from servers that allow it (CORS), and a notebook may be
without network altogether; the errors say so. Read next: program_commands.py.
"""

import os
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

from .file_commands import human
from .streams import Command, CommandError, Streams

try:
    from pyodide.http import pyfetch
except ImportError:  # under CPython, where the tests run
    pyfetch = None

_WHY = (
    "The notebook may have no network, or the server does not let pages read from it (CORS). "
    "Files can be added to the notebook instead."
)


@dataclass
class Request:
    """What to ask a server."""

    url: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    method: str | None = None


def fetch(request: Request, streams: Streams) -> bytes:
    """What a server answers. Raises CommandError with the reason."""
    request.url = request.url if "://" in request.url else f"https://{request.url}"
    try:
        status, reason, data = _by_browser(request, streams) if pyfetch is not None else _by_python(request)
    except (OSError, ValueError, RuntimeError) as error:
        raise CommandError(f"{request.url} could not be read: {getattr(error, 'reason', error)}. {_WHY}", 4) from None
    if status >= 400:
        raise CommandError(f"{request.url}: the server answered {status} {reason}", 8)
    return data


def _by_browser(request: Request, streams: Streams) -> tuple[int, str, bytes]:
    options = {"method": request.method or ("POST" if request.body else "GET"), "headers": request.headers}
    if request.body:
        options["body"] = request.body.decode("utf-8", "surrogateescape")

    async def answer() -> tuple[int, str, bytes]:
        response = await pyfetch(request.url, **options)
        return response.status, response.status_text, await response.bytes()

    return streams.shell.waits.promise(answer(), "fetching a file")


def _by_python(request: Request) -> tuple[int, str, bytes]:
    asked = urllib.request.Request(request.url, data=request.body, headers=request.headers, method=request.method)
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status or 200, "", answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.reason, b""


def wget(arguments: list[str], streams: Streams) -> None:
    """Save what addresses give: -O FILE (- prints), -P FOLDER, -q quietly, -nc not over existing files."""
    target, folder, quiet, keeps, urls = "", ".", False, False, []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        name, sign, value = word.partition("=")
        if name in ("-O", "--output-document", "-P", "--directory-prefix"):
            value = value if sign else waiting.pop(0) if waiting else ""
            if name in ("-O", "--output-document"):
                target = value
            else:
                folder = value
        elif word.startswith("-O") or word.startswith("-qO"):
            target, quiet = word.partition("O")[2] or (waiting.pop(0) if waiting else ""), quiet or word.startswith("-q")
        elif word in ("-q", "--quiet", "-nv", "--no-verbose"):
            quiet = True
        elif word in ("-nc", "--no-clobber"):
            keeps = True
        elif word in ("-c", "--continue", "--show-progress", "--no-check-certificate", "-N"):
            continue
        elif word.startswith("-"):
            raise CommandError(f"the option {word} is not known here", 2)
        else:
            urls.append(word)
    if not urls:
        raise CommandError("missing URL", 1)
    for url in urls:
        path = target or os.path.join(folder, _name_in(url) or "index.html")
        if keeps and os.path.exists(path):
            streams.write_error(f"File '{path}' already there; not retrieving.\n")
            continue
        data = fetch(Request(url), streams)
        _save(path, data, streams)
        if not quiet and path != "-":
            streams.write_error(f"'{path}' saved [{human(len(data))}]\n")


def curl(arguments: list[str], streams: Streams) -> None:
    """Print what addresses give: -o FILE, -O by its own name, -s, -S, -L, -f, -H HEADER, -d DATA, -X METHOD, -I."""
    values = {"-o": "", "--output": "", "-X": "", "--request": "", "-d": "", "--data": "", "-H": "", "--header": ""}
    headers: dict[str, str] = {}
    urls, own_name = [], False
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word.startswith("-") and word[2:].endswith("o") and set(word[1:-1]) <= set("sSLfk"):
            word = "-o"
        if word in values:
            if not waiting:
                raise CommandError(f"the option {word} needs a value", 2)
            value = waiting.pop(0)
            if word in ("-H", "--header"):
                name, _, text = value.partition(":")
                headers[name.strip()] = text.strip()
            values[word] = value
        elif word.startswith("-") and set(word[1:]) <= set("sSLfOk#"):
            own_name = own_name or "O" in word
        elif word in ("--silent", "--location", "--fail", "--show-error", "--remote-name", "--progress-bar"):
            own_name = own_name or word == "--remote-name"
        elif word.startswith("-"):
            raise CommandError(f"the option {word} is not known here", 2)
        else:
            urls.append(word)
    if not urls:
        raise CommandError("no URL specified", 2)
    body = values["-d"] or values["--data"]
    for url in urls:
        method = values["-X"] or values["--request"] or None
        data = fetch(Request(url, body.encode() if body else None, headers, method), streams)
        path = values["-o"] or values["--output"] or (_name_in(url) if own_name else "-")
        _save(path, data, streams)


def _name_in(url: str) -> str:
    return os.path.basename(urllib.parse.unquote(urllib.parse.urlsplit(url).path))


def _save(path: str, data: bytes, streams: Streams) -> None:
    if path == "-":
        streams.write(data)
        return
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


COMMANDS: dict[str, Command] = {"wget": wget, "curl": curl}
