"""Completion and help of the kernel: what they offer, what they never do, and that they end in time."""

import sys
import time
import unittest

from carrel_kernel import assist, assist_jedi
from carrel_kernel.assist_context import expression_before, surroundings
from carrel_kernel.assist_limit import within
from kernel_case import KernelCase


class ContextCase(unittest.TestCase):
    """Reading the code around the caret."""

    def at(self, text):
        cursor = text.index("|")
        return surroundings(text.replace("|", "", 1), cursor)

    def test_owners_of_attributes(self):
        cases = {
            "x.|": "x", "a.b[0].c(1, ')').de|": "a.b[0].c(1, ')')", "print(x.y|": "x", "3.|": None, "f(2).r|": "f(2)", "'a.b'.up|": "'a.b'",
            "x = [1, 2].a|": "[1, 2]", "return y.z|": "y", "if x|": None, "a.\\\n b|": None, "...|": None, "not x.|": "x",
        }
        for text, owner in cases.items():
            self.assertEqual(self.at(text).owner(), owner, text)

    def test_strings_comments_and_brackets(self):
        self.assertTrue(self.at("x # d['|").in_comment)
        self.assertIsNotNone(self.at("open('a|").string_start)
        self.assertIsNone(self.at("open('a')|").string_start)
        self.assertIsNotNone(self.at('"""a\n"b|').string_start)
        self.assertEqual(self.at("d['al|").key(), ("d", "al"))
        self.assertEqual(self.at("a.b(1)[\"|\"]").key(), ("a.b(1)", ""))
        self.assertIsNone(self.at("['al|").key())
        self.assertIsNone(self.at("if x in ['al|").key())
        self.assertEqual(self.at("from torch import nn, o|").imported(), ("torch", "o"))
        self.assertEqual(self.at("from torch.n|").imported(), ("", "torch.n"))
        self.assertEqual(self.at("import os, js|").imported(), ("", "js"))
        self.assertIsNone(self.at("x = imported|").imported())

    def test_no_text_is_too_broken(self):
        text = "x = f(a[\"b\", {'c': '''d\n# e\n)]}} \\' import from . 'g"
        for cursor in range(len(text) + 1):
            place = surroundings(text, cursor)
            place.owner(), place.key(), place.call(), place.imported(), expression_before(text, cursor)


class LimitCase(unittest.TestCase):
    """The limit on time."""

    def test_ends_loops_and_recursion_and_leaves_nothing_on(self):
        def loop():
            while True:
                pass

        def calls(depth=0):
            return calls(depth + 1) if depth < 50 else loop()

        for work in (loop, calls):
            began = time.perf_counter()
            self.assertEqual(within(0.05, work, "late"), "late")
            self.assertLess(time.perf_counter() - began, 5)
        self.assertEqual(within(5, lambda: sum(range(1000)), None), 499500)
        self.assertIsNone(sys.gettrace())

    def test_errors_pass(self):
        with self.assertRaises(ZeroDivisionError):
            within(1, lambda: 1 / 0, None)


class AssistBase(KernelCase):
    """A kernel with things in it."""

    def setUp(self):
        super().setUp()
        self.run_cell(
            "import math\n"
            "class Thing:\n"
            "    '''A thing.'''\n"
            "    touched = []\n"
            "    def __init__(self): self.size = 3; self._hidden = 1\n"
            "    @property\n"
            "    def costly(self): Thing.touched.append(1); return self\n"
            "    def __getattr__(self, name): Thing.touched.append(name); raise AttributeError(name)\n"
            "    def work(self, hours, *, pause=1): 'Works.'\n"
            "    def __repr__(self): Thing.touched.append('repr'); return 'T'\n"
            "thing = Thing()\n"
            "table = {'alpha': 1, 'beta two': 2, 3: 4}\n"
            "values = [1, 2]\n"
        )

    def complete(self, code, **more):
        return self.reply("complete_request", {"code": code, "cursor_pos": len(code), **more})

    def types(self, code, **more):
        listed = self.complete(code, **more)["metadata"]["_jupyter_types_experimental"]
        return {item["text"]: item["type"] for item in listed}

    def help(self, code, **more):
        reply = self.reply("inspect_request", {"code": code, "cursor_pos": len(code), **more})
        return reply["metadata"].get("carrel") if reply["found"] else None

    def touched(self):
        return self.kernel.namespace["Thing"].touched


