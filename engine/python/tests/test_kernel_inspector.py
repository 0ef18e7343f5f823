"""The inspector: what it says about values, and that looking runs nothing that it should not."""

import base64
import struct
import unittest
import zlib

from kernel_case import KernelCase

try:
    import torch
except (ImportError, OSError):
    torch = None

try:
    import numpy
except ImportError:
    numpy = None

NEEDS_TORCH = unittest.skipIf(torch is None, "the native engine is not built")


def pixels_of(png):
    """Width, height, colour type and bytes of a PNG file in base64."""
    data = base64.b64decode(png)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    position, body = 8, b""
    while position < len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        kind, part = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        assert zlib.crc32(kind + part) == struct.unpack(">I", data[position + 8 + length : position + 12 + length])[0]
        if kind == b"IHDR":
            width, height, _depth, colours = struct.unpack(">IIBB", part[:10])
        elif kind == b"IDAT":
            body += part
        position += 12 + length
    lines = zlib.decompress(body)
    stride = len(lines) // height
    return width, height, colours, b"".join(lines[row * stride + 1 : (row + 1) * stride] for row in range(height))


class InspectorCase(KernelCase):
    """Asks the inspector's two requests."""

    def rows(self, code="", **content):
        """The list by name, after a cell."""
        if code:
            run = self.run_cell(code)
            self.assertIsNone(run.error)
        reply = self.reply("carrel_variables_request", content)
        self.assertEqual(reply["status"], "ok")
        return {row["name"]: row for row in reply["variables"]}

    def view(self, name, **content):
        """A closer look."""
        return self.reply("carrel_variable_view_request", {"name": name, **content})


class ListTest(InspectorCase):
    def test_plain_values(self):
        rows = self.rows("a = 3; b = 'two\\nlines'; c = [1, 2.5, 'x', None]; d = {'k': [1], 2: ()}; e = (1,); f = set(); g = b'ab'; h = True")
        self.assertEqual(list(rows), ["a", "b", "c", "d", "e", "f", "g", "h"])
        self.assertEqual([rows[name]["preview"] for name in "abcdefgh"],
                         ["3", r"'two\nlines'", "[1, 2.5, 'x', None]", "{'k': […], 2: ()}", "(1,)", "set()", "b'ab'", "True"])
        self.assertEqual([rows[name]["type"] for name in "abcd"], ["int", "str", "list", "dict"])
        self.assertEqual([rows[name]["shape"] for name in "bcdg"], ["9 characters", "4 items", "2 items", "2 bytes"])
        self.assertGreater(rows["a"]["bytes"], 0)

    def test_large_values_are_cut(self):
        rows = self.rows("text = 'x' * 10**6; many = list(range(10**5)); number = 10 ** 20000; deep = [[[[[]]]]]")
        self.assertLessEqual(len(rows["text"]["preview"]), 200)
        self.assertEqual(rows["many"]["preview"], "[0, 1, 2, 3, 4, 5, …]")
        self.assertEqual(rows["many"]["shape"], "100,000 items")
        self.assertRegex(rows["number"]["preview"], "about 2000[01] digits")
        self.assertEqual(rows["deep"]["preview"], "[[…]]")

    def test_names_that_are_left_out(self):
        code = "import math\ndef f(): pass\nclass C: pass\n_private = 1\nkept = 2\nprint"
        self.assertEqual(list(self.rows(code)), ["kept"])
        rows = self.rows(functions=True)
        self.assertEqual(list(rows), ["math", "f", "C", "kept"])
        self.assertEqual([row["kind"] for row in rows.values()], ["module", "function", "function", "value"])
        # What IPython has put there is the user's once it is defined anew.
        self.assertIn("exit", self.rows("globals()['exit'] = 5"))

    def test_a_repr_is_the_users_code_and_gets_no_chance_to_harm(self):
        code = """
import time
class Raises:
    def __repr__(self): raise SystemExit
class Loops:
    def __repr__(self):
        while True: pass
class Sleeps:
    def __repr__(self): time.sleep(60); return 'slept'
class Asks:
    def __repr__(self): return input('?')
class Long:
    def __repr__(self): return 'y' * 10**6
class Lies:
    @property
    def __class__(self): raise ValueError
    shape = property(lambda self: 1 / 0)
    def __repr__(self): return 'told\\nin two lines \\ud800'
raises, loops, sleeps, asks, long, lies = Raises(), Loops(), Sleeps(), Asks(), Long(), Lies()
"""
        rows = self.rows(code)
        for name in ("raises", "loops", "sleeps", "asks"):
            self.assertEqual(rows[name]["preview"], "(no preview)", name)
        self.assertEqual(len(rows["long"]["preview"]), 200)
        self.assertEqual(rows["lies"]["preview"], "told in two lines ?")
        self.assertEqual(self.host.slept_ms, 0)
        # Afterwards everything waits and asks as before.
        self.host.answers = ["yes"]
        self.assert_result("time.sleep(0.001); input()", "'yes'")

    def test_the_budget_of_all_reprs_is_limited(self):
        import time

        self.run_cell("class Loops:\n    def __repr__(self):\n        while True: pass\nmany = 0\nfor n in range(60): globals()[f'v{n}'] = Loops()")
        started = time.perf_counter()
        self.assertEqual(self.rows()["v59"]["preview"], "(no preview)")
        self.assertLess(time.perf_counter() - started, 10)

    def test_looking_changes_nothing(self):
        look = "(sys.getrefcount(x), len([name for name in globals() if not name.startswith('_')]))"
        before = self.run_cell(f"import sys; x = [1]; {look}").result
        self.rows()
        self.view("x")
        self.assert_result(look, before)

    def test_the_figures_of_the_kernel(self):
        resources = self.reply("carrel_variables_request", {})["resources"]
        self.assertEqual(resources["python_bytes"], 1 << 20)
        self.assertIsNone(resources["tensor_bytes"])


