"""`torch.load(weights_only=True)`: what it builds, what it refuses and in which words, and the user's allow-list."""

import io
import os
import pickle
import unittest
import zipfile

import torch
from torch import serialization
from torch._weights_only_unpickler import Unpickler
from torch_case import TorchCase


class Point:
    """A class of the user's."""

    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x


class Slotted:
    """One with slots and a state of its own making."""

    __slots__ = ("a",)

    def __getstate__(self):
        return None, {"a": self.a}


def saved(obj):
    """A file that holds an object."""
    file = io.BytesIO()
    torch.save(obj, file)
    file.seek(0)
    return file


def crafted(data):
    """A file whose pickle is these bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/data.pkl", data)
        archive.writestr("a/byteorder", "little")
        archive.writestr("a/data/0", bytes(16))
    file.seek(0)
    return file


class AllowList(TorchCase):
    def tearDown(self):
        serialization.clear_safe_globals()

    def test_a_class_is_refused_in_pytorchs_words(self):
        with self.assertRaises(pickle.UnpicklingError) as caught:
            torch.load(saved(Point(1)))
        text = str(caught.exception)
        name = f"{Point.__module__}.Point"
        self.assertTrue(text.startswith("Weights only load failed. This file can still be loaded, to do so you have two options"))
        self.assertIn(
            f"WeightsUnpickler error: Unsupported global: GLOBAL {name} was not an allowed global by default. Please use "
            "`torch.serialization.add_safe_globals([Point])` or the `torch.serialization.safe_globals([Point])` context "
            "manager to allowlist this global if you trust this class/function.",
            text,
        )
        self.assertEqual(torch.load(saved(Point(1)), weights_only=False), Point(1))

    def test_what_is_added_is_built(self):
        serialization.add_safe_globals([Point])
        self.assertEqual(serialization.get_safe_globals(), [Point])
        self.assertEqual(torch.load(saved({"p": Point(torch.ones(2).sum().item())})), {"p": Point(2.0)})
        serialization.clear_safe_globals()
        self.assertRaises(pickle.UnpicklingError, torch.load, saved(Point(1)))

    def test_for_the_length_of_a_with(self):
        with serialization.safe_globals([Point, (Slotted, f"{Slotted.__module__}.Slotted")]):
            self.assertEqual(torch.load(saved(Point(3))), Point(3))
            slotted = Slotted()
            slotted.a = 4
            self.assertEqual(torch.load(saved(slotted)).a, 4)
        self.assertEqual(serialization.get_safe_globals(), [])

    def test_a_file_tells_what_it_needs(self):
        self.assertEqual(
            serialization.get_unsafe_globals_in_checkpoint(saved([Point(1), torch.ones(2), {1}])), [f"{Point.__module__}.Point"]
        )

    def test_system_modules_stay_blocked(self):
        for name in (b"os\nsystem\n", b"posix\nsystem\n", b"sys\nexit\n"):
            module = name.split(b"\n")[0].decode()
            with self.assertRaises(pickle.UnpicklingError) as caught, serialization.safe_globals([(os.system, "posix.system")]):
                torch.load(crafted(b"\x80\x02c" + name + b"X\x04\x00\x00\x00echo\x85R."))
            self.assertIn(f"whose module {module} is blocked", str(caught.exception))


class Machine(TorchCase):
    def load(self, data):
        return torch.load(crafted(data))

    def assert_refused(self, text, data):
        with self.assertRaises(pickle.UnpicklingError) as caught:
            self.load(data)
        self.assertIn(text, str(caught.exception))

    def test_every_protocol_of_plain_values(self):
        shared = [1]
        value = {"a": (1, -5, 300, 2**40, -(2**90), 1.5, None, True), "b": [shared, shared], "s": {1, 2}, "f": frozenset((3,)), "": ()}
        value["long"] = list(range(2000))
        value["text"] = "ü" * 300
        value["bytes"] = b"x" * 300
        for protocol in (2, 3, 4, 5):
            # frozenset and bytes are calls before protocols 4 and 3.
            kept = {name: part for name, part in value.items() if protocol >= 4 or name != "f"}
            found = Unpickler(pickle.dumps(kept, protocol)).load()
            self.assertEqual(found, kept)
            self.assertIs(found["b"][0], found["b"][1])

    def test_calls_and_state_of_anything_else(self):
        self.assert_refused("Trying to call reduce for unrecognized function", b"\x80\x02K\x01)R.")
        self.assert_refused("Trying to create new object for unrecognized class", b"\x80\x02ctorch\nTensor\n)\x81.")
        self.assert_refused("Can only build Tensor, Parameter, OrderedDict or types allowlisted", b"\x80\x02K\x01}b.")
        self.assert_refused("Can only build", b"\x80\x02ctorch._utils\n_rebuild_tensor\n}b.")
        self.assert_refused("Only persistent_load of storage is allowed, but got module", b"\x80\x02X\x06\x00\x00\x00module\x85Q.")
        self.assert_refused("Unsupported operand 105", b"\x80\x02(cbuiltins\nset\ni.")
        self.assert_refused("GLOBAL builtins.eval was not an allowed global", b"\x80\x02c__builtin__\neval\n.")
        self.assert_refused("GLOBAL builtins.getattr was not", b"\x80\x04\x8c\x08builtins\x8c\x07getattr\x93.")
        self.assert_refused("Can only extend lists", b"\x80\x02}(K\x01e.")
        self.assert_refused("Can only set items of dicts", b"\x80\x02]K\x01K\x02s.")
        self.assert_refused("unsupported pickle protocol", b"\x80\x09.")

    def test_damage_is_an_error(self):
        data = pickle.dumps({"a": [1, 2.5, "text", (None, True)], "b": {3}}, 4)
        for position in range(len(data)):
            for changed in (data[:position], data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :]):
                try:
                    Unpickler(changed).load()
                except (pickle.UnpicklingError, EOFError, TypeError, NotImplementedError, MemoryError, OverflowError):
                    pass

    def test_storages_are_checked(self):
        def tensor(count, size, offset=b"K\x00", key=b"0", kind=b"FloatStorage"):
            return (
                b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n" + kind + b"\nX\x01\x00\x00\x00"
                + key + b"X\x03\x00\x00\x00cpu" + count + b"tQ" + offset + size + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR."
            )

        self.assertEqual(self.load(tensor(b"K\x04", b"K\x04")).tolist(), [0.0] * 4)
        for bad in (tensor(b"K\x05", b"K\x04"), tensor(b"K\x04", b"K\x05"), tensor(b"K\x04", b"K\x04", b"K\x01"), tensor(b"K\x04", b"K\x04", key=b"1")):
            self.assertRaises(RuntimeError, self.load, bad)
        self.assert_error(
            NotImplementedError, "the file holds a torch.ComplexFloatStorage, whose dtype Carrel has not",
            self.load, tensor(b"K\x02", b"K\x02", kind=b"ComplexFloatStorage"),
        )

    def test_text_of_python_2(self):
        self.assertEqual(torch.load(crafted(b"\x80\x02U\x02ab.")), "ab")
        self.assertEqual(torch.load(crafted(b"\x80\x02U\x02\xe9b."), encoding="latin1"), "éb")
        self.assertEqual(torch.load(crafted(b"\x80\x02U\x02\xe9b."), encoding="bytes"), b"\xe9b")


if __name__ == "__main__":
    unittest.main()
