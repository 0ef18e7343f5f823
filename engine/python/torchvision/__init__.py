"""`torchvision`: pictures for torch. Files both ways, transforms, datasets, models and operators of vision.

All of it is Python over torch: nothing here knows the engine. Pillow is used where it is installed and is never needed
to read or write PNG and JPEG files. Refuses video. Read next: `io`, `transforms`, `utils`, `ops`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import importlib

from .version import __version__

_PARTS = ("datasets", "io", "models", "ops", "transforms", "tv_tensors", "utils")
_image_backend = "PIL"


def __getattr__(name):
    """The parts of the package are loaded when they are first used: most notebooks use one or two."""
    if name in _PARTS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torchvision' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_PARTS])


def set_image_backend(backend):
    """Names the library that datasets load pictures with. "PIL" and "accimage" are taken; both mean the same here."""
    global _image_backend
    if backend not in ("PIL", "accimage"):
        raise ValueError(f"Invalid backend '{backend}'. Options are 'PIL' and 'accimage'")
    _image_backend = backend


def get_image_backend():
    """The name given to `set_image_backend`, "PIL" at first."""
    return _image_backend


def disable_beta_transforms_warning():
    """Does nothing: there is no such warning."""
