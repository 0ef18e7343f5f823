"""Memory that is really gone: a child process may take no more address space, and the driver's own calls fail.

The child fills the GPU (on a software driver that is the processor's memory), meets the error, lets go and goes on.
Refuses to run where a process cannot be bounded. Read next: `test_losses`, which bounds the pool instead.
"""

import gc
import subprocess
import sys

import torch
from gpu_case import GpuCase

MIB = 1 << 20

#: What a child may take beyond what it has when it begins.
ROOM = 400 * MIB


def bound():
    """From now on the process gets no more than ROOM."""
    import resource

    with open("/proc/self/status") as status:
        now = next(int(line.split()[1]) for line in status if line.startswith("VmSize")) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (now + ROOM, now + ROOM))


def fill(make, most=4000):
    """Makes and uses tensors until one is refused; gives them and the error."""
    held = []
    try:
        while len(held) < most:
            held.append(make(float(len(held))))
            held[-1][5].item()
    except RuntimeError as error:
        # Its traceback would hold this frame, and so all tensors.
        return held[:-1], error.with_traceback(None)
    raise AssertionError("memory never ended")


def check_alive():
    gc.collect()
    values = torch.full((MIB,), 2.0, device="webgpu")
    assert (values * 3).sum().item() == 6.0 * MIB


def child_of_tensors(count):
    torch.full((count,), 1.0, device="webgpu")[5].item()
    bound()
    held, error = fill(lambda value: torch.full((count,), value, device="webgpu"))
    assert type(error) is torch.OutOfMemoryError, repr(error)
    assert str(error).startswith("WebGPU out of memory."), str(error)
    assert len(held) * count * 4 > ROOM / 4, len(held)
    for value, tensor in enumerate(held):
        assert tensor[7].item() == value, "what was there is unharmed"
    del tensor
    num_held = len(held)
    held.clear()
    check_alive()
    again = [torch.full((count,), float(value), device="webgpu") for value in range(num_held * 3 // 4)]
    assert [tensor[3].item() for tensor in again] == list(range(len(again))), "what was let go makes room again"


def child_of_large_tensors():
    child_of_tensors(16 * MIB)


def child_of_small_tensors():
    child_of_tensors(MIB // 2)


def child_of_uploads(count=4 * MIB):
    """Values from the processor: there must be room for them on their way too."""
    source = torch.arange(count, dtype=torch.float32)
    source.to("webgpu")[5].item()
    bound()
    held, error = fill(lambda value: source.to("webgpu"))
    assert type(error) is torch.OutOfMemoryError, repr(error)
    assert str(error).startswith("WebGPU out of memory."), str(error)
    assert len(held) > 2, len(held)
    assert all(tensor[7].item() == 7.0 for tensor in held), "what was there is unharmed"
    held.clear()
    check_alive()


def child_of_small_uploads():
    child_of_uploads(MIB // 2)


def child_of_reads():
    """Copies on the processor fill its memory: PyTorch's error for that, and the GPU's values are unharmed."""
    source = torch.full((8 * MIB,), 3.0, device="webgpu")
    source.cpu()
    bound()
    held, error = fill(lambda value: source.cpu())
    assert "can't allocate memory" in str(error), str(error)
    assert len(held) > 2, len(held)
    held.clear()
    assert source[9].item() == 3.0
    check_alive()


class Exhaustion(GpuCase):
    def run_child(self, name):
        if not sys.platform.startswith("linux"):
            raise RuntimeError("these tests need a system that bounds a process's memory")
        child = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, timeout=120)
        self.assertEqual(child.returncode, 0, child.stderr[-3000:])

    def test_large_tensors(self):
        self.run_child("child_of_large_tensors")

    def test_small_tensors(self):
        self.run_child("child_of_small_tensors")

    def test_uploads(self):
        self.run_child("child_of_uploads")

    def test_small_uploads(self):
        self.run_child("child_of_small_uploads")

    def test_reads(self):
        self.run_child("child_of_reads")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
