"""Every name of PyTorch's tensors that public tutorials use is there, or refuses with what to use instead.

`torch_names.txt` lists them, a name a line; names of layers, optimisers and loaders have tests of their own.
Read next: `test_torch_out_of_scope`.
"""

import importlib
import pathlib
import unittest

import torch

NAMES = pathlib.Path(__file__).resolve().with_name("torch_names.txt")


def resolve(path):
    """What a dotted name stands for; raises AttributeError or ImportError if it stands for nothing."""
    first, *rest = path.split(".")
    found, module = {"torch": torch, "Tensor": torch.Tensor}[first], first
    for name in rest:
        module += "." + name
        try:
            found = getattr(found, name)
        except AttributeError:
            found = importlib.import_module(module)
    return found


class Names(unittest.TestCase):
    def test_all_are_there(self):
        for path in NAMES.read_text().split():
            with self.subTest(path):
                resolve(path)

    def test_what_is_refused_says_so(self):
        with self.assertRaisesRegex(NotImplementedError, "not supported in Carrel"):
            torch.backends.quantized.engine()
        with torch.backends.cudnn.flags(enabled=False):
            self.assertFalse(torch.backends.cudnn.is_available())
        with self.assertRaises(AttributeError):
            resolve("torch.backends").no_such_library


if __name__ == "__main__":
    unittest.main()
