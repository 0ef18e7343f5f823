"""`torch.profiler`: where the time goes, by operator and by named range.

Read next: `_profile`, `_recording`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ..autograd.profiler import record_function
from ._profile import (
    ProfilerAction,
    ProfilerActivity,
    profile,
    schedule,
    supported_activities,
    tensorboard_trace_handler,
)


def kineto_available():
    """True: traces can be written."""
    return True


def __getattr__(name):
    from .._out_of_scope import refused

    return refused("torch.profiler", name)


__all__ = [
    "ProfilerAction",
    "ProfilerActivity",
    "kineto_available",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]
