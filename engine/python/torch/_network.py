"""Files from the network: one stream of bytes with its length, natively and in the browser, and a line of progress.

In the browser the request is the worker's `fetch`, waited for in a way that Stop can end. Carrel's own page lets no
notebook reach the network, so there it always fails with NetworkUnavailable, which says what to do instead; pages that
embed the kernel and allow it work, for hosts that let other sites read them. Natively it is urllib.
Refuses nothing else: who calls decides what to fetch, where to keep it, and checks what came. Read next: `hub`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys
import time
from urllib.error import HTTPError, URLError

from ._C import IS_BROWSER

#: Bytes taken at once: enough for a fast line, little enough that progress moves and Stop is heard.
CHUNK_BYTES = 1 << 17

#: Hosts that do not answer at all are given up after this long, natively.
ANSWER_TIMEOUT_SECONDS = 30

#: The line of progress is printed no more often.
PROGRESS_INTERVAL_SECONDS = 0.1

_BAR_CELLS = 10


class NetworkUnavailable(URLError):
    """A file could not be fetched, because Python here has no network or the host does not permit it."""

    def __init__(self, url, why):
        super().__init__(why)
        self.url = url

    def __str__(self):
        return (
            f"cannot fetch {self.url}: {self.reason}. Download that file with your browser and add it to the "
            "notebook's files (the file button in the toolbar, or drop it on the notebook)"
        )


class Stream:
    """An open answer: iterate over its bytes. `length` is how many there will be, or None. A context manager."""

    def __init__(self, length, chunks, close):
        self.length = length
        self._chunks = chunks
        self._close = close

    def __iter__(self):
        return self._chunks

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self._close()


def open_url(url, headers=None):
    """Opens a URL and gives a Stream.

    headers: more request headers, by name.
    Raises urllib.error.HTTPError if the host refuses, NetworkUnavailable (a URLError) if it cannot be reached.
    """
    if IS_BROWSER and not url.startswith("file:"):
        return _open_in_browser(url, headers or {})
    return _open_natively(url, headers or {})


def _open_natively(url, headers):
    from urllib.request import Request, urlopen

    request = Request(url, headers={"User-Agent": "carrel", **headers})
    try:
        answer = urlopen(request, timeout=ANSWER_TIMEOUT_SECONDS)
    except HTTPError:
        raise
    except (URLError, OSError) as error:
        raise NetworkUnavailable(url, str(getattr(error, "reason", error))) from None
    length = answer.headers.get("Content-Length")
    return Stream(int(length) if length else None, iter(lambda: answer.read(CHUNK_BYTES), b""), answer.close)


def _open_in_browser(url, headers):
    from js import AbortController, Object, fetch
    from pyodide.ffi import JsException, run_sync, to_js

    stop = AbortController.new()
    options = {"headers": headers, "signal": stop.signal, "credentials": "omit"}
    try:
        answer = run_sync(fetch(url, to_js(options, dict_converter=Object.fromEntries)))
    except JsException:
        # Browsers do not tell a page which of the two it was.
        why = "Python in this notebook has no network, or the host does not let other sites read the file"
        raise NetworkUnavailable(url, why) from None
    if not answer.ok:
        raise HTTPError(url, int(answer.status), str(answer.statusText), None, None)
    length = answer.headers.get("content-length")
    # The length is that of the bytes on the line: it says nothing where these are compressed.
    is_exact = length and not answer.headers.get("content-encoding")
    return Stream(int(length) if is_exact else None, _browser_chunks(url, answer.body.getReader()), stop.abort)


def _browser_chunks(url, reader):
    from pyodide.ffi import JsException, run_sync

    while True:
        try:
            step = run_sync(reader.read())
        except JsException as error:
            raise NetworkUnavailable(url, f"the connection broke ({error})") from None
        if step.done:
            return
        yield step.value.to_bytes()


class Progress:
    """A line on stderr that says how much of a download has come. A context manager; call `add(bytes)`."""

    def __init__(self, total, disable=False):
        self.total = total
        self.done = 0
        self._disabled = disable
        self._began = time.monotonic()
        self._shown = 0.0

    def add(self, count):
        """So many bytes more have come."""
        self.done += count
        now = time.monotonic()
        if not self._disabled and now - self._shown >= PROGRESS_INTERVAL_SECONDS:
            self._shown = now
            self._print(now)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        if not self._disabled:
            self._print(time.monotonic())
            sys.stderr.write("\n")
            sys.stderr.flush()

    def _print(self, now):
        seconds = max(now - self._began, 1e-9)
        rate = self.done / seconds
        if self.total:
            part = min(self.done / self.total, 1.0)
            full = int(part * _BAR_CELLS)
            left = (self.total - self.done) / rate if rate else 0
            line = f"{part:4.0%}|{'█' * full}{' ' * (_BAR_CELLS - full)}| {_size(self.done)}/{_size(self.total)} "
            line += f"[{_clock(seconds)}<{_clock(left)}, {_size(rate)}B/s]"
        else:
            line = f"{_size(self.done)}B [{_clock(seconds)}, {_size(rate)}B/s]"
        sys.stderr.write("\r" + line)
        sys.stderr.flush()


def fetch_to(file, url, progress=True, headers=None, seen=None):
    """Writes what a URL answers into an open file, with a line of progress. `seen(chunk)` is told of every chunk.

    Raises what `open_url` raises, and NetworkUnavailable if the answer ends early.
    """
    with open_url(url, headers) as stream, Progress(stream.length, disable=not progress) as bar:
        for chunk in stream:
            file.write(chunk)
            if seen is not None:
                seen(chunk)
            bar.add(len(chunk))
    if stream.length is not None and bar.done < stream.length:
        raise NetworkUnavailable(url, f"the answer ended after {bar.done} of {stream.length} bytes")


def _size(count):
    """A number of bytes in three digits, as tqdm writes them."""
    for unit in ("", "k", "M", "G"):
        if count < 999.5:
            if unit and count < 9.995:
                return f"{count:.2f}{unit}"
            return f"{count:.1f}{unit}" if unit and count < 99.95 else f"{count:.0f}{unit}"
        count /= 1000
    return f"{count:.1f}T"


def _clock(seconds):
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes:02}:{seconds:02}"
