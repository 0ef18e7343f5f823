"""Refused names: they exist, they refuse clearly, and the page about them tells of all of them."""

import pathlib
import unittest

import torch
from torch import _out_of_scope
from torch_case import TorchCase

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "torch.md"


class OutOfScope(TorchCase):
    def test_functions_and_methods(self):
        self.assert_error(
            NotImplementedError,
            "torch.sparse_coo_tensor is not supported in Carrel: it has no sparse tensors; use dense tensors",
            lambda: torch.sparse_coo_tensor([[0]], [1.0]),
        )
        self.assert_error(NotImplementedError, "torch.Tensor.to_sparse is not supported in Carrel", torch.ones(2).to_sparse)

    def test_dtypes_compare_and_refuse(self):
        self.assertEqual(repr(torch.complex64), "torch.complex64")
        self.assertIs(torch.cfloat, torch.complex64)
        self.assertTrue(torch.complex64.is_complex)
        self.assertFalse(torch.ones(1).dtype == torch.complex64)
        self.assert_error(NotImplementedError, "torch.complex64 is not supported in Carrel", torch.zeros, 1, dtype=torch.complex64)

    def test_modules_import(self):
        import torch.fx
        from torch.nested import nested_tensor

        self.assertFalse(isinstance(1, torch.fx.Node))
        self.assert_error(NotImplementedError, "torch.nested.nested_tensor is not supported in Carrel", nested_tensor, [])
        with self.assertRaises(NotImplementedError):

            class Mine(torch.fx.Transformer):
                pass

    def test_the_page_has_every_name(self):
        page = PAGE.read_text()
        for entry in _out_of_scope.TABLE.values():
            self.assertIn(entry["instead"], page)
            for word in (entry.get("names", "") + " " + entry.get("dtypes", "")).split():
                self.assertIn(f"`{word}`", page)
            for word in entry.get("modules", "").split():
                self.assertIn(f"`torch.{word}`", page)


if __name__ == "__main__":
    unittest.main()
