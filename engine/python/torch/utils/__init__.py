"""`torch.utils`: the data loaders and what hooks need; other parts are not there yet.

Read next: `utils.data`.
"""

from .._swapping import swap_tensors


def __getattr__(name):
    if name in ("data", "dlpack", "hooks", "npy"):
        import importlib

        return importlib.import_module("torch.utils." + name)
    raise AttributeError(f"torch.utils.{name} is not in Carrel yet")
