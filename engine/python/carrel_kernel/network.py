"""`urllib.request` over the browser's `fetch`.

Python in a browser has no sockets. Here `http:` and `https:` addresses are opened by the worker's `fetch`, under the
policy of the kernel's frame: nothing is asked of the page, and what the policy forbids stays forbidden. Bodies are
read as they come, in waits that Stop can end; where Python cannot wait, a whole body is read at once.
Refuses cookies, proxies and headers that a browser keeps to itself. Read next: network_errors.py, waiting.py, and
app/src/web/frame.rs for the policy.
"""

import email.message
import importlib.abc
import importlib.machinery
import io
import sys
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from .network_errors import reason_of

MODULE = "urllib.request"

WHOLE_BODY_BYTES = 1 << 16
"""Bodies of at most this length are read at once, and their length is then the true one (see `_Body`)."""

KEPT_BY_BROWSERS = {"host", "user-agent", "connection", "content-length", "accept-encoding"}
"""Headers that browsers set themselves; to name them would only make them ask the host's permission first."""

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def install() -> None:
    """Lets `urllib.request` use the browser, now or when it is imported. Does nothing outside of a browser."""
    if sys.platform != "emscripten":
        return
    if MODULE in sys.modules:
        _adapt(sys.modules[MODULE])
    else:
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Adapts the module when it is first imported, so that the kernel's start does not pay for it."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """Loads the module as another loader does, and adapts it."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self._loader.exec_module(module)
        _adapt(module)


def _adapt(module: Any) -> None:
    """Replaces the handler that would open sockets; openers that users build find the new one by its name."""

    class HTTPHandler(module.HTTPHandler):
        """Opens web addresses with the browser's fetch."""

        def http_open(self, request: Any) -> Any:
            """Opens an address; URLError says why it could not be."""
            return open_request(request)

        https_open = http_open
        https_request = module.AbstractHTTPHandler.do_request_

    HTTPHandler.__module__ = MODULE
    module.HTTPHandler = HTTPHandler
    # A browser knows its proxies itself, and a handler for them would rewrite the request.
    module.getproxies = dict


def open_request(request: Any) -> Any:
    """Answers a `urllib.request.Request`."""
    address = _secure(request.full_url)
    headers = {name: value for name, value in request.header_items() if name.lower() not in KEPT_BY_BROWSERS}
    body = _bytes_of(request.data)
    answer = _Exchange(address, request.get_method(), headers, body, _milliseconds(request.timeout))
    return answer.open()


def _secure(address: str) -> str:
    """The address with `https:`, as a browser would ask for it from a secure page; this machine is secure as it is."""
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
        parts = parts._replace(scheme="https")
    return parts._replace(fragment="").geturl()


def _bytes_of(data: Any) -> bytes | None:
    if data is None or isinstance(data, bytes):
        return data
    if hasattr(data, "read"):
        return data.read()
    try:
        return bytes(memoryview(data))
    except TypeError:
        return b"".join(data)


def _milliseconds(timeout: Any) -> float | None:
    """A time limit; the object that stands for "not given" is none."""
    return timeout * 1000 if isinstance(timeout, (int, float)) else None


