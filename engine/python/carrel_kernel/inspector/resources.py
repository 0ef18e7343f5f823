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


def _gpu() -> dict:
    accelerator = sys.modules.get("torch.accelerator")
    try:
        if accelerator is None or not accelerator.is_available():
            return {"gpu_bytes": None, "gpu_peak_bytes": None, "gpu_reserved_bytes": None}
        counted = accelerator._counters(waits=False)
    except Exception:  # noqa: BLE001 - the engine may have stopped; its memory is then not known
        return {"gpu_bytes": None, "gpu_peak_bytes": None, "gpu_reserved_bytes": None}
    return {"gpu_bytes": counted["allocated"], "gpu_peak_bytes": counted["peak"], "gpu_reserved_bytes": counted["reserved"]}
