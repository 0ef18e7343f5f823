"""IPython's magics, help, debugger and history in the kernel, under plain CPython."""

import json
import re
import unittest
from unittest import mock

from kernel_case import KernelCase


class Magics(KernelCase):
    def test_timing(self):
        self.assertRegex(self.run_cell("%time 1 + 1").printed(), r"(?s)CPU times: .*Wall time: ")
        self.assertRegex(self.run_cell("%timeit -n 2 -r 1 sum([])").printed(), r"per loop \(mean ± std\. dev\. of 1 run, 2 loops each\)")
        self.assert_result("%%time\nx = 5\nx", "5")
        self.assertRegex(self.run_cell("%%timeit -n 1 -r 1 y = 2\ny + 1").printed(), "per loop")

    def test_names(self):
        self.run_cell("answer = 42")
        self.assertEqual(self.run_cell("%who").printed().split(), ["answer"])
        self.assertRegex(self.run_cell("%whos").printed(), r"answer +int +42")
        self.run_cell("%reset -f")
        self.assertEqual(self.run_cell("answer").error["ename"], "NameError")

    def test_files(self):
        self.assertIn("Writing module.py", self.run_cell("%%writefile module.py\nloaded = __name__\nprint('in the file')").printed())
        self.assertEqual(self.run_cell("%run module.py").printed(), "in the file\n")
        self.assert_result("loaded", "'__main__'")
        run = self.run_cell("%load module.py")
        (payload,) = run.reply["payload"]
        self.assertEqual((payload["source"], payload["replace"]), ("set_next_input", True))
        self.assertTrue(payload["text"].endswith("print('in the file')\n"))
        self.assertEqual(self.run_cell("1").reply["payload"], [])

    def test_notebooks_run_as_files(self):
        cells = [{"cell_type": "code", "source": ["a = 1\n", "b = %pwd"]}, {"cell_type": "markdown", "source": "# no"},
                 {"cell_type": "code", "source": "c = a + 1"}]
        with open("part.ipynb", "w") as file:
            json.dump({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}, file)
        self.run_cell("%run part.ipynb")
        self.assert_result("a, c, b == __import__('os').getcwd()", "(1, 2, True)")

    def test_displays(self):
        cases = {
            "%%html\n<b>x</b>": ("text/html", "<b>x</b>\n"), "%%javascript\n1": ("application/javascript", "1\n"),
            "%%svg\n<svg/>": ("image/svg+xml", "<svg/>"), "%%latex\n$x$": ("text/latex", "$x$\n"),
            "%%markdown\n*m*": ("text/markdown", "*m*\n"),
        }
        for code, (mime, text) in cases.items():
            self.assertEqual(self.run_cell(code).contents["display_data"]["data"][mime], text)

    def test_surroundings(self):
        self.assert_result("%env CARREL_TEST=5\n%env CARREL_TEST", "'5'")
        self.assertEqual(self.run_cell("%load_ext autoreload\n%autoreload 2").reply["status"], "ok")
        self.assertEqual(self.run_cell("%config InlineBackend.figure_format = 'svg'").reply["status"], "ok")
        self.assertEqual(self.run_cell("%%capture kept\nprint('x')\ndisplay(1)").printed(), "")
        self.assert_result("kept.stdout, len(kept.outputs)", "('x\\n', 1)")

    def test_installing_goes_to_the_part_that_installs(self):
        packages = mock.Mock()
        packages.install.return_value = None
        with mock.patch.dict("sys.modules", {"carrel_kernel.packages": packages}), mock.patch("carrel_kernel.packages", packages, create=True):
            for code in ("%pip install a 'b>1'", "%conda install a 'b>1'", "!pip install a 'b>1'", "%uv pip install a 'b>1'"):
                self.run_cell(code)
                self.assertEqual(packages.install.call_args.args, (["install", "a", "b>1"],), code)

    def test_exit_keeps_the_kernel(self):
        self.assertIn("press Restart", self.run_cell("exit").printed())
        self.assertIn("press Restart", self.run_cell("quit()").printed())


class Help(KernelCase):
    def test_question_marks_show_help_in_the_cell(self):
        run = self.run_cell("len?")
        self.assertIn("Return the number of items", run.contents["display_data"]["data"]["text/plain"])
        self.run_cell("def own():\n    'Says so.'\n    return 1")
        self.assertIn("return", self.run_cell("own??").contents["display_data"]["data"]["text/plain"])
        self.assertIn("Object `nothing` not found", self.run_cell("?nothing").printed())


class Debugger(KernelCase):
    def commands(self, code, *answers):
        """Runs a cell, gives the debugger its commands, and what the cell printed, without colours."""
        self.host.answers = list(answers)
        run = self.run_cell(code)
        text = re.sub(r"\x1b\[[\d;]*m", "", run.printed())
        return run, text

    def test_breakpoint(self):
        self.run_cell("def f(n):\n    m = n + 1\n    breakpoint()\n    k = m * 2\n    return k")
        run, text = self.commands("f(20)", "p m", "n", "a", "l", "u", "d", "c")
        self.assertEqual(run.result, "42")
        self.assertIn("21\n", text)
        self.assertIn("n = 20", text)
        self.assertIn("4     k = m * 2", text)
        prompts = [m["content"]["prompt"] for m in run.messages if m.get("channel") == "stdin"]
        self.assertTrue(all("db> " in prompt for prompt in prompts), prompts)

    def test_steps_into_functions(self):
        self.run_cell("import pdb\ndef inner():\n    return 5\ndef outer():\n    pdb.set_trace()\n    return inner()")
        _, text = self.commands("outer()", "s", "s", "w", "q")
        self.assertIn("--Call--", text)
        self.assertIn("inner()", text)

    def test_leaving_it(self):
        self.run_cell("def f():\n    breakpoint()\n    return 1")
        self.assertEqual(self.commands("f()", "q")[0].reply["ename"], "BdbQuit")
        # Nobody answers: the host says that Stop was pressed.
        self.assertEqual(self.commands("f()")[0].error["ename"], "KeyboardInterrupt")
        self.assert_result("1 + 1", "2")

    def test_after_an_error(self):
        self.run_cell("def f(n):\n    return n / 0\nf(3)")
        _, text = self.commands("%debug", "p n", "u", "l", "q")
        self.assertIn("3\n", text)
        self.assertIn("----> 3 f(3)", text)
        self.assertNotIn("carrel_kernel", text)


class Execution(KernelCase):
    def test_history(self):
        self.run_cell("a = 1")
        self.run_cell("%pwd")
        self.assertEqual(self.run_cell("%history -n").printed().split("\n")[:2], ["   1: a = 1", "   2: %pwd"])

    def test_events(self):
        self.run_cell("seen = []\nget_ipython().events.register('post_run_cell', lambda result: seen.append(result.success))")
        self.run_cell("1 / 0")
        self.assert_result("seen", "[True, False]")

    def test_cells_run_by_cells(self):
        self.run_cell("result = get_ipython().run_cell('import asyncio\\nawait asyncio.sleep(0, 7)')")
        self.assert_result("result.result", "7")

    def test_awaits_can_be_switched_off(self):
        self.run_cell("%autoawait False\nimport asyncio")
        self.assertEqual(self.run_cell("await asyncio.sleep(0)").error["ename"], "SyntaxError")

    def test_comms_are_importable(self):
        self.assertEqual(self.run_cell("import comm, traitlets, pygments").reply["status"], "ok")


if __name__ == "__main__":
    unittest.main()
