"""What programs ask of the GPU: its properties, memory in use as a table.

Read next: `torch.accelerator`.
"""

import sys
import types

from .. import accelerator


def get_device_properties(device=None):
    """Name and figures of the GPU; what WebGPU does not tell is 0."""
    return types.SimpleNamespace(
        name="WebGPU", major=0, minor=0, total_memory=0, multi_processor_count=0, is_integrated=0, is_multi_gpu_board=0, warp_size=32
    )


def memory_summary(device=None, abbreviated=False):
    """A table of the GPU memory in use. Waits for the GPU."""
    stats = accelerator.memory_stats()
    rows = [
        ("Allocated memory", stats["allocated_bytes.all.current"], stats["allocated_bytes.all.peak"]),
        ("Reserved memory", stats["reserved_bytes.all.current"], stats["reserved_bytes.all.peak"]),
    ]
    line = "|" + "-" * 51 + "|"
    body = [f"| {name:<17}| {current / 1024:>10.0f} KiB | {peak / 1024:>10.0f} KiB |" for name, current, peak in rows]
    return "\n".join([line, f"| {'Metric':<17}| {'Cur Usage':>14} | {'Peak Usage':>14} |", line, *body, line])


def mem_get_info(device=None):
    """Refused: WebGPU does not tell how much memory there is."""
    raise NotImplementedError(
        "torch.cuda.mem_get_info is not supported in Carrel: WebGPU does not tell how much memory there is; "
        "torch.cuda.memory_allocated() tells how much tensors have."
    )


def memory_snapshot(*args, **kwargs):
    """An empty list: single allocations are not told of."""
    return []


def ipc_collect():
    """Accepted: there are no other processes."""


def set_per_process_memory_fraction(fraction, device=None):
    """Accepted."""


def can_device_access_peer(device, peer_device):
    """False: there is one GPU."""
    return False


def get_arch_list():
    """An empty list: kernels are WGSL."""
    return []


def utilization(device=None):
    """Refused: WebGPU does not tell."""
    raise NotImplementedError("torch.cuda.utilization is not supported in Carrel: WebGPU does not tell how busy the GPU is.")


def device_of(obj):
    """A `with` block on a tensor's device, which changes nothing: there is one GPU."""
    from . import device

    return device(None)


memory_cached = accelerator.memory_reserved


memory = types.ModuleType("torch.cuda.memory", "Memory figures of the GPU under PyTorch's names.")
for _name in ("memory_summary", "memory_snapshot", "mem_get_info"):
    setattr(memory, _name, globals()[_name])
for _name in ("memory_allocated", "max_memory_allocated", "memory_reserved", "max_memory_reserved", "memory_stats", "empty_cache"):
    setattr(memory, _name, getattr(accelerator, _name))
memory._record_memory_history = lambda *args, **kwargs: None
memory._snapshot = lambda *args, **kwargs: {"segments": [], "device_traces": []}
memory._dump_snapshot = lambda *args, **kwargs: None
sys.modules["torch.cuda.memory"] = memory
