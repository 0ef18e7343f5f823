"""Texts too long to print: their ends are shown, and a file has the whole. Read next: carrel_kernel/streams.py."""

import os
import re
import unittest

from carrel_kernel.streams import LONGEST_TEXT, OutputStream


class _Printed:
    """A host that keeps what is printed."""

    def __init__(self):
        self.text = ""

    def stream(self, _name, text):
        self.text += text


class LongTexts(unittest.TestCase):
    def test_a_long_text_is_kept_whole_in_a_file(self):
        host = _Printed()
        text = "a" + "b" * LONGEST_TEXT + "c"
        self.assertEqual(OutputStream(host, "stdout").write(text), len(text))
        self.assertLess(len(host.text), 300_000)
        self.assertTrue(host.text.startswith("ab") and host.text.endswith("bc"))
        path = re.search(r"the whole text is in (\S+)\]", host.text)[1]
        self.addCleanup(os.remove, path)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), text)

    def test_a_text_of_ordinary_length_is_printed_as_it_is(self):
        host = _Printed()
        OutputStream(host, "stderr").write("x" * LONGEST_TEXT)
        self.assertEqual(len(host.text), LONGEST_TEXT)


if __name__ == "__main__":
    unittest.main()
