"""`torch.optim.lr_scheduler`: schedules of learning rates.

Read next: `lr_scheduler.base`, then `stepwise`, `cosine`, `cyclic`, `combined`, `plateau`.
"""

from ..optimizer import Optimizer
from .base import EPOCH_DEPRECATION_WARNING, LRScheduler, _format_param, _LRScheduler, _warn_get_lr_called_within_step
from .combined import ChainedScheduler, SequentialLR
from .cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from .cyclic import CyclicLR, OneCycleLR
from .plateau import ReduceLROnPlateau
from .stepwise import ConstantLR, ExponentialLR, LambdaLR, LinearLR, MultiplicativeLR, MultiStepLR, PolynomialLR, StepLR

__all__ = [
    "LambdaLR",
    "MultiplicativeLR",
    "StepLR",
    "MultiStepLR",
    "ConstantLR",
    "LinearLR",
    "ExponentialLR",
    "SequentialLR",
    "CosineAnnealingLR",
    "ChainedScheduler",
    "ReduceLROnPlateau",
    "CyclicLR",
    "CosineAnnealingWarmRestarts",
    "OneCycleLR",
    "PolynomialLR",
    "LRScheduler",
]

# Pickles and printed names say where PyTorch has them.
for _name in __all__ + ["_LRScheduler"]:
    globals()[_name].__module__ = __name__


def __getattr__(name):
    raise AttributeError(f"torch.optim.lr_scheduler.{name} is not in Carrel yet")