class ViewTest(InspectorCase):
    def test_items_lead_deeper(self):
        self.run_cell("config = {'sizes': [64, 32], 'name': 'net'}")
        top = self.view("config")
        self.assertEqual((top["mode"], top["modes"]), ("items", ["items", "text"]))
        self.assertEqual(top["table"]["rows"][0], {"label": "'sizes'", "cells": ["list", "2 items", "[64, 32]"], "opens": 0})
        inner = self.view("config", path=[0])
        self.assertEqual([row["cells"][2] for row in inner["table"]["rows"]], ["64", "32"])
        self.assertEqual(inner["variable"]["name"], "'sizes'")
        self.assertEqual(self.view("config", mode="text")["text"], "{'sizes': [64, 32], 'name': 'net'}")

    def test_pages_of_items(self):
        self.run_cell("many = list(range(120))")
        table = self.view("many", row=100)["table"]
        self.assertEqual((table["row"], table["row_count"], len(table["rows"]), table["rows"][0]["label"]), (100, 120, 20, "100"))
        self.assertEqual(self.view("many", row=10**9)["table"]["row"], 100)
        self.assertEqual(self.view("many", row="nonsense")["table"]["row"], 0)

    def test_what_is_gone_is_said(self):
        self.run_cell("x = [1]")
        for reply in (self.view("y"), self.view("x", path=[3]), self.view("x", path=[0, 0])):
            self.assertEqual((reply["status"], reply["ename"]), ("error", "NameError"))
        self.run_cell("class Bad:\n    def __repr__(self): raise ValueError('no')\nbad = Bad()")
        self.assertEqual(self.view("bad")["status"], "error")

    def test_long_texts(self):
        self.run_cell("text = 'é' * 50_000; short = 'a\\nb'")
        view = self.view("text")
        self.assertEqual((len(view["text"]), view["text_total"]), (20_000, 50_000))
        self.assertEqual(self.view("short")["text"], "a\nb")


