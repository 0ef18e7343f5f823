"""Pieces of files for who follows a traceback."""

import os
import sys
import tempfile
import unittest
import zipfile

from kernel_case import KernelCase


class FileTest(KernelCase):
    def piece(self, path, line):
        return self.reply("carrel_file_request", {"path": path, "line": line})

    def test_lines_around_one(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "long.py")
            with open(path, "w", encoding="utf-8") as file:
                file.write("".join(f"line {number}\n" for number in range(1, 2001)))
            reply = self.piece(path, 1000)
            self.assertEqual((reply["status"], reply["path"], reply["first_line"]), ("ok", path, 700))
            lines = reply["text"].splitlines()
            self.assertEqual((lines[0], lines[300], lines[-1]), ("line 700", "line 1000", "line 1300"))
            # What was written anew since is read anew; a line that is no longer there is answered with the end.
            with open(path, "w", encoding="utf-8") as file:
                file.write("only\n")
            self.assertEqual(self.piece(path, 1000)["text"], "only\n")

    def test_modules_in_archives(self):
        with tempfile.TemporaryDirectory() as folder:
            archive = os.path.join(folder, "packed.zip")
            with zipfile.ZipFile(archive, "w") as file:
                file.writestr("packed_module.py", "first = 1\nsecond = 2\n")
            sys.path.insert(0, archive)
            try:
                import packed_module

                reply = self.piece(packed_module.__file__, 2)
                self.assertEqual((reply["first_line"], reply["text"]), (1, "first = 1\nsecond = 2\n"))
            finally:
                sys.path.remove(archive)
                sys.modules.pop("packed_module", None)

    def test_what_is_no_text_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            binary = os.path.join(folder, "b.bin")
            with open(binary, "wb") as file:
                file.write(bytes(range(256)))
            for path in ("/no/such/file.py", folder, binary, "", "\0"):
                with self.subTest(path=path):
                    reply = self.piece(path, 1)
                    self.assertEqual((reply["status"], reply["evalue"]), ("error", "no such text file"))


if __name__ == "__main__":
    unittest.main()
