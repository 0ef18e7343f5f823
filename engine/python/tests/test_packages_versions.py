"""Versions, conditions, markers, requirements and names of wheels, by the rules of the packaging standards."""

import unittest

from carrel_kernel.packages import markers, wheels
from carrel_kernel.packages.requirements import InvalidRequirement, from_file, normalized, parse
from carrel_kernel.packages.versions import Conditions, InvalidVersion, Version

BROWSER = {
    "implementation_name": "cpython", "implementation_version": "3.14.2", "os_name": "posix", "platform_machine": "wasm32",
    "platform_python_implementation": "CPython", "platform_release": "", "platform_system": "Emscripten",
    "platform_version": "#1", "python_full_version": "3.14.2", "python_version": "3.14", "sys_platform": "emscripten",
}


class VersionTest(unittest.TestCase):
    """PEP 440."""

    def test_order(self):
        ordered = [
            "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2",
            "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7", "1.0+5",
            "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1!0.1",
        ]
        versions = [Version(text) for text in ordered]
        self.assertEqual(versions, sorted(reversed(versions)))

    def test_spelling(self):
        for text, plain in [
            ("1.0-1", "1.0.post1"), ("v1.0ALPHA", "1.0a0"), ("1.0.c3", "1.0rc3"), ("1.0-r4", "1.0.post4"),
            ("01.02", "1.2"), ("1.0+Ubuntu-1", "1.0+ubuntu.1"), ("2!1.0.preview1", "2!1.0rc1"),
        ]:
            self.assertEqual(str(Version(text)), plain)
        self.assertEqual(Version("1.0"), Version("1.0.0"))
        for text in ("", "1.0.x", "french toast", "1.0+", "1..0"):
            with self.assertRaises(InvalidVersion):
                Version(text)

    def test_conditions(self):
        for text, yes, no in [
            (">=1.2,<2", ["1.2", "1.9.9", "1.2.post1"], ["1.1", "2.0", "2.0a1", "1.2rc1"]),
            ("~=2.2", ["2.2", "2.9", "2.2.post3"], ["3.0", "2.1"]),
            ("~=1.4.5", ["1.4.5", "1.4.9"], ["1.5.0", "1.4.4"]),
            ("==1.1.*", ["1.1", "1.1.9", "1.1a1", "1.1.post1"], ["1.2", "1.10"]),
            ("!=1.5.*", ["1.4"], ["1.5", "1.5.7"]),
            ("==1.0", ["1.0", "1.0+local", "1.0.0"], ["1.0.post1", "1.0.1"]),
            ("==1.0+abc", ["1.0+abc"], ["1.0"]),
            (">1.7", ["1.7.1", "1.8"], ["1.7", "1.7.0.post1", "1.7+x"]),
            (">1.7.post2", ["1.7.post3"], ["1.7.post2"]),
            ("<3.1", ["3.0"], ["3.1.dev0", "3.1"]),
            ("===2.0-odd", [], ["2.0"]),
            ("", ["0", "9!9"], []),
        ]:
            conditions = Conditions(text)
            for version in yes:
                self.assertTrue(conditions.accepts(Version(version)), f"{version} {text}")
            for version in no:
                self.assertFalse(conditions.accepts(Version(version)), f"{version} {text}")
        self.assertTrue(Conditions(">=1.0rc1").allows_prereleases)
        self.assertFalse(Conditions(">=1.0,!=1.1a1").allows_prereleases)
        for text in ("1.0", ">=1.*", "~=1", "==x"):
            with self.assertRaises(InvalidVersion):
                Conditions(text)


class RequirementTest(unittest.TestCase):
    """PEP 508."""

    def test_parts(self):
        requirement = parse('Foo.Bar[b, A] >= 1.0, < 2 ; python_version < "3.8" or os_name == \'posix\'')
        self.assertEqual((requirement.key, sorted(requirement.extras)), ("foo-bar", ["a", "b"]))
        self.assertEqual(str(requirement), "Foo.Bar[a,b]<2,>=1.0")
        self.assertTrue(requirement.applies(BROWSER))
        self.assertEqual(parse("pip @ https://x.test/pip.whl").address, "https://x.test/pip.whl")
        self.assertTrue(parse("a (>=1.0)").conditions.accepts(Version("1.1")))
        for text in ("", "-x", "a b", "a>=", "a; nothing == 'x'", "a[", "../a"):
            with self.assertRaises(InvalidRequirement, msg=text):
                parse(text)

    def test_markers(self):
        for text, result in [
            ('python_version >= "3.9"', True), ('python_version < "3.10"', False), ('"3.14" == python_version', True),
            ('sys_platform == "win32" and os_name == "posix" or platform_system != "Windows"', True),
            ('sys_platform == "win32" and (os_name == "posix" or platform_system != "Windows")', False),
            ('platform_machine in "x86_64 wasm32"', True), ('"linux" not in sys_platform', True),
            ('python_full_version ~= "3.14.0"', True), ('extra == "test"', False),
            ('implementation_name == "pypy"', False), ("os.name == 'posix'", True),
        ]:
            self.assertIs(markers.holds(text, BROWSER), result, text)
        self.assertTrue(parse('pytest; extra == "Test_All"').applies(BROWSER, {"test-all"}))
        with self.assertRaises(markers.InvalidMarker):
            markers.holds('__import__("os") == "x"', BROWSER)

    def test_requirements_files(self):
        text = "# comment\nsix==1.17  # why\n\nrich \\\n  >=13\nattrs --hash=sha256:00\n"
        self.assertEqual(from_file(text), ["six==1.17", "rich   >=13", "attrs"])
        with self.assertRaises(InvalidRequirement):
            from_file("-e .")
        self.assertEqual(normalized("A._-b"), "a-b")


class WheelNameTest(unittest.TestCase):
    """Which wheels fit."""

    def test_tags(self):
        tags = wheels.supported_tags(["pyemscripten_2026_0_wasm32", "pyodide_2026_0_wasm32"], (3, 14))

        def rank(filename):
            return wheels.rank(wheels.parse_name(filename), tags)

        pure, own = rank("six-1.17.0-py2.py3-none-any.whl"), rank("a-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl")
        self.assertLess(own, pure)
        self.assertLess(own, rank("a-1-cp314-cp314-pyodide_2026_0_wasm32.whl"))
        self.assertIsNotNone(rank("a-1-cp39-abi3-pyemscripten_2026_0_wasm32.whl"))
        for filename in (
            "a-1-cp314-cp314-manylinux_2_17_x86_64.whl", "a-1-cp313-cp313-pyodide_2025_0_wasm32.whl",
            "a-1-py2-none-any.whl", "a-1-cp313-cp313-pyemscripten_2026_0_wasm32.whl",
        ):
            self.assertIsNone(rank(filename), filename)

    def test_names(self):
        name = wheels.parse_name("Foo_bar-1.0+x.1-2b-py3-none-any.whl")
        self.assertEqual((name.name, str(name.version), name.build), ("foo-bar", "1.0+x.1", (2, "2b")))
        for filename in ("six-1.17.0.tar.gz", "six-1.17.0-any.whl", "six-x-py3-none-any.whl"):
            with self.assertRaises(wheels.InvalidWheel):
                wheels.parse_name(filename)


if __name__ == "__main__":
    unittest.main()
