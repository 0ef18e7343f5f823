"""Displays, pretty printing and tracebacks, under plain CPython."""

import unittest
from kernel_case import KernelCase


class Displays(KernelCase):
    def shown(self, code):
        """The displays of a cell: (message type, content)."""
        kinds = ("display_data", "update_display_data", "clear_output", "execute_result")
        run = self.run_cell(code)
        self.assertIsNone(run.error)
        return [(m["header"]["msg_type"], m["content"]) for m in run.messages if m.get("header", {}).get("msg_type") in kinds]

    def test_objects_by_their_methods(self):
        class Fancy:
            def _repr_html_(self):
                return "<b>x</b>"

            def _repr_png_(self):
                return b"\x89PNG"

            def _repr_markdown_(self):
                raise ValueError("broken")

            def __repr__(self):
                return "Fancy"

        self.kernel.namespace["fancy"] = Fancy()
        run = self.run_cell("fancy")
        data = run.contents["execute_result"]["data"]
        self.assertEqual(data, {"text/plain": "Fancy", "text/html": "<b>x</b>", "image/png": "iVBORw=="})
        self.assertEqual((run.error["ename"], run.reply["status"]), ("ValueError", "ok"))

    def test_mimebundle_with_metadata(self):
        self.run_cell(
            "class Bundle:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
            "        return {'text/plain': 'p', 'text/html': 'h'}, {'text/html': {'isolated': True}}"
        )
        (_, content), = self.shown("Bundle()")
        self.assertEqual(content["data"], {"text/plain": "p", "text/html": "h"})
        self.assertEqual(content["metadata"], {"text/html": {"isolated": True}})

    def test_display_functions(self):
        code = "from IPython.display import *\nh = display('a', display_id=True)\nh.update('b')\nclear_output(wait=True)"
        (first, shown), (second, updated), (third, cleared) = self.shown(code)
        self.assertEqual((first, second, third), ("display_data", "update_display_data", "clear_output"))
        self.assertEqual(shown["transient"], updated["transient"])
        self.assertEqual((shown["data"], updated["data"]), ({"text/plain": "'a'"}, {"text/plain": "'b'"}))
        self.assertEqual(cleared, {"wait": True})

    def test_display_objects(self):
        code = (
            "from IPython.display import HTML, Markdown, Latex, Math, SVG, JSON, Image, Javascript\n"
            "display(HTML('<i>'), Markdown('*m*'), Latex('$x$'), Math('x'), SVG('<svg/>'), JSON({'a': 1}),"
            " Javascript('1'), Image(b'\\x89PNG\\r\\n\\x1a\\n', width=5), Image(url='a.png'))"
        )
        data = [content["data"] for _, content in self.shown(code)]
        expected = [
            ("text/html", "<i>"), ("text/markdown", "*m*"), ("text/latex", "$x$"),
            ("text/latex", "$\\displaystyle x$"), ("image/svg+xml", "<svg/>"), ("application/json", {"a": 1}),
            ("application/javascript", "1"), ("image/png", "iVBORw0KGgo="), ("text/html", '<img src="a.png"/>'),
        ]
        self.assertEqual([bundle[mime] for bundle, (mime, _) in zip(data, expected)], [value for _, value in expected])

    def test_a_value_that_displays_itself(self):
        code = "class Own:\n    def _ipython_display_(self): display('shown')\nOwn()"
        self.assertEqual([kind for kind, _ in self.shown(code)], ["display_data"])

    def test_get_ipython(self):
        self.assert_result("import IPython\nIPython.get_ipython() is get_ipython(), get_ipython().user_ns is globals()", "(True, True)")


