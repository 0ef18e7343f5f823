"""Files from the network and from the notebook's folder: `torch.hub`, `torchvision.datasets.utils`, against a local server.

Read next: `torch._network`.
"""

import contextlib
import gzip
import hashlib
import http.server
import io
import os
import tempfile
import threading
import unittest
import urllib.error
import zipfile

import torch
from torch import hub
from torch_case import TorchCase
from torchvision import datasets
from torchvision.datasets import utils


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/short":
            # Promises more than it sends.
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"x" * 10)
            return
        super().do_GET()


class ServerCase(TorchCase):
    """A test with a server of the folder `served` in a working directory of its own."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        os.makedirs("served")
        served = os.path.join(folder.name, "served")
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), lambda *args: _Handler(*args, directory=served)
        )
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/"
        self.addCleanup(hub.set_dir, hub.get_dir())
        hub.set_dir(os.path.join(folder.name, "hub"))
        self.said = io.StringIO()

    def serve(self, name, data):
        with open(f"served/{name}", "wb") as file:
            file.write(data)
        return self.url + name

    @contextlib.contextmanager
    def listening(self):
        with contextlib.redirect_stderr(self.said), contextlib.redirect_stdout(self.said):
            yield


class Hub(ServerCase):
    def test_a_file_is_fetched_with_progress(self):
        data = os.urandom(300_000)
        url = self.serve("file.bin", data)
        with self.listening():
            hub.download_url_to_file(url, "file.bin", hashlib.sha256(data).hexdigest()[:8])
        with open("file.bin", "rb") as file:
            self.assertEqual(file.read(), data)
        self.assertRegex(self.said.getvalue(), r"\r100%\|█{10}\| 300k/300k \[00:00<00:00, .*B/s\]\n$")

    def test_what_is_wrong_is_not_kept(self):
        url = self.serve("file.bin", b"abc")
        self.assert_error(RuntimeError, 'invalid hash value (expected "00", got "ba7816bf', hub.download_url_to_file, url, "kept", "00", False)
        with self.assertRaises(urllib.error.URLError) as caught:
            hub.download_url_to_file(self.url + "short", "kept", progress=False)
        self.assertIn("10 of 100 bytes", str(caught.exception))
        with self.assertRaises(urllib.error.HTTPError):
            hub.download_url_to_file(self.url + "missing", "kept", progress=False)
        self.assertEqual(os.listdir(), ["served"])

    def test_hosts_that_do_not_answer_are_told_of(self):
        with self.assertRaises(urllib.error.URLError) as caught:
            hub.download_url_to_file("http://127.0.0.1:9/weights.pth", "kept", progress=False)
        self.assertIn("add it to the notebook's files", str(caught.exception))

    def test_a_state_dict_is_fetched_once(self):
        torch.save({"weight": torch.ones(2)}, "served/new.pth")
        with open("served/new.pth", "rb") as file:
            name = f"net-{hashlib.sha256(file.read()).hexdigest()[:8]}.pth"
        os.rename("served/new.pth", f"served/{name}")
        with self.listening():
            found = hub.load_state_dict_from_url(self.url + name, check_hash=True)
        self.assert_tensor(found["weight"], [1.0, 1.0])
        self.assertIn(f'Downloading: "{self.url}{name}" to {hub.get_dir()}/checkpoints/{name}', self.said.getvalue())
        os.remove(f"served/{name}")
        self.assert_tensor(hub.load_state_dict_from_url(self.url + name)["weight"], [1.0, 1.0])

    def test_a_file_of_the_notebook_is_found(self):
        torch.save({"weight": torch.ones(2)}, "net-00000000.pth")
        url = self.url + "net-00000000.pth"
        self.assert_tensor(hub.load_state_dict_from_url(url)["weight"], [1.0, 1.0])
        self.assert_error(RuntimeError, "invalid hash value of net-00000000.pth", hub.load_state_dict_from_url, url, check_hash=True)

    def test_local_folders_have_entries(self):
        os.makedirs("repo")
        with open("repo/hubconf.py", "w") as file:
            file.write('def double(x):\n    "Twice."\n    return 2 * x\n')
        self.assertEqual(hub.list("repo", source="local"), ["double"])
        self.assertEqual(hub.help("repo", "double", source="local"), "Twice.")
        self.assertEqual(hub.load("repo", "double", 4, source="local"), 8)
        self.assert_error(RuntimeError, "Cannot find callable triple in hubconf", hub.load, "repo", "triple", source="local")
        self.assert_error(NotImplementedError, "torch.hub is not supported", hub.load, "someone/something", "model")
        self.assertEqual(sum(p.numel() for p in hub.load("pytorch/vision:v0.10.0", "squeezenet1_1").parameters()), 1235496)


class DatasetFiles(ServerCase):
    def test_checked_files_are_fetched_once(self):
        url = self.serve("a.txt", b"abc")
        digest = "900150983cd24fb0d6963f7d28e17f72"
        with self.listening():
            utils.download_url(url, "data", md5=digest)
            os.remove("served/a.txt")
            utils.download_url(url, "data", md5=digest)
        self.assertTrue(utils.check_integrity("data/a.txt", digest))
        self.assertFalse(utils.check_integrity("data/a.txt", "0" * 32))
        self.assertFalse(utils.check_integrity("data/b.txt"))
        url = self.serve("b.txt", b"abc")
        with self.listening():
            self.assert_error(RuntimeError, "File not found or corrupted.", utils.download_url, url, "data", md5="0" * 32)
        self.assertEqual(os.listdir("data"), ["a.txt"])

    def test_archives_are_unpacked(self):
        with zipfile.ZipFile("served/a.zip", "w") as file:
            file.writestr("folder/inside.txt", "abc")
        with self.listening():
            utils.download_and_extract_archive(self.url + "a.zip", "data", "unpacked")
        with open("unpacked/folder/inside.txt") as file:
            self.assertEqual(file.read(), "abc")
        with gzip.open("data/b.txt.gz", "wb") as file:
            file.write(b"abc")
        self.assertEqual(utils.extract_archive("data/b.txt.gz", remove_finished=True), "data/b.txt")
        self.assertEqual(sorted(os.listdir("data")), ["a.zip", "b.txt"])
        self.assert_error(RuntimeError, "File 'data/b.txt' has no suffixes", utils.extract_archive, "data/b.txt")

    def test_a_dataset_is_fetched_from_the_first_mirror_that_has_it(self):
        images = gzip.compress(bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28]) + bytes(784))
        labels = gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]))
        files = {f"{part}-{kind}-ubyte.gz": data for part in ("train", "t10k") for kind, data in (("images-idx3", images), ("labels-idx1", labels))}
        for name, data in files.items():
            self.serve(name, data)

        class Tiny(datasets.MNIST):
            mirrors = [self.url + "gone/", self.url]
            resources = [(name, hashlib.md5(data).hexdigest()) for name, data in files.items()]

        with self.listening():
            found = Tiny("data", download=True)
            self.assertEqual((len(found), found[0][1]), (1, 7))
            self.assertIn("Failed to download (trying next):", self.said.getvalue())
            os.remove("data/Tiny/raw/train-images-idx3-ubyte.gz")
            Tiny.mirrors = [self.url + "gone/"]
            self.assert_error(RuntimeError, "Error downloading train-images-idx3-ubyte.gz", Tiny, "data", download=True)


if __name__ == "__main__":
    unittest.main()
