"""`torch.profiler` and `torch.autograd.profiler`: events, tables, traces, schedules.

Read next: `torch/profiler/_recording.py`, `torch/profiler/_table.py`.
"""

import glob
import gzip
import json
import os
import tempfile
import unittest
import warnings

import torch
from torch import _C
from torch.profiler import ProfilerAction, ProfilerActivity, profile, record_function, schedule, tensorboard_trace_handler
from torch.profiler._table import format_bytes, format_share, format_time
from torch_case import TorchCase

CPU = [ProfilerActivity.CPU]


class Profiling(TorchCase):
    def test_operators_and_ranges(self):
        x = torch.ones(3, 4)
        with profile(activities=CPU, record_shapes=True) as found:
            with record_function("outer"):
                with record_function("inner"):
                    x @ x.T
                x + 1
            x.relu()
        by_name = {event.name: event for event in found.events()}
        self.assertEqual(by_name["inner"].cpu_parent.name, "outer")
        self.assertEqual([child.name for child in by_name["outer"].cpu_children], ["inner", "aten::add"])
        self.assertIsNone(by_name["aten::relu"].cpu_parent)
        self.assertEqual(by_name["aten::matmul"].input_shapes, [[3, 4], [4, 3]])
        outer = by_name["outer"]
        self.assertAlmostEqual(outer.self_cpu_time_total + sum(child.cpu_time_total for child in outer.cpu_children), outer.cpu_time_total)

    def test_averages(self):
        with profile(activities=CPU, record_shapes=True) as found:
            for size in (1, 1, 2):
                torch.ones(size).exp()
        exp = next(event for event in found.key_averages() if event.key == "aten::exp")
        self.assertEqual(exp.count, 3)
        self.assertAlmostEqual(exp.cpu_time, exp.cpu_time_total / 3)
        self.assertEqual((exp.cuda_time_total, exp.cpu_time_total_str), (0.0, format_time(exp.cpu_time_total)))
        by_shape = [event for event in found.key_averages(group_by_input_shape=True) if event.key == "aten::exp"]
        self.assertEqual([(event.count, event.input_shapes) for event in by_shape], [(2, [[1]]), (1, [[2]])])
        self.assertEqual(found.events().total_average().count, len(found.events()))

    def test_results_are_the_same_while_measuring(self):
        x = torch.tensor([3.0, 1.0, 2.0], requires_grad=True)
        with profile(activities=CPU, record_shapes=True, profile_memory=True, with_stack=True, with_flops=True):
            values, indices = x.sort()
            parts = x.detach().split(1)
            text = repr(x)
            (x * x).sum().backward()
            sizes, item = x.shape, x.sum().item()
        self.assertEqual((indices.tolist(), len(parts), sizes, item), ([1, 2, 0], 3, (3,), 6.0))
        self.assertEqual(text, "tensor([3., 1., 2.], requires_grad=True)")
        self.assert_tensor(x.grad, [6.0, 2.0, 4.0])
        self.assertIs(_C._environment["call"], _C._call)

    def test_memory_and_operations(self):
        x = torch.ones(8, 4)
        with profile(activities=CPU, profile_memory=True, with_flops=True) as found:
            x.reshape(4, 8)
            x @ torch.ones(4, 2)
        by_name = {event.key: event for event in found.key_averages()}
        self.assertEqual(by_name["aten::matmul"].self_cpu_memory_usage, 8 * 2 * 4)
        self.assertEqual(by_name["aten::reshape"].cpu_memory_usage, 0)
        self.assertEqual(by_name["aten::matmul"].flops, 2 * 8 * 4 * 2)
        table = found.key_averages().table()
        for title in ("CPU Mem", "Self CPU Mem", "Total FLOPs", "64 B"):
            self.assertIn(title, table)

    def test_lines_of_the_program(self):
        with profile(activities=CPU, with_stack=True) as found:
            torch.nn.functional.relu(torch.ones(1))
        self.assertIn("test_torch_profiler.py", found.events()[-1].stack[0])
        self.assertIn("test_lines_of_the_program", found.key_averages(group_by_stack_n=2).table())
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "stacks")
            found.export_stacks(path, "self_cpu_time_total")
            with open(path) as file:
                self.assertRegex(file.readline(), r"test_lines_of_the_program \d+$")

    def test_one_at_a_time(self):
        with profile(activities=CPU):
            with self.assertRaisesRegex(RuntimeError, "Profiler is already enabled on this thread"):
                profile(activities=CPU).start()

    def test_calls_that_fail(self):
        with profile(activities=CPU) as found:
            with self.assertRaises(RuntimeError), record_function("bad"):
                torch.ones(2) @ torch.ones(3)
            torch.ones(1)
        names = [event.name for event in found.events()]
        self.assertIn("bad", names)
        self.assertIsNone(found.events()[-1].cpu_parent)


