"""`torch.compile`, `torch.jit` and the names around them; what `torch.cuda` answers.

Read next: `torch._compile`, `torch.jit`, `torch.cuda`.
"""

import warnings

import torch
from torch import nn
from torch_case import TorchCase


class Compiled(TorchCase):
    """`torch.compile` and `torch.compiler`."""

    def test_functions(self):
        def double(x):
            """Doubles."""
            return x * 2

        compiled = torch.compile(double, mode="reduce-overhead", dynamic=True)
        self.assert_tensor(compiled(torch.ones(2)), [2.0, 2.0])
        self.assertEqual(compiled.__doc__, "Doubles.")

        @torch.compile(fullgraph=True, backend="eager")
        def triple(x):
            return x * 3

        self.assert_tensor(triple(torch.ones(1)), [3.0])
        self.assert_error(RuntimeError, "Unrecognized mode=fast", torch.compile, double, mode="fast")
        self.assert_error(RuntimeError, "Either mode or options", torch.compile, double, mode="default", options={})

    def test_modules(self):
        model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
        compiled = torch.compile(model)
        self.assertEqual(list(compiled.state_dict()), ["_orig_mod.0.weight", "_orig_mod.0.bias"])
        self.assertIs(compiled._orig_mod, model)
        compiled.eval()
        self.assertFalse(model.training)
        x = torch.randn(3, 2)
        self.assertTrue(torch.equal(compiled(x), model(x)))
        self.assertIs(compiled[0], model[0])
        self.assertEqual([id(one) for one in compiled.parameters()], [id(one) for one in model.parameters()])
        self.assertFalse(torch.compiler.is_compiling())
        torch._dynamo.reset()
        torch._dynamo.config.cache_size_limit = 64

    def test_scripts_and_traces(self):
        torch.jit._warned.clear()
        model = nn.Linear(2, 2)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.assertIs(torch.jit.script(model), model)
            self.assertIs(torch.jit.trace(model, torch.ones(1, 2)), model)
        self.assertEqual(len(caught), 1)
        self.assertFalse(torch.jit.is_scripting())
        self.assert_error(NotImplementedError, "torch.jit.save is not supported in Carrel", torch.jit.save, model, "file")
        self.assert_error(NotImplementedError, "torch.jit.load is not supported in Carrel", torch.jit.load, "file")


class Cuda(TorchCase):
    """Answers of `torch.cuda`, with and without a GPU."""

    def test_events_and_streams(self):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        self.assertRaises(ValueError, start.elapsed_time, end)
        with torch.cuda.stream(torch.cuda.Stream()):
            start.record()
            torch.ones(10).sum()
            end.record()
        torch.cuda.synchronize()
        self.assertGreaterEqual(start.elapsed_time(end), 0.0)
        self.assertIs(torch.cuda.current_stream(), torch.cuda.default_stream())

    def test_figures(self):
        self.assertIn("Allocated memory", torch.cuda.memory_summary())
        self.assertGreaterEqual(torch.cuda.max_memory_allocated(), torch.cuda.memory_allocated())
        self.assertEqual(torch.cuda.get_device_properties(0).name, torch.cuda.get_device_name(0))
        self.assert_error(NotImplementedError, "torch.cuda.mem_get_info is not supported", torch.cuda.mem_get_info)

    def test_older_names_of_mixed_precision(self):
        from torch.cuda.amp import GradScaler, autocast

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with autocast(enabled=False):
                self.assertFalse(torch.is_autocast_enabled())
            self.assertEqual(GradScaler(enabled=False).get_scale(), 1.0)
