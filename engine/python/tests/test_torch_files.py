"""`torch.save` and `torch.load`: files that PyTorch wrote, what is written for it, and what is refused."""

import collections
import io
import pathlib
import pickle
import pickletools
import tempfile
import unittest
import zipfile

import torch
from torch import _archive_writer, nn
from torch_case import TorchCase

FILES = pathlib.Path(__file__).resolve().parent / "files"


def copied(obj, **kwargs):
    """An object after `torch.save` and `torch.load`."""
    file = io.BytesIO()
    torch.save(obj, file)
    file.seek(0)
    return torch.load(file, **kwargs)


class Net(nn.Module):
    """A module of the user's, whose class files name."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2)
        self.note = "kept"


class FilesOfPyTorch(TorchCase):
    def test_tensors(self):
        found = torch.load(FILES / "tensors.pt")
        self.assertEqual(
            [str(found[name].dtype) for name in ("f32", "f64", "f16", "bf16", "i64", "i32", "u8", "bool")],
            [f"torch.{name}" for name in ("float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool")],
        )
        self.assert_tensor(found["i64"], [0, 1, 2, 3, 4], torch.int64)
        self.assert_tensor(found["u8"], [1, 255], torch.uint8)
        self.assert_tensor(found["bool"], [True, False], torch.bool)
        self.assert_tensor(found["scalar"], 3.5)
        self.assertEqual(found["empty"].shape, (0, 4))
        self.assert_close(found["f16"], [0.76660156, -0.65966797, -1.8251953, 1.1699219])
        self.assertEqual(found["nested"][:4], [1, 2.5, "text", None])
        self.assert_tensor(found["nested"][4][1]["k"], [1.0, 1.0])
        self.assertIsInstance(found["param"], nn.Parameter)
        self.assertTrue(found["param"].requires_grad)

    def test_views_share_memory(self):
        found = torch.load(FILES / "tensors.pt")
        self.assertEqual(found["transposed"].stride(), (1, 4))
        found["base"][0, 1] = 50
        self.assertEqual(found["view"][0, 0].item(), 50)
        self.assertEqual(found["transposed"][1, 0].item(), 50)

    def test_checkpoint(self):
        found = torch.load(FILES / "checkpoint.pt", weights_only=True)
        self.assertEqual(found["epoch"], 3)
        self.assertIsInstance(found["model"], collections.OrderedDict)
        self.assertEqual(found["optimizer"]["state"][0]["step"].item(), 1.0)
        self.assertEqual(found["optimizer"]["param_groups"][0]["params"], [0, 1, 2, 3, 4, 5])

    def test_what_was_read_is_written_to_the_same_bytes(self):
        """All but 20 digits that stand for the names of the entries, and their checksum."""
        for name in ("tensors", "state_dict", "checkpoint"):
            original = (FILES / f"{name}.pt").read_bytes()
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / f"{name}.pt"
                torch.save(torch.load(FILES / f"{name}.pt"), path)
                written = path.read_bytes()
            start = written.index(f"{name}/.data/serialization_id".encode())
            digits = original.index(b"ZZZ0", start) + 3
            self.assertEqual(written[:digits], original[:digits])
            self.assertEqual(written[digits + 20 : digits + 40], original[digits + 20 : digits + 40])
            theirs, mine = (
                zipfile.ZipFile(io.BytesIO(data)).getinfo(f"{name}/.data/serialization_id").CRC.to_bytes(4, "little")
                for data in (original, written)
            )
            self.assertEqual(written[digits + 40 :].replace(mine, theirs), original[digits + 40 :])

    def test_old_formats_say_why(self):
        self.assert_error(RuntimeError, "The file is in the format of PyTorch before 1.6", torch.load, FILES / "legacy.pt")
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("net/constants.pkl", b"")
            file.writestr("net/data.pkl", b"")
        archive.seek(0)
        self.assert_error(RuntimeError, "The file is a TorchScript archive", torch.load, archive)
        self.assert_error(RuntimeError, "Invalid magic number; corrupt file?", torch.load, io.BytesIO(b"not a file of tensors"))
        self.assert_error(EOFError, "Ran out of input", torch.load, io.BytesIO(b""))


class Layout(TorchCase):
    def test_records(self):
        file = io.BytesIO()
        torch.save({"a": torch.arange(5), "b": torch.zeros(0), "c": torch.ones(3, 3).t()}, file)
        archive = zipfile.ZipFile(file)
        names = [f"archive/{name}" for name in ("data.pkl", ".format_version", ".storage_alignment", "byteorder")]
        names += [f"archive/data/{key}" for key in range(3)] + ["archive/version", "archive/.data/serialization_id"]
        self.assertEqual(archive.namelist(), names)
        self.assertIsNone(archive.testzip())
        for entry in archive.infolist():
            self.assertEqual(entry.compress_type, zipfile.ZIP_STORED)
            head = file.getvalue()[entry.header_offset :][:30]
            start = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            self.assertEqual(start % 64, 0)
        self.assertEqual(archive.read("archive/version"), b"3\n")
        self.assertEqual(archive.read("archive/byteorder"), b"little")

    def test_the_pickle_is_of_protocol_2_and_names_pytorchs_functions(self):
        file = io.BytesIO()
        torch.save([torch.ones(2, requires_grad=True), nn.Parameter(torch.ones(1)), torch.Size([2]), torch.float16, torch.device("cpu")], file)
        data = zipfile.ZipFile(file).read("archive/data.pkl")
        operations = list(pickletools.genops(data))
        self.assertEqual(max(operation.proto for operation, _, _ in operations), 2)
        named = [argument for operation, argument, _ in operations if operation.name == "GLOBAL"]
        self.assertEqual(
            named,
            [
                "torch._utils _rebuild_tensor_v2",
                "torch FloatStorage",
                "collections OrderedDict",
                "torch._utils _rebuild_parameter",
                "torch Size",
                "torch float16",
                "torch device",
            ],
        )

    def test_sizes_beyond_32_bits_go_to_extra_fields(self):
        limit, _archive_writer.WIDE_FROM = _archive_writer.WIDE_FROM, 1000
        try:
            file = io.BytesIO()
            torch.save([torch.arange(200), torch.arange(3)], file)
        finally:
            _archive_writer.WIDE_FROM = limit
        directory = _archive_writer._central_header(b"a/b", 2**33, 2**32, 7, 0)
        self.assertEqual(directory[-28:], (1).to_bytes(2, "little") + (24).to_bytes(2, "little") + b"".join(
            number.to_bytes(8, "little") for number in (2**32, 2**32, 2**33)
        ))

    def test_a_file_object_needs_no_more_than_write(self):
        class Sink:
            data = b""

            def write(self, data):
                self.data += bytes(data)

        sink = Sink()
        torch.save(torch.arange(3), sink)
        self.assert_tensor(torch.load(io.BytesIO(sink.data)), [0, 1, 2])
        self.assert_error(AttributeError, "expected 'f' to be string, path, or a file-like object", torch.save, 1, 5)
        self.assert_error(RuntimeError, "Parent directory /nowhere does not exist.", torch.save, 1, "/nowhere/a.pt")

    def test_large_tensors_go_in_pieces(self):
        large = torch.arange(1_000_003, dtype=torch.float64)

        class Counting(io.BytesIO):
            longest = 0

            def write(self, data):
                self.longest = max(self.longest, len(data))
                return super().write(data)

        file = Counting()
        torch.save(large, file)
        self.assertLessEqual(file.longest, 1 << 20)
        file.seek(0)
        self.assertTrue(torch.equal(torch.load(file, mmap=None), large))

    def test_compressed_again_by_somebody(self):
        file, again = io.BytesIO(), io.BytesIO()
        torch.save({"a": torch.arange(400_000)}, file)
        with zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as target:
            for name in zipfile.ZipFile(file).namelist():
                target.writestr(name, zipfile.ZipFile(file).read(name))
        again.seek(0)
        self.assertTrue(torch.equal(torch.load(again)["a"], torch.arange(400_000)))

    def test_big_end_first(self):
        file, swapped = io.BytesIO(), io.BytesIO()
        torch.save([torch.tensor([1.5, -2.0]), torch.tensor([258], dtype=torch.int16), torch.tensor([True])], file)
        source = zipfile.ZipFile(file)
        widths = {"archive/data/0": 4, "archive/data/1": 2}
        with zipfile.ZipFile(swapped, "w") as target:
            for name in source.namelist():
                data = b"big" if name.endswith("byteorder") else source.read(name)
                width = widths.get(name, 1)
                target.writestr(name, b"".join(data[start : start + width][::-1] for start in range(0, len(data), width)))
        swapped.seek(0)
        self.assertEqual([tensor.tolist() for tensor in torch.load(swapped)], [[1.5, -2.0], [258], [True]])

    def test_damage_is_found(self):
        file = io.BytesIO()
        torch.save(torch.arange(64, dtype=torch.uint8) + 100, file)
        data = bytearray(file.getvalue())
        place = data.index(bytes(range(100, 164)))
        data[place] ^= 1
        self.assert_error(RuntimeError, "PytorchStreamReader failed reading file data/0", torch.load, io.BytesIO(data))
        self.assert_error(
            RuntimeError, "PytorchStreamReader failed reading zip archive: failed finding central directory",
            torch.load, io.BytesIO(data[:200]),
        )
        for length in range(0, len(data), 37):
            with self.assertRaises((RuntimeError, EOFError, pickle.UnpicklingError)):
                torch.load(io.BytesIO(data[:length]))


class Objects(TorchCase):
    def test_dtypes_strides_and_flags(self):
        for name in ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"):
            tensor = torch.arange(12).reshape(3, 4).to(getattr(torch, name)).t()[1:]
            found = copied(tensor)
            self.assertEqual((found.dtype, found.stride(), found.storage_offset()), (tensor.dtype, (1, 4), 1))
            self.assertEqual(found.tolist(), tensor.tolist())
        self.assertTrue(copied(torch.ones(2, requires_grad=True)).requires_grad)
        product = torch.ones(2, requires_grad=True) * 2
        self.assertTrue(copied(product).is_leaf)

    def test_containers(self):
        value = {"set": {1, 2}, "size": torch.Size([2, 3]), "dtype": torch.int8, "device": torch.device("cpu"), 3: (1, None, True, "ü"),
                 "large": 2**70, "bytes": bytearray(b"ab"), "ordered": collections.OrderedDict(a=1), "complex": 1 + 2j,
                 "counter": collections.Counter("aab"), "nan": float("inf"), "raw": b"raw"}
        found = copied(value)
        self.assertEqual(found, value)
        self.assertIs(type(found["size"]), torch.Size)
        self.assertIs(found["dtype"], torch.int8)

    def test_state_dicts_and_optimizers(self):
        net = Net()
        optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
        net.layer(torch.ones(3)).sum().backward()
        optimizer.step()
        found = copied({"net": net.state_dict(), "optimizer": optimizer.state_dict()})
        other = Net()
        other.load_state_dict(found["net"])
        self.assertTrue(torch.equal(other.layer.weight, net.layer.weight))
        again = torch.optim.Adam(other.parameters())
        again.load_state_dict(found["optimizer"])
        self.assertEqual(again.param_groups[0]["lr"], 0.1)

    def test_modules_need_trust(self):
        self.assert_error(pickle.UnpicklingError, "Weights only load failed.", copied, Net())
        found = copied(Net().eval(), weights_only=False)
        self.assertEqual((found.note, found.training, found.layer.weight.shape), ("kept", False, (2, 3)))
        self.assertTrue(found.layer.weight.requires_grad)

    def test_generators(self):
        source = torch.Generator().manual_seed(5)
        torch.rand(3, generator=source)
        found = copied(source, weights_only=False)
        self.assertTrue(torch.equal(torch.rand(4, generator=found), torch.rand(4, generator=source)))
        self.assertTrue(torch.equal(copied(source.get_state()), source.get_state()))

    def test_storages(self):
        tensor = torch.arange(4, dtype=torch.int16)
        found = copied([tensor, torch.TypedStorage(wrap_storage=tensor.untyped_storage())])
        self.assertIsInstance(found[1], torch.TypedStorage)
        self.assertIsInstance(found[1], torch.ShortStorage)
        found[1][0] = 9
        self.assert_tensor(found[0], [9, 1, 2, 3])
        self.assertEqual(copied(torch.UntypedStorage(3)).untyped().tolist(), [0, 0, 0])
        self.assert_error(
            RuntimeError, "Cannot save multiple tensors or storages that view the same data as different types",
            copied, [tensor, tensor.untyped_storage()],
        )

    def test_attributes_and_classes_of_tensors(self):
        tensor = torch.ones(2)
        tensor.note = "mine"
        self.assertEqual(copied(tensor).note, "mine")
        parameter = nn.Parameter(torch.ones(2), requires_grad=False)
        parameter.role = "bias"
        found = copied(parameter)
        self.assertEqual((found.role, found.requires_grad, type(found)), ("bias", False, nn.Parameter))


class Places(TorchCase):
    def setUp(self):
        file = io.BytesIO()
        torch.save([torch.ones(2), torch.zeros(3)], file)
        self.data = file.getvalue()

    def load(self, data=None, **kwargs):
        return torch.load(io.BytesIO(data or self.data), **kwargs)

    def test_map_location(self):
        calls = []

        def remember(storage, location):
            calls.append((storage.nbytes(), location))
            return storage

        for where in ("cpu", torch.device("cpu"), {"cpu": "cpu"}, {}, remember, lambda storage, location: None):
            self.assertEqual(self.load(map_location=where)[0].device.type, "cpu")
        self.assertEqual(calls, [(8, "cpu"), (12, "cpu")])

    def test_files_from_a_gpu(self):
        self.assertEqual(self.on("cuda:0", map_location="cpu")[0].tolist(), [1.0, 1.0])
        self.assertEqual(self.on("mps", map_location={"mps": torch.device("cpu")})[0].tolist(), [1.0, 1.0])
        if not torch.cuda.is_available():
            self.assert_error(
                RuntimeError, "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False.",
                self.on, "cuda:0",
            )
        self.assert_error(RuntimeError, "don't know how to restore data location of torch.storage.UntypedStorage (tagged with tape)",
                          self.on, "tape")

    def on(self, location, **kwargs):
        """The file's objects, had they been saved from another place."""
        tag = torch.serialization.location_tag
        try:
            torch.serialization.location_tag = lambda storage: location
            file = io.BytesIO()
            torch.save([torch.ones(2)], file)
        finally:
            torch.serialization.location_tag = tag
        return self.load(file.getvalue(), **kwargs)

    def test_arguments(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.pt"
            path.write_bytes(self.data)
            self.assertEqual(len(torch.load(str(path), mmap=True)), 2)
        self.assert_error(ValueError, "f must be a file path in order to use the mmap argument", self.load, mmap=True)
        self.assertEqual(len(self.load(pickle_module=pickle)), 2)
        self.assert_error(
            RuntimeError, "Can not safely load weights when explicit picke_module is specified",
            self.load, pickle_module=pickle, weights_only=True,
        )
        self.assert_error(FileNotFoundError, "[Errno 2]", torch.load, "/nowhere/a.pt")
        self.assert_error(AttributeError, "'Reader' object has no attribute 'seek'", torch.load, type("Reader", (), {"read": None})())

    def test_from_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "numbers"
            path.write_bytes(bytes([1, 0, 2, 0, 3, 0]))
            self.assert_tensor(torch.from_file(str(path), size=2, dtype=torch.int16), [1, 2], torch.int16)
            self.assert_error(RuntimeError, "file", torch.from_file, str(path), size=4, dtype=torch.int16)


if __name__ == "__main__":
    unittest.main()
