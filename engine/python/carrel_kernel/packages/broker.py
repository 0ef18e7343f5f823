"""Everything that packages are fetched through: requests to the page, which alone has a network and a store.

A request is a plain object; the page decides whether it is allowed, checks the
hash of what it gives, and keeps it. Waiting for it can be ended by Stop.
Read next: indexes.py, public/kernel/packages.js.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Callable

from ..host import Host
from ..waiting import Waits


class FetchError(Exception):
    """The page did not give what was asked for. `kind` is "missing", "refused", "offline", "hash" or "failed"."""

    def __init__(self, reason: str, kind: str) -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass(frozen=True)
class Answer:
    """What the page gave: a text or bytes, and where it had it from ("store", "site" or "network")."""

    text: str
    data: bytes
    origin: str
    sha256: str


Progress = Callable[[int, int], None]


class Broker:
    """Asks the page."""

    def __init__(self, host: Host, waits: Waits) -> None:
        self._host = host
        self._waits = waits

    async def ask(self, request: dict, progress: Progress | None = None) -> Answer:
        """Sends a request and waits for its answer; `progress` is told bytes so far and in all (0 if unknown)."""
        asked = self._host.package_request(json.dumps(request))
        try:
            while True:
                event = await self._waits.settled(asked.next().promise)
                if event.state == "progress":
                    if progress is not None:
                        progress(int(event.done), int(event.total))
                elif event.state == "done":
                    return Answer(event.text or "", _bytes(event.data), event.origin or "", event.sha256 or "")
                else:
                    raise FetchError(str(event.reason), str(event.kind))
        except KeyboardInterrupt:
            asked.cancel()
            raise

    async def text(self, address: str) -> str:
        """The text at an address: a page of an index, or the metadata of a wheel."""
        return (await self.ask({"kind": "fetch", "address": address})).text

    async def wheel(self, address: str, sha256: str, progress: Progress | None = None) -> Answer:
        """A wheel, from the store where it is there; the page keeps it."""
        request = {"kind": "fetch", "address": address, "sha256": sha256, "keep": True}
        answer = await self.ask(request, progress)
        if answer.sha256:
            return answer
        # The page could not hash it: browsers give that to secure pages alone.
        made = hashlib.sha256(answer.data).hexdigest()
        if sha256 and made != sha256:
            raise FetchError(f"{address} does not have the hash that its index says", "hash")
        return replace(answer, sha256=made)

    async def stored(self) -> list[dict]:
        """What lies in the store: filename, sha256 and size of each wheel."""
        return json.loads((await self.ask({"kind": "stored"})).text)

    async def read(self, sha256: str) -> bytes:
        """A wheel of the store."""
        return (await self.ask({"kind": "read", "sha256": sha256})).data

    async def notebook(self) -> list[dict]:
        """What was installed in this notebook by its user, on this computer: filename, sha256 and whether by name."""
        return json.loads((await self.ask({"kind": "notebook"})).text)

    async def report(self, requirements: list[str], removed: list[str], files: list[dict]) -> None:
        """Tells the page what this notebook requires now, and which wheels it has."""
        await self.ask({"kind": "installed", "requirements": requirements, "removed": removed, "files": files})


def _bytes(data: Any) -> bytes:
    """Bytes of the host: a buffer of JavaScript's, or Python's own."""
    if data is None:
        return b""
    return data.to_bytes() if hasattr(data, "to_bytes") else bytes(data)
