"""Why an address could not be read, in words that say what to do.

Browsers tell a page only that a request failed. What can be told apart is asked afterwards: whether the frame's policy
lets anything out, whether the browser is online, and whether the host answers at all. Read next: network.py.
"""

from typing import Any, Callable
from urllib.parse import urlsplit

BLOCKED = (
    "this notebook has no network: “No network for this notebook” is switched on. Switch it off in the accelerator menu "
    "at the top right, or {add}"
)
OFFLINE = "this browser is offline. Connect to the internet and run the cell again, or {add}"
NOT_PERMITTED = (
    "{host} answers, but does not let other sites read it (it sends no Access-Control-Allow-Origin header that permits "
    "it). Use a host that does, or {add}"
)
NO_ANSWER = "{host} does not answer, or does not let other sites read it. Check the address, or {add}"
ADD_FILE = (
    "download the file with your browser and add it to the notebook's files (the file button in the toolbar, or drop it "
    "on the notebook)"
)

PROBE = "data:,"
"""An address that needs no host. The policy of a frame without network refuses even this one."""


def reason_of(address: str, wait: Callable[[Any], Any] | None) -> str:
    """The reason in words. `wait` waits for a promise; without it only what is known at once is said."""
    return _template(address, wait).format(host=urlsplit(address).netloc, add=ADD_FILE)


def _template(address: str, wait: Callable[[Any], Any] | None) -> str:
    import js
    from pyodide.ffi import to_js

    if wait is None:
        return OFFLINE if js.navigator.onLine is False else NO_ANSWER
    if not _answers(wait, lambda: js.fetch(PROBE)):
        return BLOCKED
    if js.navigator.onLine is False:
        return OFFLINE
    options = to_js({"mode": "no-cors", "method": "HEAD", "credentials": "omit"}, dict_converter=js.Object.fromEntries)
    # The answer is closed to us, but there is one.
    return NOT_PERMITTED if _answers(wait, lambda: js.fetch(address, options)) else NO_ANSWER


def _answers(wait: Callable[[Any], Any], ask: Callable[[], Any]) -> bool:
    from pyodide.ffi import JsException

    try:
        wait(ask())
    except JsException:
        return False
    return True
