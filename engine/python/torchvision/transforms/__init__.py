"""`torchvision.transforms`: pictures changed on their way from a dataset to a model, by chance where names say Random.

Chance is torch's generator, drawn from in torchvision's order, so that a seed gives what it gives there.
Read next: `transforms`, `autoaugment`, `functional`, `v2`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import functional
from .autoaugment import *
from .transforms import *


def __getattr__(name):
    if name == "v2":
        import importlib

        return importlib.import_module(".v2", __name__)
    raise AttributeError(f"module 'torchvision.transforms' has no attribute {name!r}")
