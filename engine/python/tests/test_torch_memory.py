"""The processor's memory: sizes that nothing holds are PyTorch's errors, and what comes after works."""

import torch
from torch_case import TorchCase

ALLOCATOR = (
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate "
)


class Memory(TorchCase):
    def test_creation(self):
        for make, count in (
            (lambda: torch.empty(10**12), 4 * 10**12),
            (lambda: torch.zeros(10**6, 10**6, dtype=torch.float64), 8 * 10**12),
            (lambda: torch.ones(10**12, dtype=torch.uint8), 10**12),
            (lambda: torch.full((10**12,), 7.0), 4 * 10**12),
            (lambda: torch.arange(10**12), 8 * 10**12),
        ):
            self.assert_error(RuntimeError, f"{ALLOCATOR}{count} bytes. Error code 12 (Cannot allocate memory)", make)
        self.assertEqual(torch.ones(3).sum().item(), 3.0)

    def test_overflow(self):
        self.assert_error(
            RuntimeError, "Storage size calculation overflowed with sizes=[4611686018427387904, 4]", torch.empty, 2**62, 4
        )
        self.assert_error(RuntimeError, "invalid size, possible overflow?", torch.arange, 0, 1e30)

    def test_results(self):
        line = torch.ones(1 << 20)
        with self.assertRaises(RuntimeError):
            line[:, None] + line
        with self.assertRaises(RuntimeError):
            torch.outer(line, line)
        with self.assertRaises(RuntimeError):
            line.repeat(1 << 20)
        self.assertEqual(line.sum().item(), 1 << 20)

    def test_negative(self):
        self.assert_error(
            RuntimeError, "Trying to create tensor with negative dimension -1: [2, -1]", torch.empty, 2, -1
        )
