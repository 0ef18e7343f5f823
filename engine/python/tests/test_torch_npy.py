"""`torch.utils.npy`: NumPy's files without NumPy, and compared with NumPy's own where it is installed."""

import io
import os
import pathlib
import struct
import tempfile
import unittest
import zipfile

import torch
from torch.utils import npy
from torch_case import TorchCase

try:
    import numpy as np
except ImportError:
    if os.environ.get("CARREL_TESTS_NEED_NUMPY"):
        raise
    np = None

NAMES = ("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "float32", "float64")


def file_of(header, data, version=b"\x01\x00"):
    """A `.npy` file with this header."""
    text = header.encode("latin1")
    length = struct.pack("<H" if version[0] == 1 else "<I", len(text))
    return io.BytesIO(b"\x93NUMPY" + version + length + text + data)


class Files(TorchCase):
    def test_round_trips(self):
        for name in NAMES:
            for tensor in (torch.arange(6).reshape(2, 3).t(), torch.tensor(1), torch.zeros(0, 3), torch.arange(300_000)):
                tensor = tensor.to(getattr(torch, name))
                file = io.BytesIO()
                npy.save(file, tensor)
                self.assertEqual(file.getvalue().index(b"\n") % 64, 63)
                file.seek(0)
                found = npy.load(file)
                self.assertEqual((found.dtype, found.shape), (tensor.dtype, tensor.shape))
                self.assertTrue(torch.equal(found, tensor))

    def test_paths_and_archives(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            npy.save(path / "a", torch.arange(3))
            self.assert_tensor(npy.load(path / "a.npy"), [0, 1, 2])
            for write in (npy.savez, npy.savez_compressed):
                write(path / "b.npz", torch.ones(2), steps=torch.tensor(5))
                found = npy.load(str(path / "b.npz"))
                self.assertEqual({name: value.tolist() for name, value in found.items()}, {"arr_0": [1.0, 1.0], "steps": 5})
            self.assert_error(ValueError, "Cannot use un-named variables and keyword arr_0", npy.savez, path / "c", torch.ones(1), arr_0=torch.ones(1))

    def test_versions_order_and_byte_order(self):
        header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3)}\n"
        data = struct.pack(">6h", 1, 4, 2, 5, 3, 6)
        for version in (b"\x01\x00", b"\x02\x00", b"\x03\x00"):
            self.assert_tensor(npy.load(file_of(header, data, version)), [[1, 2, 3], [4, 5, 6]], torch.int16)

    def test_what_is_refused(self):
        self.assert_error(TypeError, ".npy files cannot hold torch.bfloat16", npy.save, io.BytesIO(), torch.ones(1, dtype=torch.bfloat16))
        self.assert_error(TypeError, "expected a tensor, but got list", npy.save, io.BytesIO(), [1])
        good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}"
        for text, file in (
            ("this is neither a .npy nor a .npz file", io.BytesIO(b"hello")),
            ("we only support format version", file_of(good, b"", b"\x09\x00")),
            ("the .npy file is damaged: the file ends", file_of(good, b"1234")),
            ("the .npy file is damaged: cannot parse its header", file_of("{'descr'", b"")),
            ("the .npy file is damaged: cannot parse its header", file_of("__import__('os')", b"")),
            ("the .npy file is damaged: shape is not valid", file_of(good.replace("(2,)", "(-2,)"), b"")),
            ("the .npy file is damaged: its header is cut off", io.BytesIO(b"\x93NUMPY\x01\x00\x50\x00{")),
            ("the .npy file holds objects, which only a pickle can hold", file_of(good.replace("<f4", "|O"), b"")),
            ("the .npy file holds '<c8' elements", file_of(good.replace("<f4", "<c8"), b"")),
            ("the .npy file holds [('a', '<f4')] elements", file_of(good.replace("'<f4'", "[('a', '<f4')]"), b"")),
        ):
            self.assert_error(ValueError, text, npy.load, file)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as target:
            target.writestr("a.npy", b"text")
        archive.seek(0)
        self.assert_error(ValueError, "a.npy in the archive is no .npy file", npy.load, archive)
        self.assert_error(ValueError, "the .npz file is damaged", npy.load, io.BytesIO(b"PK\x03\x04...."))


@unittest.skipIf(np is None, "NumPy is not installed; tools/test_python.sh runs these with it")
class BesideNumPy(TorchCase):
    def test_the_same_bytes(self):
        for name in NAMES:
            for tensor in (torch.arange(6).reshape(2, 3), torch.tensor(1), torch.zeros(0, 3)):
                ours, theirs = io.BytesIO(), io.BytesIO()
                npy.save(ours, tensor.to(getattr(torch, name)))
                np.save(theirs, np.array(tensor.tolist(), dtype=name).reshape(tuple(tensor.shape)))
                self.assertEqual(ours.getvalue(), theirs.getvalue())

    def test_each_others_archives(self):
        ours, theirs = io.BytesIO(), io.BytesIO()
        npy.savez_compressed(ours, torch.arange(200_000), b=torch.ones(2))
        ours.seek(0)
        found = np.load(ours)
        self.assertEqual((found["arr_0"][-1], found["b"].tolist()), (199_999, [1.0, 1.0]))
        np.savez_compressed(theirs, a=np.arange(200_000).reshape(2, -1).T, b=np.ones(2, ">f8"))
        theirs.seek(0)
        read = npy.load(theirs)
        self.assertEqual((read["a"].shape, read["a"][1].tolist(), read["b"].tolist()), ((100_000, 2), [1, 100_001], [1.0, 1.0]))


if __name__ == "__main__":
    unittest.main()
