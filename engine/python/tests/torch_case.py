"""What the tests of torch share: comparing printed text and raised errors.

Read next: `test_torch_printing`.
"""

import textwrap
import unittest

import torch


class TorchCase(unittest.TestCase):
    """A test case that knows tensors."""

    def setUp(self):
        torch.manual_seed(0)

    def assert_prints(self, value, text):
        """`repr(value)` is the text, given indented."""
        self.assertEqual(repr(value), textwrap.dedent(text).strip("\n"))

    def assert_tensor(self, found, values, dtype=None):
        """A tensor has these values, and this dtype if one is given."""
        self.assertEqual(found.tolist(), values)
        if dtype is not None:
            self.assertIs(found.dtype, dtype)

    def assert_close(self, found, values, places=5):
        """A tensor's elements are close to these nested values."""
        flat = found.detach().reshape(-1).tolist()
        wanted = torch.tensor(values, dtype=torch.float64).reshape(-1).tolist()
        self.assertEqual(len(flat), len(wanted))
        for a, b in zip(flat, wanted):
            self.assertAlmostEqual(a, b, places)

    def assert_error(self, kind, text, function, *args, **kwargs):
        """A call raises this kind of error, whose first line begins with the text."""
        with self.assertRaises(kind) as caught:
            function(*args, **kwargs)
        self.assertTrue(str(caught.exception).startswith(text), str(caught.exception))
