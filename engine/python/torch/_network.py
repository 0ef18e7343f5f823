"""Files from the network: one stream of bytes with its length, and a line of progress, over `urllib.request`.

In the browser the kernel lends urllib the worker's `fetch`: hosts that let other sites read them can be reached, unless
the notebook's network is switched off. What cannot be fetched fails with NetworkUnavailable, which says what to do.
Refuses nothing else: who calls decides what to fetch, where to keep it, and checks what came. Read next: `hub`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys
import time
from urllib.error import HTTPError, URLError

#: Bytes taken at once: enough for a fast line, little enough that progress moves and Stop is heard.
CHUNK_BYTES = 1 << 17

#: Hosts that do not answer at all are given up after this long.
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
        why = str(self.reason)
        if "notebook's files" not in why:
            why += (
                ". Download that file with your browser and add it to the "
                "notebook's files (the file button in the toolbar, or drop it on the notebook)"
            )
        return f"cannot fetch {self.url}: {why}"


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
    from urllib.request import Request, urlopen

    request = Request(url, headers={"User-Agent": "carrel", **(headers or {})})
    try:
        answer = urlopen(request, timeout=ANSWER_TIMEOUT_SECONDS)
    except HTTPError:
        raise
    except (URLError, OSError) as error:
        raise NetworkUnavailable(url, getattr(error, "reason", error)) from None
    length = answer.headers.get("Content-Length")
    return Stream(int(length) if length else None, _chunks(url, answer), answer.close)


def _chunks(url, answer):
    """What there is, as it comes: `read1` does not wait until a chunk is full."""
    read = getattr(answer, "read1", answer.read)
    while True:
        try:
            chunk = read(CHUNK_BYTES)
        except OSError as error:
            raise NetworkUnavailable(url, getattr(error, "reason", error)) from None
        if not chunk:
            return
        yield chunk


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
