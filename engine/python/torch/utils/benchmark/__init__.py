"""`torch.utils.benchmark`: how long statements take.

Read next: `timer`, `measurement`, `compare`.
"""

from .compare import Compare
from .measurement import Measurement, TaskSpec, select_unit, trim_sigfig, unit_to_english
from .timer import Timer

__all__ = ["Compare", "Measurement", "TaskSpec", "Timer", "select_unit", "trim_sigfig", "unit_to_english"]


def __getattr__(name):
    from ..._out_of_scope import refused

    return refused("torch.utils.benchmark", name)
