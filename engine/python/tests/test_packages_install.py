"""Installing from indexes in memory: resolution, refusals, what stays, what comes back, and imports that resolve."""

import importlib
import sys
import tempfile
from pathlib import Path
from unittest import mock

import kernel_host
from carrel_kernel import packages
from carrel_kernel.packages import installed
from kernel_case import KernelCase
from package_page import Page, wheel


class PackagesCase(KernelCase):
    """A kernel with a page, and a site-packages of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.page = Page()
        host = kernel_host.FakeHost
        with mock.patch("kernel_case.FakeHost", lambda: host(self.page)):
            super().setUp()
        for patch in (
            mock.patch.object(installed, "folder", lambda: self.folder),
            mock.patch.object(installed, "search_path", lambda: [str(self.folder)]),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(self.forget_modules)
        sys.path.insert(0, folder.name)
        self.addCleanup(sys.path.remove, folder.name)
        importlib.invalidate_caches()

    def forget_modules(self):
        """Lets go of what was imported from the folder, and of nothing else."""
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(self.folder)):
                del sys.modules[name]

    def pip(self, *words):
        """Runs a command line; gives what it printed."""
        run = self.run_cell(f"import carrel_kernel.packages as p; p.install({list(words)!r})")
        self.assertIsNone(run.error, run.error)
        return run.printed()

    def refused(self, *words):
        """Runs a command line that must fail; gives what it says."""
        run = self.run_cell(f"import carrel_kernel.packages as p; p.install({list(words)!r})")
        self.assertIsNotNone(run.error, run.printed())
        return run.traceback

    def versions(self):
        """What is installed from here."""
        found = installed.distributions().items()
        return {key: each.version for key, each in found if installed.is_ours(each)}


class InstallTest(PackagesCase):
    """%pip install."""

    def test_dependencies_extras_and_markers(self):
        self.page.publish("app", "1.0", [
            "lib>=1,<2", 'nothere; sys_platform == "win32"', 'extra-lib; extra == "more"', 'other; extra == "less"',
        ], extras=("more", "less"))
        for version in ("0.9", "1.0", "1.5", "2.0"):
            self.page.publish("lib", version)
        self.page.publish("extra-lib", "3", ["app"])
        printed = self.pip("install", "app[more]")
        self.assertEqual(self.versions(), {"app": "1.0", "lib": "1.5", "extra-lib": "3"})
        self.assertIn("Installed", printed)
        run = self.run_cell("import app, lib, importlib.metadata as m; app.version, lib.version, m.version('extra-lib')")
        self.assertEqual(run.result, "('1.0', '1.5', '3')")
        self.assertEqual(self.page.reports[-1]["requirements"], ["app[more]"])
        self.assertIn("already satisfied: app", self.pip("install", "app"))

    def test_a_conflict_makes_an_older_version_the_choice(self):
        self.page.publish("a", "2.0", ["c>=2"])
        self.page.publish("a", "1.0", ["c>=1"])
        self.page.publish("b", "1.0", ["c<2"])
        for version in ("1.0", "2.0"):
            self.page.publish("c", version)
        self.pip("a", "b")
        self.assertEqual(self.versions(), {"a": "1.0", "b": "1.0", "c": "1.0"})

    def test_an_impossible_set_changes_nothing(self):
        self.page.publish("a", "2.0", ["c>=2"])
        self.page.publish("b", "1.0", ["c<2"])
        for version in ("1.0", "2.0"):
            self.page.publish("c", version)
        error = self.refused("a", "b")
        self.assertIn("ResolutionImpossible", error)
        self.assertIn("c>=2", error)
        self.assertIn("c<2", error)
        self.assertEqual(self.versions(), {})
        self.assertIn("Cannot install these together", self.refused("c<2", "c>=2"))

    def test_prereleases_yanked_and_other_pythons(self):
        self.page.publish("a", "1.0")
        self.page.publish("a", "1.1", yanked=True)
        self.page.publish("a", "1.2", requires_python=">=4")
        self.page.publish("a", "2.0rc1")
        self.pip("a")
        self.assertEqual(self.versions(), {"a": "1.0"})
        self.pip("-U", "--pre", "a")
        self.assertEqual(self.versions(), {"a": "2.0rc1"})
        self.pip("a==1.1")
        self.assertEqual(self.versions(), {"a": "1.1"})

    def test_what_cannot_be_installed_says_what_to_do(self):
        self.page.publish("a", "1.0")
        self.page.publish_file("binary", "binary-1.0-cp314-cp314-manylinux_2_17_x86_64.whl")
        self.page.publish_file("source", "source-1.0.tar.gz")
        self.page.publish_file("tensorflow", "tensorflow-2.20-cp314-cp314-win_amd64.whl")
        self.assertIn("from versions: 1.0", self.refused("a>=2"))
        self.assertIn("No matching distribution found for nowhere", self.refused("nowhere"))
        self.assertIn("only for other machines", self.refused("binary"))
        self.assertIn("only as source code", self.refused("source"))
        self.assertIn("Use torch", self.refused("tensorflow"))
        self.assertIn("beside the notebook", self.refused("git+https://x.test/a"))
        self.assertIn("packages folder", self.refused("-i", "https://x.test", "a"))
        self.assertIn("Invalid requirement", self.refused("a b=="))
        self.assertIn("no such file", self.refused("-r", "nothing.txt"))
        self.assertIn("no such option", self.refused("--frobnicate", "a"))
        self.assertEqual(self.versions(), {})

    def test_a_wrong_hash_is_refused(self):
        self.page.publish("a", "1.0")
        self.page.projects["a"][0]["hashes"]["sha256"] = "0" * 64
        self.assertIn("hashes do not match", self.refused("a"))
        self.assertEqual(self.versions(), {})

    def test_stop_leaves_what_was_there(self):
        self.page.publish("a", "1.0")
        self.pip("a")
        self.page.publish("a", "2.0", ["b"])
        self.page.publish("b", "1.0")
        self.page.stop_at = "b-1.0"
        run = self.run_cell("import carrel_kernel.packages as p; p.install(['-U', 'a'])")
        self.assertEqual(run.reply["ename"], "KeyboardInterrupt")
        self.assertTrue(self.page.cancelled)
        self.assertEqual(self.versions(), {"a": "1.0"})

    def test_another_version_takes_the_place_of_the_old(self):
        self.page.publish("a", "1.0", files={"a/__init__.py": "version = '1.0'", "a/old.py": ""})
        self.page.publish("a", "2.0", files={"a/__init__.py": "version = '2.0'"})
        self.pip("a==1.0")
        self.run_cell("import a")
        printed = self.pip("a>=2")
        self.assertIn("Replacing a 1.0", printed)
        self.assertIn("Restart the kernel", printed)
        self.assertFalse((self.folder / "a" / "old.py").exists())
        self.page.publish("needs-old", "1.0", ["a<2"])
        self.assertIn("requires a<2, but a 2.0 is installed", self.pip("--no-deps", "needs-old"))
        self.assertIn("requires a<2", self.pip("check"))

    def test_other_commands(self):
        self.page.publish("a", "1.0", ["b"])
        self.page.publish("b", "1.0")
        self.assertEqual(self.pip("-q", "a"), "")
        self.assertRegex(self.pip("list"), r"(?m)^a +1\.0$")
        self.assertEqual(self.pip("freeze"), "a==1.0\nb==1.0\n")
        self.assertIn("Requires: b\n", self.pip("show", "a"))
        self.assertIn("Required-by: a\n", self.pip("show", "b"))
        self.assertIn("Uninstalled b-1.0", self.pip("uninstall", "-y", "b", "zzz"))
        self.assertEqual(self.page.reports[-1]["removed"], ["b"])
        self.assertEqual(sorted(path.name for path in self.folder.glob("b*")), [])

    def test_requirements_files_and_wheels_beside_the_notebook(self):
        self.page.publish("a", "1.0")
        name, data = wheel("mine", "0.1", ["a"])
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "requirements.txt").write_text("a  # always\n")
            (Path(folder) / name).write_bytes(data)
            self.pip("install", "-r", f"{folder}/requirements.txt", f"{folder}/{name}")
        self.assertEqual(self.versions(), {"a": "1.0", "mine": "0.1"})

    def test_a_wheel_writes_only_where_it_may(self):
        self.page.publish("evil", "1.0", files={"../evil.py": "x"})
        self.assertIn("points outside", self.refused("evil"))
        self.assertFalse((self.folder.parent / "evil.py").exists())

    def test_offline_the_store_stands_in(self):
        self.page.publish("a", "1.0", ["b"])
        self.page.publish("b", "1.0")
        self.pip("a")
        self.pip("uninstall", "a", "b")
        self.page.is_offline = True
        self.assertIn("from this browser's store", self.pip("a"))
        self.assertIn("cannot be reached", self.refused("c"))


class NearbyTest(PackagesCase):
    """Imports that resolve, and what comes back."""

    def test_imports_from_the_site_and_the_store(self):
        self.page.vendor("scikit-learn", "1.8", ["vendored-lib"], imports=["sklearn"], files={"sklearn.py": "x = 1"})
        self.page.vendor("vendored-lib", "1.0")
        run = self.run_cell("def f():\n    import sklearn.cluster\nimport sklearn, vendored_lib\nsklearn.x")
        self.assertEqual(run.result, "1", run.error)
        self.assertIn("Installed scikit-learn 1.8 from this site", run.printed())
        self.assertFalse(any("://" in address for address in self.page.asked))
        self.assertEqual(self.page.reports, [])

    def test_missing_modules_say_what_to_do(self):
        self.page.publish("absent", "1.0")
        self.assertIn("Install it: %pip install absent", self.run_cell("import absent").traceback)
        self.assertIn("%pip install python-docx", self.run_cell("from docx import x").traceback)
        self.assertIn("Use torch", self.run_cell("import tensorflow as tf").traceback)
        self.assertIn("opencv-python does not exist", self.run_cell("import cv2").traceback)
        # The package is there: what is missing is a part that it has not got.
        self.assertNotIn("%pip", self.run_cell("import IPython.absent").traceback)
        self.assertFalse(any("://" in address for address in self.page.asked), "nothing was asked of any other host")

    def test_a_notebooks_packages_come_back_from_the_store_alone(self):
        self.page.publish("a", "1.0", ["b"])
        self.page.publish("b", "1.0")
        self.pip("a")
        for each in list(installed.distributions().values()):
            if installed.is_ours(each):
                installed.remove(each)
        for name in ("a", "b"):
            sys.modules.pop(name, None)
        self.page.is_offline = True
        restarted = packages.Packages(self.kernel.host, self.kernel.waits)
        self.kernel.packages = restarted
        run = self.run_cell("import a, b; a.version")
        self.assertEqual(run.result, "'1.0'", run.error)
        self.page.store.clear()
        self.kernel.packages = packages.Packages(self.kernel.host, self.kernel.waits)
        self.assertIn("%pip install a==1.0 b==1.0", self.run_cell("1").printed("stderr"))
