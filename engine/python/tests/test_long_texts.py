"""Texts too long to print: their ends are shown, and a file has the whole. Read next: carrel_kernel/streams.py."""

import os
import re
import tempfile
import unittest
import unittest.mock

from carrel_kernel.long_outputs import LONGEST_FORMAT, LONGEST_PLAIN, LONGEST_TEXT, shortened
from carrel_kernel.streams import OutputStream


class _Printed:
    """A host that keeps what is printed."""

    def __init__(self):
        self.text = ""

    def stream(self, _name, text):
        self.text += text


class LongTexts(unittest.TestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        patched = unittest.mock.patch.dict(os.environ, {"HOME": home.name})
        patched.start()
        self.addCleanup(patched.stop)

    def test_a_long_text_is_kept_whole_in_a_file(self):
        host = _Printed()
        text = "a" + "b" * LONGEST_TEXT + "c"
        self.assertEqual(OutputStream(host, "stdout").write(text), len(text))
        self.assertLess(len(host.text), 300_000)
        self.assertTrue(host.text.startswith("ab") and host.text.endswith("bc"))
        path = re.search(r"the whole text is in (\S+)\]", host.text)[1]
        self.assertEqual(os.path.dirname(path), os.path.expanduser("~/whole-outputs"))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), text)

    def test_a_text_of_ordinary_length_is_printed_as_it_is(self):
        host = _Printed()
        OutputStream(host, "stderr").write("x" * LONGEST_TEXT)
        self.assertEqual(len(host.text), LONGEST_TEXT)

    def test_a_displayed_value_loses_only_what_is_too_long(self):
        data = {"text/plain": "p" * (LONGEST_PLAIN + 1), "text/html": "<p>" + "h" * LONGEST_FORMAT, "image/png": "iVBOR", "application/json": {"a": 1}}
        short = shortened(data)
        self.assertEqual((short["image/png"], short["application/json"]), ("iVBOR", {"a": 1}))
        self.assertNotIn("text/html", short)
        self.assertLess(len(short["text/plain"]), 300_000)
        paths = re.findall(r"is in (\S+)\]", short["text/plain"])
        self.assertEqual([os.path.splitext(path)[1] for path in paths], [".html", ".txt"])
        for path, mime in zip(paths, ("text/html", "text/plain"), strict=True):
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), data[mime])

    def test_a_bundle_of_ordinary_length_is_itself(self):
        data = {"text/plain": "p" * LONGEST_PLAIN, "text/html": "h" * LONGEST_FORMAT}
        self.assertIs(shortened(data), data)


if __name__ == "__main__":
    unittest.main()
