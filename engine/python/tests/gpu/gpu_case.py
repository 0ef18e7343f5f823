"""What the tests on a real device share. They run with CARREL_ENGINE_GPU=1, on any Vulkan driver, a software one too.

Refuses to run without a device: a test that was not run must not look like one that passed. Read next: `test_losses`.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import torch
from torch_case import TorchCase


class GpuCase(TorchCase):
    """A test case that needs the GPU."""

    @classmethod
    def setUpClass(cls):
        if not torch.accelerator.is_available():
            raise RuntimeError("these tests need a GPU: set CARREL_ENGINE_GPU=1, and see that a Vulkan driver is there")
