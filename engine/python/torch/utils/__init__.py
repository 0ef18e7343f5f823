"""`torch.utils`: data loaders, checkpointing, TensorBoard logs, benchmarks, and what hooks and files need.

Read next: `utils.data`, `utils.checkpoint`, `utils.tensorboard`.
"""

from .._swapping import swap_tensors

_MODULES = ("_pytree", "benchmark", "checkpoint", "data", "dlpack", "hooks", "npy", "tensorboard")


def __getattr__(name):
    if name in _MODULES:
        import importlib

        return importlib.import_module("torch.utils." + name)
    from .._out_of_scope import refused

    return refused("torch.utils", name)


def __dir__():
    return sorted({*globals(), *_MODULES})