@NEEDS_TORCH
class TensorTest(InspectorCase):
    def setUp(self):
        super().setUp()
        self.run_cell("import torch")

    def test_lines(self):
        rows = self.rows(
            "t = torch.arange(12.).reshape(3, 4); s = torch.tensor(2.5); i = torch.tensor([1, 2]); e = torch.zeros(0, 3)\n"
            "p = torch.nn.Parameter(torch.ones(2)); net = torch.nn.Linear(3, 2); lazy = torch.nn.LazyLinear(2); both = [t, net]"
        )
        line = rows["t"]
        self.assertEqual([line[key] for key in ("type", "shape", "dtype", "device", "bytes", "preview")],
                         ["Tensor", "3 × 4", "float32", "cpu", 48, "[0, 1, 2, 3, …]"])
        self.assertEqual([rows[name]["preview"] for name in "sie"], ["2.5", "[1, 2]", "[]"])
        self.assertEqual(rows["p"]["type"], "Parameter")
        self.assertEqual((rows["net"]["preview"], rows["net"]["bytes"]), ("8 parameters", 32))
        self.assertIn("without a size", rows["lazy"]["preview"])
        self.assertEqual(rows["both"]["preview"], "[Tensor(3 × 4), Linear]")

    def test_a_table_is_a_slice(self):
        self.run_cell("t = torch.arange(2 * 60 * 70).reshape(2, 60, 70)")
        view = self.view("t", indices=[1], row=50, column=50)
        table = view["table"]
        self.assertEqual((view["leading"], view["indices"]), ([2], [1]))
        self.assertEqual((table["row_count"], table["column_count"], len(table["rows"]), len(table["columns"])), (60, 70, 10, 20))
        self.assertEqual(table["rows"][0]["cells"][0], str(4200 + 50 * 70 + 50))
        self.assertEqual((table["rows"][0]["label"], table["columns"][0]), ("50", "50"))
        self.assertEqual(self.view("t", indices=[9])["indices"], [1])

    def test_odd_shapes(self):
        self.run_cell("s = torch.tensor(1.5); v = torch.arange(3); e = torch.zeros(0, 4); f = torch.zeros(0, 2, 2); b = torch.tensor([True])")
        self.assertEqual(self.view("s")["table"]["rows"], [{"label": "0", "cells": ["1.5"], "opens": None}])
        self.assertEqual([row["cells"] for row in self.view("v")["table"]["rows"]], [["0"], ["1"], ["2"]])
        self.assertEqual(self.view("e")["modes"], ["table", "statistics"])
        self.assertEqual((self.view("e")["table"]["rows"], self.view("f")["table"]["rows"]), ([], []))
        self.assertEqual(self.view("b")["table"]["rows"][0]["cells"], ["True"])
        for name in "svefb":
            for mode in self.view(name)["modes"]:
                self.assertEqual(self.view(name, mode=mode)["status"], "ok", (name, mode))

    def test_statistics(self):
        self.run_cell(
            "t = torch.tensor([1., float('nan'), 3., -2.]); i = torch.tensor([1, 4]); b = torch.tensor([True, False])\n"
            "n = torch.tensor([float('nan')]); h = torch.tensor([1.5, float('inf')], dtype=torch.bfloat16, requires_grad=True)"
        )
        facts = {name: dict(self.view(name, mode="statistics")["facts"]) for name in "tibnh"}
        self.assertEqual(facts["t"], {"Elements": "4", "Minimum": "-2", "Maximum": "3", "Mean": "0.666667", "NaN": "1", "Infinite": "0"})
        self.assertEqual((facts["i"]["Mean"], facts["b"]["Mean"], facts["n"]), ("2.5", "0.5", {"Elements": "1", "NaN": "1"}))
        self.assertEqual((facts["h"]["Maximum"], facts["h"]["Infinite"]), ("inf", "1"))

    def test_a_heat_map_has_one_scale_and_marks_nan(self):
        self.run_cell("t = torch.tensor([[0., 1.], [float('nan'), float('inf')]]); big = torch.arange(200 * 300.).reshape(200, 300)")
        picture = self.view("t", mode="heat")["picture"]
        width, height, colours, pixels = pixels_of(picture["png"])
        self.assertEqual((width, height, colours), (2, 2, 2))
        self.assertEqual((picture["low"], picture["high"], picture["nan_count"]), ("0", "1", 1))
        self.assertEqual(pixels[3:6], pixels[9:12])
        self.assertEqual("#" + pixels[6:9].hex(), picture["nan_colour"])
        self.assertEqual(pixels_of(picture["legend"])[3][:3], pixels[:3])
        big = self.view("big", mode="heat")["picture"]
        self.assertEqual((big["width"], big["height"]), (75, 67))
        self.assertIn("every 3rd row and every 4th column", big["note"])

    def test_images_of_every_layout(self):
        self.run_cell("chw = torch.zeros(3, 4, 5); chw[0] = 1; hwc = torch.zeros(4, 5, 3, dtype=torch.uint8); hwc[..., 2] = 255\n"
                      "batch = torch.rand(6, 1, 8, 8); grey = torch.tensor([[-1., 1.]]); stack = torch.zeros(9, 7, 7)")
        self.assertEqual(pixels_of(self.view("chw", mode="image")["picture"]["png"])[3][:3], b"\xff\0\0")
        self.assertEqual(pixels_of(self.view("hwc", mode="image")["picture"]["png"])[3][:3], b"\0\0\xff")
        view = self.view("batch", mode="image", indices=[5])
        self.assertEqual((view["leading"], view["indices"], view["picture"]["width"]), ([6], [5], 8))
        self.assertEqual(pixels_of(self.view("grey", mode="image")["picture"]["png"]), (2, 1, 0, b"\0\xff"))
        self.assertEqual(self.view("stack", mode="image")["leading"], [9])

    def test_layers_are_opened_like_containers(self):
        self.run_cell("net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())")
        rows = self.view("net")["table"]["rows"]
        self.assertEqual([row["label"] for row in rows], ["0", "1"])
        weight = self.view("net", path=[0, 0])
        self.assertEqual((weight["variable"]["name"], weight["variable"]["shape"], weight["mode"]), ("weight", "3 × 2", "table"))

    def test_looking_leaves_torch_as_it_was(self):
        self.run_cell("t = torch.ones(2, 2, requires_grad=True); torch.manual_seed(3); state = torch.get_rng_state()")
        self.rows()
        for mode in ("table", "heat", "image", "statistics"):
            self.view("t", mode=mode)
        self.assert_result("torch.equal(state, torch.get_rng_state()), torch.is_grad_enabled(), t.grad is None", "(True, True, True)")

    def test_a_derived_class_runs_nothing_of_its_own(self):
        code = """
class Mine(torch.Tensor):
    def __getitem__(self, index): raise ValueError
    def tolist(self): raise ValueError
    shape = property(lambda self: 1 / 0)
mine = Mine(2, 3)
"""
        line = self.rows(code)["mine"]
        self.assertEqual((line["type"], line["shape"]), ("Mine", "2 × 3"))
        self.assertEqual(self.view("mine")["status"], "ok")


@unittest.skipIf(numpy is None, "needs NumPy")
class ArrayTest(InspectorCase):
    def test_arrays(self):
        rows = self.rows("import numpy as np\na = np.arange(6.).reshape(2, 3); n = np.float32(1.5); o = np.array([None, 'x'], dtype=object); s = np.array(['a', 'b'])")
        self.assertEqual([rows["a"][key] for key in ("shape", "dtype", "bytes", "preview")], ["2 × 3", "float64", 48, "[0, 1, 2, …]"])
        self.assertEqual((rows["n"]["preview"], rows["s"]["preview"]), ("1.5", "[a, b]"))
        self.assertEqual(self.view("o")["table"]["rows"][1]["cells"], ["x"])
        for mode in self.view("a")["modes"]:
            self.assertEqual(self.view("a", mode=mode)["status"], "ok", mode)
        self.assertEqual(dict(self.view("a", mode="statistics")["facts"])["Mean"], "2.5")


if __name__ == "__main__":
    unittest.main()
