"""Every name of PyTorch's that public tutorials use is there, or refuses with what to use instead.

`torch_names.txt` lists them, a name a line with the number of files that use it. Read next: `supported_names`.
"""

import unittest

import supported_names
import torch


class Names(unittest.TestCase):
    def test_all_are_there_or_refuse(self):
        for path, files in supported_names.listed().items():
            if files < supported_names.ENOUGH_FILES:
                continue
            with self.subTest(path):
                status, text = supported_names.judged(path)
                self.assertNotEqual(status, "missing")
                if status == "refused":
                    self.assertGreater(len(text), 20)

    def test_the_page_is_true(self):
        text, _ = supported_names.page()
        self.assertTrue(text == supported_names.PAGE.read_text(), "run engine/python/tests/supported_names.py to write it anew")

    def test_refused_names_raise_the_reason_that_is_told(self):
        for path in supported_names.listed():
            try:
                found = supported_names.resolve(path)
            except (AttributeError, ImportError):
                continue
            reason = supported_names.reason_of_refusal(found)
            if reason and callable(found):
                with self.subTest(path), self.assertRaisesRegex(NotImplementedError, "is not supported in Carrel: "):
                    found()

    def test_what_is_refused_says_so(self):
        with self.assertRaisesRegex(NotImplementedError, "not supported in Carrel"):
            torch.backends.quantized.engine()
        with torch.backends.cudnn.flags(enabled=False):
            self.assertFalse(torch.backends.cudnn.is_available())
        with self.assertRaises(AttributeError):
            supported_names.resolve("torch.backends.no_such_library")


if __name__ == "__main__":
    unittest.main()