class Text(TorchCase):
    def test_numbers(self):
        self.assertEqual([format_time(us) for us in (0.5, 1500.0, 2e6)], ["0.500us", "1.500ms", "2.000s"])
        self.assertEqual(format_time(1500.0, "us"), "1500.000us")
        self.assertEqual((format_share(1, 8), format_share(1, 0)), ("12.50%", "NaN"))
        self.assertEqual([format_bytes(count) for count in (3, 2048, 3 << 20, -(1 << 30))], ["3 B", "2.00 KB", "3.00 MB", "-1.00 GB"])

    def test_layout(self):
        with profile(activities=CPU) as found:
            with record_function("part"):
                torch.ones(2) + 1
            torch.ones(2) + 1
        lines = found.key_averages().table(sort_by="count", row_limit=1).split("\n")
        titles = ["Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls"]
        self.assertEqual([part.strip() for part in lines[1].split("  ") if part.strip()], titles)
        self.assertEqual((lines[0], lines[0]), (lines[2], lines[4]))
        self.assertEqual(len(lines[1]), len(lines[3]))
        self.assertTrue(lines[3].endswith("2  "))
        self.assertRegex(lines[5], r"^Self CPU time total: [\d.]+[mu]?s$")
        with self.assertRaises(ValueError):
            found.key_averages().table(sort_by="colour")
        self.assertIn("=====", found.key_averages().table(header="My table"))
        inner = [event.name for event in found.events() if event.cpu_parent is not None]
        self.assertEqual(found.events().table(top_level_events_only=True).count("aten::"), len(found.events()) - len(inner) - 1)

    def test_names_too_long(self):
        with profile(activities=CPU) as found, record_function("n" * 80):
            pass
        self.assertIn("n" * 52 + "...", str(found.key_averages()))


class Traces(TorchCase):
    def test_chrome(self):
        with tempfile.TemporaryDirectory() as folder:
            with profile(activities=CPU, record_shapes=True) as found, record_function("block"):
                torch.ones(2, 3).sum()
            found.add_metadata("who", "me")
            found.add_metadata_json("what", "[1]")
            for name, opened in (("trace.json", open), ("trace.json.gz", gzip.open)):
                path = os.path.join(folder, name)
                found.export_chrome_trace(path)
                with opened(path, "rt") as file:
                    trace = json.load(file)
                events = {event["name"]: event for event in trace["traceEvents"] if event["ph"] == "X"}
                self.assertEqual(events["block"]["cat"], "user_annotation")
                self.assertEqual(events["aten::sum"]["args"]["Input Dims"][0], [2, 3])
                block, inside = events["block"], events["aten::sum"]
                self.assertLessEqual(block["ts"], inside["ts"])
                self.assertLessEqual(inside["ts"] + inside["dur"], block["ts"] + block["dur"] + 0.01)
                self.assertEqual((trace["who"], trace["what"]), ("me", [1]))

    def test_handler(self):
        with tempfile.TemporaryDirectory() as folder:
            logs = os.path.join(folder, "a", "b")
            with profile(activities=CPU, on_trace_ready=tensorboard_trace_handler(logs, "w", use_gzip=True)):
                torch.ones(1)
            self.assertEqual(len(glob.glob(os.path.join(logs, "w.*.pt.trace.json.gz"))), 1)


