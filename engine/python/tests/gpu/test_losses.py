"""Memory that runs out, a device that is lost, an executor that dies: raised in Python, and the next use works."""

import gc

import torch
from gpu_case import GpuCase
from torch import _native

MIB = 1 << 20


class Losses(GpuCase):
    def test_too_large_for_any_buffer(self):
        x = torch.ones(3, device="webgpu")
        # A sum over it needs no memory: the zeros are never made.
        self.assertEqual(torch.zeros(1 << 20, device="webgpu").sum().item(), 0.0)
        with self.assertRaises(torch.OutOfMemoryError) as caught:
            too_large = torch.zeros(1 << 30, device="webgpu")
            too_large[5].item()
        self.assertTrue(str(caught.exception).startswith("WebGPU out of memory. Tried to allocate 4.00 GiB"))
        self.assertIsInstance(caught.exception, RuntimeError)
        self.assertIs(torch.cuda.OutOfMemoryError, torch.OutOfMemoryError)
        self.assertEqual((x + 1).tolist(), [2.0, 2.0, 2.0])
        with self.assertRaises(torch.OutOfMemoryError):
            torch.empty(10**12, device="webgpu")

    def test_full_device(self):
        held = torch.accelerator.memory_allocated()
        _native.limit_memory(held + 64 * MIB)
        self.addCleanup(_native.limit_memory, 1e15)
        kept = torch.full((4 * MIB,), 1.0, device="webgpu")
        self.assertEqual(kept[0].item(), 1.0)
        batches = []
        with self.assertRaises(torch.OutOfMemoryError):
            for value in range(10):
                batches.append(torch.full((4 * MIB,), float(value), device="webgpu"))
                batches[-1][0].item()
        self.assertGreater(len(batches), 2)
        self.assertEqual(batches[0][5].item(), 0.0)
        batches.clear()
        gc.collect()
        # What was let go makes room again.
        again = [torch.full((4 * MIB,), float(value), device="webgpu") for value in range(2)]
        self.assertEqual([batch[7].item() for batch in again], [0.0, 1.0])
        self.assertEqual(kept[-1].item(), 1.0)

    def test_lost_device(self):
        on_cpu = torch.arange(3.0)
        before = on_cpu.to("webgpu")
        self.assertEqual(before.tolist(), [0.0, 1.0, 2.0])
        _native.destroy_device()
        for _ in range(2):
            with self.assertRaises(RuntimeError) as caught:
                (before + 1).tolist()
            self.assertTrue(str(caught.exception).startswith("the GPU device was lost ("), str(caught.exception))
            self.assertIn("tensors on the CPU are unharmed", str(caught.exception))
        self.assertEqual(on_cpu.tolist(), [0.0, 1.0, 2.0])
        again = on_cpu.to("webgpu")
        self.assertEqual((again * 2).tolist(), [0.0, 2.0, 4.0])

    def test_executor_that_died(self):
        before = torch.arange(3.0, device="webgpu")
        self.assertEqual(before.tolist(), [0.0, 1.0, 2.0])
        _native.restart_executor()
        with self.assertRaises(RuntimeError) as caught:
            before.tolist()
        self.assertTrue(str(caught.exception).startswith("the GPU worker stopped"), str(caught.exception))
        self.assertEqual(torch.arange(3.0, device="webgpu").tolist(), [0.0, 1.0, 2.0])

    def test_what_was_not_read_is_raised_at_the_end_of_the_cell(self):
        too_large = torch.zeros(1 << 30, device="webgpu")
        with self.assertRaises(torch.OutOfMemoryError):
            torch._C.end_of_cell()
        torch._C.end_of_cell()
        with self.assertRaises(torch.OutOfMemoryError):
            too_large[0].item()

    def test_many_small_reads_are_one_message(self):
        layers = torch.nn.Sequential(*[torch.nn.Linear(3, 3) for _ in range(20)])
        wanted = [parameter.tolist() for parameter in layers.parameters()]
        layers.to("webgpu")
        layers(torch.ones(1, 3, device="webgpu")).sum().backward()
        torch._C.end_of_cell()
        before = torch.accelerator.memory_stats()["submits"]
        layers.cpu()
        self.assertEqual(torch.accelerator.memory_stats()["submits"], before + 1)
        self.assertEqual([parameter.tolist() for parameter in layers.parameters()], wanted)
        self.assertTrue(all(parameter.grad.device.type == "cpu" for parameter in layers.parameters()))
