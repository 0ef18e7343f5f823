"""Waiting for archives that are still on their way: who waits, what a missing one says, and that nothing stays behind."""

import builtins
import io
import os
import sys
import tempfile
import unittest
import zipfile
import zipimport

from carrel_kernel import archives
from carrel_kernel.waiting import Waits

from tests.kernel_host import FakeHost

READERS = (zipimport, "_get_data"), (zipimport, "_read_directory"), (zipfile.ZipFile, "__init__"), (builtins, "open"), (io, "open")


class ArchivesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "late.zip")
        with zipfile.ZipFile(self.path, "w") as archive:
            archive.writestr("late_module.py", "VALUE = 42\n")
        self.host = FakeHost()
        self.waits = Waits(self.host, self.host.run_sync)
        self.originals = {place: getattr(*place) for place in READERS}
        self.addCleanup(lambda: [setattr(*place, original) for place, original in self.originals.items()])

    def arriving(self, reason=""):
        self.host.archives[self.path] = reason
        archives.install(self.host, self.waits)

    def is_as_before(self):
        return all(getattr(*place) is original for place, original in self.originals.items())

    def test_nothing_is_touched_when_all_are_there(self):
        archives.install(self.host, self.waits)
        self.assertTrue(self.is_as_before())

    def test_an_import_waits_and_everything_is_as_before_afterwards(self):
        self.arriving()
        self.assertFalse(self.is_as_before())
        sys.path.append(self.path)
        self.addCleanup(sys.path.remove, self.path)
        self.addCleanup(sys.modules.pop, "late_module", None)
        import late_module

        self.assertEqual(late_module.VALUE, 42)
        self.assertEqual(self.host.archives, {})
        zipfile.ZipFile(self.path).close()
        self.assertTrue(self.is_as_before())

    def test_open_waits_and_says_why_it_cannot(self):
        self.arriving()
        with open(self.path, "rb") as file:
            self.assertEqual(file.read(2), b"PK")
        self.arriving("it is not on the site")
        with self.assertRaisesRegex(OSError, "it is not on the site"):
            open(file=self.path)

    def test_what_others_have_put_in_the_place_stays(self):
        self.arriving()
        ours = builtins.open

        def theirs(*arguments, **named):
            return ours(*arguments, **named)

        builtins.open = theirs
        open(self.path, "rb").close()
        open(self.path, "rb").close()
        self.assertIs(builtins.open, theirs)
        self.assertIs(io.open, self.originals[io, "open"])

    def test_a_file_that_is_no_awaited_archive_is_read_at_once(self):
        self.host.archives["/elsewhere.zip"] = ""
        archives.install(self.host, self.waits)
        with zipfile.ZipFile(self.path) as archive:
            self.assertEqual(archive.namelist(), ["late_module.py"])
        self.assertEqual(list(self.host.archives), ["/elsewhere.zip"])

    def test_a_missing_one_is_an_error_with_its_reason(self):
        self.arriving("the server answered 404")
        with self.assertRaisesRegex(OSError, "late.zip is missing: the server answered 404"):
            zipfile.ZipFile(self.path)

    def test_where_nothing_can_wait_it_says_so(self):
        self.host.archives[self.path] = ""
        archives.install(self.host, Waits(self.host, None))
        with self.assertRaisesRegex(ImportError, "still being loaded"):
            zipimport.zipimporter(self.path)

    def test_what_will_not_come_is_named_also_where_nothing_can_wait(self):
        self.host.archives[self.path] = self.host.failures[self.path] = "the server answered 404"
        archives.install(self.host, Waits(self.host, None))
        with self.assertRaisesRegex(OSError, "late.zip is missing: the server answered 404"):
            zipfile.ZipFile(self.path)


if __name__ == "__main__":
    unittest.main()
