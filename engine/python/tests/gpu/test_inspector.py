"""The inspector and tensors on the GPU: the list reads and sends nothing, a closer look reads its piece."""

import unittest

from gpu_case import GpuCase

import torch
from kernel_case import KernelCase  # noqa: F401 - puts IPython where the kernel's package finds it
from carrel_kernel.inspector.describe import describe
from carrel_kernel.inspector.guard import Guard
from carrel_kernel.inspector.resources import gpu_counters
from carrel_kernel.inspector.views import view_of


class Holder:
    """An object whose text shows a tensor, as a dataclass's does."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __repr__(self):
        return f"Holder({self.tensor})"


class InspectorTest(GpuCase):
    """One list and one look."""

    def test_the_list_neither_sends_nor_reads(self):
        torch.accelerator.synchronize()
        tensor = torch.ones(4, 4, device="webgpu") * 2
        layer = torch.nn.Linear(4, 4).to("webgpu")
        torch.accelerator.synchronize()
        pending = tensor + 1
        before = gpu_counters()["submits"]
        row = describe("pending", pending, Guard())
        self.assertEqual((row["shape"], row["dtype"], row["bytes"]), ("4 × 4", "float32", 64))
        self.assertEqual((row["device"], row["preview"]), ("webgpu:0", "on webgpu:0, not read"))
        self.assertEqual(describe("layer", layer, Guard())["device"], "webgpu:0")
        self.assertEqual(describe("holder", Holder(pending), Guard())["preview"], "(no preview)")
        self.assertIn("Tensor(4 × 4)", describe("some", [pending], Guard())["preview"])
        self.assertEqual(gpu_counters()["submits"], before)
        self.assertIn("3.", repr(pending))

    def test_a_look_reads_its_piece(self):
        names = {"t": torch.arange(100.0 * 80, device="webgpu").reshape(100, 80), "h": torch.ones(3, 4, 4, device="webgpu")}
        table = view_of({"name": "t", "row": 50, "column": 50}, names, Guard())["table"]
        self.assertEqual((table["rows"][0]["cells"][0], len(table["rows"]), len(table["columns"])), ("4050", 50, 30))
        facts = dict(view_of({"name": "t", "mode": "statistics"}, names, Guard())["facts"])
        self.assertEqual((facts["Minimum"], facts["Maximum"], facts["Mean"], facts["NaN"]), ("0", "7999", "3999.5", "0"))
        self.assertEqual(view_of({"name": "h", "mode": "image"}, names, Guard())["picture"]["width"], 4)
        self.assertEqual(view_of({"name": "t", "mode": "heat"}, names, Guard())["picture"]["low"], "0")


if __name__ == "__main__":
    unittest.main()
