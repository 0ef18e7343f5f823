"""Signatures: what `inspect`, help and completion say about functions that are made from others."""

import inspect
import unittest

import torch

LOOSE = "istft load random_ uniform_".split()
"""Functions whose keywords are not fixed, or not names that Python lets a parameter have (`from`)."""


def _functions(of):
    for name in dir(of):
        found = getattr(of, name)
        if not name.startswith("_") and inspect.isroutine(found) and str(getattr(found, "__module__", "torch")).startswith("torch"):
            yield name, found


class SignatureTest(unittest.TestCase):
    """What can be passed stands in the signature, whatever wraps the function."""

    def test_makers_name_their_keywords(self):
        for name in "zeros ones empty full rand randn randint arange linspace eye randperm normal".split():
            names = inspect.signature(getattr(torch, name)).parameters
            for wanted in ("dtype", "device", "requires_grad", "out"):
                self.assertIn(wanted, names, name)

    def test_no_function_hides_its_keywords(self):
        for of in (torch, torch.Tensor):
            hidden = [
                name
                for name, function in _functions(of)
                if name not in LOOSE
                and any(item.kind is item.VAR_KEYWORD for item in inspect.signature(function).parameters.values())
            ]
            self.assertEqual(hidden, [], of)

    def test_variants_have_the_signature_of_what_they_are_made_of(self):
        self.assertEqual(str(inspect.signature(torch.ones(2).add_)), "(other, *, alpha=1)")
        self.assertEqual(str(inspect.signature(torch.Tensor.transpose_)), "(input, dim0, dim1)")
        self.assertEqual(str(inspect.signature(torch.clamp_)), "(input, min=None, max=None)")
        self.assertEqual(str(inspect.signature(torch.take)), "(input, index, *, out=None)")
        self.assertEqual(str(inspect.signature(torch.sum)), "(input, dim=None, keepdim=False, *, dtype=None, out=None)")

    def test_undocumented_names_are_taken_all_the_same(self):
        self.assertEqual(torch.ones(2, 3).sum(axis=0).tolist(), [2.0, 2.0, 2.0])
        self.assertEqual(torch.zeros(size=(2,)).shape, (2,))


if __name__ == "__main__":
    unittest.main()
