"""`torch.backends`: switches of other machines' libraries, kept so that notebooks can set them.

Read next: `cuda`, `mps`.
"""


import sys
import types


class _Switches(types.ModuleType):
    """Attributes that can be set and have no effect. Modules, so that `import torch.backends.cudnn as cudnn` works."""

    def __init__(self, name, available, **values):
        super().__init__(f"torch.backends.{name}")
        self.__dict__.update(values, _name=name, _available=available)
        if "." not in name:
            sys.modules[self.__name__] = self

    def is_available(self):
        """Whether this library computes here."""
        return self._available

    def is_built(self):
        """Whether this library is part of Carrel."""
        return self._available

    def version(self):
        """None: there is no such library."""
        return None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"torch.backends.{self._name}.{name} is not in Carrel yet")


class _Flags:
    """Accepts the settings of a block, and changes nothing."""

    def __init__(self, *args, **settings):
        pass

    def __enter__(self):
        return None

    def __exit__(self, *exc_info):
        return None


cudnn = _Switches(
    "cudnn", False, enabled=True, benchmark=False, benchmark_limit=10, deterministic=False, allow_tf32=True, flags=_Flags
)
mps = _Switches("mps", False)
mkl = _Switches("mkl", False)
openmp = _Switches("openmp", False)
cuda = _Switches("cuda", False, matmul=_Switches("cuda.matmul", False, allow_tf32=False))


def __getattr__(name):
    from .. import _out_of_scope

    if not name.startswith("_"):
        try:
            return _out_of_scope.refused("torch.backends", name)
        except AttributeError:
            pass
    raise AttributeError(f"torch.backends.{name} is not in Carrel yet")
