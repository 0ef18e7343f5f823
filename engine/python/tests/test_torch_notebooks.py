"""The notebook that tours tensors prints what real PyTorch printed, to the letter.

The training notebooks take minutes: `notebooks.py` runs them. Read next: `notebooks`.
"""

import contextlib
import io
import pathlib
import unittest

import notebooks

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "tests" / "notebooks"


class Tour(unittest.TestCase):
    def test_prints_to_the_letter(self):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            different = notebooks.run(FOLDER / "tensor-tour.ipynb", FOLDER / "expected")
        self.assertEqual(different, [], printed.getvalue())
