"""`torch.utils.benchmark`: times of statements, their statistics and tables.

Read next: `torch/utils/benchmark/timer.py`.
"""

import contextlib
import io
import unittest

import torch
from torch.utils.benchmark import Compare, Measurement, TaskSpec, Timer, select_unit, trim_sigfig
from torch_case import TorchCase


def measured(times, number=1, **described):
    return Measurement(number, times, TaskSpec(stmt="x + y", setup="pass", **described))


class Timing(TorchCase):
    def test_counts(self):
        ran = []
        found = Timer("ran.append(1)", globals={"ran": ran}).timeit(10)
        self.assertEqual((found.number_per_run, len(found.times), len(ran)), (10, 1, 12))
        self.assertGreater(found.median, 0)

    def test_setup_and_torch_are_there(self):
        found = Timer("torch.add(x, 1)", setup="""
            x = torch.ones(2)
        """).blocked_autorange(min_run_time=0.01)
        self.assertGreaterEqual(sum(found.raw_times), 0.01)
        self.assertEqual(found.title, "torch.add(x, 1)")

    def test_adaptive(self):
        blocks = []
        found = Timer("sum(range(100))").adaptive_autorange(min_run_time=0.005, max_run_time=0.2, callback=lambda n, s: blocks.append(n))
        self.assertEqual(len(blocks), len(found.times))

    def test_threads_are_put_back(self):
        before = torch.get_num_threads()
        Timer("pass", num_threads=1).timeit(1)
        self.assertEqual(torch.get_num_threads(), before)

    def test_what_is_refused(self):
        self.assert_error(NotImplementedError, "torch.utils.benchmark.Timer measures Python only", Timer, language="c++")
        self.assert_error(ValueError, "Currently only a `str` stmt is supported.", Timer, lambda: 1)
        self.assert_error(NotImplementedError, "torch.utils.benchmark.Timer.collect_callgrind is not supported", Timer().collect_callgrind)
        self.assertRaises(SyntaxError, Timer, "1 +")


class Telling(TorchCase):
    def test_numbers(self):
        self.assertEqual([select_unit(s)[0] for s in (5e-10, 3e-9, 2e-6, 1e-3, 0.5, 3, 1e4)], ["ns", "ns", "us", "ms", "ms", "s", "s"])
        self.assertEqual([trim_sigfig(n, 2) for n in (123.4, 0.0567, 0)], [120.0, 0.057, 0.0])
        found = measured([4.0, 2.0, 6.0, 8.0, 10.0], number=2)
        self.assertEqual((found.median, found.mean, found.iqr), (3.0, 3.0, 2.0))
        self.assertFalse(found.meets_confidence())
        self.assertTrue(found.has_warnings)

    def test_text(self):
        lines = repr(measured([0.002, 0.0021, 0.002, 0.002], label="sum", sub_label="small", description="mine")).split("\n")
        self.assertTrue(lines[0].startswith("<torch.utils.benchmark.measurement.Measurement object at 0x"))
        self.assertEqual(lines[1:3], ["sum: small", "mine"])
        self.assertRegex(lines[3], r"^  Median: 2\.00 ms$")
        self.assertTrue(lines[4].startswith("  IQR:    "))
        self.assertEqual(lines[5], "  4 measurements, 1 runs per measurement, 1 thread".replace("1 runs", "1 run"))

    def test_tables(self):
        results = [
            measured([1e-5], label="add", sub_label="64", description="old"),
            measured([2e-6], label="add", sub_label="64", description="new"),
            measured([3e-5], label="add", sub_label="128", description="old", num_threads=2),
        ]
        table = Compare(results)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            table.print()
        lines = out.getvalue().split("\n")
        self.assertIn(" add ", lines[0])
        self.assertEqual([part.strip() for part in lines[1].split("|")], ["", "old", "new"])
        self.assertTrue(lines[2].startswith("1 threads: ---"))
        self.assertEqual([part.strip() for part in lines[3].split("|")], ["64", "10.0", "2.0"])
        self.assertEqual([part.strip() for part in lines[5].split("|")], ["128", "30.0", ""])
        self.assertIn("Times are in microseconds (us).", lines)
        self.assert_error(ValueError, "Expected an instance of `Measurement`, got <class 'int'> instead.", Compare, [1])

    def test_merging(self):
        (found,) = Measurement.merge([measured([1.0]), measured([2.0])])
        self.assertEqual(found.raw_times, [1.0, 2.0])


if __name__ == "__main__":
    unittest.main()
