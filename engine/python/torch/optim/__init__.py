"""`torch.optim`: optimisers. Schedules of learning rates are in `torch.optim.lr_scheduler`, averages of models in `swa_utils`.

A file is loaded when something of it is first used. Read next: `optim.optimizer`, `optim.adam`.
"""

from importlib import import_module

from .optimizer import Optimizer

#: The optimisers, by the file that has them.
_FILES = {
    "_adafactor": ("Adafactor",),
    "_muon": ("Muon",),
    "adadelta": ("Adadelta",),
    "adagrad": ("Adagrad",),
    "adam": ("Adam",),
    "adamax": ("Adamax",),
    "adamw": ("AdamW",),
    "asgd": ("ASGD",),
    "lbfgs": ("LBFGS",),
    "nadam": ("NAdam",),
    "radam": ("RAdam",),
    "rmsprop": ("RMSprop",),
    "rprop": ("Rprop",),
    "sgd": ("SGD",),
    "sparse_adam": ("SparseAdam",),
    "lr_scheduler": (),
    "swa_utils": (),
}

_file_of = {name: file for file, names in _FILES.items() for name in names}

__all__ = ["Optimizer", "lr_scheduler", "swa_utils", *sorted(_file_of)]


def __getattr__(name):
    if name in _file_of:
        found = getattr(import_module(f"{__name__}.{_file_of[name]}"), name)
    elif name in _FILES:
        found = import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"torch.optim.{name} is not in Carrel yet")
    globals()[name] = found
    return found


def __dir__():
    return sorted({*globals(), *__all__})