class Tracebacks(KernelCase):
    def test_frames_with_their_lines(self):
        self.run_cell("def f(n): return 1 / n\ndef g(n): return f(n - 1)")
        run = self.run_cell("x = 1\ng(1)")
        expected = [
            "-" * 75,
            "ZeroDivisionError" + "Traceback (most recent call last)".rjust(58),
            "Cell In[2], line 2",
            "      1 x = 1",
            "----> 2 g(1)",
            "",
            "Cell In[1], line 2, in g(n)",
            "----> 2 def g(n): return f(n - 1)",
            "",
            "Cell In[1], line 1, in f(n)",
            "----> 1 def f(n): return 1 / n",
            "",
        ]
        lines = run.traceback.split("\n")
        self.assertEqual(lines[:-1], expected)
        self.assertEqual(lines[-1], f"ZeroDivisionError: {run.error['evalue']}")

    def test_library_frames_and_qualified_names(self):
        run = self.run_cell("import json\njson.loads('{')")
        self.assertRegex(run.traceback, r"File .*json.decoder\.py:\d+, in JSONDecoder\.\w+\(self, s")
        self.assertNotIn("carrel_kernel", run.traceback)

    def test_modules_can_hide_their_frames(self):
        library = "hidden = {'__traceback_hide__': True}\nexec('def divide(n): return n / 0', hidden)\n"
        run = self.run_cell(library + "hidden['divide'](1)")
        self.assertIn("----> 3 hidden['divide'](1)", run.traceback)
        self.assertNotIn("in divide", run.traceback)

    def test_chained_errors(self):
        during = self.run_cell("try: 1 / 0\nexcept ZeroDivisionError: int('x')").traceback
        self.assertLess(during.index("ZeroDivisionError"), during.index("During handling of the above exception"))
        self.assertLess(during.index("During handling"), during.index("ValueError: invalid literal"))
        self.assertIn("direct cause", self.run_cell("try: 1 / 0\nexcept ZeroDivisionError as e: raise KeyError('k') from e").traceback)
        self.assertNotIn("ZeroDivisionError:", self.run_cell("try: 1 / 0\nexcept Exception: raise KeyError('k') from None").traceback)

    def test_syntax_errors(self):
        lines = self.run_cell("x = 1\n  y = = 2").traceback.rstrip("\n").split("\n")
        self.assertEqual(lines[0], "  Cell In[1], line 2")
        self.assertEqual(lines[-1], "IndentationError: unexpected indent")
        lines = self.run_cell("if True:\n    x = = 1").traceback.rstrip("\n").split("\n")
        self.assertEqual(lines, ["  Cell In[2], line 2", "    x = = 1", "        ^", "SyntaxError: invalid syntax"])
        self.assertIn("SyntaxError", self.run_cell("eval('1 +')").traceback)

    def test_recursion_is_summed_up(self):
        text = self.run_cell("def f(): return f()\nf()").traceback
        self.assertRegex(text, r"\[\.\.\. skipping similar frames: f at line 1 \(\d+ times\)\]")
        self.assertLess(len(text.split("\n")), 20)

    def test_an_interrupt_is_short(self):
        self.host.stop_sleeps = True
        run = self.run_cell("import time\ndef f(): time.sleep(1)\nf()")
        self.assertEqual(run.traceback.split("\n")[-1], "KeyboardInterrupt: ")
        self.assertNotIn("waiting.py", run.traceback)

    def test_notes_groups_and_suggestions(self):
        self.assertIn("\nmind this", self.run_cell("e = ValueError('v')\ne.add_note('mind this')\nraise e").traceback)
        group = self.run_cell("raise ExceptionGroup('several', [ValueError('a'), KeyError('b')])").traceback
        self.assertIn("ExceptionGroup: several (2 sub-exceptions)", group)
        self.assertIn("KeyError: 'b'", group)

    def test_broken_errors_are_still_shown(self):
        code = "class Bad(Exception):\n    def __str__(self): 1 / 0\nraise Bad"
        self.assertEqual(self.run_cell(code).error["evalue"], "<exception str() failed>")

    def test_old_lines_stay_with_their_cell(self):
        self.run_cell("def f():\n    return undefined_name")
        self.run_cell("pass")
        self.assertIn("----> 2     return undefined_name", self.run_cell("f()").traceback)


if __name__ == "__main__":
    unittest.main()