class Steps(TorchCase):
    def test_schedules(self):
        action = schedule(skip_first=1, wait=1, warmup=1, active=2, repeat=1)
        names = [action(step).name for step in range(6)]
        self.assertEqual(names, ["NONE", "NONE", "WARMUP", "RECORD", "RECORD_AND_SAVE", "NONE"])
        self.assertEqual(schedule(wait=0, warmup=1, active=1)(7), ProfilerAction.RECORD_AND_SAVE)
        self.assert_error(AssertionError, "Invalid profiler schedule arguments", schedule, wait=0, warmup=0, active=0)
        with self.assertWarnsRegex(UserWarning, "Profiler won't be using warmup, this can skew profiler results"):
            schedule(wait=1, warmup=0, active=1)

    def test_cycles_are_handed_on(self):
        seen = []

        def ready(profiler):
            seen.append((profiler.step_num, [event.name for event in profiler.events()]))

        with profile(activities=CPU, schedule=schedule(wait=1, warmup=1, active=2, repeat=2), on_trace_ready=ready) as found:
            for _ in range(8):
                torch.ones(1)
                found.step()
        steps = [[name for name in names if name.startswith("ProfilerStep#")] for _, names in seen]
        self.assertEqual(steps, [["ProfilerStep#2", "ProfilerStep#3"], ["ProfilerStep#6", "ProfilerStep#7"]])
        self.assertEqual([step for step, _ in seen], [4, 8])

    def test_ends_amid_a_cycle(self):
        seen = []
        with profile(activities=CPU, schedule=schedule(wait=0, warmup=1, active=9), on_trace_ready=seen.append) as found:
            found.step()
            torch.ones(1)
        self.assertEqual(seen, [found])
        self.assertIsNone(torch.profiler._recording.current)


class Older(TorchCase):
    def test_profile(self):
        with torch.autograd.profiler.profile(record_shapes=True) as found:
            with torch.autograd.profiler.record_function("named"):
                torch.ones(2).exp()
        self.assertIn("named", found.key_averages().table(sort_by="self_cpu_time_total"))
        self.assertGreater(found.self_cpu_time_total, 0)
        self.assertIn("aten::exp", str(found))
        with self.assertRaisesRegex(RuntimeError, "Profiler context manager is not reentrant"), found:
            pass
        off = torch.autograd.profiler.profile(enabled=False)
        with off:
            torch.ones(1)
        self.assertRaisesRegex(RuntimeError, "Profiler didn't finish running", off.key_averages)

    def test_decorator(self):
        @record_function("decorated")
        def work():
            return torch.ones(1)

        work()
        with profile(activities=CPU) as found:
            work()
            work()
        self.assertEqual(sum(event.name == "decorated" for event in found.events()), 2)

    def test_vendors_tools_are_refused(self):
        with self.assertRaisesRegex(NotImplementedError, "use torch.profiler.profile"):
            torch.autograd.profiler.emit_nvtx()

    def test_optimizers_show(self):
        weight = torch.ones(2, requires_grad=True)
        for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop):
            optimizer = kind([weight], lr=0.1)
            with profile(activities=CPU) as found:
                optimizer.zero_grad()
                weight.sum().backward()
                optimizer.step()
            names = [event.name for event in found.events()]
            name = kind.__name__
            for wanted in (f"Optimizer.zero_grad#{name}.zero_grad", f"Optimizer.step#{name}.step", f"aten::_fused_{name.lower()}_", "autograd::backward"):
                self.assertIn(wanted, names)

    def test_loaders_show(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with profile() as found:
                list(torch.utils.data.DataLoader([1, 2]))
        names = [event.name for event in found.events()]
        self.assertEqual(names.count("enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__"), 3)


if __name__ == "__main__":
    unittest.main()
