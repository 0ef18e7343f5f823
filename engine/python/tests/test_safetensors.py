"""The `safetensors` package: files both ways, reading in part, modules with tied weights, and files that are refused."""

import json
import pathlib
import struct
import tempfile
import unittest

import torch
from safetensors import SafetensorError, deserialize, safe_open, serialize, serialize_file
from safetensors.torch import load, load_file, load_model, save, save_file, save_model
from torch import nn
from torch_case import TorchCase


def crafted(header, data=b""):
    """The bytes of a file with this header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype, shape, *offsets):
    return {"dtype": dtype, "shape": shape, "data_offsets": list(offsets)}


class Tied(nn.Module):
    """Two layers with one weight."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)
        self.second.weight = self.first.weight


class SafetensorsCase(TorchCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "a.safetensors"


class Files(SafetensorsCase):
    def test_layout(self):
        data = save({"b": torch.tensor([1, 2], dtype=torch.int16), "a": torch.tensor([[1.5]]), "c": torch.tensor(7)}, {"k": "v"})
        (length,) = struct.unpack("<Q", data[:8])
        self.assertEqual(length % 8, 0)
        self.assertEqual(
            data[8 : 8 + length].rstrip(b" "),
            b'{"__metadata__":{"k":"v"},"c":{"dtype":"I64","shape":[],"data_offsets":[0,8]},'
            b'"a":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},"b":{"dtype":"I16","shape":[2],"data_offsets":[12,16]}}',
        )
        self.assertEqual(data[8 + length :], struct.pack("<qfhh", 7, 1.5, 1, 2))

    def test_every_dtype(self):
        names = ("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32", "float64")
        tensors = {name: torch.arange(6).reshape(2, 3).to(getattr(torch, name)) for name in names}
        tensors |= {"empty": torch.zeros(0, 4), "scalar": torch.tensor(2.5), "large": torch.arange(300_000)}
        save_file(tensors, self.path, metadata={"format": "pt"})
        for found in (load_file(self.path), load(self.path.read_bytes())):
            self.assertEqual(set(found), set(tensors))
            for name, tensor in tensors.items():
                self.assertIs(found[name].dtype, tensor.dtype)
                self.assertTrue(torch.equal(found[name], tensor), name)
        self.assertEqual(save(load_file(self.path), {"format": "pt"}), self.path.read_bytes())

    def test_reading_in_part(self):
        tensor = torch.arange(24).reshape(4, 3, 2)
        save_file({"t": tensor, "u": torch.tensor(1.0)}, self.path)
        with safe_open(self.path, framework="pt") as file:
            self.assertEqual((file.keys(), file.offset_keys(), file.metadata()), (["t", "u"], ["t", "u"], None))
            part = file.get_slice("t")
            self.assertEqual((part.get_shape(), part.get_dtype()), ([4, 3, 2], "I64"))
            for index in (1, -1, slice(1, 3), slice(None, None, 2), slice(3, 1), (slice(1, None), 0), (0, slice(1, 3), 1), ..., (..., 0)):
                self.assertEqual(part[index].tolist(), tensor[index].tolist())
                self.assertTrue(part[index].is_contiguous())
            self.assert_error(SafetensorError, "index 4 out of bounds for tensor dimension #0 of size 4", lambda: part[4])
            self.assert_error(SafetensorError, "File does not contain tensor x", file.get_tensor, "x")
        self.assert_error(SafetensorError, "File is closed", file.get_tensor, "t")
        self.assert_error(SafetensorError, "framework jx is invalid", safe_open, self.path, "jx")
        self.assert_error(FileNotFoundError, "No such file or directory: nowhere", load_file, "nowhere")

    def test_what_is_not_saved(self):
        base = torch.zeros(4, 4)
        self.assert_error(ValueError, "Expected a dict of [str, torch.Tensor] but received <class 'list'>", save_file, [base], self.path)
        self.assert_error(ValueError, "Key `a` is invalid, expected torch.Tensor but received <class 'int'>", save, {"a": 1})
        self.assert_error(ValueError, "You are trying to save a non contiguous tensor: `a`", save, {"a": torch.ones(2, 3).t()})
        self.assert_error(RuntimeError, "\n            Some tensors share memory", save, {"a": base, "b": base[1]})
        self.assertFalse(self.path.exists())
        self.assertEqual(len(load(save({"a": base[0], "b": base[1:]}))), 2)

    def test_modules(self):
        model, other = Tied(), Tied()
        save_model(model, self.path)
        with safe_open(self.path, "pt") as file:
            self.assertEqual(file.keys(), ["first.bias", "first.weight", "second.bias"])
            self.assertEqual(file.metadata(), {"second.weight": "first.weight"})
        self.assertEqual(load_model(other, self.path), (set(), []))
        self.assertTrue(torch.equal(other.second.weight, model.first.weight))
        self.assert_error(RuntimeError, "Error(s) in loading state_dict for Linear:\n    Missing key(s)", load_model, nn.Linear(2, 2), self.path)

    def test_plain_bytes(self):
        data = serialize({"a": {"dtype": "float32", "shape": [1], "data": bytes(4)}}, {"k": "v"})
        self.assertEqual(deserialize(data), [("a", {"shape": [1], "dtype": "F32", "data": bytearray(4)})])
        serialize_file({"a": {"dtype": "float32", "shape": [1], "data": bytes(4)}}, self.path)
        self.assert_tensor(load_file(self.path)["a"], [0.0])
        self.assert_error(SafetensorError, "Error while serializing: tensor of type F32", serialize, {"a": {"dtype": "float32", "shape": [2], "data": b""}})


class Refused(TorchCase):
    def test_headers(self):
        pair = {"a": entry("U8", [2], 0, 2)}
        for text, data in (
            ("header too small", b"1234"),
            ("header too large", struct.pack("<Q", 100_000_001)),
            ("invalid header length", struct.pack("<Q", 9) + b"{}"),
            ("invalid start character in header, must be `{`", crafted(b"[]")),
            ("invalid UTF-8 in header", crafted(b"{\xff}")),
            ("invalid JSON in header", crafted(b"{")),
            ("invalid JSON in header: duplicate key `a`", crafted(b'{"a":1,"a":2}')),
            ("invalid JSON in header: `a` must have dtype, shape and data_offsets", crafted({"a": 1})),
            ("invalid JSON in header: `__metadata__` must map strings to strings", crafted({"__metadata__": {"a": 1}})),
            ("invalid JSON in header: unknown variant `F9`", crafted({"a": entry("F9", [1], 0, 1)}, b"1")),
            ("invalid JSON in header: the shape of `a`", crafted({"a": entry("U8", [-1], 0, 1)}, b"1")),
            ("invalid JSON in header: the shape of `a`", crafted({"a": entry("U8", [True], 0, 1)}, b"1")),
            ("invalid JSON in header: the data_offsets of `a`", crafted({"a": entry("U8", [1], 0)}, b"1")),
            ("overflow computing buffer size", crafted({"a": entry("F32", [2**40, 2**40], 0, 4)}, b"1234")),
            ("invalid shape, data type, or offset for tensor", crafted({"a": entry("F32", [2], 0, 4)}, b"1234")),
            ("invalid offset for tensor `a`", crafted({"a": entry("U8", [1], 1, 2)}, b"12")),
            ("invalid offset for tensor `b`", crafted({**pair, "b": entry("U8", [2], 1, 3)}, b"123")),
            ("invalid offset for tensor `b`", crafted({**pair, "b": entry("U8", [2], 3, 5)}, b"12345")),
            ("incomplete metadata, file not fully covered", crafted(pair, b"123")),
            ("incomplete metadata, file not fully covered", crafted(pair, b"1")),
        ):
            self.assert_error(SafetensorError, "Error while deserializing header: " + text, load, data)

    def test_dtypes_that_are_not_here(self):
        self.assert_error(SafetensorError, "the file holds a tensor of dtype F8_E4M3", load, crafted({"a": entry("F8_E4M3", [1], 0, 1)}, b"1"))


if __name__ == "__main__":
    unittest.main()
