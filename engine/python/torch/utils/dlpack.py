"""`torch.utils.dlpack`: the functions of the DLPack exchange under their older names.

Read next: `_numpy`, which does the work.
"""

from enum import IntEnum

from .._numpy import from_dlpack
from .._tensor import Tensor

__all__ = ["DLDeviceType", "from_dlpack", "to_dlpack"]


class DLDeviceType(IntEnum):
    """The DLPack standard's kinds of device that Carrel may meet."""

    kDLCPU = 1
    kDLWebGPU = 15


def to_dlpack(tensor):
    """A DLPack capsule of a copy of a CPU tensor. Needs NumPy."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"to_dlpack(): argument must be Tensor, not {type(tensor).__name__}")
    return tensor.__dlpack__()
