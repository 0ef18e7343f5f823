"""A page for tests of packages: an index, a store and a notebook's record in memory, and wheels made on the spot.

Speaks PEP 691's JSON as PyPI does. Knows no network; what is asked for is kept in `asked`.
"""

import hashlib
import io
import json
import posixpath
import zipfile


def wheel(name, version, requires=(), files=None, tag="py3-none-any", extras=()):
    """The name and the bytes of a wheel."""
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {name} for tests\n"
    metadata += "".join(f"Provides-Extra: {extra}\n" for extra in extras)
    metadata += "".join(f"Requires-Dist: {text}\n" for text in requires) + "\n"
    module = name.replace("-", "_")
    contents = {f"{module}.py": f"version = {version!r}\n"} if files is None else files
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
        archive.writestr(f"{stem}.dist-info/METADATA", metadata)
        archive.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        archive.writestr(f"{stem}.dist-info/RECORD", "")
    return f"{stem}-{tag}.whl", data.getvalue()


class Page:
    """Answers requests as the page does."""

    def __init__(self):
        self.lock = json.dumps({"packages": {}})
        self.projects = {}
        self.files = {}
        self.site = []
        self.store = {}
        self.record = []
        self.reports = []
        self.asked = []
        self.cancelled = []
        self.is_offline = False
        self.stop_at = ""

    def publish(self, name, version, requires=(), **options):
        """Puts a wheel on PyPI."""
        python = options.pop("requires_python", None)
        yanked = options.pop("yanked", False)
        filename, data = wheel(name, version, requires, **options)
        digest = hashlib.sha256(data).hexdigest()
        address = f"https://files.pythonhosted.org/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{filename}"
        self.files[address] = data
        entry = {"filename": filename, "url": address, "hashes": {"sha256": digest}, "size": len(data), "yanked": yanked}
        if python:
            entry["requires-python"] = python
        self.projects.setdefault(name, []).append(entry)

    def publish_file(self, name, filename):
        """Puts a file on PyPI that cannot be installed here."""
        self.projects.setdefault(name, []).append({"filename": filename, "url": f"https://x.test/{filename}", "hashes": {}})

    def vendor(self, name, version, requires=(), imports=(), **options):
        """Puts a wheel into the site's folder."""
        filename, data = wheel(name, version, requires, **options)
        self.files[f"packages/{filename}"] = data
        self.site.append({
            "name": name, "version": version, "filename": filename, "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data), "requires": list(requires), "imports": list(imports or [name]),
        })

    def answer(self, request):
        """The events that answer a request."""
        kind = request["kind"]
        if kind == "stored":
            found = [{"filename": name, "sha256": key, "size": len(data)} for key, (name, data) in self.store.items()]
            return [{"state": "done", "text": json.dumps(found)}]
        if kind == "read":
            if request["sha256"] not in self.store:
                return [{"state": "failed", "kind": "missing", "reason": "it is not stored"}]
            data = self.store[request["sha256"]][1]
            return [{"state": "done", "data": data, "sha256": request["sha256"], "origin": "store"}]
        if kind == "notebook":
            return [{"state": "done", "text": json.dumps(self.record)}]
        if kind == "installed":
            self.reports.append(request)
            self.record = request["files"]
            return [{"state": "done"}]
        return self.fetch(request["address"], request.get("sha256"), request.get("keep", False))

    def fetch(self, address, sha256, keep):
        """The events that answer a fetch."""
        self.asked.append(address)
        if self.stop_at and self.stop_at in address:
            return []
        if keep and sha256 in self.store:
            return [{"state": "done", "data": self.store[sha256][1], "sha256": sha256, "origin": "store"}]
        if address == "packages/index.json":
            return [{"state": "done", "text": json.dumps({"version": 1, "files": self.site})}]
        if self.is_offline and "://" in address:
            return [{"state": "failed", "kind": "offline", "reason": "there is no network"}]
        if address.startswith("https://pypi.org/simple/"):
            name = address.split("/")[-2]
            if name not in self.projects:
                return [{"state": "failed", "kind": "missing", "reason": "not found"}]
            return [{"state": "done", "text": json.dumps({"name": name, "files": self.projects[name]})}]
        data = self.files.get(address)
        if data is None:
            return [{"state": "failed", "kind": "missing", "reason": "not found"}]
        digest = hashlib.sha256(data).hexdigest()
        if sha256 and digest != sha256:
            return [{"state": "failed", "kind": "hash", "reason": "the hashes do not match"}]
        if keep:
            self.store[digest] = (posixpath.basename(address), data)
        half = {"state": "progress", "done": len(data) // 2, "total": len(data)}
        return [half, {"state": "done", "data": data, "sha256": digest, "origin": "network"}]