class AssistCase(AssistBase):
    """Completion and help from live objects."""

    def test_attributes_of_live_objects_with_kinds_and_private_ones_last(self):
        types = self.types("thing.")
        self.assertEqual((types["work"], types["costly"], types["size"]), ("function", "property", "instance"))
        self.assertEqual(self.complete("thing.")["matches"][-1][0], "_")
        self.assertEqual(self.complete("thing.WO")["matches"], ["work"])
        self.assertEqual(self.touched(), [])

    def test_keys_paths_arguments_imports_and_literals(self):
        self.assertEqual(self.complete('table["')["matches"], ["alpha", "beta two"])
        self.assertEqual(self.complete("table['al")["cursor_start"], 7)
        self.assertIn("'alpha'", self.complete("table[")["matches"])
        self.assertEqual(self.types("thing.work(pa")["pause="], "argument")
        self.assertNotIn("pause=", self.types("thing.work(pause=1, pa"))
        self.assertIn("path", self.complete("from os import pa")["matches"])
        self.assertIn("math", self.complete("import mat")["matches"])
        self.assertEqual(self.complete("'x'.upp")["matches"], ["upper"])
        self.assertEqual(self.complete("values[0].bit_l")["matches"], ["bit_length"])
        self.assertTrue(any(kind == "path" for kind in self.types("open('/").values()))

    def test_nothing_in_comments_and_plain_strings(self):
        self.assertEqual(self.complete("# thing.")["matches"], [])
        self.assertEqual(self.complete("'https://thing.")["matches"], [])

    def test_properties_and_getattr_of_the_notebook_do_not_run(self):
        self.complete("thing.costly.")
        self.complete("thing.nothing.")
        self.help("thing.costly")
        self.help("thing")
        self.help("thing.work(", about="call")
        self.assertEqual(self.touched(), [])

    def test_nothing_is_remembered(self):
        before = (dict(self.kernel.namespace), self.kernel.shell.execution_count)
        self.complete("thing.")
        self.help("thing")
        self.assertEqual((dict(self.kernel.namespace), self.kernel.shell.execution_count), before)

    def test_code_that_hangs_is_given_up(self):
        self.run_cell("class Slow:\n    def __dir__(self):\n        while True: pass\nslow = Slow()")
        began = time.perf_counter()
        self.assertEqual(self.complete("slow.")["matches"], [])
        self.assertLess(time.perf_counter() - began, 20)
        self.assertEqual(self.run_cell("1 + 1").reply["status"], "ok")

    def test_help_of_values_functions_and_calls(self):
        self.assertEqual(self.help("values")["facts"], [["Type", "list"], ["Length", "2"], ["Value", "[1, 2]"]])
        work = self.help("thing.work")
        self.assertEqual(([part["text"] for part in work["parameters"]], work["doc"]), (["hours", "*", "pause=1"], "Works."))
        self.assertEqual(self.help("thing.work(", about="call")["active"], 0)
        self.assertEqual(self.help("thing.work(1, pause=", about="call")["active"], 2)
        self.assertEqual(self.help("print(1, 2, ", about="call")["active"], 0)
        self.assertIsNone(self.help("1 + ", about="call"))
        self.assertIsNone(self.help("unheard_of"))

    def test_tensors_tell_shape_type_and_device(self):
        self.run_cell("import torch\nx = torch.zeros(2, 3, requires_grad=True)")
        self.assertEqual(self.types("torch.zeros(3, dt").get("dtype="), "argument")
        self.assertEqual(self.types("torch.rand(3).clamp_(ma").get("max="), "argument")
        self.assertEqual(
            self.help("x")["facts"],
            [["Type", "torch.Tensor"], ["Shape", "(2, 3)"], ["Dtype", "torch.float32"], ["Device", "cpu"], ["Requires grad", "True"]],
        )
        self.assertIn("backward", self.complete("x.sum().b")["matches"])
        self.assertIn("backward", self.complete("x[0].b")["matches"])
        self.assertIn("nn", self.types("torch."))
        self.assertEqual(self.types("torch.nn.Linear(2, 3, bi")["bias="], "argument")


class JediCase(AssistBase):
    """Code that has not run."""

    def setUp(self):
        super().setUp()
        # What jedi answers is tested here, not when: under CPython before 3.12 the limit slows it many times over.
        self.addCleanup(setattr, assist, "within", assist.within)
        assist.within = lambda _seconds, work, _otherwise: work()
        self.addCleanup(setattr, assist_jedi, "within", assist_jedi.within)
        assist_jedi.within = assist.within

    def test_cells_above_and_this_one(self):
        self.assertIn("title", self.complete("name.", above="name = 'Ada'\n%time x\n!ls")["matches"])
        self.assertIn("append", self.complete("def f():\n    found = []\n    found.a")["matches"])
        above = "def scale(tensor, factor=2):\n    '''Scales.'''\n"
        call = self.help("scale(1, ", above=above, about="call")
        self.assertEqual(([part["name"] for part in call["parameters"]], call["active"]), (["tensor", "factor"], 1))
        self.assertIn("Scales.", self.help("scale", above=above)["doc"])


if __name__ == "__main__":
    unittest.main()
