"""`torch.optim`: optimisers. Schedules are in `torch.optim.lr_scheduler`.

Read next: `optim.optimizer`, `optim.adam`.
"""

from . import lr_scheduler
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .sgd import SGD


def __getattr__(name):
    raise AttributeError(f"torch.optim.{name} is not in Carrel yet")
