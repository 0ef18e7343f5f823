"""What stands for names of torchvision's that are not here: they can be imported, and refuse when they are used.

Read next: `torchvision.datasets`, `torchvision.models`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys
import types


class _AbsentKind(type):
    def __call__(cls, *args, **kwargs):
        raise NotImplementedError(cls._message)

    def __getattr__(cls, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return absent(f"{cls._name}.{name}", cls._message.partition("in Carrel: ")[2])

    def __repr__(cls):
        return f"<{cls._name}: not in Carrel>"


class _Absent(metaclass=_AbsentKind):
    _message = _name = ""

    def __init_subclass__(cls, is_own=False, **kwargs):
        if not is_own:
            raise NotImplementedError(cls._message)


def absent(name, why):
    """Something of this name that raises NotImplementedError with the reason when it is called or derived from."""
    namespace = {"__module__": "torchvision", "_name": name, "_message": f"{name} is not supported in Carrel: {why}"}
    return _AbsentKind.__new__(_AbsentKind, name.rpartition(".")[2], (_Absent,), namespace, is_own=True)


class _AbsentModule(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        return absent(f"{self.__name__}.{name}", self._why)


def absent_module(name, why, parts=()):
    """A module of this name, importable from now on, all of whose names are absent. parts: modules in it, likewise."""
    made = _AbsentModule(name, f"Not in Carrel: {why}.")
    made._why = why
    made.__path__ = []
    sys.modules.setdefault(name, made)
    for part in parts:
        setattr(made, part, absent_module(f"{name}.{part}", why))
    return made