class _Exchange:
    """One request on its way, and what ends it."""

    def __init__(self, address: str, method: str, headers: dict, body: bytes | None, limit_ms: float | None) -> None:
        import js

        self.address = address
        self._method = method
        self._headers = headers
        self._body = body
        self._limit_ms = limit_ms
        self._stop = js.AbortController.new()

    def open(self) -> Any:
        """Sends the request and waits for the answer's head."""
        import pyodide.ffi as ffi

        if not ffi.can_run_sync():
            return self._open_blocking()
        try:
            answer = self.wait(self._send())
        except ffi.JsException as error:
            raise URLError(self._reason(error)) from None
        return _response(self, answer.url or self.address, answer.status, answer.statusText, answer.headers.entries(),
                         answer.body and answer.body.getReader())

    def _send(self) -> Any:
        import js
        from pyodide.ffi import to_js

        options = {"method": self._method, "headers": self._headers, "signal": self._stop.signal, "credentials": "omit"}
        if self._body is not None:
            options["body"] = self._body
        return js.fetch(self.address, to_js(options, dict_converter=js.Object.fromEntries))

    def wait(self, promise: Any) -> Any:
        """Waits for a promise; Stop ends the wait and the request with it, and so does the time limit."""
        import js

        # Not from the top of this file: the kernel puts its own in the place of Pyodide's, which Stop cannot end.
        from pyodide.ffi import run_sync

        timer = None
        if self._limit_ms is not None:
            late = js.DOMException.new("timed out", "TimeoutError")
            timer = js.setTimeout(self._stop.abort.bind(self._stop), self._limit_ms, late)
        try:
            return run_sync(promise)
        except KeyboardInterrupt:
            self.close()
            raise
        finally:
            if timer is not None:
                js.clearTimeout(timer)

    def close(self) -> None:
        """Ends the request, if it is still going on."""
        self._stop.abort()

    def broken(self, error: Any) -> OSError:
        """What to raise when the body broke off."""
        return TimeoutError("timed out") if error.name == "TimeoutError" else URLError(f"the connection broke ({error})")

    def _reason(self, error: Any) -> Any:
        if error.name == "TimeoutError":
            return TimeoutError("timed out")
        self._limit_ms = None
        return reason_of(self.address, self.wait)

    def _open_blocking(self) -> Any:
        """The whole answer at once, for browsers in which Python cannot wait."""
        import js
        from pyodide.ffi import JsException, to_js

        request = js.XMLHttpRequest.new()
        try:
            request.open(self._method, self.address, False)
            request.responseType = "arraybuffer"
            for name, value in self._headers.items():
                request.setRequestHeader(name, value)
            request.send(None if self._body is None else to_js(self._body))
        except JsException:
            raise URLError(reason_of(self.address, None)) from None
        lines = request.getAllResponseHeaders().splitlines()
        headers = [line.split(": ", 1) for line in lines if ": " in line]
        content = request.response.to_bytes() if request.response else b""
        return _response(self, request.responseURL or self.address, request.status, request.statusText, headers, content)


def _response(exchange: _Exchange, address: str, status: int, reason: str, headers: Any, body: Any) -> Any:
    """The answer as `http.client` would give it. `body`: bytes, a reader of the browser's stream, or nothing."""
    from http.client import HTTPMessage, responses
    from urllib.response import addinfourl

    class Response(addinfourl):
        """An answer: a readable file with its headers."""

        def getheader(self, name: str, default: Any = None) -> Any:
            """A header's value."""
            return self.headers.get(name, default)

        def getheaders(self) -> list:
            """All headers, as pairs."""
            return self.headers.items()

    message = HTTPMessage()
    for name, value in headers:
        message[str(name)] = str(value)
    content = body if isinstance(body, bytes) else None
    length = _length(message)
    if content is None and (body is None or length is not None and length <= WHOLE_BODY_BYTES):
        content = b"" if body is None else _Body(exchange, body).readall()
    if content is not None and length is not None:
        # Hosts count bytes on the line, which differ where these are compressed; browsers do not say whether they were.
        message.replace_header("Content-Length", str(len(content)))
    file = io.BytesIO(content) if content is not None else io.BufferedReader(_Body(exchange, body), WHOLE_BODY_BYTES)
    response = Response(file, message, str(address), int(status))
    # HTTP/2 has no words for its codes.
    response.msg = response.reason = str(reason) or responses.get(int(status), "")
    response.length = _length(message)
    return response


def _length(message: email.message.Message) -> int | None:
    text = message.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


class _Body(io.RawIOBase):
    """The bytes of an answer as they come. The browser itself sees to it that they are all there."""

    def __init__(self, exchange: _Exchange, reader: Any) -> None:
        super().__init__()
        self._exchange = exchange
        self._reader = reader
        self._rest = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        from pyodide.ffi import JsException

        while not self._rest and not self._ended:
            try:
                step = self._exchange.wait(self._reader.read())
            except JsException as error:
                raise self._exchange.broken(error) from None
            self._ended = bool(step.done)
            if not self._ended:
                self._rest = memoryview(step.value.to_bytes())
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        if not self.closed and not self._ended:
            self._exchange.close()
        super().close()
