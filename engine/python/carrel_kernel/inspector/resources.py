"""What the kernel costs: memory of Python, of tensors, and of the GPU as torch counts it.

Asks nothing that would have to be waited for. Read next: `torch.accelerator`.
"""

import sys
from typing import Any


def figures(host: Any) -> dict:
    """Bytes by name; None where something is not known."""
    return {
        "python_bytes": _from_host(host, "python_memory_bytes"),
        "tensor_bytes": _from_host(host, "tensor_memory_bytes"),
        **_gpu(),
    }


def _from_host(host: Any, name: str) -> int | None:
    """A host that cannot tell has no such function, or answers 0."""
    ask = getattr(host, name, None)
    return (int(ask()) or None) if ask is not None else None


def gpu_counters() -> dict | None:
    """What torch counts of the GPU, as of its last answer; None where there is no GPU."""
    torch = sys.modules.get("torch")
    try:
        if torch is None or not torch.accelerator.is_available():
            return None
        # torch's own functions wait for the GPU first.
        return dict(zip(torch.accelerator._COUNTERS, map(int, torch._C.ops.gpu_stats())))
    except Exception:  # noqa: BLE001 - the engine may have stopped; its memory is then not known
        return None


def _gpu() -> dict:
    counted = gpu_counters() or {}
    names = {"gpu_bytes": "allocated", "gpu_peak_bytes": "peak", "gpu_reserved_bytes": "reserved"}
    return {name: counted.get(counter) for name, counter in names.items()}
